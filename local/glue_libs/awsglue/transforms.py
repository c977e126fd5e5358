"""`awsglue.transforms`: the methods of a DynamicFrame as classes, such as `Join.apply(frame1, frame2, keys1, keys2)`.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from awsglue import _fields
from awsglue._coverage import Uncovered, not_covered
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection, Records


class GlueTransform(Uncovered):
    """Base of the transforms: `apply` makes an object of the class and calls it."""

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        return cls()(*args, **kwargs)

    @classmethod
    def name(cls) -> str:
        return cls.__name__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        not_covered(f"the transform {type(self).__name__}")


class ApplyMapping(GlueTransform):
    """`frame.apply_mapping(mappings)`."""

    def __call__(
        self,
        frame: DynamicFrame,
        mappings: Sequence[tuple[str, str, str, str]],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
        case_sensitive: bool = False,
    ) -> DynamicFrame:
        return frame.apply_mapping(mappings, case_sensitive=case_sensitive)


class DropFields(GlueTransform):
    """`frame.drop_fields(paths)`."""

    def __call__(
        self,
        frame: DynamicFrame,
        paths: Sequence[str],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return frame.drop_fields(paths)


class DropNullFields(GlueTransform):
    """The frame without the columns that are null in every row."""

    def __call__(
        self,
        frame: DynamicFrame,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return DynamicFrame(_fields.drop_null(frame.toDF()), frame.glue_ctx, frame.name)


class Filter(GlueTransform):
    """`frame.filter(f)`."""

    def __call__(
        self,
        frame: DynamicFrame,
        f: Records,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return frame.filter(f)


class Join(GlueTransform):
    """`frame1.join(keys1, keys2, frame2)`."""

    def __call__(
        self,
        frame1: DynamicFrame,
        frame2: DynamicFrame,
        keys1: Sequence[str],
        keys2: Sequence[str],
        transformation_ctx: str = "",
    ) -> DynamicFrame:
        return frame1.join(keys1, keys2, frame2)


class Map(GlueTransform):
    """`frame.map(f)`."""

    def __call__(
        self,
        frame: DynamicFrame,
        f: Records,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return frame.map(f)


class MapToCollection(GlueTransform):
    """`dfc.map(callable, transformation_ctx)`."""

    def __call__(
        self, dfc: DynamicFrameCollection, callable: Callable[..., DynamicFrame], transformation_ctx: str = ""
    ) -> DynamicFrameCollection:
        return dfc.map(callable, transformation_ctx)


class Relationalize(GlueTransform):
    """`frame.relationalize(name, staging_path)`."""

    def __call__(
        self,
        frame: DynamicFrame,
        staging_path: str | None = None,
        name: str = "roottable",
        options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrameCollection:
        return frame.relationalize(name, staging_path)


class RenameField(GlueTransform):
    """`frame.rename_field(old_name, new_name)`."""

    def __call__(
        self,
        frame: DynamicFrame,
        old_name: str,
        new_name: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return frame.rename_field(old_name, new_name)


class ResolveChoice(GlueTransform):
    """`frame.resolveChoice(specs, choice)`."""

    def __call__(
        self,
        frame: DynamicFrame,
        specs: Sequence[tuple[str, str]] | None = None,
        choice: str = "",
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
        database: str | None = None,
        table_name: str | None = None,
        catalog_id: str | None = None,
    ) -> DynamicFrame:
        return frame.resolveChoice(specs, choice)


class SelectFields(GlueTransform):
    """`frame.select_fields(paths)`."""

    def __call__(
        self,
        frame: DynamicFrame,
        paths: Sequence[str],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return frame.select_fields(paths)


class SelectFromCollection(GlueTransform):
    """`dfc.select(key)`."""

    def __call__(self, dfc: DynamicFrameCollection, key: str, transformation_ctx: str = "") -> DynamicFrame:
        return dfc.select(key)


class SplitFields(GlueTransform):
    """`frame.split_fields(paths, name1 or "frame1", name2 or "frame2")`."""

    def __call__(
        self,
        frame: DynamicFrame,
        paths: Sequence[str],
        name1: str | None = None,
        name2: str | None = None,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrameCollection:
        return frame.split_fields(paths, name1 or "frame1", name2 or "frame2")


class SplitRows(GlueTransform):
    """`frame.split_rows(comparison_dict, name1, name2)`."""

    def __call__(
        self,
        frame: DynamicFrame,
        comparison_dict: Mapping[str, Mapping[str, Any]],
        name1: str = "frame1",
        name2: str = "frame2",
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrameCollection:
        return frame.split_rows(comparison_dict, name1, name2)


class Unbox(GlueTransform):
    """`frame.unbox(path, format, **options)`."""

    def __call__(
        self,
        frame: DynamicFrame,
        path: str,
        format: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
        **options: Any,
    ) -> DynamicFrame:
        return frame.unbox(path, format, **options)


class UnnestFrame(GlueTransform):
    """`frame.unnest()`."""

    def __call__(
        self,
        frame: DynamicFrame,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return frame.unnest()


class ErrorsAsDynamicFrame(GlueTransform):
    """Not covered."""


class EvaluateDataQuality(GlueTransform):
    """Not covered."""


class FillMissingValues(GlueTransform):
    """Not covered."""


class FindIncrementalMatches(GlueTransform):
    """Not covered."""


class FindMatches(GlueTransform):
    """Not covered."""


class FlatMap(GlueTransform):
    """Not covered."""


class Spigot(GlueTransform):
    """Not covered."""


def __getattr__(name: str) -> NoReturn:
    if name.startswith("_"):
        raise AttributeError(name)
    not_covered(f"awsglue.transforms.{name}")


__all__ = [
    "ApplyMapping",
    "DropFields",
    "DropNullFields",
    "ErrorsAsDynamicFrame",
    "EvaluateDataQuality",
    "FillMissingValues",
    "Filter",
    "FindIncrementalMatches",
    "FindMatches",
    "FlatMap",
    "GlueTransform",
    "Join",
    "Map",
    "MapToCollection",
    "Relationalize",
    "RenameField",
    "ResolveChoice",
    "SelectFields",
    "SelectFromCollection",
    "Spigot",
    "SplitFields",
    "SplitRows",
    "Unbox",
    "UnnestFrame",
]
