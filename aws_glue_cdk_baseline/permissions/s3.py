"""IAM statements for S3 locations (`s3://bucket/key`): the object at the location and the objects below it only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

Statement = dict[str, Any]
READ = ["s3:GetObject"]
MARK = ["s3:GetObject", "s3:PutObject"]
WRITE = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
# A location with such a name is one object. Parquet and ORC are missing here, because they are mostly folders.
FILE = re.compile(r".*\.(json|jsonl|ndjson|csv|tsv|txt|xml|gz|bz2|zst|zip|jar|whl)", re.IGNORECASE)


def allow(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(dict.fromkeys(resources))}


def s3_statements(
    s3_arn: str, code: Sequence[str], inputs: Sequence[str], outputs: Sequence[str]
) -> Iterator[Statement]:
    """Yield the statements of a job: read its code (bucket/key of each) and inputs, read and write its outputs."""
    read = [*code, *(key for location in inputs for key in input_keys(location))]
    write = [key for location in outputs for key in [*keys(location), *markers(location)[:1]]]
    above = [key for location in outputs for key in markers(location)[1:]]
    for actions, resources in ((READ, read), (WRITE, write), (MARK, above)):
        if resources:
            yield allow(actions, [s3_arn + key for key in resources])
    own = [key for location in [*inputs, *outputs] for key in markers(location)[:1]]
    yield from listings(s3_arn, [*inputs, *outputs], other_keys=[*own, *above])


def readable(partition: str, folders: Sequence[str], others: Sequence[str] = ()) -> list[Statement]:
    """Return the statements to read and list all objects below the `folders`, and what is at the `others`.

    `partition` is, for example, `aws`. One of the others that is named like a file is one object.
    """
    s3_arn = f"arn:{partition}:s3:::"
    found = [*map(below, folders), *(key for location in others for key in _at(location))]
    return [allow(READ, [s3_arn + key for key in found]), *listings(s3_arn, [*folders, *others])]


def _at(location: str) -> list[str]:
    return keys(location)[:1] if _is_file(location) else keys(location)


def split(location: str) -> tuple[str, str]:
    """Return the bucket and the key of a location: `s3://bucket/some/folder/` -> bucket, some/folder."""
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return bucket, key.rstrip("/")


def folder_above(location: str, depth: int) -> str:
    """Return the folder around a location that is at most `depth` folders below the bucket: s3://bucket/a/b/."""
    bucket, key = split(location)
    return f"s3://{'/'.join([bucket, *key.split('/')[:depth]]).rstrip('/')}/"


def below(location: str) -> str:
    """Return the pattern for all objects below a location: bucket/key/*."""
    bucket, key = split(location)
    return f"{bucket}/{key}/*" if key else f"{bucket}/*"


def keys(location: str) -> list[str]:
    """Return the object at a location and the pattern for all below it: Spark looks for both, even for a folder."""
    bucket, key = split(location)
    return [f"{bucket}/{key}", below(location)] if key else [below(location)]


def input_keys(location: str) -> list[str]:
    """Return the keys of an input: one object if it is named like a file (`a.json`, not `a.json/`), else a folder's."""
    bucket, key = split(location)
    if _is_file(location):
        return [f"{bucket}/{key}"]
    return [*keys(location), *markers(location)[:1]]


def _is_file(location: str) -> bool:
    return bool(FILE.fullmatch(split(location)[1])) and not location.endswith("/")


def markers(location: str) -> list[str]:
    """Return the objects that mark a folder for Glue's file system: the folder's own, then those of the folders above.

    Glue writes these empty objects when it makes a folder, and looks for them when it reads one. Their names come from
    Hadoop's NativeS3FileSystem.
    """
    bucket, key = split(location)
    names = key.split("/") if key else []
    return [f"{bucket}/{'/'.join(names[:depth])}_$folder$" for depth in range(len(names), 0, -1)]


def listings(s3_arn: str, locations: Sequence[str], other_keys: Sequence[str] = ()) -> list[Statement]:
    """Return a statement for each bucket: to list these locations and `other_keys` (bucket/key).

    Without permission to list a key, S3 answers "access denied" and not "not found" if the key does not exist.
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
