"""The options that a job script reads from its command line. The source is parsed, and not run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aws_glue_cdk_baseline.config.imports import parse_source
from aws_glue_cdk_baseline.config.option_names import find_options

# Glue passes these itself: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
SUPPLIED_BY_GLUE = frozenset({"JOB_NAME", "JOB_ID", "JOB_RUN_ID", "WORKFLOW_NAME", "WORKFLOW_RUN_ID"})


@dataclass(frozen=True)
class ScriptOptions:
    """The options that a script reads, each with its line.

    An option is optional if the script goes on without it: it is read under an `if`, or in a `try` that catches the
    error. With `complete` false the script also reads options whose names are known only at run time. `calls` has the
    options of each call of `getResolvedOptions` whose options are all known. `abbreviates` and `needs_glue_6` are those
    of `option_names.Found`.
    """

    required: dict[str, int]
    optional: dict[str, int]
    complete: bool = True
    calls: tuple[Mapping[str, int], ...] = field(default=(), compare=False)
    abbreviates: bool = False
    needs_glue_6: int | None = None

    @property
    def lines(self) -> dict[str, int]:
        return {**self.optional, **self.required}


def read_script_options(script: Path) -> ScriptOptions | None:
    """Return the options of `script`, or None if none is known: then the script finds their names at run time.

    Raise SyntaxError (with `lineno`) for a script that Python cannot parse.
    """
    source = script.read_bytes()
    try:
        found = find_options(parse_source(source, script.name))
    except (ValueError, RecursionError, MemoryError) as error:  # NUL bytes, or an expression with thousands of terms
        raise SyntaxError(str(error) or "too complex", (script.name, 1, 1, None)) from None
    required: dict[str, int] = {}
    optional: dict[str, int] = {}
    for option in found.options:
        (optional if option.conditional else required).setdefault(option.name, option.line)
    optional = {name: line for name, line in optional.items() if name not in required}
    if not found.calls or (not found.complete and not required | optional):
        return None
    calls = tuple({option.name: option.line for option in call} for call in found.calls if call)
    return ScriptOptions(required, optional, found.complete, calls, found.abbreviates, found.needs_glue_6)
