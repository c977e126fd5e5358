"""The values of a stage and of the whole file, but for its jobs: account ids, names, approvals, days of logs."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, TypeAdapter, ValidationError, WithJsonSchema

from aws_glue_cdk_baseline.config.errors import did_you_mean, shown
from aws_glue_cdk_baseline.config.section import number_or_text, text_like

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
# CloudFormation cuts a stack's name to 25 characters in the names that it makes. bootstrap/ allows names by their
# part PipelineStack, which must be left of it: tools/resource_arns.py.
MAX_PREFIX = 11
CHANGES = "changes"  # an approval that shows them
_BOOLEAN = TypeAdapter(bool)


def _account_id(value: str) -> str:
    if re.fullmatch(r"[0-9]{12}", value):
        return value
    digits = re.sub(r"[\s-]", "", value)
    if re.fullmatch(r"[0-9]{12}", digits):
        raise ValueError(f"{shown(value)} is not an AWS account id; write its 12 digits without separators: {digits}")
    count = f", here {len(value)}" if re.fullmatch(r"[0-9]+", value) else ""
    raise ValueError(f"{shown(value)} is not an AWS account id; allowed: 12 digits{count}, such as 123456789101")


def _name_prefix(value: str) -> str:
    if re.fullmatch(rf"[a-z][a-z0-9]{{0,{MAX_PREFIX - 1}}}", value):
        return value
    raise ValueError(
        f"{shown(value)} is not a prefix of names; allowed: a small letter, then small letters and digits, at most"
        f" {MAX_PREFIX} characters, such as orders"
    )


def _stage_name(value: str) -> str:
    if re.fullmatch(r"[a-z][A-Za-z0-9]{0,19}", value):
        return value
    raise ValueError(
        f"{shown(value)} is not a stage's name; allowed: a small letter, then letters and digits, at most 20"
        " characters, such as staging"
    )


def _approval(value: Any) -> Any:
    try:
        return value if value in (CHANGES, None) else _BOOLEAN.validate_python(value)
    except ValidationError:
        hint = did_you_mean(value, [CHANGES]) if isinstance(value, str) else ""
        raise ValueError(f"{shown(value)} is not allowed{hint or '; allowed: true, false, changes'}") from None


def _retention(days: int) -> int:
    if days in LOG_RETENTION_DAYS:
        return days
    allowed = ", ".join(map(str, LOG_RETENTION_DAYS))
    raise ValueError(f"CloudWatch Logs cannot keep logs for {days} days; allowed: {allowed}")


AccountId = Annotated[str, AfterValidator(_account_id), number_or_text("^[0-9]{12}$")]
NamePrefix = Annotated[str, AfterValidator(_name_prefix), text_like(f"^[a-z][a-z0-9]{{0,{MAX_PREFIX - 1}}}$")]
StageName = Annotated[str, AfterValidator(_stage_name)]
Approval = Annotated[
    bool | Literal["changes"],
    BeforeValidator(_approval),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"const": CHANGES}]}),
]
_DAYS = {"type": "string", "pattern": f"^({'|'.join(map(str, LOG_RETENTION_DAYS))})$"}
RetentionDays = Annotated[
    int, AfterValidator(_retention), WithJsonSchema({"anyOf": [{"enum": list(LOG_RETENTION_DAYS)}, _DAYS]})
]
