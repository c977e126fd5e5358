"""`awsglue.utils`: getResolvedOptions, which reads the arguments of a job script."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from awsglue._coverage import not_covered

# Glue passes these for its own use. A script gets their values without asking for them.
BOOKMARKS = ("job-bookmark-enable", "job-bookmark-pause", "job-bookmark-disable")
OWN: dict[str, dict[str, Any]] = {
    "job-bookmark-option": {"choices": BOOKMARKS, "default": "job-bookmark-disable"},
    "continuation-option": {"choices": ("continuation-enabled", "continuation-readonly", "continuation-ignore")},
    "job-bookmark-from": {},
    "job-bookmark-to": {},
    "JOB_ID": {},
    "JOB_RUN_ID": {},
    "SECURITY_CONFIGURATION": {},
    "encryption-type": {"choices": ("sse-s3",)},
    "enable-data-lineage": {},
    "RedshiftTempDir": {},
    "TempDir": {},
}
# To ask for one of these is another error than to ask for JOB_ID: Glue compares the names before it parses.
RESERVED = ("job-bookmark-option", "continuation-option", "job-bookmark-from", "job-bookmark-to")
TEMPORARY = ("TempDir", "RedshiftTempDir")  # a script may ask for them; each has the value of the other


class GlueArgumentError(Exception):
    """An argument is missing or has no value."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise GlueArgumentError(message)


def getResolvedOptions(args: Sequence[str], options: Sequence[str]) -> dict[str, Any]:
    """Return the values of `options` in `args` (`sys.argv`), and of Glue's own. Other arguments are ignored.

    All options are required but TempDir. As on Glue 5, a unique beginning of a name stands for the name. Raise
    GlueArgumentError for a missing option, RuntimeError or argparse.ArgumentError for one of Glue's own.
    """
    parser = _Parser()
    for name, kind in OWN.items():
        parser.add_argument(f"--{name}", **kind)
    for option in options:
        if option.removeprefix("--") in RESERVED:
            raise RuntimeError(f"Using reserved arguments {option}")
        if option not in TEMPORARY:
            parser.add_argument(f"--{option}", required=True)
    values = vars(parser.parse_known_args(args[1:])[0])
    del values["continuation_option"]
    both = values["job_bookmark_from"] is not None and values["job_bookmark_to"] is not None
    if both and values["job_bookmark_option"] != "job-bookmark-pause":
        raise RuntimeError("Invalid option(s)--job-bookmark-from --job-bookmark-to")
    temporary = values["TempDir"] if values["TempDir"] is not None else values["RedshiftTempDir"]
    return {**values, **dict.fromkeys(TEMPORARY, temporary)}


def __getattr__(name: str) -> NoReturn:
    if name.startswith("_"):
        raise AttributeError(name)
    not_covered(f"awsglue.utils.{name}", "leave it out")
