"""The rule that turns a job's parameter in the config into an argument of its script. There is no list to maintain."""

from __future__ import annotations

import re
from argparse import ArgumentError, ArgumentParser
from collections.abc import Iterable

from aws_glue_cdk_baseline.config.errors import shown
from aws_glue_cdk_baseline.config.glue_arguments import REFUSED
from aws_glue_cdk_baseline.config.locations import location_error
from aws_glue_cdk_baseline.config.section import text_error


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
    """Return true if the job writes to this location or database."""
    return argument_name(parameter).startswith("--output")


def is_database(parameter: str) -> bool:
    """Return true if a parameter names a database of the Glue Data Catalog, by its name.

    These are `database`, and names that begin with `inputDatabase` or `outputDatabase`.
    """
    words = snake_case(parameter).split("_")
    return words == ["database"] or words[:2] in (["input", "database"], ["output", "database"])


def parameter_error(parameter: str, value: str, earlier: Iterable[str]) -> str | None:
    """Return the error of a parameter, or None. `earlier` are the parameters above it in the same job."""
    argument = argument_name(parameter)
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", parameter):
        return "is not a parameter's name; allowed: a letter, then letters, digits and _"
    if argument in REFUSED:
        return f"becomes the argument {argument}, which Glue keeps for itself; choose another name"
    for other in earlier:
        if argument_name(other) == argument:
            return f"becomes the argument {argument}, as {other} does; remove one of them"
    if not value:
        return "is empty; give it a value or remove the key"
    if error := text_error(value):
        return error
    if is_database(parameter):
        return _database_error(parameter, value)
    if not is_location(parameter, value):
        return dash_error(value)
    named = "location" in snake_case(parameter).split("_")
    why = f", as the name {parameter} has the word location; for another value choose another name"
    return location_error(value, why if named else "")


def _database_error(parameter: str, value: str) -> str | None:
    if re.fullmatch(r"[a-z0-9_][a-z0-9_-]{0,254}", value):
        return None
    lower = value.lower()
    meant = f"; write {lower}, as Glue does" if lower != value and _database_error(parameter, lower) is None else ""
    return (
        f"{shown(value)} is not the name of a database of the Glue Data Catalog; allowed: small letters, digits, _ and"
        f" -{meant or f'; for another value choose another name than {parameter}'}"
    )


def dash_error(value: str) -> str | None:
    """Return why getResolvedOptions would take this value for the name of an argument, or None."""
    if not value.startswith("-"):
        return None
    parser = ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("--name")
    try:
        if parser.parse_known_args(["--name", value])[0].name == value:  # such as -1
            return None
    except ArgumentError:
        pass
    return (
        f'{shown(value)} begins with `-`: Glue takes it for the name of an argument, and the script ends with "expected'
        ' one argument"; choose a value that begins with another character'
    )
