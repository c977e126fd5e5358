"""The bootstrap of an account and Region: is it there, of a version that serves, and does it trust the pipeline?"""

from __future__ import annotations

import json
from collections.abc import Iterator

from ministack.core.iam_evaluator import evaluate_trust_policy

from aws_glue_cdk_baseline.config.regions import partition_of
from tools.assembly import Environment
from tools.preflight.finding import Finding, fail, looked, ok
from tools.preflight.reader import Reader
from tools.stage_jobs.account import MissingError

TOOLKIT = "CDKToolkit"
# The bootstrap's roles that the pipeline assumes in the account of a stage.
ASSUMED = ("deploy", "file-publishing")


def check_bootstrap(reader: Reader, place: Environment, version: int, pipeline: str, command: str) -> Iterator[Finding]:
    """Yield the findings of the bootstrap in a place. `command` mends it.

    `version` is what the app asks for, `pipeline` the account that deploys there.
    """
    about = f"bootstrap in {place.region}"
    yield from looked(about, lambda: _version(reader, place, version, command, about))
    bucket = f"cdk-{place.qualifier}-assets-{place.account}-{place.region}"
    yield from looked(about, lambda: _bucket(reader, bucket, command, about))
    if pipeline != place.account:
        about = f"trust in {place.region}"
        yield from looked(about, lambda: _trust(reader, place, pipeline, command, about))


def _version(reader: Reader, place: Environment, version: int, command: str, about: str) -> Iterator[Finding]:
    name, needs = f"/cdk-bootstrap/{place.qualifier}/version", f"this app needs {version or 'no certain one'}"
    try:
        found = int(reader.call("ssm", "get_parameter", name, Name=name)["Parameter"]["Value"])
    except MissingError:
        yield fail(about, f"there is none; run `{command}`")
        return
    if found < version:
        yield fail(about, f"its version is {found}, and this app needs {version}; run `{command}`")
        return
    try:
        [stack] = reader.call("cloudformation", "describe_stacks", TOOLKIT, StackName=TOOLKIT)["Stacks"]
    except MissingError:
        yield ok(about, f"version {found}; {needs} (its stack has another name than {TOOLKIT})")
        return
    status = stack["StackStatus"]
    if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"):
        yield ok(about, f"version {found}; {needs}")
    else:
        yield fail(about, f"the stack {TOOLKIT} is in {status}; look at its events, then run `{command}`")


def _bucket(reader: Reader, bucket: str, command: str, about: str) -> Iterator[Finding]:
    try:
        reader.call("s3", "head_bucket", f"arn:{partition_of(reader.region)}:s3:::{bucket}", Bucket=bucket)
    except MissingError:
        yield fail(about, f"its bucket {bucket} is gone; delete the stack {TOOLKIT}, then run `{command}`")


def _trust(reader: Reader, place: Environment, pipeline: str, command: str, about: str) -> Iterator[Finding]:
    partition = partition_of(place.region)
    for kind in ASSUMED:
        name = f"cdk-{place.qualifier}-{kind}-role-{place.account}-{place.region}"
        try:
            role = reader.call("iam", "get_role", name, RoleName=name)["Role"]
        except MissingError:
            yield fail(about, f"there is no role {name}; run `{command}`")
            return
        policy = role["AssumeRolePolicyDocument"]
        policy = json.loads(policy) if isinstance(policy, str) else policy
        if not evaluate_trust_policy(policy, f"arn:{partition}:iam::{pipeline}:root"):
            yield fail(about, f"{name} does not trust the pipeline's account {pipeline}; run `{command}`")
            return
    yield ok(about, f"the account of the pipeline, {pipeline}, is trusted")
