"""Check the policy of a job's role against IAM's limit of 10,240 characters."""

from __future__ import annotations

import json

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.permissions.catalog import catalog_statements
from aws_glue_cdk_baseline.permissions.s3 import s3_statements

# Characters in all inline policies of a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LIMIT = 10_240
# At most, for the statements of every job's role: to read its script, to write to the log groups, and to use their key.
OTHERS = 1_200
GLUE_ARN = "arn:aws-us-gov:glue:ap-southeast-1:123456789101:"  # the longest partition and the longest Region
SHARED_CODE = "x" * 140  # the object with the shared code, in the bucket of the assets


def role_size_error(job: Job) -> str | None:
    """Return an error if the locations, databases and statements of a job do not fit into its role, else None."""
    s3 = s3_statements(
        "arn:aws:s3:::", ["", *(SHARED_CODE for _ in job.shared_files[:1])], job.input_locations, job.output_locations
    )
    catalog = catalog_statements(
        GLUE_ARN, job.input_databases, job.output_databases, is_metastore=job.has_catalog_in_sql
    )
    document = [*s3, *catalog, *(statement.as_iam() for statement in job.settings.statements)]
    size = len(json.dumps(document, separators=(",", ":"))) + OTHERS
    if size <= LIMIT:
        return None
    return (
        f"its locations, databases and statements make a policy of {size} characters, and a role takes {LIMIT};"
        " name a folder above several locations, or use managedPolicies"
    )
