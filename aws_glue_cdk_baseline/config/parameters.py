"""The rule that turns a job's parameter in the config into an argument of its script. There is no list to maintain."""

from __future__ import annotations

import re
from collections.abc import Iterable

from aws_glue_cdk_baseline.config.errors import shown
from aws_glue_cdk_baseline.config.values import MANAGED_ARGUMENTS, text_error

MAX_KEY_BYTES = 1024  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
_BUCKET_AND_KEY = re.compile(r"s3://(?![^/]*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9](/[^\s*?$\[\]{}]*)?")


def snake_case(name: str) -> str:
    """Return a name in snake_case: `ProcessS3Legislators` -> `process_s3_legislators`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.replace("-", "_"))
    return words.lower()


def argument_name(parameter: str) -> str:
    """Return the argument that a parameter becomes: `inputLocationOrgs` -> `--input_path_orgs`."""
    words = snake_case(parameter).split("_")
    return "--" + "_".join("path" if word == "location" else word for word in words)


def parameter_name(option: str, used: Iterable[str] = ()) -> str:
    """Return the parameter that becomes a script's `option`: one of `used` if possible, else in the usual spelling."""
    for parameter in used:
        if argument_name(parameter) == f"--{option}":
            return parameter
    first, *rest = ("location" if word == "path" else word for word in option.split("_"))
    usual = first + "".join(word.capitalize() for word in rest)
    return usual if argument_name(usual) == f"--{option}" else option  # such as input_path_1


def has_parameter(option: str) -> bool:
    """Return true if a parameter can become this option. None becomes `TempDir`: arguments are in snake_case."""
    return argument_name(parameter_name(option)) == f"--{option}"


def is_location(parameter: str, value: str) -> bool:
    """Return true if a parameter is a location in S3, by its name (`inputLocationOrgs`) or by its value."""
    return "location" in snake_case(parameter).split("_") or value.lower().startswith(("s3:", "s3a:", "s3n:"))


def is_output(parameter: str) -> bool:
    """Return true if the job writes to this location."""
    return argument_name(parameter).startswith("--output")


def parameter_error(parameter: str, value: str, earlier: Iterable[str]) -> str | None:
    """Return the error of a parameter, or None. `earlier` are the parameters above it in the same job."""
    argument = argument_name(parameter)
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", parameter):
        return "is not a parameter's name; allowed: a letter, then letters, digits and _"
    if argument in MANAGED_ARGUMENTS:
        return f"becomes the argument {argument}, which Glue keeps for itself; choose another name"
    for other in earlier:
        if argument_name(other) == argument:
            return f"becomes the argument {argument}, as {other} does; remove one of them"
    if not value:
        return "is empty; give it a value or remove the key"
    if error := text_error(value):
        return error
    return _location_error(value) if is_location(parameter, value) else None


def _location_error(value: str) -> str | None:
    if value.count("s3://") > 1:
        return f"{shown(value)} names more than one location; give each a parameter of its own"
    if not _BUCKET_AND_KEY.fullmatch(value):
        return f"{shown(value)} is not a location in S3; allowed: s3://bucket/key or s3://bucket/prefix/"
    size = len(value.removeprefix("s3://").partition("/")[2].encode())
    if size > MAX_KEY_BYTES:
        return f"{shown(value)} has a key of {size} bytes; S3 takes {MAX_KEY_BYTES}"
    return None
