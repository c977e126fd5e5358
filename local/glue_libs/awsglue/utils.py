"""`awsglue.utils`: how a job script reads its arguments."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

# What Glue passes for itself, and a script may not ask for.
RESERVED = (
    *("job-bookmark-option", "job-bookmark-from", "job-bookmark-to", "continuation-option"),
    *("JOB_ID", "JOB_RUN_ID", "SECURITY_CONFIGURATION", "encryption-type"),
)


class GlueArgumentError(Exception):
    """An argument is missing or has no value."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise GlueArgumentError(message)


def getResolvedOptions(args: Sequence[str], options: Sequence[str]) -> dict[str, str]:
    """The values of `options` in `args` (`sys.argv`); all are required, others in `args` are ignored.

    Raises GlueArgumentError for a missing one, RuntimeError for a name that Glue keeps for itself.
    """
    parser = _Parser(add_help=False)
    for option in options:
        if option.removeprefix("--") in RESERVED:
            raise RuntimeError(f"Using reserved arguments {option}")
        parser.add_argument(f"--{option}", required=True)
    known, _ = parser.parse_known_args(args[1:])
    return vars(known)
