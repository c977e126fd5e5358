"""`awsglueml.transforms`: transforms that a model in Glue answers. They are not covered."""

from __future__ import annotations

from typing import Any

from awsglue._coverage import not_covered
from awsglue.transforms.transform import GlueTransform


class FillMissingValues(GlueTransform):
    """Fill the empty values of a column with values that a model guesses."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        not_covered("FillMissingValues")


class FindMatches(GlueTransform):
    """Find the records that stand for the same thing."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        not_covered("FindMatches")


class FindIncrementalMatches(GlueTransform):
    """Find the records that stand for the same thing as known ones."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        not_covered("FindIncrementalMatches")
