"""AWS as a profile reaches it, for reading alone: each call that is not in READS is refused before it is sent."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError

from tools.job_arguments import RunError
from tools.stage_jobs.account import DENIED, WHAT, Caller, MissingError

# Each call, and the right that it needs: https://docs.aws.amazon.com/service-authorization/latest/reference/
READS = {
    "sts:GetCallerIdentity": "",
    "ssm:GetParameter": "ssm:GetParameter",
    "cloudformation:DescribeStacks": "cloudformation:DescribeStacks",
    "iam:GetRole": "iam:GetRole",
    "iam:SimulatePrincipalPolicy": "iam:SimulatePrincipalPolicy",
    "iam:ListAttachedRolePolicies": "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies": "iam:ListRolePolicies",
    "iam:GetRolePolicy": "iam:GetRolePolicy",
    "iam:GetPolicy": "iam:GetPolicy",
    "iam:GetPolicyVersion": "iam:GetPolicyVersion",
    "iam:GetAccountSummary": "iam:GetAccountSummary",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "kms:DescribeKey": "kms:DescribeKey",
    "glue:GetDatabase": "glue:GetDatabase",
    "glue:GetConnection": "glue:GetConnection",
    "glue:GetSecurityConfiguration": "glue:GetSecurityConfiguration",
    "glue:GetJobs": "glue:GetJobs",
    "logs:DescribeLogGroups": "logs:DescribeLogGroups",
    "sns:GetTopicAttributes": "sns:GetTopicAttributes",
    "secretsmanager:DescribeSecret": "secretsmanager:DescribeSecret",
    "service-quotas:ListServiceQuotas": "servicequotas:ListServiceQuotas",
    "codeconnections:GetConnection": "codeconnections:GetConnection",
    "codestar-connections:GetConnection": "codestar-connections:GetConnection",
    "codecommit:GetRepository": "codecommit:GetRepository",
    "codecommit:GetBranch": "codecommit:GetBranch",
}
NOT_THERE = re.compile(r"404|NotFound|NotFoundException|ParameterNotFound|NoSuchBucket|.*DoesNotExistException")
NO_RIGHT = (*DENIED, "403", "Forbidden", "AuthorizationError")


class NotReadingError(RuntimeError):
    """A call might change something. It was not sent."""


class DeniedError(RunError):
    """The right to read something is missing. The message is that right, and the resource where AWS names it."""


class Reader(Caller):
    """A profile in one Region. `region_of_bucket` has the Regions that S3 has told of buckets, even where it denies."""

    def __init__(self, profile: str, region: str) -> None:
        self.region_of_bucket: dict[str, str] = {}
        super().__init__(profile, region)

    def _client(self, service: str, once: bool) -> Any:
        client = super()._client(service, once)
        client.meta.events.register("before-call", refuse_writes, unique_id="preflight")
        return client

    def _explained(self, service: str, error: ClientError, about: str) -> RunError:
        code, operation = str(error.response["Error"]["Code"]), f"{service}:{error.operation_name}"
        if code in NO_RIGHT:
            said = WHAT.search(" ".join(str(error.response["Error"].get("Message", "")).split()))
            right = said["action"] if said else READS.get(operation, operation)
            resource = (said["resource"] if said else "") or about
            return DeniedError(f"{right} on {resource}" if resource else right)
        if NOT_THERE.fullmatch(code):
            return MissingError(f"{about}: does not exist")
        return super()._explained(service, error, about)


def refuse_writes(model: Any, **_: Any) -> None:
    """Raise NotReadingError for a call that is not in READS. botocore calls this before it sends a request."""
    operation = f"{model.service_model.service_name}:{model.name}"
    if operation not in READS:
        raise NotReadingError(f"preflight only reads, and {operation} is not among the calls that read")
