"""Input for the jobs: the buckets that their arguments name, with sample data where we know what belongs there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from local import sample_data
from rehearsal.credentials import Identities
from tools.run_job import SAMPLE_FILES

# AWS's public examples: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-samples-legislators.html
PUBLIC_BUCKETS = {"awsglue-datasets"}
PUBLIC_OWNER = "000000000001"  # in the emulator, an account that is none of the pipeline's
OBJECT_ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]


class SampleInput:
    """Fills the emulated S3 for each stack that is deployed."""

    def __init__(self, identities: Identities, folder: Path) -> None:
        self._identities, self._folder = identities, folder
        self._owners: dict[str, str] = {}
        self._readers: dict[str, set[str]] = {}
        self._filled: set[str] = set()

    def provide(self, template: dict[str, Any], account: str, region: str) -> list[str]:
        """Make what the Glue jobs of a stack read; returns what there is to say of it."""
        own = {
            item["Properties"]["BucketName"]
            for item in template["Resources"].values()
            if item["Type"] == "AWS::S3::Bucket" and isinstance(item.get("Properties", {}).get("BucketName"), str)
        }
        remarks = []
        for argument, bucket, key in locations(template):
            if bucket in own:
                continue
            self._bucket(bucket, account, region)
            place = f"s3://{bucket}/{key}"
            if place in self._filled or "output" in argument:
                continue
            self._filled.add(place)
            name = key.rpartition("/")[2]
            if name in SAMPLE_FILES:
                s3 = self._identities.client("s3", self._identities.user(self._owners[bucket]), region)
                s3.put_object(Bucket=bucket, Key=key, Body=self._sample(name))
                remarks.append(f"{place} holds sample data")
            else:
                remarks.append(f"{place} is empty: there is no sample data of that name")
        return remarks

    def _bucket(self, bucket: str, account: str, region: str) -> None:
        public = bucket in PUBLIC_BUCKETS
        if bucket not in self._owners:
            self._owners[bucket] = PUBLIC_OWNER if public else account
            s3 = self._identities.client("s3", self._identities.user(self._owners[bucket]), region)
            create_bucket(s3, bucket, region)
        readers = self._readers.setdefault(bucket, set())
        owner = self._owners[bucket]
        if account == owner or account in readers:
            return
        readers.add(account)
        s3 = self._identities.client("s3", self._identities.user(owner), region)
        if public:
            s3.delete_public_access_block(Bucket=bucket)
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(bucket, public, readers)))

    def _sample(self, name: str) -> bytes:
        if not self._folder.exists():
            sample_data.write(self._folder)
        return (self._folder / name).read_bytes()


def create_bucket(s3: Any, bucket: str, region: str) -> None:
    """Create a bucket, or leave it as it is where the account has it."""
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=bucket, **place)


def locations(template: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(argument, bucket, key) of each s3:// value among the arguments of the template's Glue jobs."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Glue::Job":
            for argument, value in resource["Properties"].get("DefaultArguments", {}).items():
                if isinstance(value, str) and value.startswith("s3://"):
                    bucket, _, key = value.removeprefix("s3://").partition("/")
                    yield argument, bucket, key


def policy(bucket: str, public: bool, accounts: set[str]) -> dict[str, Any]:
    """Who besides its owner may use a bucket: everybody may read a public one; an account lets its own roles."""
    principals = "*" if public else {"AWS": [f"arn:aws:iam::{account}:root" for account in sorted(accounts)]}
    allow = {"Effect": "Allow", "Principal": principals}
    arn = f"arn:aws:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {**allow, "Action": ["s3:GetObject"] if public else OBJECT_ACTIONS, "Resource": f"{arn}/*"},
            {**allow, "Action": "s3:ListBucket", "Resource": arn},
        ],
    }
