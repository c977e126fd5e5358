"""The accepted findings of cdk-nag in the stages, each with its reason.

They are derived from the config, like the roles. So a new job needs no change here, and a wildcard that does not follow
from the config is not accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aws_glue_cdk_baseline.config import Config, Job, StageConfig
from aws_glue_cdk_baseline.jobs.logs import SHELL_GROUPS, glues_own_groups
from aws_glue_cdk_baseline.permissions.catalog import tables
from aws_glue_cdk_baseline.permissions.s3 import below, input_keys, keys
from aws_glue_cdk_baseline.pipeline.integration_test import many_outputs
from tests.security.findings import Finding

LOGS_ENCRYPTED = (
    "The log groups of the stage are encrypted with a KMS key of the stage, which rotates (jobs/logs.py). A security"
    " configuration (`securityConfiguration`) also encrypts output and bookmarks in S3. S3 encrypts both anyway, the"
    " output by the settings of its bucket, for which the owner of the data is responsible."
)
CONFIGURED = (
    "The job has the `securityConfiguration` that the config names. It exists already: cdk-nag cannot look into it."
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
METRICS = "`observability: true` of the job. A metric has no ARN; the statement is for the namespace Glue alone."
CONNECTION = (
    "The job has `connections`, and one may lead into a VPC, in which Glue makes network interfaces for the job. The"
    " config does not know the subnet. Calls that describe know no resource; the statement is for the stage's Region."
)
SHELL_LOGS = "The log streams of the groups in which Glue logs Python shell jobs. Their names are the ids of job runs."
GLUES_LOGS = (
    "Log groups that Glue names after the job's role and its `securityConfiguration`. A role's policy cannot have the"
    " name of the role in it, which CloudFormation makes."
)
JOBS_OF_THE_STAGE = (
    "The jobs of a stage with more jobs than a role's policies can name. A condition on their tag stack_name leaves out"
    " jobs of other stacks."
)
NO_BACKUP = (
    "The table has the records of the integration test. A record that is lost costs one run: its job is tested again."
)
STACKS_OF_THE_STAGE = (
    "The stage's own stacks, whose templates the build before an approval reads. The star stands for the id that"
    " CloudFormation gives a stack. Only one stack at a time can have this name."
)
SCRIPTS_OF_MANY_JOBS = (
    "The scripts of a stage with more jobs than a role's policies can name. The bucket has only the assets of CDK apps."
)
MANAGED = "The config names this policy for the job, under managedPolicies, where a review sees it."


def job_acknowledgements(config: Config) -> dict[Finding, str]:
    """Return the reason for each accepted finding in the stages of `config`."""
    return {
        finding: reason
        for stage in config.stages
        for finding, reason in [
            *_stage(stage),
            *(_test_role(stage) if stage.integration_test else ()),
            *(_diff_role(stage) if stage.shows_changes else ()),
        ]
    }


def _stage(stage: StageConfig) -> Iterator[tuple[Finding, str]]:
    first = f"PipelineStack/{stage.names.pipeline_stage}/GlueAppStack"
    for job in stage.jobs:
        number = stage.stacks.get(job.name, 1)
        stack = f"{first}{number}" if number > 1 else first
        configured = job.settings.security_configuration is not None
        bookmarks = BOOKMARKS if job.settings.bookmark else NO_BOOKMARKS
        yield Finding(f"{stack}/{job.name}/Resource", "GL1"), CONFIGURED if configured else LOGS_ENCRYPTED
        yield Finding(f"{stack}/{job.name}/Resource", "GL3"), CONFIGURED if configured else bookmarks
        yield from _role(f"{stack}/Roles./{job.name}", job, stage.names.log_groups)


def _role(path: str, job: Job, logs: str) -> Iterator[tuple[Finding, str]]:
    for group in ("output", "error"):
        yield Finding(path, f"IAM5[Resource::arn:logs:log-group:{logs}/{group}:*]"), LOG_STREAMS
    places = [key for location in job.input_locations for key in input_keys(location)]
    places += [key for location in job.written_locations for key in keys(location)]
    yield from _wide(path, places, BELOW)
    for database in (*job.input_databases, *job.output_databases):
        yield Finding(path, f"IAM5[Resource::arn:glue:{tables(database)}]"), TABLES
    yield from _of_settings(path, job, logs)
    aws_own = [name for name in job.settings.managed_policies if not name.startswith("arn:") or ":aws:policy/" in name]
    for policy in aws_own:  # cdk-nag reports only these
        name = policy.rpartition(":policy/")[2]
        yield Finding(path, f"IAM4[Policy::arn:iam:policy/{name}]"), MANAGED
    for statement in job.settings.statements:
        for resource in statement.resources:
            if statement.reason and "*" in resource:
                yield Finding(path, f"IAM5[Resource::{resource}]").anywhere, statement.reason


def _of_settings(path: str, job: Job, logs: str) -> Iterator[tuple[Finding, str]]:
    settings = job.settings
    if settings.observability:
        yield Finding(path, "IAM5[Resource::*]"), METRICS
    if settings.connections:
        yield Finding(path, "IAM5[Resource::*]"), CONNECTION
        for kind in ("vpc", "network-interface", "subnet", "security-group"):
            yield Finding(path, f"IAM5[Resource::arn:ec2:{kind}/*]"), CONNECTION
    if settings.is_shell:
        for name in SHELL_GROUPS:
            yield Finding(path, f"IAM5[Resource::arn:logs:log-group:{name}:*]"), SHELL_LOGS
    if configuration := settings.security_configuration:
        for group in ("output", "error"):
            yield Finding(path, f"IAM5[Resource::arn:logs:log-group:{logs}/{group}-{configuration}:*]"), LOG_STREAMS
        groups = glues_own_groups(configuration)
        yield Finding(path, f"IAM5[Resource::arn:logs:log-group:{groups}]"), GLUES_LOGS


def _test_role(stage: StageConfig) -> Iterator[tuple[Finding, str]]:
    path = f"PipelineStack/{stage.names.pipeline_stage}/GlueAppStack/GlueTestRole/DefaultPolicy/Resource"
    if stage.keeps_test_records:
        yield Finding(f"PipelineStack/{stage.names.pipeline_stage}/GlueAppStack/Test.Records", "DDB3"), NO_BACKUP
    for stack in stage.stack_names:
        yield Finding(path, f"IAM5[Resource::arn:cloudformation:stack/{stack}/*]"), OWN_STACK
    if stage.stack_count > 1:
        yield Finding(path, f"IAM5[Resource::arn:glue:job/{stage.names.job('*')}]"), JOBS_OF_THE_STAGE
    if stage.stack_count > 1:
        found = [arn for statement in many_outputs(stage, "aws") for arn in statement["Resource"]]
        yield from _wide(path, [arn.removeprefix("arn:aws:s3:::") for arn in found], EXPECTED)
        return
    expected = [location for job in stage.jobs if job.has_checked_output for location in job.output_locations]
    others = [location for job in stage.jobs for location in job.quality_sources.values()]
    yield from _wide(path, [key for location in others for key in input_keys(location)], COMPARED)
    yield from _wide(path, [below(location) for location in expected], EXPECTED)


def _diff_role(stage: StageConfig) -> Iterator[tuple[Finding, str]]:
    path = f"PipelineStack/{stage.names.pipeline_stage}/GlueAppStack/GlueDiffRole/DefaultPolicy/Resource"
    for stack in stage.all_stack_names:
        yield Finding(path, f"IAM5[Resource::arn:cloudformation:stack/{stack}/*]"), STACKS_OF_THE_STAGE
    if stage.stack_count > 1:
        bucket = f"cdk-hnb659fds-assets-{stage.account.aws_account_id}-{stage.account.aws_region}"
        for files in ("*.py", "*.zip"):
            yield Finding(path, f"IAM5[Resource::arn:s3:{bucket}/{files}]"), SCRIPTS_OF_MANY_JOBS


def _wide(path: str, places: Sequence[str], reason: str) -> Iterator[tuple[Finding, str]]:
    for place in places:
        if place.endswith("/*"):
            yield Finding(path, f"IAM5[Resource::arn:s3:{place}]"), reason
