"""Parse the content of a config file into its model. If the file has errors, parse the parts without errors.

A stage is two keys of the file, `<stage>Account` and `<stage>`. This module pairs them; the other modules get pairs.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from aws_glue_cdk_baseline.config.errors import ErrorLine, nearest
from aws_glue_cdk_baseline.config.messages import ACCOUNT, explain
from aws_glue_cdk_baseline.config.model import TOP_KEYS, ConfigFile
from aws_glue_cdk_baseline.config.yaml_file import Data, YamlFile

TRIES = 10  # each removes what the one before refused; later errors are mostly consequences of the first
MOST_ERRORS = 1000  # ten times what is shown; to explain an error takes time
STAGES = "stages"
_NO_STAGES = "is not a key: each stage has a section of its own, and its account, as `dev:` and `devAccount:`"
PLACEHOLDER = {"awsAccountId": "123456789101", "awsRegion": "us-east-1"}  # replaces an account with an error


def parse(file: YamlFile) -> tuple[ConfigFile | None, list[ErrorLine]]:
    """Return the model of the file, and its errors.

    If there are errors, the model lacks the wrong parts, so that the other parts can still be checked. It is None if
    too little is left.
    """
    data: dict[str, Data] = dict(file.data) if isinstance(file.data, dict) else {}
    errors = []
    if STAGES in data and STAGES + ACCOUNT not in data:  # the model has the pairs under this name
        del data[STAGES]
        errors.append(file.error((STAGES,), f"{_NO_STAGES}; write what is below it at the top"))
    content, missing = _with_stages(data)
    errors += [_half_missing(file, half, key) for half, key in missing.items() if key or not errors]
    for number in range(TRIES):
        try:
            return ConfigFile.model_validate(content), errors
        except ValidationError as invalid:
            found = invalid.errors(include_url=False)
            if not number:
                accounts = [key.removesuffix(ACCOUNT) for key in data if key not in TOP_KEYS and key.endswith(ACCOUNT)]
                accounts = [name for name in accounts if name not in data]
                errors += explain(found[:MOST_ERRORS], file, list(content["stages"]), accounts)
                content = deepcopy(content)
            for error in sorted(found, key=lambda error: len(error["loc"]), reverse=True):
                _take_out(content, error["loc"])
    return None, errors


def _with_stages(data: dict[str, Data]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the content with the pairs under `stages`, and each missing half of a pair with the half that is there.

    A key that is neither a pair nor half of one stays in the content: the model refuses it.
    """
    shared = {key: value for key, value in data.items() if key in TOP_KEYS}
    other = {key: value for key, value in data.items() if key not in shared}
    stages = {
        key: {"account": other[key + ACCOUNT], "section": section}
        for key, section in other.items()
        if key + ACCOUNT in other
    }
    left = {key: value for key, value in other.items() if key not in stages and key.removesuffix(ACCOUNT) not in stages}
    halves = {key: key.removesuffix(ACCOUNT) if key.endswith(ACCOUNT) else key + ACCOUNT for key in left}
    missing = {half: key for key, half in halves.items() if half not in data and _is_half(key, left[key])}
    absent = [key for key in sorted(TOP_KEYS) if key not in data]
    alone = dict(missing)
    for key in left:
        candidates = [] if key.endswith(ACCOUNT) else [half for half, other in missing.items() if other != key]
        if meant := nearest(key, [*absent, *candidates]):  # a misspelt key: one error is enough
            missing.pop(meant, None)
            missing.pop(halves[key], None)
            alone.pop(halves[key], None)
    for key in alone.values():
        section = left.pop(key)
        if not key.endswith(ACCOUNT):
            stages[key] = {"account": dict(PLACEHOLDER), "section": section}
    if not stages and not missing:
        missing = dict.fromkeys(("devAccount", "dev"), "")
    return {**shared, **left, "stages": stages}, missing


def _half_missing(file: YamlFile, half: str, key: str) -> ErrorLine:
    if not key:
        return file.error((half,), f"is missing; add `{half}:` as in default-config.yaml")
    return file.error((key,), f"has no `{half}:` beside it; add it as in default-config.yaml")


def _is_half(key: str, value: Data) -> bool:
    """Return true if a key is half of a stage: an account, or a section that lists jobs."""
    return key.endswith(ACCOUNT) or (isinstance(value, dict) and "jobs" in value)


def _take_out(content: dict[str, Any], path: Iterable[str | int]) -> None:
    """Remove the error at `path` from `content`, with as little around it as possible."""
    match tuple(path):
        case ("pipelineAccount", *_):
            content["pipelineAccount"] = dict(PLACEHOLDER)
        case ("stages", stage, *_) if stage not in content["stages"]:
            pass
        case ("stages", stage, "account", *_):
            content["stages"][stage]["account"] = dict(PLACEHOLDER)
        case ("stages", stage, "section", "jobs", *below) if below:
            _take_out_of_jobs(content["stages"][stage]["section"]["jobs"], below)
        case ("stages", stage, "section", key, *_) if key != "jobs":
            content["stages"][stage]["section"].pop(key, None)
        case ("stages", stage, *_):
            content["stages"].pop(stage, None)
        case ("jobs", *below) if below and isinstance(content.get("jobs"), dict):
            _take_out_of_jobs(content["jobs"], below)
        case (key, *_):
            content.pop(str(key), None)


def _take_out_of_jobs(jobs: dict[str, Any], path: list[str | int]) -> None:
    job, *keys = path
    if keys == ["[key]"] or not isinstance(jobs.get(str(job)), dict):
        jobs.pop(str(job), None)
    elif keys:
        jobs[str(job)].pop(str(keys[0]), None)
