"""`awsglue.utils`: getResolvedOptions, which reads the arguments of a job script."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

# Arguments that Glue passes for its own use. A script cannot read them.
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
    """Return the values of `options` in `args` (`sys.argv`). All of them are required; other arguments are ignored.

    Raise GlueArgumentError for a missing one, RuntimeError for a reserved name.
    """
    parser = _Parser(add_help=False)
    for option in options:
        if option.removeprefix("--") in RESERVED:
            raise RuntimeError(f"Using reserved arguments {option}")
        parser.add_argument(f"--{option}", required=True)
    known, _ = parser.parse_known_args(args[1:])
    return vars(known)
