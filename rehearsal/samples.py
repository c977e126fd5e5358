"""The emulated data of the jobs: the buckets in their arguments, filled from the folder `samples/` of the project.

catalog.py fills the databases in their arguments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_glue_cdk_baseline.config.glue_arguments import OWN_PLACES
from local import sample_data
from local.catalog.tables import FOLDER
from local.samples import below, place, touch
from rehearsal import catalog
from rehearsal.aws.sessions import Session

# AWS's public examples: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-samples-legislators.html
PUBLIC_BUCKETS = {"awsglue-datasets"}
PUBLIC_OWNER = "000000000001"  # an account in the emulator that is not one of the pipeline's
OBJECT_ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
UPLOADS = 8  # at the same time
ASSETS = re.compile(r"s3://cdk-[a-z0-9]+-assets-")  # which the pipeline itself fills


@dataclass(frozen=True)
class Place:
    """A location in the arguments of a deployed job."""

    job: str
    argument: str
    location: str

    @property
    def bucket(self) -> str:
        return self.location.removeprefix("s3://").partition("/")[0]

    @property
    def is_input(self) -> bool:
        return not self.argument.startswith("--output") and self.argument not in OWN_PLACES


class Samples:
    """Fills the emulated S3 for each stack that is deployed. `public` owns the public buckets.

    `folder` has a folder for each bucket. `before` has the locations that the jobs before each job write: what is below
    them is not filled for that job, which reads what those jobs have written.
    """

    def __init__(self, public: Session, folder: Path, before: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._public, self._folder, self._before = public, folder, before or {}
        self._owners: dict[str, Session] = {}
        self._readers: dict[str, set[str]] = {}
        self._filled: set[Path] = set()

    def provide(self, template: dict[str, Any], owner: Session) -> list[str]:
        """Make the input of a stack's Glue jobs, in the stack's account and Region. Return remarks to print."""
        own = {
            item["Properties"]["BucketName"]
            for item in template["Resources"].values()
            if item["Type"] == "AWS::S3::Bucket" and isinstance(item.get("Properties", {}).get("BucketName"), str)
        }
        places = [found for found in places_in(template) if found.bucket not in own]
        sample_data.provide([found.location for found in places if found.is_input], self._folder)
        for bucket in dict.fromkeys(found.bucket for found in places):
            self._let_in(bucket, owner)
        files = {file: None for found in places for file in self.files(found) if file not in self._filled}
        with ThreadPoolExecutor(UPLOADS) as pool:
            list(pool.map(self._upload, files))  # raises the first error
        self._filled.update(files)
        remarks = [f"{_count(len(files), 'file')} of {self._folder.name}/ put into S3"] if files else []
        if empty := list(dict.fromkeys(found.location for found in places if self._lacks(found))):
            remarks.append(f"empty, without a sample: {', '.join(empty)}")
        if databases := catalog.databases_in(template):
            count = catalog.provide(owner.client("glue"), databases, self._folder)
            tables = f" with {_count(count, 'table')} of {self._folder.name}/{FOLDER}" if count else ""
            remarks.append(f"in the Data Catalog: {', '.join(databases)}{tables}")
        return remarks

    def files(self, found: Place) -> list[Path]:
        """Return the files of the samples at and below a place, without those that jobs before its job write."""
        if found.argument.startswith("--output"):
            return []
        written = self._before.get(found.job, ())
        return [file for file in files_at(place(found.location, self._folder)) if not self._is_below(file, written)]

    def _is_below(self, file: Path, written: tuple[str, ...]) -> bool:
        name = f"s3://{file.relative_to(self._folder).as_posix()}"
        return any(below(name, folder) for folder in written)

    def _lacks(self, found: Place) -> bool:
        """Return true if nobody gives an input to the job."""
        written = any(touch(found.location, folder) for folder in self._before.get(found.job, ()))
        return found.is_input and not written and not self.files(found)

    def _upload(self, file: Path) -> None:
        bucket, _, key = file.relative_to(self._folder).as_posix().partition("/")
        with file.open("rb") as body:
            self._owners[bucket].client("s3").put_object(Bucket=bucket, Key=key, Body=body)

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


def create_bucket(s3: Any, bucket: str, region: str) -> None:
    """Create a bucket if the account does not have it yet."""
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=bucket, **place)


def files_at(sample: Path) -> list[Path]:
    """Return the file of a sample, or all files below its folder. Those that only a laptop has are left out."""
    found = [sample] if sample.is_file() else sorted(file for file in sample.rglob("*") if file.is_file())
    return [file for file in found if file.name not in (".DS_Store", ".gitkeep", ".gitignore", ".gitattributes")]


def places_in(template: dict[str, Any]) -> Iterator[Place]:
    """Yield each s3:// location in the arguments of the template's Glue jobs."""
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Glue::Job":
            job = str(resource["Properties"].get("Name", logical_id))
            for argument, value in resource["Properties"].get("DefaultArguments", {}).items():
                if isinstance(value, str):
                    for part in value.split(",") if argument in OWN_PLACES else [value]:
                        if part.strip().startswith("s3://") and not ASSETS.match(part.strip()):
                            yield Place(job, argument, part.strip())


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"


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
