"""The values of a config file: the types of its account ids, Regions, names and texts, each with its error message."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    field_validator,
)
from pydantic.alias_generators import to_camel

from aws_glue_cdk_baseline.config import glue_versions
from aws_glue_cdk_baseline.config.cron import parse_cron
from aws_glue_cdk_baseline.config.errors import did_you_mean, shown
from aws_glue_cdk_baseline.config.glue_arguments import default_argument
from aws_glue_cdk_baseline.quality.parser import parse_rule
from aws_glue_cdk_baseline.quality.rules import RuleError

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
# A job's name is a construct id. These ids are the stack's own, or members of every JavaScript object: the CDK keeps
# the constructs of a stack in such an object.
RESERVED = frozenset(
    [
        *("GlueTestRole", "CDKMetadata", "BootstrapVersion", "CheckBootstrapVersion"),
        *("constructor", "toString", "toLocaleString", "valueOf", "hasOwnProperty"),
        *("isPrototypeOf", "propertyIsEnumerable"),
    ]
)
# CloudFormation cuts a stack's name to 25 characters in the names that it makes. bootstrap/ allows names by their
# part PipelineStack, which must be left of it: tools/resource_arns.py.
MAX_PREFIX = 11
MAX_AFTER = 50  # jobs that one job comes after: as many as one trigger of Glue takes
_POLICY = re.compile(
    r"(arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/)?([\w+=,.@-]{1,128}/){0,4}[\w+=,.@-]{1,128}", re.ASCII
)
CHANGES = "changes"  # an approval that shows them
_BOOLEAN = TypeAdapter(bool)


class Section(BaseModel):
    """A section of the file. Its keys are in camelCase; unknown keys are refused; it is frozen."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, protected_namespaces=())

    @field_validator("*", mode="before")
    @classmethod
    def _not_empty(cls, value: Any) -> Any:
        if value is None:  # typed so: a key that is not there has its default without this check
            raise ValueError("is empty; give it a value or remove the key")
        return value


@cache
def known_regions() -> dict[str, str]:
    """Return the AWS partition of each Region that has Glue, from botocore's data.

    The data file is read directly: to import botocore takes a tenth of a synth.
    """
    botocore = find_spec("botocore")
    assert botocore is not None, "botocore is in requirements.txt"
    assert botocore.origin is not None, "botocore is a package with files"
    text = (Path(botocore.origin).parent / "data" / "endpoints.json").read_text(encoding="utf-8")
    return {
        region: str(partition["partition"])
        for partition in json.loads(text)["partitions"]
        for region in partition["services"].get("glue", {}).get("endpoints", {})
        if region in partition["regions"]
    }


def partition_of(region: str) -> str:
    """Return the AWS partition of a Region with Glue, such as `aws`."""
    return known_regions()[region]


def _account_id(value: str) -> str:
    if re.fullmatch(r"[0-9]{12}", value):
        return value
    digits = re.sub(r"[\s-]", "", value)
    if re.fullmatch(r"[0-9]{12}", digits):
        raise ValueError(f"{shown(value)} is not an AWS account id; write its 12 digits without separators: {digits}")
    count = f", here {len(value)}" if re.fullmatch(r"[0-9]+", value) else ""
    raise ValueError(f"{shown(value)} is not an AWS account id; allowed: 12 digits{count}, such as 123456789101")


def _region(value: str) -> str:
    if value in known_regions():
        return value
    hint = did_you_mean(value, sorted(known_regions())) or "; use one such as us-east-1"
    raise ValueError(f"{shown(value)} is not an AWS Region with Glue{hint}")


def _name_prefix(value: str) -> str:
    if re.fullmatch(rf"[a-z][a-z0-9]{{0,{MAX_PREFIX - 1}}}", value):
        return value
    raise ValueError(
        f"{shown(value)} is not a prefix of names; allowed: a small letter, then small letters and digits, at most"
        f" {MAX_PREFIX} characters, such as orders"
    )


def _job_name(value: str) -> str:
    if value in RESERVED:
        raise ValueError(f"{value} is reserved by the stack; choose another name")
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,99}", value):
        return value
    raise ValueError(
        f"{shown(value)} is not a job name; allowed: a letter, then letters, digits, - and _, at most 100"
        " characters, such as ProcessLegislators"
    )


