"""The findings of cdk-nag in the stages, each with the reason why it is accepted.

They follow from the config, as the roles do. A new job needs no change here, and a wildcard that its YAML does not ask
for is not accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aws_glue_cdk_baseline.config import Config, Job, StageConfig
from aws_glue_cdk_baseline.permissions.s3 import below, input_keys, keys
from tests.security.findings import Finding

LOGS_ENCRYPTED = (
    "The stage's log groups are encrypted with the stage's own KMS key, which rotates (stage_logs.py). With a security"
    " configuration Glue would write to other log groups, named after the role and itself, which no stack makes or"
    " expires. What it would encrypt besides, output and bookmarks in S3, is encrypted there by S3, by the rules of the"
    " output's bucket, which belongs to the data's owner. MiniStack, on which the pipeline is rehearsed, has none."
)
NO_BOOKMARKS = "The job keeps no bookmarks (--job-bookmark-option is not set): there is nothing to encrypt."
BOOKMARKS = (
    "A bookmark holds the names and times of the objects that a job has read, or the last key of a table; Glue keeps it"
    " in a bucket of AWS's, which S3 encrypts."
)
LOG_STREAMS = "The streams of the stage's own log group: Glue names a stream by the id of the run that begins."
BELOW = "The job reads or writes what is below a location of its config, in files that Spark names by itself."
EXPECTED = "The integration test counts the rows of the files below a job's outputLocation, which Spark names."
OWN_STACK = (
    "The stage's own stack, in which the integration test finds the jobs: CloudFormation gives a stack its id, which is"
    " what the star stands for, when it makes it, and one stack at a time has that name."
)
MANAGED = "Chosen for this job in the config file, under managedPolicies, where a review sees it."


def job_acknowledgements(config: Config) -> dict[Finding, str]:
    """Return the reasons by finding, for the stages of `config`."""
    return {
        finding: reason
        for stage in config.stages
        for finding, reason in [*_stage(stage), *(_test_role(stage) if stage.integration_test else ())]
    }


def _stage(stage: StageConfig) -> Iterator[tuple[Finding, str]]:
    stack = f"PipelineStack/{stage.deployed_as}/GlueAppStack"
    for job in stage.jobs:
        bookmarks = job.settings.default_arguments.get("--job-bookmark-option", "job-bookmark-disable")
        yield Finding(f"{stack}/{job.name}/Resource", "GL1"), LOGS_ENCRYPTED
        yield (
            Finding(f"{stack}/{job.name}/Resource", "GL3"),
            NO_BOOKMARKS if bookmarks == "job-bookmark-disable" else BOOKMARKS,
        )
        yield from _role(f"{stack}/Roles./{job.name}", job, stage.name)


def _role(path: str, job: Job, stage: str) -> Iterator[tuple[Finding, str]]:
    for group in ("output", "error"):
        yield Finding(path, f"IAM5[Resource::arn:logs:log-group:/aws-glue/jobs/{stage}/{group}:*]"), LOG_STREAMS
    places = [key for location in job.input_locations for key in input_keys(location)]
    places += [key for location in job.output_locations for key in keys(location)]
    yield from _wide(path, places, BELOW)
    aws_own = [name for name in job.settings.managed_policies if not name.startswith("arn:") or ":aws:policy/" in name]
    for policy in aws_own:  # cdk-nag reports only these
        name = policy.rpartition(":policy/")[2]
        yield Finding(path, f"IAM4[Policy::arn:iam:policy/{name}]"), MANAGED
    for statement in job.settings.statements:
        for resource in statement.resources:
            if statement.reason and "*" in resource:
                yield Finding(path, f"IAM5[Resource::{resource}]").anywhere, statement.reason


def _test_role(stage: StageConfig) -> Iterator[tuple[Finding, str]]:
    path = f"PipelineStack/{stage.deployed_as}/GlueAppStack/GlueTestRole/DefaultPolicy/Resource"
    yield Finding(path, f"IAM5[Resource::arn:cloudformation:stack/{stage.deployed_as}-GlueAppStack/*]"), OWN_STACK
    expected = [location for job in stage.jobs if job.settings.expect for location in job.output_locations]
    yield from _wide(path, [below(location) for location in expected], EXPECTED)


def _wide(path: str, places: Sequence[str], reason: str) -> Iterator[tuple[Finding, str]]:
    for place in places:
        if place.endswith("/*"):
            yield Finding(path, f"IAM5[Resource::arn:s3:{place}]"), reason
