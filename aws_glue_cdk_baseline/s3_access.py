"""S3 locations (`s3://bucket/key`) as IAM statements: what is there and below it, and nothing beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

Statement = dict[str, Any]
READ = ["s3:GetObject"]
# What is named like this is one object; Parquet, ORC and the like are not among them: they are folders as a rule.
FILE = re.compile(r".*\.(json|jsonl|ndjson|csv|tsv|txt|xml|gz|bz2|zst|zip)", re.IGNORECASE)


def allow(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(dict.fromkeys(resources))}


def readable(partition: str, locations: Sequence[str]) -> list[Statement]:
    """Reading and listing these locations, in the AWS partition such as `aws`."""
    s3_arn = f"arn:{partition}:s3:::"
    return [
        allow(READ, [s3_arn + key for location in locations for key in keys(location)]),
        *listings(s3_arn, locations),
    ]


def split(location: str) -> tuple[str, str]:
    """`s3://bucket/some/folder/` -> bucket, some/folder/."""
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return bucket, key


def keys(location: str) -> list[str]:
    """The object at a location, unless it is named as a folder, and all that is below it: bucket/key."""
    bucket, key = split(location)
    if key in ("", "/") or key.endswith("/"):
        return [f"{bucket}/{key.rstrip('/')}/*" if key.rstrip("/") else f"{bucket}/*"]
    return [f"{bucket}/{key}", f"{bucket}/{key}/*"]


def input_keys(location: str) -> list[str]:
    """As `keys`, but of an input that is named like a file that object alone: `persons.json`, not `persons.json/`."""
    bucket, key = split(location)
    return [f"{bucket}/{key}"] if FILE.fullmatch(key) else keys(location)


def listings(s3_arn: str, locations: Sequence[str]) -> list[Statement]:
    """For each bucket, the listing of just these locations."""
    prefixes: dict[str, list[str]] = {}
    for location in locations:
        bucket, key = split(location)
        folder = key.rstrip("/")
        prefixes.setdefault(bucket, []).extend([folder, f"{folder}/*"] if folder else ["*"])
    return [
        {**allow(["s3:ListBucket"], [s3_arn + bucket]), "Condition": {"StringLike": {"s3:prefix": sorted(set(keys))}}}
        for bucket, keys in prefixes.items()
    ]
