"""The statements of a job's role that follow from its settings and databases. s3.py has those of its locations."""

from __future__ import annotations

from collections.abc import Iterator

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.permissions.catalog import catalog_statements
from aws_glue_cdk_baseline.permissions.connections import connection_statements
from aws_glue_cdk_baseline.permissions.kms import kms_statements
from aws_glue_cdk_baseline.permissions.place import Place
from aws_glue_cdk_baseline.permissions.s3 import Statement

# A metric has no ARN; its namespace is the narrowest that a policy can say:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
METRICS: Statement = {
    "Effect": "Allow",
    "Action": ["cloudwatch:PutMetricData"],
    "Resource": ["*"],
    "Condition": {"StringEquals": {"cloudwatch:namespace": "Glue"}},
}


def job_statements(job: Job, place: Place) -> Iterator[Statement]:
    """Yield the statements for a job's databases, KMS keys, connections and metrics."""
    databases = job.input_databases, job.output_databases
    yield from catalog_statements(place.arn("glue", ""), *databases, is_metastore=job.has_catalog_in_sql)
    yield from kms_statements(job)
    yield from connection_statements(place, job.settings.connections)
    if job.settings.observability:
        yield METRICS
