"""`Filter`: the records for which a function is true."""

from __future__ import annotations

from awsglue.dynamicframe import DynamicFrame, Records
from awsglue.transforms.transform import GlueTransform


class Filter(GlueTransform):
    """Keep the records for which a function is true: `frame.filter(f)`."""

    def __call__(
        self,
        frame: DynamicFrame,
        f: Records,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return frame.filter(f, transformation_ctx, info, stageThreshold, totalThreshold)
