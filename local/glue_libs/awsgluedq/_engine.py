"""The engine of data quality rules, which the integration test has, too: aws_glue_cdk_baseline/quality.

A job run has no path to this project's packages. They are last on the path while the engine is imported.
"""

from __future__ import annotations

import sys
from pathlib import Path

_before = list(sys.path)
sys.path.append(str(Path(__file__).resolve().parents[3]))
try:
    from aws_glue_cdk_baseline.quality.evaluation import Evaluation
    from aws_glue_cdk_baseline.quality.outcomes import Outcome
    from aws_glue_cdk_baseline.quality.parser import parse_ruleset
    from aws_glue_cdk_baseline.quality.row_level import RowLevel
    from aws_glue_cdk_baseline.quality.rules import AnyRule, Composite, NotCoveredError
finally:
    sys.path[:] = _before

Rules = list[AnyRule]


def composites(by_row: RowLevel, outcomes: list[Outcome]) -> list[Outcome]:
    """Return the outcomes, those of composites asked of each row."""
    return [by_row.composite(item.rule, item) if isinstance(item.rule, Composite) else item for item in outcomes]


__all__ = ["Evaluation", "NotCoveredError", "Outcome", "RowLevel", "Rules", "composites", "parse_ruleset"]
