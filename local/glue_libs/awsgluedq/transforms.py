"""`awsgluedq.transforms`: EvaluateDataQuality and its like, which are not covered."""

from typing import NoReturn

from awsglue._coverage import not_covered
from awsglue.transforms import EvaluateDataQuality

__all__ = ["EvaluateDataQuality"]


def __getattr__(name: str) -> NoReturn:
    if name.startswith("__"):
        raise AttributeError(name)
    not_covered(f"awsgluedq.transforms.{name}")
