"""The shape of the config file: its sections and keys, with their defaults. config.schema.json is made from it."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from aws_glue_cdk_baseline.config import glue_versions
from aws_glue_cdk_baseline.config.glue_values import (
    BucketOrName,
    Connections,
    Folder,
    KmsKeys,
    SecurityConfiguration,
    SparkName,
    SparkValue,
    Tags,
)
from aws_glue_cdk_baseline.config.notifications import Notifications, StageNotifications, or_none
from aws_glue_cdk_baseline.config.source import Source
from aws_glue_cdk_baseline.config.statements import PolicyStatement
from aws_glue_cdk_baseline.config.values import (
    MAX_AFTER,
    AccountId,
    Approval,
    ArgumentValue,
    DefaultArgument,
    Description,
    ExecutionClass,
    GlueVersion,
    JobName,
    JobNames,
    JobType,
    MaintenanceWindow,
    ManagedPolicies,
    MaxCapacity,
    NamePrefix,
    ParameterValue,
    QualityRule,
    Region,
    RetentionDays,
    Schedule,
    Script,
    Section,
    StageName,
    WorkerType,
)

MAX_JOBS = 2000  # of a stage; Glue's quota for an account: https://docs.aws.amazon.com/general/latest/gr/glue.html
MAX_RULES = 100  # of one job
MAX_CONNECTIONS = 50  # of one job; Glue names no limit
MAX_PARAMETERS = 100  # of one job: ten times as many as a readable script has


class Account(Section):
    """An AWS account and Region. The CDK calls the pair an environment."""

    aws_account_id: AccountId = Field(description="12 digits; quotes are optional, leading zeros are kept")
    aws_region: Region = Field(description="such as us-east-1")


class Expect(Section):
    """The output of a good run, and what it may take, for the integration test to verify."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})
    output_rows: Annotated[int, Field(ge=1)] | None = Field(
        None, description="the least number of rows in the files below the job's outputLocation"
    )
    quality: tuple[QualityRule, ...] = Field(
        (), max_length=MAX_RULES, description="rules in DQDL on the output, such as 'IsComplete \"order_id\"'"
    )
    max_minutes: Annotated[float, Field(gt=0, le=10080, allow_inf_nan=False)] | None = Field(
        None, description="the most minutes that a run may take, without the wait for its start"
    )
    max_dpu_hours: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        None, description="the most DPU-hours that a run may use: what it is billed for"
    )

    @property
    def looks_at_output(self) -> bool:
        """True if it expects something of the output."""
        return self.output_rows is not None or bool(self.quality)

    @property
    def limits_runs(self) -> bool:
        """True if it limits what a run may take."""
        return self.max_minutes is not None or self.max_dpu_hours is not None

    @model_validator(mode="after")
    def _expects_something(self) -> Expect:
        if not self.looks_at_output and not self.limits_runs:
            raise ValueError("expects nothing; add outputRows, quality, maxMinutes or maxDpuHours, or remove it")
        return self


