"""Locations in S3: what is one, and which of a job's arguments name one."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping

from aws_glue_cdk_baseline.config.errors import shown
from aws_glue_cdk_baseline.config.glue_arguments import LISTS, WRITTEN

MAX_KEY_BYTES = 1024  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
_BUCKET_AND_KEY = re.compile(r"s3://(?![^/]*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9](/[^\s*?$\[\]{}]*)?")
_SCHEME = re.compile(r"(s3[an]?):/*", re.IGNORECASE)
_ALLOWED = "allowed: s3://bucket/key or s3://bucket/prefix/"
_PATTERN = "a pattern: name the folder above, and choose the files in the script"
_WRONG = {
    **dict.fromkeys("*?[]{}", _PATTERN),
    "$": "a placeholder: write the name itself",
    " ": "which no location may have here: give the object or folder another name",
}


def location_error(value: str, why: str = "") -> str | None:
    """Return why a value is not a location in S3, or None. `why` says why it has to be one."""
    if value.count("s3://") > 1:
        return f"{shown(value)} names more than one location; give each a parameter of its own"
    if not _BUCKET_AND_KEY.fullmatch(value):
        return (
            f"{shown(value)} is not a location in S3{_reason(value)}; {_ALLOWED}{'' if _SCHEME.match(value) else why}"
        )
    size = len(value.removeprefix("s3://").partition("/")[2].encode())
    if size > MAX_KEY_BYTES:
        return f"{shown(value)} has a key of {size} bytes; S3 takes {MAX_KEY_BYTES}"
    return None


def _reason(value: str) -> str:
    scheme = _SCHEME.match(value)
    if scheme is None:
        return ""
    if scheme[0] != "s3://":
        return f": it begins with {shown(scheme[0])}; write s3://, which Glue reads in the same way"
    key = value.removeprefix("s3://")
    if wrong := next((letter for letter in key if letter in _WRONG or letter.isspace()), None):
        name = "a space" if wrong == " " else f"the character {wrong!r}"
        return f": it has {name}, {_WRONG.get(wrong, _WRONG[' '])}"
    bucket = key.partition("/")[0]
    return f": {shown(bucket)} is not the name of a bucket" if bucket else ": it has no bucket"


def argument_locations(arguments: Mapping[str, str], read: Container[str] | None) -> Iterator[tuple[str, str, bool]]:
    """Yield (argument, location, written) for each place in S3 under `defaultArguments` that a run uses.

    `read` are the options that the script reads; None: they are not known, and it may read each.
    """
    for name, value in arguments.items():
        used = name in LISTS | WRITTEN or read is None or name[2:] in read
        places = [part.strip() for part in value.split(",")] if name in LISTS else [value]
        for place in places if used else ():
            if _SCHEME.match(place):
                yield name, place, name in WRITTEN or name.lower().startswith("--output")
