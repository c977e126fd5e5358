"""The settings of a job: its keys under `jobs` and in each stage, with their defaults."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from aws_glue_cdk_baseline.config import glue_versions
from aws_glue_cdk_baseline.config.glue_values import (
    Connections,
    Folder,
    SecurityConfiguration,
    SparkName,
    SparkValue,
    Tags,
)
from aws_glue_cdk_baseline.config.job_values import (
    MAX_AFTER,
    ArgumentValue,
    DefaultArgument,
    Description,
    ExecutionClass,
    GlueVersion,
    JobNames,
    JobType,
    MaintenanceWindow,
    ManagedPolicies,
    MaxCapacity,
    ParameterValue,
    QualityRule,
    Schedule,
    Script,
    WorkerType,
)
from aws_glue_cdk_baseline.config.section import Section
from aws_glue_cdk_baseline.config.statements import PolicyStatement

MAX_RULES = 100  # of one job
LONGEST_MINUTES = 10_080  # of a run: a week
MAX_CONNECTIONS = 50  # of one job; Glue names no limit
MAX_PARAMETERS = 100  # of one job: ten times as many as a readable script has


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
    def has_no_end(self) -> bool:
        """True for a streaming job that Glue restarts, about once a week, which it does only without a timeout:
        https://docs.aws.amazon.com/glue/latest/dg/glue-streaming-maintenance.html
        """
        return self.is_streaming and self.timeout_minutes == LONGEST_MINUTES

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

    @property
    def parameters(self) -> dict[str, str]:
        """The values for its script, by their keys in the file."""
        return dict(self.__pydantic_extra__)
