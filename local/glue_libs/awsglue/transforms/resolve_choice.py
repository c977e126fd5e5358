"""`ResolveChoice`: one type for a field whose records differ in type."""

from __future__ import annotations

from collections.abc import Sequence

from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms.transform import GlueTransform


class ResolveChoice(GlueTransform):
    """Give each field one type: `frame.resolveChoice(specs, choice)`."""

    def __call__(
        self,
        frame: DynamicFrame,
        specs: Sequence[tuple[str, str]] | None = None,
        choice: str = "",
        database: str | None = None,
        table_name: str | None = None,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
        catalog_id: str | None = None,
    ) -> DynamicFrame:
        return frame.resolveChoice(
            specs, choice, database, table_name, transformation_ctx, info, stageThreshold, totalThreshold, catalog_id
        )