def _job_names(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if "," in value:
        names = ", ".join(name.strip() for name in value.split(","))
        raise ValueError(f"{shown(value)} is one text; write a list, as in `after: [{names}]`")
    return [value]


def _schedule(value: str) -> str:
    parse_cron(value)
    return " ".join(value.split()).replace("( ", "(").replace(" )", ")")


def _script(value: str) -> str:
    if re.fullmatch(r"(?:[A-Za-z0-9_-]{1,100}/){0,8}[A-Za-z0-9_-]{1,100}\.py", value):
        return value
    raise ValueError(
        f"{shown(value)} is not a job script; name a .py file relative to the folder job_scripts, such as join.py"
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


def _capacity(dpus: float) -> float:
    if dpus in (0.0625, 1):
        return dpus
    raise ValueError(f"{dpus:g} is not the capacity of a Python shell job; allowed: 0.0625 and 1 (DPU)")


def _maintenance_window(value: str) -> str:
    if re.fullmatch(r"(Sun|Mon|Tue|Wed|Thu|Fri|Sat):([01]?[0-9]|2[0-3])", value):
        return value
    raise ValueError(f"{shown(value)} is not a day and an hour in UTC; write one such as Sun:3")


def text_error(value: str) -> str | None:
    """Return why a text cannot be deployed by the CDK or CloudFormation, or None."""
    if found := re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", value):
        return f"has the control character {shown(found[0])}, which CloudFormation refuses; remove it"
    if found := re.search(r"[$#]\{Token\[", value):
        return f"has {found[0]}, which the CDK uses for values that are not known yet; write it differently"
    return None


def _text(value: str) -> str:
    if error := text_error(value):
        raise ValueError(error)
    return value


def _argument_value(value: str) -> str:
    if not value:
        raise ValueError(
            'is empty, and Glue hands no value on; give it one, such as "true" for a switch, or remove the key'
        )
    return _text(value)


def _description(value: str) -> str:
    if len(value.encode()) > 2048:
        raise ValueError(f"is {len(value.encode())} bytes long; Glue takes 2048")
    return _text(value)


def _managed_policy(value: str) -> str:
    if value == "AWSGlueServiceRole":
        raise ValueError("AWSGlueServiceRole is called service-role/AWSGlueServiceRole in IAM; write that")
    if _POLICY.fullmatch(value):
        return value
    raise ValueError(
        f"{shown(value)} is not a managed policy; write the name of one of AWS's, such as AmazonSQSReadOnlyAccess, or"
        " an ARN"
    )


def _no_policy_twice(values: tuple[str, ...]) -> tuple[str, ...]:
    if twice := [value for value in values if values.count(value) > 1]:
        raise ValueError(f"{shown(twice[0])} is there twice; remove one")
    return values


def _quality_rule(value: str) -> str:
    try:
        parse_rule(_text(value))
    except RuleError as error:
        raise ValueError(f"{shown(value)} is not a rule: {error}") from None
    return value


def _stage_name(value: str) -> str:
    if re.fullmatch(r"[a-z][A-Za-z0-9]{0,19}", value):
        return value
    raise ValueError(
        f"{shown(value)} is not a stage's name; allowed: a small letter, then letters and digits, at most 20"
        " characters, such as staging"
    )


def text_like(pattern: str) -> WithJsonSchema:
    """Return the JSON Schema of a text that matches a pattern, for editors. The synth says more about a wrong one."""
    return WithJsonSchema({"type": "string", "pattern": pattern})


def _number_or_text(pattern: str) -> WithJsonSchema:
    """Return a JSON Schema that also accepts a number: editors read unquoted digits so, this project reads text."""
    return WithJsonSchema({"anyOf": [{"type": "string", "pattern": pattern}, {"type": "number"}]})


AccountId = Annotated[str, AfterValidator(_account_id), _number_or_text("^[0-9]{12}$")]
Region = Annotated[str, AfterValidator(_region), text_like("^[a-z]{2}(-[a-z]+)+-[0-9]$")]
NamePrefix = Annotated[str, AfterValidator(_name_prefix), text_like(f"^[a-z][a-z0-9]{{0,{MAX_PREFIX - 1}}}$")]
StageName = Annotated[str, AfterValidator(_stage_name)]
JobName = Annotated[str, AfterValidator(_job_name)]
JobNames = Annotated[
    tuple[JobName, ...],
    BeforeValidator(_job_names),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "maxItems": MAX_AFTER}]}
    ),
]
Schedule = Annotated[str, AfterValidator(_schedule), text_like(r"^\s*cron\(\s*(\S+\s+){5}\S+\s*\)\s*$")]
Approval = Annotated[
    bool | Literal["changes"],
    BeforeValidator(_approval),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"const": CHANGES}]}),
]
Script = Annotated[str, AfterValidator(_script), text_like(r"^[A-Za-z0-9_/-]+\.py$")]
Description = Annotated[str, AfterValidator(_description)]
ManagedPolicies = Annotated[
    tuple[Annotated[str, AfterValidator(_managed_policy)], ...], AfterValidator(_no_policy_twice)
]
QualityRule = Annotated[str, AfterValidator(_quality_rule)]
ParameterValue = Annotated[str, WithJsonSchema({"type": ["string", "number", "boolean"]})]
DefaultArgument = Annotated[str, AfterValidator(default_argument)]
ArgumentValue = Annotated[ParameterValue, AfterValidator(_argument_value)]
# Older versions do not know --custom-logGroup-prefix: all jobs of an account would share their log groups.
GlueVersion = Annotated[
    Literal["5.0", "5.1", "6.0"],
    WithJsonSchema({"enum": ["5.0", "5.1", "6.0", 5.0, 5.1, 6.0], "default": glue_versions.DEFAULT}),
]
JobType = Literal["spark", "pythonshell", "streaming"]
MaintenanceWindow = Annotated[
    str, AfterValidator(_maintenance_window), text_like("^(Sun|Mon|Tue|Wed|Thu|Fri|Sat):([01]?[0-9]|2[0-3])$")
]
MaxCapacity = Annotated[float, AfterValidator(_capacity), WithJsonSchema({"enum": [0.0625, 1, "0.0625", "1"]})]
WorkerType = Literal["G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X"]
ExecutionClass = Literal["STANDARD", "FLEX"]
RetentionDays = Annotated[int, AfterValidator(_retention), WithJsonSchema({"enum": list(LOG_RETENTION_DAYS)})]
