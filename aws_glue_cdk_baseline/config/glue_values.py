"""The values of settings that name something of AWS: settings of Spark, connections, tags, KMS keys, S3 folders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from aws_glue_cdk_baseline.config.errors import shown
from aws_glue_cdk_baseline.config.job_values import ParameterValue
from aws_glue_cdk_baseline.config.locations import location_error
from aws_glue_cdk_baseline.config.regions import partition_of
from aws_glue_cdk_baseline.config.section import text_error, text_like

TEMPLATE_TAGS = ("environment", "artifact_id", "stack_id", "stack_name")  # of each job, as in the AWS baseline
MAX_TAGS = 50 - len(TEMPLATE_TAGS)  # AWS allows 50 on a resource
# https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html; \w is any letter, digit or _
_TAG = re.compile(r"[\w .:/=+\-@]*")
_SPARK_NAME = re.compile(r"spark\.[A-Za-z0-9_.-]*[A-Za-z0-9_-]")
_GLUE_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,253}[A-Za-z0-9._-])?")
_KEY = re.compile(r"arn:(?P<partition>aws[a-z-]*):kms:(?P<region>[a-z0-9-]+):[0-9]{12}:key/[A-Za-z0-9-]+")


def key_region(arn: str) -> str:
    """Return the Region of a KMS key."""
    return arn.split(":")[3]


def tags_error(tags: Mapping[str, str]) -> str | None:
    """Return why one resource cannot have all these tags, or None."""
    if len(tags) > MAX_TAGS:
        return f"there are {len(tags)} tags; at most {MAX_TAGS}: AWS allows 50, and the template sets four of a job"
    seen: dict[str, str] = {}
    for key in tags:
        if (first := seen.setdefault(key.lower(), key)) != key:
            return f"{key} and {first} differ in capital letters only, which IAM takes for one key; remove one"
    return None


def _spark_name(value: str) -> str:
    if _SPARK_NAME.fullmatch(value):
        return value
    raise ValueError(
        f"{shown(value)} is not a setting of Spark; it begins with spark., as in spark.sql.shuffle.partitions"
    )


def _spark_value(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; give the setting a value, or remove it")
    if value != value.strip() or "\n" in value or re.search(r"(^|\s)--conf(\s|$)", value):
        raise ValueError(f"{shown(value)} cannot be part of Glue's argument --conf; write one value on one line")
    if error := text_error(value):
        raise ValueError(error)
    return value


def _glue_name(value: str) -> str:
    if _GLUE_NAME.fullmatch(value):
        return value
    raise ValueError(
        f"{shown(value)} is not a name in Glue; allowed: letters, digits, _, -, . and spaces inside, such as orders-db"
    )


def _configuration(value: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9._-]{1,255}", value):
        return value
    raise ValueError(
        f"{shown(value)} cannot name a security configuration whose log groups Glue names after it; allowed: letters,"
        " digits, ., - and _, at most 255 characters"
    )


def _names(value: Any) -> Any:
    if isinstance(value, str) and "," in value:
        names = ", ".join(name.strip() for name in value.split(","))
        raise ValueError(f"{shown(value)} is one text; write a list: [{names}]")
    return [value] if isinstance(value, str) else value


def _no_name_twice(values: tuple[str, ...]) -> tuple[str, ...]:
    if twice := [value for value in values if values.count(value) > 1]:
        raise ValueError(f"{shown(twice[0])} is there twice; remove one")
    return values


def _folder(value: str) -> str:
    if error := location_error(value):
        raise ValueError(error)
    if not value.endswith("/"):
        raise ValueError(f"{shown(value)} is not a folder; end it with /: {value}/")
    return value


def _tag_key(value: str) -> str:
    if value in TEMPLATE_TAGS:
        raise ValueError(f"the template sets the tag {value} of each job; choose another key")
    if value.lower().startswith("aws:"):
        raise ValueError(f"{shown(value)} begins with aws:, which AWS keeps for itself; choose another key")
    if not 1 <= len(value) <= 128 or not _TAG.fullmatch(value) or value != value.strip():
        raise ValueError(f"{shown(value)} is not the key of a tag; {_allowed(128)}")
    return value


def _tag_value(value: str) -> str:
    if len(value) > 256 or not _TAG.fullmatch(value):
        raise ValueError(f"{shown(value)} is not the value of a tag; {_allowed(256)}")
    return value


def _allowed(most: int) -> str:
    return f"allowed: letters, digits, spaces and . : / = + - @ _, at most {most} characters"


def _bucket(value: str) -> str:
    if value.startswith("s3:"):
        raise ValueError(f"{shown(value)} is a location; name its bucket: {value.partition('//')[2].partition('/')[0]}")
    if _GLUE_NAME.fullmatch(value):
        return value
    raise ValueError(f"{shown(value)} is neither a bucket nor a security configuration; name one of a job")


def _kms_key(value: str) -> str:
    if ":alias/" in value or value.startswith("alias/"):
        raise ValueError(f"{shown(value)} is an alias, and permissions are on keys; write the ARN of the key it is for")
    found = _KEY.fullmatch(value)
    if not found:
        raise ValueError(
            f"{shown(value)} is not the ARN of a KMS key; write one such as"
            " arn:aws:kms:us-east-1:123456789102:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        )
    try:
        partition = partition_of(found["region"])
    except KeyError:
        raise ValueError(f"{shown(value)} has {found['region']}, which is not an AWS Region with Glue") from None
    if partition != found["partition"]:
        raise ValueError(
            f"{shown(value)} begins with arn:{found['partition']}, and {found['region']} is in {partition}"
        )
    return value


def _some_key(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise ValueError("names no key; write the ARN of one, or remove it")
    return values


def buckets(locations: Iterable[str]) -> list[str]:
    """Return the buckets of locations, each once."""
    return list(dict.fromkeys(location.removeprefix("s3://").partition("/")[0] for location in locations))


def _text_or_list(pattern: str) -> dict[str, Any]:
    text = {"type": "string", "pattern": pattern}
    return {"anyOf": [text, {"type": "array", "items": text}]}


SparkName = Annotated[
    str, AfterValidator(_spark_name), WithJsonSchema({"type": "string", "allOf": [{"pattern": r"^spark\."}]})
]
SparkValue = Annotated[ParameterValue, AfterValidator(_spark_value)]
GlueName = Annotated[str, AfterValidator(_glue_name)]
Connections = Annotated[
    tuple[GlueName, ...],
    AfterValidator(_no_name_twice),
    BeforeValidator(_names),
    WithJsonSchema(_text_or_list("^[A-Za-z0-9][A-Za-z0-9 ._-]*$")),
]
SecurityConfiguration = Annotated[
    str,
    AfterValidator(_configuration),
    WithJsonSchema({"type": ["string", "number"], "pattern": "^[A-Za-z0-9._-]{1,255}$"}),
]
Folder = Annotated[str, AfterValidator(_folder), text_like("^s3://.+/$")]
TagKey = Annotated[str, AfterValidator(_tag_key)]
TagValue = Annotated[ParameterValue, AfterValidator(_tag_value)]
Tags = dict[TagKey, TagValue]
BucketOrName = Annotated[str, AfterValidator(_bucket)]
KmsKeys = Annotated[
    tuple[Annotated[str, AfterValidator(_kms_key)], ...],
    AfterValidator(_some_key),
    AfterValidator(_no_name_twice),
    BeforeValidator(_names),
    WithJsonSchema(_text_or_list("^arn:aws[a-z-]*:kms:.+:key/")),
]
