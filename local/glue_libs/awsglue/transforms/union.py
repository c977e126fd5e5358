"""`Union`: the rows of two frames."""

from __future__ import annotations

from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class Union(GlueTransform):
    """Return the rows of both frames: `frame1.union(frame2)`."""

    def __call__(
        self,
        frame1: DynamicFrame,
        frame2: DynamicFrame,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return frame1.union(frame2, transformation_ctx, info, stageThreshold, totalThreshold)
