"""Whether what a job's role may do fits into it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from aws_glue_cdk_baseline.config.statements import PolicyStatement
from aws_glue_cdk_baseline.permissions.s3 import s3_statements

# Characters of all inline policies of a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LIMIT = 10_240
OTHERS = 1_200  # at most, for what every job's role may do: its script, the log groups and their key


def role_fault(inputs: Sequence[str], outputs: Sequence[str], statements: Sequence[PolicyStatement]) -> str | None:
    """What is wrong with the locations and statements of a job, if they are too many for its role."""
    document = [*s3_statements("arn:aws:s3:::", "", inputs, outputs), *(item.as_iam() for item in statements)]
    size = len(json.dumps(document, separators=(",", ":"))) + OTHERS
    if size <= LIMIT:
        return None
    return (
        f"its locations and statements come to a policy of {size} characters, and a role takes {LIMIT};"
        " name a folder above several locations, or use managedPolicies"
    )
