"""`Relationalize`: flat tables from nested records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsglue import utils
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.transforms.transform import GlueTransform


class Relationalize(GlueTransform):
    """Make flat tables of nested records: `frame.relationalize(name, staging_path)`."""

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
        staging_path = staging_path or utils._global_args.get("TempDir")
        if not staging_path:
            raise RuntimeError("Relationalize: staging_path is missing, and the job has no --TempDir")
        return frame.relationalize(
            name, staging_path, options or {}, transformation_ctx, info, stageThreshold, totalThreshold
        )
