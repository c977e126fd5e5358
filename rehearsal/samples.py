"""The input of the jobs: the buckets in their arguments, with sample data for the files of the public example."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from local import sample_data
from rehearsal.aws.sessions import Session

# AWS's public examples: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-samples-legislators.html
PUBLIC_BUCKETS = {"awsglue-datasets"}
PUBLIC_OWNER = "000000000001"  # an account in the emulator that is not one of the pipeline's
OBJECT_ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]


class Samples:
    """Fills the emulated S3 for each stack that is deployed. `public` owns the public buckets."""

    def __init__(self, public: Session, folder: Path) -> None:
        self._public, self._folder = public, folder
        self._owners: dict[str, Session] = {}
        self._readers: dict[str, set[str]] = {}
        self._filled: set[str] = set()

    def provide(self, template: dict[str, Any], owner: Session) -> list[str]:
        """Make the input of a stack's Glue jobs, in the stack's account and Region. Return remarks to print."""
        own = {
            item["Properties"]["BucketName"]
            for item in template["Resources"].values()
            if item["Type"] == "AWS::S3::Bucket" and isinstance(item.get("Properties", {}).get("BucketName"), str)
        }
        remarks = []
        for argument, bucket, key in locations(template):
            if bucket in own:
                continue
            self._let_in(bucket, owner)
            place = f"s3://{bucket}/{key}"
            if place in self._filled or "output" in argument:
                continue
            self._filled.add(place)
            name = key.rpartition("/")[2]
            if name in sample_data.FILES:
                self._owners[bucket].client("s3").put_object(Bucket=bucket, Key=key, Body=self._sample(name))
                remarks.append(f"{place} holds sample data")
            else:
                remarks.append(f"{place} is empty: there is no sample data of that name")
        return remarks

    def _let_in(self, bucket: str, user: Session) -> None:
        """Create the bucket if it is new, and let the user's account use it."""
        public = bucket in PUBLIC_BUCKETS
        if bucket not in self._owners:
            self._owners[bucket] = self._public if public else user
            create_bucket(self._owners[bucket].client("s3"), bucket, self._owners[bucket].region)
        owner, readers = self._owners[bucket], self._readers.setdefault(bucket, set())
        if user.account == owner.account or user.account in readers:
            return
        readers.add(user.account)
        s3 = owner.client("s3")
        if public:
            s3.delete_public_access_block(Bucket=bucket)
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(bucket, public, readers)))

    def _sample(self, name: str) -> bytes:
        if not self._folder.exists():
            sample_data.write(self._folder)
        return (self._folder / name).read_bytes()


def create_bucket(s3: Any, bucket: str, region: str) -> None:
    """Create a bucket if the account does not have it yet."""
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=bucket, **place)


def locations(template: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield (argument, bucket, key) for each s3:// value in the arguments of the template's Glue jobs."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Glue::Job":
            for argument, value in resource["Properties"].get("DefaultArguments", {}).items():
                if isinstance(value, str) and value.startswith("s3://"):
                    bucket, _, key = value.removeprefix("s3://").partition("/")
                    yield argument, bucket, key


def policy(bucket: str, public: bool, accounts: set[str]) -> dict[str, Any]:
    """Return a bucket policy: all may read a public bucket, and the roles of `accounts` may use another bucket."""
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
