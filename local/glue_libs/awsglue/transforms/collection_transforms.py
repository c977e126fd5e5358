"""The transforms of a DynamicFrameCollection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.transforms.transform import GlueTransform


class SelectFromCollection(GlueTransform):
    """Return one frame of a collection: `dfc.select(key)`."""

    def __call__(
        self,
        dfc: DynamicFrameCollection,
        key: str,
        transformation_ctx: str = "",
    ) -> DynamicFrame:
        return dfc.select(key, transformation_ctx)


class MapToCollection(GlueTransform):
    """Call a function for each frame of a collection: `dfc.map(callable)`."""

    def __call__(
        self,
        dfc: DynamicFrameCollection,
        callable: Callable[[DynamicFrame, str], DynamicFrame],
        transformation_ctx: str = "",
    ) -> DynamicFrameCollection:
        return dfc.map(callable, transformation_ctx)


class FlatMap(GlueTransform):
    """Apply a transform to each frame of a collection, and gather the frames that it makes in one collection."""

    def __call__(
        self,
        dfc: DynamicFrameCollection,
        BaseTransform: type[GlueTransform],
        frame_name: str,
        transformation_ctx: str = "",
        **base_kwargs: Any,
    ) -> DynamicFrameCollection:
        """Pass each frame to `BaseTransform.apply` as its argument `frame_name`, with `base_kwargs`."""

        def transform(frame: DynamicFrame, context: str) -> Any:
            return BaseTransform.apply(**base_kwargs, **{frame_name: frame}, transformation_ctx=context)

        return dfc.flatmap(transform, transformation_ctx)
