"""The accepted findings of cdk-nag in the stages, each with its reason.

They are derived from the config, like the roles. So a new job needs no change here, and a wildcard that does not follow
from the config is not accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aws_glue_cdk_baseline.config import Config, Job, StageConfig
from aws_glue_cdk_baseline.permissions.catalog import tables
from aws_glue_cdk_baseline.permissions.s3 import below, input_keys, keys
from tests.security.findings import Finding

LOGS_ENCRYPTED = (
    "The log groups of the stage are encrypted with a KMS key of the stage, which rotates (jobs/logs.py). With a"
    " security configuration, Glue would write to other log groups, which it names itself: no stack creates them, and"
    " they never expire. A security configuration also encrypts output and bookmarks in S3. S3 encrypts both anyway,"
    " the output by the settings of its bucket, for which the owner of the data is responsible. MiniStack, which"
    " emulates AWS in the rehearsal, has no security configurations."
)
NO_BOOKMARKS = "The job keeps no bookmarks (no `bookmark: true`): there is nothing to encrypt."
BOOKMARKS = (
    "A bookmark has the names and times of the objects that a job has read, or the last key of a table. Glue stores it"
    " in a bucket of AWS, which S3 encrypts."
)
LOG_STREAMS = (
    "The log streams of the stage's own log group. Their names are not known before: they are the ids of job runs."
)
BELOW = "The job reads or writes the objects below a location of its config. Spark chooses their names."
TABLES = "The job reads or writes tables of a database of its config. Its script names them, and makes new ones."
EXPECTED = "The integration test counts the rows of the files below a job's outputLocation. Spark names the files."
COMPARED = "The integration test compares the job's output with the data below this input location of its rules."
OWN_STACK = (
    "The stage's own stack, in which the integration test finds the jobs. The star stands for the id of the stack,"
    " which CloudFormation assigns when it creates the stack. Only one stack at a time can have this name."
)
MANAGED = "The config names this policy for the job, under managedPolicies, where a review sees it."


def job_acknowledgements(config: Config) -> dict[Finding, str]:
    """Return the reason for each accepted finding in the stages of `config`."""
    return {
        finding: reason
        for stage in config.stages
        for finding, reason in [*_stage(stage), *(_test_role(stage) if stage.integration_test else ())]
    }


def _stage(stage: StageConfig) -> Iterator[tuple[Finding, str]]:
    stack = f"PipelineStack/{stage.names.pipeline_stage}/GlueAppStack"
    for job in stage.jobs:
        yield Finding(f"{stack}/{job.name}/Resource", "GL1"), LOGS_ENCRYPTED
        yield (
            Finding(f"{stack}/{job.name}/Resource", "GL3"),
            BOOKMARKS if job.settings.bookmark else NO_BOOKMARKS,
        )
        yield from _role(f"{stack}/Roles./{job.name}", job, stage.name)


def _role(path: str, job: Job, stage: str) -> Iterator[tuple[Finding, str]]:
    for group in ("output", "error"):
        yield Finding(path, f"IAM5[Resource::arn:logs:log-group:/aws-glue/jobs/{stage}/{group}:*]"), LOG_STREAMS
    places = [key for location in job.input_locations for key in input_keys(location)]
    places += [key for location in job.output_locations for key in keys(location)]
    yield from _wide(path, places, BELOW)
    for database in (*job.input_databases, *job.output_databases):
        yield Finding(path, f"IAM5[Resource::arn:glue:{tables(database)}]"), TABLES
    aws_own = [name for name in job.settings.managed_policies if not name.startswith("arn:") or ":aws:policy/" in name]
    for policy in aws_own:  # cdk-nag reports only these
        name = policy.rpartition(":policy/")[2]
        yield Finding(path, f"IAM4[Policy::arn:iam:policy/{name}]"), MANAGED
    for statement in job.settings.statements:
        for resource in statement.resources:
            if statement.reason and "*" in resource:
                yield Finding(path, f"IAM5[Resource::{resource}]").anywhere, statement.reason


def _test_role(stage: StageConfig) -> Iterator[tuple[Finding, str]]:
    path = f"PipelineStack/{stage.names.pipeline_stage}/GlueAppStack/GlueTestRole/DefaultPolicy/Resource"
    yield Finding(path, f"IAM5[Resource::arn:cloudformation:stack/{stage.names.stack}/*]"), OWN_STACK
    expected = [location for job in stage.jobs if job.settings.expect for location in job.output_locations]
    others = [location for job in stage.jobs for location in job.quality_sources.values()]
    yield from _wide(path, [key for location in others for key in input_keys(location)], COMPARED)
    yield from _wide(path, [below(location) for location in expected], EXPECTED)


def _wide(path: str, places: Sequence[str], reason: str) -> Iterator[tuple[Finding, str]]:
    for place in places:
        if place.endswith("/*"):
            yield Finding(path, f"IAM5[Resource::arn:s3:{place}]"), reason