class JobSettings(Section):
    """The settings of a job: under `jobs.<Job>` for all stages, in a stage's job for that stage only."""

    description: Annotated[Description, Field(max_length=2048)] | None = Field(
        None, description="shown in the Glue console"
    )
    after: JobNames = Field(
        (), max_length=MAX_AFTER, description="a job or a list of jobs: this job runs when they have succeeded"
    )
    schedule: Schedule | None = Field(
        None, description="when the first job of a chain starts: cron(0 3 * * ? *) is 3:00 UTC each day"
    )
    type: JobType = Field(
        "spark",
        description="spark; pythonshell: Python 3.9 without Spark, on a part of one machine; streaming; default spark",
    )
    maintenance_window: MaintenanceWindow | None = Field(
        None, description="when Glue may restart a streaming job each week, in UTC, such as Sun:3"
    )
    max_capacity: MaxCapacity = Field(0.0625, description="DPUs of a Python shell job: 0.0625 or 1; default 0.0625")
    script: Script | None = Field(None, description="the file in job_scripts; default: the job's name in snake_case")
    glue_version: GlueVersion = Field(
        glue_versions.DEFAULT,
        description="5.0 and 5.1 are Spark 3.5 and Python 3.11, 6.0 is Spark 4.1 and Python 3.13; default 5.1",
    )
    worker_type: WorkerType = Field("G.1X", description="G.1X is 1 DPU (4 vCPU, 16 GB); default G.1X")
    number_of_workers: int = Field(2, ge=2, le=299, description="the most that auto scaling may use; default 2")
    timeout_minutes: int = Field(60, ge=1, le=10080, description="a run that takes longer is stopped; default 60")
    max_duration_minutes: Annotated[int, Field(ge=1, le=10080)] | None = Field(
        None, description="a longer run goes on, and the stage's notifications tell of it"
    )
    max_retries: int = Field(0, ge=0, le=10, description="how often a failed run is tried again; default 0")
    max_concurrent_runs: int = Field(1, ge=1, le=1000, description="runs of this job at the same time; default 1")
    execution_class: ExecutionClass = Field("STANDARD", description="FLEX is cheaper and may wait; default STANDARD")
    bookmark: bool = Field(False, description="a run reads only files that are new since the last one; default false")
    queuing: bool = Field(False, description="a run waits where a quota leaves no room for it; default false")
    spark_conf: dict[SparkName, SparkValue] = Field(
        default_factory=dict,
        max_length=MAX_PARAMETERS,
        description="settings of Spark, such as spark.sql.shuffle.partitions",
    )
    observability: bool = Field(False, description="metrics of each run in CloudWatch, which cost extra; default false")
    spark_ui: Folder | None = Field(None, description="a folder in S3 for the event logs of Spark's web UI")
    connections: Connections = Field(
        (), max_length=MAX_CONNECTIONS, description="existing connections of Glue, by name; one may lead into a VPC"
    )
    security_configuration: SecurityConfiguration | None = Field(
        None, description="an existing security configuration of Glue, by name"
    )
    tags: Tags = Field(default_factory=dict, description="tags of the job and its role, in addition to the stage's")
    managed_policies: ManagedPolicies = Field(
        (),
        max_length=25,
        description="names or ARNs of managed policies of the job's role, in addition to its own policy",
    )
    statements: tuple[PolicyStatement, ...] = Field(
        (), description="permissions of the job's role, in addition to reading its inputs and writing its outputs"
    )
    default_arguments: dict[DefaultArgument, ArgumentValue] = Field(
        default_factory=dict,
        max_length=MAX_PARAMETERS,
        description="Glue's own job parameters, such as --additional-python-modules",
    )
    expect: Expect | None = Field(None, description="the output of a good run, for the integration test to verify")

    @property
    def is_shell(self) -> bool:
        """True for a Python shell job, which has no Spark."""
        return self.type == "pythonshell"

    @property
    def is_streaming(self) -> bool:
        """True for a streaming job, which runs until it is stopped."""
        return self.type == "streaming"

    @property
    def runtime(self) -> str:
        """The Glue version, or `pythonshell`: its Python and its packages depend on it."""
        return glue_versions.SHELL if self.is_shell else self.glue_version

    @property
    def runs_on(self) -> str:
        """Its runtime in words: Glue 5.1, or Python shell."""
        return "Python shell" if self.is_shell else f"Glue {self.glue_version}"


