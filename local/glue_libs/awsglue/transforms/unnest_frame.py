"""`UnnestFrame`: the fields of structs as columns."""

from __future__ import annotations

from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class UnnestFrame(GlueTransform):
    """Make the fields of structs columns: `frame.unnest()`."""

    def __call__(
        self,
        frame: DynamicFrame,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return frame.unnest(transformation_ctx, info, stageThreshold, totalThreshold)
