"""The shape of the config file: its sections, keys and allowed values. config.schema.json is made from it."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Any, Literal

from botocore.session import Session
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema

from aws_glue_cdk_baseline.config.errors import did_you_mean, shown
from aws_glue_cdk_baseline.config.section import Section
from aws_glue_cdk_baseline.config.statements import PolicyStatement

# Set by this template or by Glue itself, so that no job may set them (the CDK construct refuses most of them as well).
MANAGED_ARGUMENTS = frozenset(
    [
        "--JOB_NAME",
        "--debug",
        "--mode",
        "--endpoint",
        "--class",
        "--scriptLocation",
        "--job-language",
        "--enable-auto-scaling",
        "--enable-metrics",
        "--enable-observability-metrics",
        "--enable-spark-ui",
        "--spark-event-logs-path",
        "--enable-continuous-cloudwatch-log",
        "--enable-continuous-log-filter",
        "--continuous-log-logGroup",
        "--continuous-log-logStreamPrefix",
        "--continuous-log-conversionPattern",
        "--custom-logGroup-prefix",
        "--extra-py-files",
        "--extra-files",
        "--extra-jars",
        "--user-jars-first",
    ]
)

MAX_JOBS = 240  # a job is two resources, and one CloudFormation stack holds 500; the rest is for what all share
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
# Ids of the stack's own, and what every object of JavaScript has, in which the CDK keeps a stack's children.
RESERVED = frozenset(
    [
        *("GlueTestRole", "CDKMetadata", "BootstrapVersion", "CheckBootstrapVersion"),
        *("constructor", "toString", "toLocaleString", "valueOf", "hasOwnProperty"),
        *("isPrototypeOf", "propertyIsEnumerable"),
    ]
)
_POLICY = re.compile(
    r"(arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/)?([\w+=,.@-]{1,128}/){0,4}[\w+=,.@-]{1,128}", re.ASCII
)
MAX_PARAMETERS = 100  # of one job; ten times what a job script can be read with


@cache
def glue_regions() -> frozenset[str]:
    """Every AWS Region that botocore knows Glue in, all partitions together."""
    session = Session()
    return frozenset(
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("glue", partition_name=partition)
    )


@cache
def partition_of(region: str) -> str:
    """The AWS partition that a Region is in, such as `aws`."""
    return str(Session().get_partition_for_region(region))


def _account_id(value: str) -> str:
    if re.fullmatch(r"[0-9]{12}", value):
        return value
    digits = re.sub(r"[\s-]", "", value)
    if re.fullmatch(r"[0-9]{12}", digits):
        raise ValueError(f"{shown(value)} is not an AWS account id; write its 12 digits without separators: {digits}")
    count = f", here {len(value)}" if re.fullmatch(r"[0-9]+", value) else ""
    raise ValueError(f"{shown(value)} is not an AWS account id; allowed: 12 digits{count}, such as 123456789101")


def _region(value: str) -> str:
    if value in glue_regions():
        return value
    hint = did_you_mean(value, sorted(glue_regions())) or "; use one such as us-east-1"
    raise ValueError(f"{shown(value)} is not an AWS Region with Glue{hint}")


def is_job_name(value: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,99}", value))


def _job_name(value: str) -> str:
    if value in RESERVED:
        raise ValueError(f"{value} is a name that the stack has for itself; choose another name")
    if is_job_name(value):
        return value
    raise ValueError(
        f"{shown(value)} is not a job name; allowed: a letter, then letters, digits, - and _, at most 100"
        " characters, such as ProcessLegislators"
    )


def _script(value: str) -> str:
    if re.fullmatch(r"(?:[A-Za-z0-9_-]{1,100}/){0,8}[A-Za-z0-9_-]{1,100}\.py", value):
        return value
    raise ValueError(
        f"{shown(value)} is not a job script; name a .py file relative to the folder job_scripts, such as join.py"
    )


def _default_argument(name: str) -> str:
    if not re.fullmatch(r"--[A-Za-z][A-Za-z0-9_-]*", name):
        raise ValueError(
            f"{shown(name)} is not a Glue job parameter; write it as Glue does, such as --additional-python-modules"
        )
    if name in MANAGED_ARGUMENTS:
        raise ValueError(f"{name} is set by the template or by Glue; remove it")
    return name


def _retention(days: int) -> int:
    if days in LOG_RETENTION_DAYS:
        return days
    allowed = ", ".join(map(str, LOG_RETENTION_DAYS))
    raise ValueError(f"CloudWatch Logs cannot keep logs for {days} days; allowed: {allowed}")


def text_fault(value: str) -> str | None:
    """What is wrong with a text that CloudFormation or the CDK cannot carry, or None."""
    if found := re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", value):
        return f"has the control character {shown(found[0])}, which CloudFormation refuses; remove it"
    if found := re.search(r"[$#]\{Token\[", value):
        return f"has {found[0]}, by which the CDK marks what it does not know yet; write it otherwise"
    return None


def _text(value: str) -> str:
    if fault := text_fault(value):
        raise ValueError(fault)
    return value


def _description(value: str) -> str:
    if len(value.encode()) > 2048:
        raise ValueError(f"is {len(value.encode())} bytes long; Glue takes 2048")
    return _text(value)


def _managed_policy(value: str) -> str:
    if value == "AWSGlueServiceRole":
        raise ValueError("AWSGlueServiceRole is service-role/AWSGlueServiceRole in IAM; write it so")
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


def _nothing_is_empty(value: Any) -> Any:
    return {} if value is None else value


def _number_or_text(pattern: str) -> WithJsonSchema:
    """What an editor accepts: YAML reads these as numbers, this project as text."""
    return WithJsonSchema({"anyOf": [{"type": "string", "pattern": pattern}, {"type": "number"}]})


AccountId = Annotated[str, AfterValidator(_account_id), _number_or_text("^[0-9]{12}$")]
Region = Annotated[str, AfterValidator(_region)]
JobName = Annotated[str, AfterValidator(_job_name)]
ManagedPolicy = Annotated[str, AfterValidator(_managed_policy)]
ParameterValue = Annotated[str, WithJsonSchema({"type": ["string", "number", "boolean"]})]
# Earlier ones do not know --custom-logGroup-prefix: they log to groups that all jobs of an account share.
GlueVersion = Annotated[Literal["5.0", "5.1"], WithJsonSchema({"enum": ["5.0", "5.1", 5.0, 5.1], "default": "5.0"})]
WorkerType = Literal["G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X"]
ExecutionClass = Literal["STANDARD", "FLEX"]
RetentionDays = Annotated[int, AfterValidator(_retention), WithJsonSchema({"enum": list(LOG_RETENTION_DAYS)})]


class Account(Section):
    """An AWS account and Region: what CDK calls an environment."""

    aws_account_id: AccountId = Field(description="12 digits; quotes are optional, leading zeros are kept")
    aws_region: Region = Field(description="such as us-east-1")


class Expect(Section):
    """What a good run leaves; the integration test verifies it."""

    output_rows: int = Field(ge=1, description="the fewest rows of the Parquet files at the job's outputLocation")


class JobSettings(Section):
    """How a job runs. Under `jobs.<Job>` for all stages; a stage may override any of them beside its parameters."""

    description: Annotated[str, Field(max_length=2048), AfterValidator(_description)] | None = Field(
        None, description="shown in the Glue console"
    )
    script: Annotated[str, AfterValidator(_script)] | None = Field(
        None, description="the file in job_scripts; default: the job's name in snake_case"
    )
    glue_version: GlueVersion = Field("5.0", description="5.0 and 5.1 are Spark 3.5 and Python 3.11; default 5.0")
    worker_type: WorkerType = Field("G.1X", description="G.1X is 1 DPU (4 vCPU, 16 GB); default G.1X")
    number_of_workers: int = Field(2, ge=2, le=299, description="the most that auto scaling may use; default 2")
    timeout_minutes: int = Field(60, ge=1, le=10080, description="a run is stopped after it; default 60")
    max_retries: int = Field(0, ge=0, le=10, description="how often a failed run is tried again; default 0")
    max_concurrent_runs: int = Field(1, ge=1, le=1000, description="runs of this job at the same time; default 1")
    execution_class: ExecutionClass = Field("STANDARD", description="FLEX is cheaper and may wait; default STANDARD")
    managed_policies: Annotated[tuple[ManagedPolicy, ...], AfterValidator(_no_policy_twice)] = Field(
        (), max_length=25, description="names or ARNs of AWS managed policies that the job's role gets besides its own"
    )
    statements: tuple[PolicyStatement, ...] = Field(
        (), description="what the job's role may do besides reading its inputs and writing its outputs"
    )
    default_arguments: dict[
        Annotated[str, AfterValidator(_default_argument)], Annotated[ParameterValue, AfterValidator(_text)]
    ] = Field(
        default_factory=dict,
        max_length=MAX_PARAMETERS,
        description="Glue's own job parameters, such as --additional-python-modules",
    )
    expect: Expect | None = Field(None, description="what a good run leaves, for the integration test to verify")


class StageJob(JobSettings):
    """A job as one stage deploys it: its parameters, and any setting that differs in this stage."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, ParameterValue]


class StageSection(Section):
    """The jobs that a stage deploys."""

    jobs: dict[JobName, Annotated[StageJob, BeforeValidator(_nothing_is_empty)]] = Field(
        min_length=1, max_length=MAX_JOBS
    )
    log_retention_days: RetentionDays = Field(30, description="how long the logs of its jobs are kept; default 30")


class ConfigFile(Section):
    """The whole file."""

    pipeline_account: Account = Field(description="hosts the Git repository and the pipeline")
    dev_account: Account = Field(description="hosts the jobs of the stage DeployDev")
    prod_account: Account = Field(description="hosts the jobs of the stage DeployProd")
    jobs: dict[JobName, Annotated[JobSettings, BeforeValidator(_nothing_is_empty)]] = Field(
        default_factory=dict,
        max_length=2 * MAX_JOBS,
        description="what a job is, once for all stages; leave out a job that the defaults fit",
    )
    dev: StageSection
    prod: StageSection
