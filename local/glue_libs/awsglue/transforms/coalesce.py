"""`Coalesce`: fewer partitions."""

from __future__ import annotations

from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class Coalesce(GlueTransform):
    """Reduce the partitions: `frame.coalesce(num_partitions, shuffle)`."""

    def __call__(
        self,
        frame: DynamicFrame,
        num_partitions: int,
        shuffle: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return frame.coalesce(num_partitions, shuffle, transformation_ctx, info, stageThreshold, totalThreshold)
