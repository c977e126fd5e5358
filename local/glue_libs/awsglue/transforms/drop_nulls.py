"""`DropNullFields`: without the fields that have no value."""

from __future__ import annotations

from awsglue import _fields
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class DropNullFields(GlueTransform):
    """Drop the columns that are null in every row."""

    def __call__(
        self,
        frame: DynamicFrame,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return DynamicFrame(_fields.drop_null(frame.toDF()), frame.glue_ctx, frame.name)
