"""The two log groups that all jobs of a stage share, encrypted with a KMS key of the stage.

A job with a security configuration that encrypts logs has two others, whose names end with that of the configuration:
https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging-enable.html. The stack makes them too, so that
they are kept as long as the others; Glue gives them the key of the configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs

from aws_glue_cdk_baseline.config import Job, StageConfig
from aws_glue_cdk_baseline.log_encryption import ENCRYPT_LOGS, log_group_arn, log_key, logs_service
from aws_glue_cdk_baseline.permissions.s3 import Statement, allow

# Where Glue writes the logs of Python shell jobs by default; no document says that it takes other groups for them.
SHELL_GROUPS = ("/aws-glue/python-jobs/output", "/aws-glue/python-jobs/error")
WRITE = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]


@dataclass(frozen=True)
class StageLogs:
    """The log groups of a stage. Their names begin with `prefix`. `output` gets the output of the scripts.

    A role that writes to them needs the permissions in `write`, with a security configuration those in `encrypted`,
    and as that of a Python shell job that in `of_shells`.
    """

    prefix: str
    output: logs.ILogGroup
    write: tuple[Statement, ...]
    encrypted: Mapping[str, Statement]
    of_shells: Statement

    def write_of(self, job: Job) -> list[Statement]:
        """Return the statements of a job's role for its logs."""
        configuration, is_shell = job.settings.security_configuration, job.settings.is_shell
        return [
            *self.write,
            *([self.encrypted[configuration]] if configuration else []),
            *([self.of_shells] if is_shell else []),
        ]


def add_stage_logs(stack: Stack, stage: StageConfig) -> StageLogs:
    """Add the log groups of a stage and their key.

    The dot in their construct ids avoids a clash with the id of a job, which is its name.
    """
    plain, encrypted = _names(stage)
    everything = {**plain, **{part: name for own in encrypted.values() for part, name in own.items()}}
    key = _key(stack, stage, list(everything.values()))
    groups = {
        part: _log_group(stack, f"Logs.{part}", name, key, stage.log_retention_days)
        for part, name in everything.items()
    }
    encrypt = allow(ENCRYPT_LOGS, [key.key_arn])
    via_logs = {"Condition": {"StringEquals": {"kms:ViaService": logs_service(stack)}}}
    return _stage_logs(stack, stage, groups["Output"], {**encrypt, **via_logs})


def other_stack_logs(stack: Stack, stage: StageConfig) -> StageLogs:
    """Return the log groups of a stage, which is spread over several stacks, for another one than the first.

    It knows the groups by their names. It cannot know their key: a reference to it would be an export, which locks the
    first stack. The key's own policy lets the roles of these stacks use it.
    """
    plain, _ = _names(stage)
    return _stage_logs(stack, stage, logs.LogGroup.from_log_group_name(stack, "Logs.Output", plain["Output"]))


def _names(stage: StageConfig) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return the names of the log groups by their construct ids, and those of each security configuration.

    Error gets Glue's messages and the script's logger.
    """
    prefix = stage.names.log_groups
    names = {"Output": f"{prefix}/output", "Error": f"{prefix}/error"}
    configurations = dict.fromkeys(job.settings.security_configuration for job in stage.jobs)
    encrypted = {
        configuration: {f"{part}.{configuration}": f"{name}-{configuration}" for part, name in names.items()}
        for configuration in configurations
        if configuration
    }
    return names, encrypted


def _stage_logs(stack: Stack, stage: StageConfig, output: logs.ILogGroup, *with_key: Statement) -> StageLogs:
    # CreateLogGroup is allowed although these groups exist: AWS's own policy for Glue (AWSGlueServiceRole) allows it,
    # and no document says that Glue can log without it. `:*` after a log group means its streams.
    plain, encrypted = _names(stage)
    arns = {name: log_group_arn(stack, name) for own in (plain, *encrypted.values()) for name in own.values()}
    shells = [log_group_arn(stack, name) for name in SHELL_GROUPS]
    put = allow(WRITE, [form for name in plain.values() for form in (arns[name], f"{arns[name]}:*")])
    return StageLogs(
        stage.names.log_groups,
        output,
        (put, *with_key),
        {
            configuration: allow(
                [*WRITE, "logs:AssociateKmsKey"],
                [
                    *(form for name in own.values() for form in (arns[name], f"{arns[name]}:*")),
                    log_group_arn(stack, glues_own_groups(configuration)),
                ],
            )
            for configuration, own in encrypted.items()
        },
        allow(WRITE, [form for arn in shells for form in (arn, f"{arn}:*")]),
    )


def glues_own_groups(configuration: str) -> str:
    """Return the pattern for log groups that Glue names after the role and the configuration, which it may make.

    https://docs.aws.amazon.com/glue/latest/webapi/API_JobRun.html (LogGroupName). A role's policy cannot have the
    role's own name in it.
    """
    return f"/aws-glue/*jobs-*-{configuration}/*"


def _key(stack: Stack, stage: StageConfig, log_groups: list[str]) -> kms.Key:
    description = f"Encrypts the logs of the Glue jobs of {stage.name}"
    key = log_key(stack, "Logs.Key", description=description, log_groups=log_groups)
    if stage.stack_count > 1:
        key.add_to_resource_policy(_for_other_stacks(stack, stage))
    return key


def _for_other_stacks(stack: Stack, stage: StageConfig) -> iam.PolicyStatement:
    """Return the key's permission for the job roles of all stacks of the stage, through CloudWatch Logs only."""
    # CloudFormation begins the name of a role with that of its stack, of which 24 characters are left if it is long.
    roles = stack.format_arn(service="iam", region="", resource="role", resource_name=f"{stage.names.stack[:24]}*")
    return iam.PolicyStatement(
        principals=[iam.AnyPrincipal()],
        actions=ENCRYPT_LOGS,
        resources=["*"],
        conditions={
            "StringEquals": {"kms:CallerAccount": stack.account, "kms:ViaService": logs_service(stack)},
            "ArnLike": {"aws:PrincipalArn": roles},
        },
    )


def _log_group(stack: Stack, construct_id: str, name: str, key: kms.Key, retention_days: int) -> logs.LogGroup:
    group = logs.LogGroup(
        stack,
        construct_id,
        log_group_name=name,
        encryption_key=key,
        removal_policy=RemovalPolicy.DESTROY,  # a log group that stays would make the next deployment fail
    )
    # The construct takes members of an enumeration, such as ONE_MONTH. The config has the number of days.
    cast(logs.CfnLogGroup, group.node.default_child).retention_in_days = retention_days
    return group
