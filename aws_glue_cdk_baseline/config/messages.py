"""Turn pydantic's errors in a config file into lines that name what is allowed and how to correct the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from aws_glue_cdk_baseline.config.errors import ErrorLine, did_you_mean, nearest, shown
from aws_glue_cdk_baseline.config.job_settings import Expect, JobSettings, StageJob
from aws_glue_cdk_baseline.config.known_keys import OF_JOB, about_key
from aws_glue_cdk_baseline.config.model import TOP_KEYS, Account, StageSection
from aws_glue_cdk_baseline.config.notifications import Notifications, Slack, Teams
from aws_glue_cdk_baseline.config.section import Section
from aws_glue_cdk_baseline.config.source import Source
from aws_glue_cdk_baseline.config.statements import PolicyStatement
from aws_glue_cdk_baseline.config.yaml_file import KeyPath, YamlFile

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


JOB_KEY_DEPTH = len(("stages", "dev", "section", "jobs", "Load", "inputLocation"))
USUAL = ("dev", "prod")  # names of stages
ACCOUNT = "Account"  # ends the key of a stage's account, beside the key of the stage itself


def explain(
    errors: Iterable[ErrorDetails], file: YamlFile, stages: Sequence[str], accounts: Sequence[str] = ()
) -> list[ErrorLine]:
    """Return one line for each error, with the keys as the file has them. `stages` are the stages of the file.

    `accounts` are the names of stages that have an account there, and no section.

    Two kinds of errors are left out, because another error is their cause: a missing key that a misspelt one was meant
    to be, and a value in which `file` already has an error.
    """
    located = [(_key_path(error), error) for error in errors]
    located = [(path, error) for path, error in located if typed_path(path) not in file.wrong]
    missing = {path for path, error in located if error["type"] == "missing"}
    meant = {
        (*path[:-1], name)
        for path, error in located
        if error["type"] == "extra_forbidden"
        and (name := nearest(str(path[-1]), [str(other[-1]) for other in missing if other[:-1] == path[:-1]]))
    }
    return [
        file.error(typed_path(path), _message(path, error, stages) + _account_hint(path, error, file, accounts))
        for path, error in located
        if not (error["type"] == "missing" and path in meant)
    ]


def _account_hint(path: KeyPath, error: ErrorDetails, file: YamlFile, accounts: Sequence[str]) -> str:
    """Return the account whose stage an unknown key may be: one that has nearly its name, and no stage."""
    name = str(path[-1])
    if error["type"] != "extra_forbidden" or len(path) != 1 or nearest(name, [*TOP_KEYS, *USUAL]):
        return ""
    meant = nearest(name, accounts)
    return f"; is it the stage of {meant}{ACCOUNT}, line {file.line((meant + ACCOUNT,))}?" if meant else ""


def typed_path(path: KeyPath) -> KeyPath:
    """Return the key path in the file for a path in the model: `devAccount` for `stages.dev.account`."""
    match path:
        case ("stages", str(stage), "account", *below):
            return (stage + ACCOUNT, *below)
        case ("stages", str(stage), "section", *below):
            return (stage, *below)
        case ("stages", *below):
            return tuple(below)
    return path


def _key_path(error: ErrorDetails) -> KeyPath:
    """Return the path of the key with the error. Pydantic adds "[key]" where the error is in the key itself."""
    path = error["loc"]
    return path[:-1] if path[-1] == "[key]" and error["type"] == "value_error" else path


def _message(path: KeyPath, error: ErrorDetails, stages: Sequence[str]) -> str:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "missing" and "statements" in path:
        return f"is missing; a statement has `{path[-1]}:`, a list"
    if kind == "missing" and "notifications" in path:
        return f"is missing; add `{path[-1]}:`, as docs/operate.md says"
    if kind == "missing":
        return f"is missing; add `{path[-1]}:` as in default-config.yaml"
    if kind == "extra_forbidden":
        return _unknown_key(path, stages)
    if value is None:
        return "is empty; give it a value or remove the key"
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        return f"{shown(value)} is not allowed; allowed: {context['expected']}"
    if kind in ("int_parsing", "int_type", "int_from_float", "int_parsing_size"):
        return f"{shown(value)} is not a whole number"
    if kind in ("float_parsing", "float_type", "finite_number"):
        return f"{shown(value)} is not a number"
    if kind == "greater_than":
        return f"{_number(value)} is too small; more than {context['gt']:g}"
    if kind in ("bool_parsing", "bool_type"):
        return f"{shown(value)} is neither true nor false"
    if kind == "greater_than_equal":
        return f"{_number(value)} is too small; at least {context['ge']}"
    if kind == "less_than_equal":
        return f"{_number(value)} is too large; at most {context['le']:g}"
    if kind == "string_too_long":
        return f"has {len(value)} characters; at most {context['max_length']}"
    if kind == "model_type" and path[-1] == "notifications":
        nobody = ", or `notifications: none`" if path[0] == "stages" else ", or remove it"
        return f"{shown(value)} is not a section; write `notifications: {{email: team@example.com}}`{nobody}"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"{shown(value)} is not a section; write `key: value` lines, indented, below it"
    if kind == "tuple_type":
        return f"{shown(value)} is not a list; write one `- item` a line below it"
    if kind == "string_type" and len(path) == JOB_KEY_DEPTH and (known := about_key(str(path[-1]), "job")):
        return known  # a list or a section cannot be the value of a parameter
    if kind == "string_type":
        settings = [field.alias or "" for field in StageJob.model_fields.values()]
        hint = did_you_mean(str(path[-1]), settings) if len(path) == JOB_KEY_DEPTH and path[-1] not in settings else ""
        return f"{shown(value)} is not one value; write text or a number{hint}"
    if kind == "string_too_short":
        return f"{shown(value)} is too short; at least {context['min_length']} characters"
    if kind == "too_short":
        return "has no jobs; list at least one, as in default-config.yaml"
    if kind == "too_long" and path[-1] != "jobs":
        return f"has {len(value)} entries; at most {context['max_length']}; remove some"
    if kind == "too_long":
        return (
            f"has {len(value)} jobs; at most {context['max_length']}, as AWS Glue's quota of an account is 2,000;"
            " deploy the others from a second copy of this project, in accounts of their own"
        )
    return f"{error['msg']}; the value is {shown(value)}"


def _number(value: object) -> str:
    """Return a number as it was typed, in quotes if it is long or not printable."""
    text = str(value)
    return text if len(text) <= 40 and text.isprintable() else shown(value)


def _unknown_key(path: KeyPath, stages: Sequence[str]) -> str:
    key = str(path[-1])
    if about := about_key(key, _level(path)):
        return about
    if _level(path) in ("top", "stage") and key in [field.alias for field in JobSettings.model_fields.values()]:
        return OF_JOB
    if len(path) == 1:
        known = [
            *TOP_KEYS,
            *(name for stage in (*stages, *USUAL) for name in (stage, stage + ACCOUNT)),
        ]
        allowed = f"{', '.join(TOP_KEYS)}, and two keys a stage, as dev and devAccount"
        return f"is not known here; allowed: {allowed}{did_you_mean(key, known)}"
    section = _section(path[:-1])
    known = [field.alias or "" for field in section.model_fields.values()]
    if section is JobSettings and not nearest(key, known):
        places = " and ".join(f"{stage}.jobs.{path[1]}" for stage in stages)
        return f"is not a setting; a parameter goes under {places}; settings: {', '.join(known)}"
    return f"is not known here; allowed: {', '.join(known)}{did_you_mean(key, known)}"


def _level(path: KeyPath) -> str:
    match path:
        case (_,):
            return "top"
        case ("stages", _, "section", _):
            return "stage"
        case ("jobs", _, _):
            return "job"
        case _:
            return ""


def _section(path: KeyPath) -> type[Section]:
    match path:
        case (*_, "statements", int()):
            return PolicyStatement
        case ("jobs", _, "expect") | ("stages", _, "section", "jobs", _, "expect"):
            return Expect
        case (*_, "notifications"):
            return Notifications
        case (*_, "notifications", "slack"):
            return Slack
        case (*_, "notifications", "teams"):
            return Teams
        case ("jobs", *_):
            return JobSettings
        case ("stages", _, "section"):
            return StageSection
        case ("source",):
            return Source
        case _:
            return Account
