"""The two log groups that all jobs of a stage share, encrypted with a KMS key of the stage.

A job with a security configuration that encrypts logs has two others, whose names end with that of the configuration:
https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging-enable.html. The stack makes them too, so that
they are kept as long as the others; Glue gives them the key of the configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs

from aws_glue_cdk_baseline.config import Job, StageConfig
from aws_glue_cdk_baseline.permissions.s3 import Statement, allow

# The calls that CloudWatch Logs makes with the key, for itself and for the role that writes (kms:ViaService):
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
USE_KEY = [
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:DescribeKey",
]


WRITE = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]


@dataclass(frozen=True)
class StageLogs:
    """The log groups of a stage. Their names begin with `prefix`. `output` gets the output of the scripts.

    A role that writes to them needs the permissions in `write`, and with a security configuration those in `encrypted`.
    """

    prefix: str
    output: logs.ILogGroup
    write: tuple[Statement, ...]
    encrypted: Mapping[str, Statement]

    def write_of(self, job: Job) -> list[Statement]:
        """Return the statements of a job's role for its logs."""
        configuration = job.settings.security_configuration
        return [*self.write, *([self.encrypted[configuration]] if configuration else [])]


def add_stage_logs(stack: Stack, stage: StageConfig) -> StageLogs:
    """Add the log groups of a stage and their key.

    The dot in their construct ids avoids a clash with the id of a job, which is its name.
    """
    prefix = stage.names.log_groups
    names = {
        "Output": f"{prefix}/output",
        "Error": f"{prefix}/error",
    }  # error gets Glue's messages and the script's logger
    configurations = dict.fromkeys(job.settings.security_configuration for job in stage.jobs)
    encrypted = {
        configuration: {f"{part}.{configuration}": f"{name}-{configuration}" for part, name in names.items()}
        for configuration in configurations
        if configuration
    }
    everything = {**names, **{part: name for own in encrypted.values() for part, name in own.items()}}
    arns = {part: _arn(stack, name) for part, name in everything.items()}
    key = _key(stack, stage.name, list(arns.values()))
    groups = {
        part: _log_group(stack, f"Logs.{part}", name, key, stage.log_retention_days)
        for part, name in everything.items()
    }
    # CreateLogGroup is allowed although these groups exist: AWS's own policy for Glue (AWSGlueServiceRole) allows it,
    # and no document says that Glue can log without it. `:*` after a log group means its streams.
    put = allow(WRITE, [form for part in names for form in (arns[part], f"{arns[part]}:*")])
    encrypt = allow(USE_KEY, [key.key_arn])
    via_logs = {"Condition": {"StringEquals": {"kms:ViaService": _service(stack)}}}
    return StageLogs(
        prefix,
        groups["Output"],
        (put, {**encrypt, **via_logs}),
        {
            configuration: allow(
                [*WRITE, "logs:AssociateKmsKey"],
                [
                    *(form for part in own for form in (arns[part], f"{arns[part]}:*")),
                    _arn(stack, glues_own_groups(configuration)),
                ],
            )
            for configuration, own in encrypted.items()
        },
    )


def glues_own_groups(configuration: str) -> str:
    """Return the pattern for log groups that Glue names after the role and the configuration, which it may make.

    https://docs.aws.amazon.com/glue/latest/webapi/API_JobRun.html (LogGroupName). A role's policy cannot have the
    role's own name in it.
    """
    return f"/aws-glue/jobs-*-{configuration}/*"


def _service(stack: Stack) -> str:
    return f"logs.{stack.region}.{stack.url_suffix}"


def _arn(stack: Stack, log_group: str) -> str:
    return stack.format_arn(
        service="logs", resource="log-group", resource_name=log_group, arn_format=ArnFormat.COLON_RESOURCE_NAME
    )


def _key(stack: Stack, stage: str, log_groups: list[str]) -> kms.Key:
    key = kms.Key(
        stack,
        "Logs.Key",
        description=f"Encrypts the logs of the Glue jobs of {stage}",
        enable_key_rotation=True,
        removal_policy=RemovalPolicy.DESTROY,  # like its log groups; KMS waits for 30 days
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(_service(stack))],
            actions=USE_KEY,
            resources=["*"],  # in a key policy, * means this key
            conditions={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
        )
    )
    return key


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
