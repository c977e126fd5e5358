"""Check the policy of a job's role against IAM's limit of 10,240 characters."""

from __future__ import annotations

import json

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.permissions.job import job_statements
from aws_glue_cdk_baseline.permissions.place import LONGEST
from aws_glue_cdk_baseline.permissions.s3 import s3_statements

# Characters in all inline policies of a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LIMIT = 10_240
# At most, for the statements of every job's role: to read its script, to write to the log groups, and to use their key.
OTHERS = 1_200
OF_CONFIGURATION = 800 + 5 * 255  # for the log groups of a security configuration, whose name may be so long
SHARED_CODE = "x" * 140  # the object with the shared code, in the bucket of the assets


def role_size_error(job: Job) -> str | None:
    """Return an error if the locations, databases and statements of a job do not fit into its role, else None."""
    code = ["", *(SHARED_CODE for _ in job.shared_files[:1])]
    s3 = s3_statements("arn:aws:s3:::", code, job.input_locations, job.written_locations)
    own = [statement.as_iam() for statement in job.settings.statements]
    document = [*s3, *job_statements(job, LONGEST), *own]
    others = OTHERS + (OF_CONFIGURATION if job.settings.security_configuration else 0)
    size = len(json.dumps(document, separators=(",", ":"))) + others
    if size <= LIMIT:
        return None
    return (
        f"its locations, databases and statements make a policy of {size} characters, and a role takes {LIMIT};"
        " name a folder above several locations, or use managedPolicies"
    )
