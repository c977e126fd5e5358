"""S3 locations (`s3://bucket/key`) as IAM statements: what is there and below it, and nothing beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

Statement = dict[str, Any]
READ = ["s3:GetObject"]
MARK = ["s3:GetObject", "s3:PutObject"]
WRITE = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
# What is named like this is one object; Parquet, ORC and the like are not among them: they are folders as a rule.
FILE = re.compile(r".*\.(json|jsonl|ndjson|csv|tsv|txt|xml|gz|bz2|zst|zip)", re.IGNORECASE)


def allow(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(dict.fromkeys(resources))}


def s3_statements(
    s3_arn: str, script_object: str, inputs: Sequence[str], outputs: Sequence[str]
) -> Iterator[Statement]:
    """What a job needs of S3: its script (bucket/key) and its inputs to read, its outputs to read and write."""
    read = [script_object, *(key for location in inputs for key in input_keys(location))]
    write = [key for location in outputs for key in [*keys(location), *markers(location)[:1]]]
    above = [key for location in outputs for key in markers(location)[1:]]
    for actions, resources in ((READ, read), (WRITE, write), (MARK, above)):
        if resources:
            yield allow(actions, [s3_arn + key for key in resources])
    own = [key for location in [*inputs, *outputs] for key in markers(location)[:1]]
    yield from listings(s3_arn, [*inputs, *outputs], other_keys=[*own, *above])


def readable(partition: str, folders: Sequence[str]) -> list[Statement]:
    """Reading and listing what is below these locations, in the AWS partition such as `aws`."""
    s3_arn = f"arn:{partition}:s3:::"
    return [allow(READ, [s3_arn + below(folder) for folder in folders]), *listings(s3_arn, folders)]


def split(location: str) -> tuple[str, str]:
    """`s3://bucket/some/folder/` -> bucket, some/folder."""
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return bucket, key.rstrip("/")


def below(location: str) -> str:
    """All that is below a location: bucket/key/*."""
    bucket, key = split(location)
    return f"{bucket}/{key}/*" if key else f"{bucket}/*"


def keys(location: str) -> list[str]:
    """The object at a location, which is looked for even where it is a folder, and all that is below it: bucket/key."""
    bucket, key = split(location)
    return [f"{bucket}/{key}", below(location)] if key else [below(location)]


def input_keys(location: str) -> list[str]:
    """As `keys`, with a folder's marker; of an input that is named like a file (`a.json`, not `a.json/`) it alone."""
    bucket, key = split(location)
    if FILE.fullmatch(key) and not location.endswith("/"):
        return [f"{bucket}/{key}"]
    return [*keys(location), *markers(location)[:1]]


def markers(location: str) -> list[str]:
    """The empty objects by which Glue's file system knows a folder, its own first, then of those above it: bucket/key.

    It writes them with a folder, and looks for them when it reads one. The name is Hadoop's, from NativeS3FileSystem.
    """
    bucket, key = split(location)
    names = key.split("/") if key else []
    return [f"{bucket}/{'/'.join(names[:depth])}_$folder$" for depth in range(len(names), 0, -1)]


def listings(s3_arn: str, locations: Sequence[str], other_keys: Sequence[str] = ()) -> list[Statement]:
    """For each bucket, the listing of just these locations and of `other_keys` (bucket/key).

    Who may list a key is told that it is not there; others are told that access is denied.
    """
    prefixes: dict[str, list[str]] = {}
    for bucket, folder in map(split, locations):
        prefixes.setdefault(bucket, []).extend([folder, f"{folder}/*"] if folder else ["*"])
    for bucket, _, key in (name.partition("/") for name in other_keys):
        prefixes.setdefault(bucket, []).append(key)
    return [
        {**allow(["s3:ListBucket"], [s3_arn + bucket]), "Condition": {"StringLike": {"s3:prefix": sorted(set(keys))}}}
        for bucket, keys in prefixes.items()
    ]
