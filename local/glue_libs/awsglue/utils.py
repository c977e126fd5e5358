"""`awsglue.utils`: getResolvedOptions, which reads the arguments of a job script."""

from __future__ import annotations

import argparse
import traceback
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from awsglue._coverage import not_covered
from awsglue._version import GLUE_6
from awsglue.job import Job

# Glue passes these for its own use, in this order. A script gets their values without asking for them.
OWN: dict[str, Sequence[str] | None] = {
    Job.job_bookmark_options()[0]: Job.job_bookmark_options()[1:],
    Job.continuation_options()[0]: Job.continuation_options()[1:],
    **dict.fromkeys(Job.job_bookmark_range_options()),
    **dict.fromkeys(Job.id_params()[1:]),
    Job.encryption_type_options()[0]: Job.encryption_type_options()[1:],
    **dict.fromkeys(Job.data_lineage_options()),
    "--RedshiftTempDir": None,
    "--TempDir": None,
}
TEMPORARY = ("TempDir", "RedshiftTempDir")  # a script may ask for them; each has the value of the other
# To ask for one of these, in this spelling, is another error than to ask for JOB_ID: Glue compares the names first.
RESERVED = {
    **{name.removeprefix("--"): name.removeprefix("--") for name in ("--continuation-option", "--job-bookmark-option")},
    **{name.removeprefix("--"): name for name in Job.job_bookmark_range_options()},
    **{name: name for name in (*Job.id_params()[1:], "--encryption-type", "--enable-data-lineage")},
}
Key = TypeVar("Key")
Value = TypeVar("Value")

_global_args: dict[str, Any] = {}  # the options of the run, for transforms


class GlueArgumentError(Exception):
    """An argument is missing or has no value."""


class GlueArgumentParser(argparse.ArgumentParser):
    """A parser that raises GlueArgumentError where argparse would end the process."""

    def error(self, msg: str) -> NoReturn:
        raise GlueArgumentError(msg)


def _resolved_options(args: Sequence[str], options: Sequence[str], allow_abbrev: bool) -> dict[str, Any]:
    for name, shown in RESERVED.items():
        if name in options:
            raise RuntimeError(f"Using reserved arguments {shown}")
    parser = GlueArgumentParser(allow_abbrev=allow_abbrev)
    for name, choices in OWN.items():
        parser.add_argument(name, choices=choices)
    for name in options:
        if name not in TEMPORARY:
            parser.add_argument(f"--{name}", required=True)
    values = vars(parser.parse_known_args(args[1:])[0])
    temporary = values["TempDir"] if values["TempDir"] is not None else values["RedshiftTempDir"]
    values.update(dict.fromkeys(TEMPORARY, temporary))
    values["job_bookmark_option"] = _bookmark_option(values, values.pop("continuation_option"))
    _global_args.update(values)
    return values


def _bookmark_option(values: Mapping[str, Any], continuation: str | None) -> str:
    """Return the bookmark option that is given, in its new or its old name, and check the range of a pause."""
    option = str(values["job_bookmark_option"] or Job.job_bookmark_options()[3])
    if values["job_bookmark_option"] is None and continuation is not None:
        option = Job.job_bookmark_options()[Job.continuation_options().index(continuation)]
    ends = Job.job_bookmark_range_options()
    absent = [name for name in ends if values[name.removeprefix("--").replace("-", "_")] is None]
    if option == "job-bookmark-pause":
        if len(absent) == 1:
            raise RuntimeError(f"Missing option or value for {absent[0]}")
    elif not absent:
        raise RuntimeError(f"Invalid option(s){' '.join(ends)}")
    return option


if GLUE_6:

    def getResolvedOptions(args: Sequence[str], options: Sequence[str], allow_abbrev: bool = False) -> dict[str, Any]:
        """Return the values of `options` in `args` (`sys.argv`), and of Glue's own. Other arguments are ignored.

        All options are required but TempDir. With `allow_abbrev`, a unique beginning of a name stands for the name.
        Raise GlueArgumentError for a missing option, RuntimeError or argparse.ArgumentError for one of Glue's own.
        """
        return _resolved_options(args, options, allow_abbrev)

else:

    def getResolvedOptions(args: Sequence[str], options: Sequence[str]) -> dict[str, Any]:  # type: ignore[misc]
        """Return the values of `options` in `args` (`sys.argv`), and of Glue's own. Other arguments are ignored.

        All options are required but TempDir. A unique beginning of a name stands for the name. Raise
        GlueArgumentError for a missing option, RuntimeError or argparse.ArgumentError for one of Glue's own.
        """
        return _resolved_options(args, options, True)


def makeOptions(sc: Any, py_obj: Any) -> Any:
    not_covered("awsglue.utils.makeOptions", "leave it out: it makes an object for AWS's jars")


def callsite() -> str:
    """Return the lines of the stack above the caller."""
    return "".join(traceback.format_list(traceback.extract_stack()[:-2]))


def iteritems(d: Mapping[Key, Value], **kwargs: Any) -> Iterator[tuple[Key, Value]]:
    return iter(d.items(**kwargs))


def iterkeys(d: Mapping[Key, Value], **kwargs: Any) -> Iterator[Value]:
    """Return the values, not the keys: so does Glue's."""
    return iter(d.values(**kwargs))


def itervalues(d: Mapping[Key, Value], **kwargs: Any) -> Iterator[Value]:
    return iter(d.values(**kwargs))
