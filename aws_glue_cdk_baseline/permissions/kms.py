"""IAM statements for KMS keys: those of the buckets that a job reads and writes, and of its security configuration.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html says what S3 needs,
https://docs.aws.amazon.com/glue/latest/dg/set-up-encryption.html what a security configuration needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.config.glue_values import buckets, key_region
from aws_glue_cdk_baseline.permissions.s3 import Statement, allow

READ = ["kms:Decrypt"]
WRITE = ["kms:Decrypt", "kms:GenerateDataKey"]  # an upload in parts is read again while it is put together
CONFIGURATION = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]


def kms_statements(job: Job) -> Iterator[Statement]:
    """Yield the statements of a job's role for the keys in `job.kms_keys`, each by what the job does with it."""
    written = buckets(job.written_locations)
    read = [bucket for bucket in buckets(job.input_locations) if bucket not in written]
    yield from by_s3(READ, job, read)
    yield from by_s3(WRITE, job, written)
    # Glue itself encrypts bookmarks with the key, so that it is not used by S3 alone.
    if keys := job.kms_keys.get(job.settings.security_configuration or ""):
        yield allow(CONFIGURATION, keys)


def decrypt(job: Job, locations: Sequence[str]) -> Iterator[Statement]:
    """Yield the statements to read what lies at some of the job's locations."""
    yield from by_s3(READ, job, buckets(locations))


def by_s3(actions: Sequence[str], job: Job, names: Sequence[str]) -> Iterator[Statement]:
    """Yield a statement for the keys of these buckets in each Region: they are used by S3, for the role, alone."""
    keys = dict.fromkeys(key for name in names for key in job.kms_keys.get(name, ()))
    for region in dict.fromkeys(map(key_region, keys)):
        service = f"s3.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}"
        yield {
            **allow(actions, [key for key in keys if key_region(key) == region]),
            "Condition": {"StringEquals": {"kms:ViaService": service}},
        }
