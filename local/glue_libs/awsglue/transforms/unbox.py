"""`Unbox`: a struct from a column of text."""

from __future__ import annotations

from typing import Any

from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class Unbox(GlueTransform):
    """Parse a column of text into a struct: `frame.unbox(path, format, **options)`."""

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
        return frame.unbox(path, format, transformation_ctx, info, stageThreshold, totalThreshold, **options)
