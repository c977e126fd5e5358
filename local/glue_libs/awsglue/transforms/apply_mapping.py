"""`ApplyMapping`: choose, rename and cast fields."""

from __future__ import annotations

from collections.abc import Sequence

from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class ApplyMapping(GlueTransform):
    """Choose, rename and cast fields: `frame.apply_mapping(mappings)`."""

    def __call__(
        self,
        frame: DynamicFrame,
        mappings: Sequence[tuple[str, ...]],
        case_sensitive: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return frame.apply_mapping(mappings, case_sensitive, transformation_ctx, info, stageThreshold, totalThreshold)
