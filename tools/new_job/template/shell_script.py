"""Keep each line of the input once: an example, to be replaced by your own transformation."""

import posixpath
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import boto3
from awsglue.utils import getResolvedOptions


def bucket_and_key(location: str) -> tuple[str, str]:
    """Return the two parts of a location in S3."""
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return bucket, key


def read_lines(s3: Any, location: str) -> Iterator[str]:
    """Yield the lines of the text files at a location: a file, or a folder with its subfolders.

    Raise ValueError if there are none.
    """
    bucket, prefix = bucket_and_key(location)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    if not keys:
        raise ValueError(f"no files in {location}")
    for key in keys:
        yield from s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode().splitlines()


def transform(lines: Iterable[str]) -> list[str]:
    """Return each line once."""
    return list(dict.fromkeys(lines))


def main() -> None:
    args = getResolvedOptions(sys.argv, ["input_path"])
    if any(argument.split("=")[0] == "--output_path" for argument in sys.argv):
        args |= getResolvedOptions(sys.argv, ["output_path"])
    s3 = boto3.client("s3")

    lines = transform(read_lines(s3, args["input_path"]))
    if "output_path" in args:
        bucket, folder = bucket_and_key(args["output_path"])
        body = "".join(f"{line}\n" for line in lines)
        s3.put_object(Bucket=bucket, Key=posixpath.join(folder, "lines.txt"), Body=body.encode())
    print(len(lines))


if __name__ == "__main__":
    main()