class StageJob(JobSettings):
    """A job in one stage: its parameters, and the settings that differ in this stage."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, ParameterValue]


def _nothing_is_empty(value: Any) -> Any:
    return {} if value is None else value


class StageSection(Section):
    """A stage: the jobs that it deploys, and how the pipeline deploys and tests them."""

    jobs: dict[JobName, Annotated[StageJob, BeforeValidator(_nothing_is_empty)]] = Field(
        min_length=1, max_length=MAX_JOBS, description="what the stage deploys: each job, with its parameters"
    )
    approval: Approval | None = Field(
        None,
        description="true: the pipeline asks before it deploys; changes: and shows what it would change; default: true"
        " for prod and for the last stage",
    )
    integration_test: Literal["all", "changed", "none"] | None = Field(
        None,
        description="the jobs that run after a deployment: all, or those that changed since they passed; default: all,"
        " and none in the last stage",
    )
    schedules: bool | None = Field(
        None,
        description="true: its jobs start by their schedules; default: false in the first stage, true in the others",
    )
    rollback: bool = Field(
        False, description="true: where a deployment fails, the stage returns to its last good one; default: false"
    )
    log_retention_days: RetentionDays = Field(30, description="how many days the logs of its jobs are kept; default 30")
    tags: Tags = Field(default_factory=dict, description="tags of all that is deployed in this stage")
    kms_keys: dict[BucketOrName, KmsKeys] = Field(
        default_factory=dict, description="as kmsKeys of the whole file; a name in both has the keys that are here"
    )
    notifications: StageNotifications | None = Field(
        None,
        description="who gets the stage's messages; default: those of the whole config; none: nobody",
        json_schema_extra=or_none,
    )
    dashboard: bool = Field(False, description="a CloudWatch dashboard of the runs of its jobs; default false")


class StageInFile(Section):
    """A stage and its account: the keys `<stage>` and `<stage>Account` of the file, side by side."""

    account: Account
    section: StageSection


class ConfigFile(Section):
    """The whole file. parsing.py has paired each stage with its account."""

    pipeline_account: Account = Field(description="hosts the Git repository and the pipeline")
    name_prefix: NamePrefix = Field("", description="begins every name: several copies of the template in one account")
    source: Source = Field(
        default_factory=Source, description="the Git repository; default: one in CodeCommit, which the pipeline has"
    )
    pull_requests: bool = Field(
        False, description="true: a build checks each pull request in CodeCommit, and comments on it; default false"
    )
    tags: Tags = Field(default_factory=dict, description="tags of all that is deployed, in every stage")
    kms_keys: dict[BucketOrName, KmsKeys] = Field(
        default_factory=dict,
        description="the KMS keys of buckets, and of security configurations: each an ARN, or a list",
    )
    notifications: Notifications | None = Field(
        None, description="who gets the messages of the pipeline, and of each stage without its own"
    )
    jobs: dict[JobName, Annotated[JobSettings, BeforeValidator(_nothing_is_empty)]] = Field(
        default_factory=dict,
        max_length=2 * MAX_JOBS,
        description="the settings of each job, once for all stages; leave out a job that needs only the defaults",
    )
    stages: dict[StageName, StageInFile]


# The keys of the file that are neither a stage nor its account.
TOP_KEYS = tuple(str(field.alias) for name, field in ConfigFile.model_fields.items() if name != "stages")


def _without_null(schema: Any) -> Any:
    """Return a JSON Schema in which no key may be empty, as in the file; pydantic lets those that are optional."""
    if isinstance(schema, list):
        return [_without_null(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _without_null(value) for key, value in schema.items() if (key, value) != ("default", None)}
    kinds = [kind for kind in found.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del found["anyOf"]
        return {**kinds[0], **found}
    return {**found, "anyOf": kinds} if kinds else found


def json_schema() -> str:
    """Return the JSON Schema of the config file, as config.schema.json has it."""
    schema = ConfigFile.model_json_schema()
    del schema["properties"]["stages"], schema["$defs"]["StageInFile"]
    schema["required"] = ["pipelineAccount"]
    schema["patternProperties"] = {
        "^(?!pipelineAccount$)[a-z][A-Za-z0-9]{0,19}Account$": {"$ref": "#/$defs/Account"},
        f"^(?!({'|'.join(sorted(TOP_KEYS))})$|[A-Za-z0-9]+Account$)[a-z][A-Za-z0-9]{{0,19}}$": {
            "$ref": "#/$defs/StageSection"
        },
    }
    schema = _without_null(schema)
    schema["description"] = "Accounts, jobs and stages. A stage is a section and its account, as dev and devAccount."
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2) + "\n"
