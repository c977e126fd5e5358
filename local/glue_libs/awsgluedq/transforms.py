"""`awsgluedq.transforms`: EvaluateDataQuality and its like, which are not covered."""

from __future__ import annotations

from typing import Any

from awsglue._coverage import not_covered
from awsglue.transforms.transform import GlueTransform


class EvaluateDataQuality(GlueTransform):
    """Check a frame by rules."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        not_covered("EvaluateDataQuality")
