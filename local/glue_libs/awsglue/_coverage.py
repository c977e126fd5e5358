"""How the stand-in answers for what it does not cover."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn


def not_covered(name: str, instead: str = "write the step with Spark's DataFrame") -> NoReturn:
    """Raise the one error of this package for what real Glue has, or may have, and the stand-in has not."""
    raise NotImplementedError(
        f"{name} is not covered by the local awsglue stand-in; run this job in the Glue image"
        f" (make run JOB=… ENGINE=docker) or {instead}"
    )


def check_options(what: str, options: Mapping[str, Any], covered: Iterable[str]) -> None:
    """Refuse an option whose effect the stand-in cannot give, rather than read or write something else."""
    for name in sorted(set(options) - set(covered)):
        not_covered(f"{what} option {name!r}", "leave it out")


def is_true(value: object) -> bool:
    """Glue takes flags as booleans and as the strings "true" and "false"."""
    return str(value).lower() == "true"


class Uncovered:
    """Base of the classes whose every other name is one that real Glue may have."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        not_covered(f"{type(self).__name__}.{name}")
