"""The stand-in's answer to a name or an option that it does not cover."""

from __future__ import annotations

import importlib.abc
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from awsglue._version import GLUE_6

ELSEWHERE = (
    "run this job in AWS, since Glue 6.0 has no image,"
    if GLUE_6
    else "run this job in the Glue image (make run JOB=… ENGINE=docker)"
)


def not_covered(
    name: str, instead: str = "write the step with Spark's DataFrame", *, elsewhere: str = ELSEWHERE
) -> NoReturn:
    """Raise NotImplementedError for a name or an option that real Glue may have and the stand-in has not."""
    raise NotImplementedError(f"{name} is not covered by the local awsglue stand-in; {elsewhere} or {instead}")


def check_options(what: str, options: Mapping[str, Any], covered: Iterable[str], *, elsewhere: str = ELSEWHERE) -> None:
    """Raise NotImplementedError for an option that is not covered: without its effect the result would be wrong."""
    for name in sorted(set(options) - set(covered)):
        not_covered(f"{what} option {name!r}", "leave it out", elsewhere=elsewhere)


def is_true(value: object) -> bool:
    """Read a flag as Glue does: a boolean, or the string "true" or "false"."""
    return str(value).lower() == "true"


class MissingModules(importlib.abc.MetaPathFinder):
    """Raises NotImplementedError for a module of Glue's libraries that the stand-in does not have."""

    MISSING = ("awsglue.devutils", "awsglue.glue_shell", "awsglue.scripts")

    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        if name in self.MISSING:
            not_covered(f"the module {name}")
