"""The stand-in's answer to a name or an option that it does not cover."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn


def not_covered(name: str, instead: str = "write the step with Spark's DataFrame") -> NoReturn:
    """Raise NotImplementedError for what real Glue has, or may have, and the stand-in has not."""
    raise NotImplementedError(
        f"{name} is not covered by the local awsglue stand-in; run this job in the Glue image"
        f" (make run JOB=… ENGINE=docker) or {instead}"
    )


def check_options(what: str, options: Mapping[str, Any], covered: Iterable[str]) -> None:
    """Raise NotImplementedError for an option that is not covered: without its effect the result would be wrong."""
    for name in sorted(set(options) - set(covered)):
        not_covered(f"{what} option {name!r}", "leave it out")


def is_true(value: object) -> bool:
    """Read a flag as Glue does: a boolean, or the string "true" or "false"."""
    return str(value).lower() == "true"


class Uncovered:
    """Base of the stand-in's public classes: a name that they do not have raises NotImplementedError."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        not_covered(f"{type(self).__name__}.{name}")
