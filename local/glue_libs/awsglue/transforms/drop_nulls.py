"""`DropNullFields`: without the fields that have no value."""

from __future__ import annotations

from awsglue import _fields, _paths
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms.field_transforms import DropFields
from awsglue.transforms.transform import GlueTransform


class DropNullFields(GlueTransform):
    """Drop the columns that are null in every row, and print their names."""

    def __call__(
        self,
        frame: DynamicFrame,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        dropped = _fields.null_columns(frame.toDF())
        print("null_fields", dropped)
        paths = [_paths.quoted((name,)) for name in dropped]
        dropping = DropFields()
        return dropping(frame, paths, transformation_ctx, info, stageThreshold, totalThreshold)
