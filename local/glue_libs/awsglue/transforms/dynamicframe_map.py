"""`Map`: a function for each record."""

from __future__ import annotations

from awsglue.dynamicframe import DynamicFrame, Records
from awsglue.transforms.transform import GlueTransform


class Map(GlueTransform):
    """Return the records that a function makes of the records: `frame.map(f)`."""

    def __call__(
        self,
        frame: DynamicFrame,
        f: Records,
        preservesPartitioning: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return frame.map(f, preservesPartitioning, transformation_ctx, info, stageThreshold, totalThreshold)
