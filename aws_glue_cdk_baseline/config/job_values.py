"""The values of a job's settings and parameters: names, schedules, scripts, arguments, sizes."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from aws_glue_cdk_baseline.config import glue_versions
from aws_glue_cdk_baseline.config.cron import parse_cron
from aws_glue_cdk_baseline.config.errors import shown
from aws_glue_cdk_baseline.config.glue_arguments import default_argument
from aws_glue_cdk_baseline.config.section import deployable_text, text_like
from aws_glue_cdk_baseline.quality.parser import parse_rule
from aws_glue_cdk_baseline.quality.rules import RuleError

# A job's name is a construct id. These ids are the stack's own, or members of every JavaScript object: the CDK keeps
# the constructs of a stack in such an object.
RESERVED = frozenset(
    [
        *("GlueTestRole", "CDKMetadata", "BootstrapVersion", "CheckBootstrapVersion"),
        *("constructor", "toString", "toLocaleString", "valueOf", "hasOwnProperty"),
        *("isPrototypeOf", "propertyIsEnumerable"),
    ]
)
MAX_AFTER = 50  # jobs that one job comes after: as many as one trigger of Glue takes
_POLICY = re.compile(
    r"(arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/)?([\w+=,.@-]{1,128}/){0,4}[\w+=,.@-]{1,128}", re.ASCII
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


def _capacity(dpus: float) -> float:
    if dpus in (0.0625, 1):
        return dpus
    raise ValueError(f"{dpus:g} is not the capacity of a Python shell job; allowed: 0.0625 and 1 (DPU)")


def _maintenance_window(value: str) -> str:
    if re.fullmatch(r"(Sun|Mon|Tue|Wed|Thu|Fri|Sat):([01]?[0-9]|2[0-3])", value):
        return value
    raise ValueError(f"{shown(value)} is not a day and an hour in UTC; write one such as Sun:3")


def _argument_value(value: str) -> str:
    if not value:
        raise ValueError(
            'is empty, and Glue hands no value on; give it one, such as "true" for a switch, or remove the key'
        )
    return deployable_text(value)


def _description(value: str) -> str:
    if len(value.encode()) > 2048:
        raise ValueError(f"is {len(value.encode())} bytes long; Glue takes 2048")
    return deployable_text(value)


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
        parse_rule(deployable_text(value))
    except RuleError as error:
        raise ValueError(f"{shown(value)} is not a rule: {error}") from None
    return value


JobName = Annotated[str, AfterValidator(_job_name)]
JobNames = Annotated[
    tuple[JobName, ...],
    BeforeValidator(_job_names),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "maxItems": MAX_AFTER}]}
    ),
]
Schedule = Annotated[str, AfterValidator(_schedule), text_like(r"^\s*cron\(\s*(\S+\s+){5}\S+\s*\)\s*$")]
Script = Annotated[str, AfterValidator(_script), text_like(r"^[A-Za-z0-9_/-]+\.py$")]
ParameterValue = Annotated[str, WithJsonSchema({"type": ["string", "number", "boolean"]})]
Description = Annotated[ParameterValue, AfterValidator(_description)]
ManagedPolicies = Annotated[
    tuple[Annotated[str, AfterValidator(_managed_policy)], ...], AfterValidator(_no_policy_twice)
]
QualityRule = Annotated[str, AfterValidator(_quality_rule)]
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
