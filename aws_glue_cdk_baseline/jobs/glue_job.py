"""One Glue job: two CloudFormation resources, the job and its role, made from its config."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_cdk import CfnResource, Duration

# This is the only import of the Glue module. To use the one in aws-cdk-lib, write `aws_glue as glue` here.
from aws_cdk import aws_glue_alpha as glue
from constructs import Construct

from aws_glue_cdk_baseline.config import Job, JobSettings
from aws_glue_cdk_baseline.jobs.logs import StageLogs
from aws_glue_cdk_baseline.jobs.role import job_role
from aws_glue_cdk_baseline.jobs.scripts import ScriptAssets
from aws_glue_cdk_baseline.jobs.shared_code import SharedCodeAssets
from aws_glue_cdk_baseline.permissions.job import job_statements
from aws_glue_cdk_baseline.permissions.place import Place

NEWEST_OF_THE_CONSTRUCT = "5.1"  # docs/decisions/0008-glue-6-by-an-override.md
# The construct takes these from properties that expect files of the CDK; the config names what is in S3 already.
METRICS = ("--enable-metrics", "--enable-observability-metrics")
SPARK_UI, EVENT_LOGS = "--enable-spark-ui", "--spark-event-logs-path"
OF_THE_CONSTRUCT = frozenset({"--extra-jars", "--extra-files", "--user-jars-first", *METRICS, SPARK_UI, EVENT_LOGS})


@dataclass(frozen=True)
class JobEnvironment:
    """The parts that all jobs of a stage share: log groups, place, scope of the roles, assets, tags."""

    logs: StageLogs
    place: Place
    roles: Construct
    scripts: ScriptAssets
    shared_code: SharedCodeAssets
    tags: Mapping[str, str]


def add_glue_job(
    scope: Construct, construct_id: str, *, job: Job, job_name: str, environment: JobEnvironment
) -> glue.Job:
    """Add the job `job_name` and its role, which has only the permissions that the job's parameters need.

    This is a function and not a construct that holds both, so that the job keeps the construct id and the logical id
    that it has in the AWS baseline.
    """
    script = environment.scripts.upload(job.script)
    shared = [environment.shared_code.upload(job)] if job.shared_files else []
    role = job_role(
        environment.roles,
        construct_id,
        code=[f"{script.bucket_name}/{key}" for key in [script.key, *shared]],
        input_locations=job.input_locations,
        output_locations=job.written_locations,
        managed_policies=job.settings.managed_policies,
        statements=[
            *job_statements(job, environment.place),
            *environment.logs.write_of(job),
            *(statement.as_iam() for statement in job.settings.statements),
        ],
        partition=environment.place.partition,
        tags=job.settings.tags,
    )
    settings = job.settings
    common: dict[str, Any] = {
        "job_name": job_name,
        "description": settings.description,
        "role": role,
        "script": glue.Code.from_bucket(script.bucket, script.key),
        "extra_python_files": [glue.Code.from_bucket(script.bucket, key) for key in shared] or None,
        "timeout": None if settings.has_no_end else _minutes(settings.timeout_minutes),
        "max_retries": settings.max_retries,
        "max_concurrent_runs": settings.max_concurrent_runs,
        "continuous_logging": glue.ContinuousLoggingProps(enabled=True, log_group=environment.logs.output),
        "default_arguments": _arguments(job, environment.logs.prefix),
        "tags": {**environment.tags, **settings.tags},
    }
    added: glue.Job
    if settings.is_shell:
        size = "DPU_1" if settings.max_capacity == 1 else "DPU_1_16TH"
        added = glue.PythonShellJob(scope, construct_id, **common, max_capacity=_member(glue.MaxCapacity, size))
    else:
        added = _construct(settings)(
            scope,
            construct_id,
            **common,
            glue_version=_member(glue.GlueVersion, f"V{min(settings.glue_version, NEWEST_OF_THE_CONSTRUCT)}"),
            worker_configuration=_workers(glue, settings.worker_type, settings.number_of_workers),
            enable_metrics=False,  # those of `observability` come by an override, as Glue's other arguments
            enable_observability_metrics=False,
        )
    if overrides := _overrides(job):
        resource = added.node.default_child
        assert isinstance(resource, CfnResource)
        for name, value in overrides.items():
            resource.add_property_override(name, value)
    return added


def _arguments(job: Job, log_prefix: str) -> dict[str, str]:
    """Return the arguments that the construct takes: Glue's own, and those of the script."""
    return {
        **({} if job.settings.is_shell else {"--enable-auto-scaling": "true"}),
        "--custom-logGroup-prefix": log_prefix,
        **{name: value for name, value in job.run_arguments.items() if name not in OF_THE_CONSTRUCT},
        **({"--additional-python-modules": ",".join(job.additional_modules)} if job.additional_modules else {}),
    }


def _overrides(job: Job) -> dict[str, Any]:
    """Return the properties for which the construct has no option, by their paths in the template."""
    settings = job.settings
    arguments = {**job.run_arguments, **_observed(job)}
    overrides: dict[str, Any] = {
        f"DefaultArguments.{name}": arguments[name] for name in sorted(OF_THE_CONSTRUCT & arguments.keys())
    }
    if settings.max_duration_minutes:  # only the constructs of some types have it
        overrides["NotificationProperty"] = {"NotifyDelayAfter": settings.max_duration_minutes}
    if settings.maintenance_window:
        overrides["MaintenanceWindow"] = settings.maintenance_window
    if settings.queuing:
        overrides["JobRunQueuingEnabled"] = True
    if settings.connections:
        overrides["Connections"] = {"Connections": list(settings.connections)}
    if settings.security_configuration:
        overrides["SecurityConfiguration"] = settings.security_configuration
    if settings.glue_version > NEWEST_OF_THE_CONSTRUCT and not settings.is_shell:
        overrides["GlueVersion"] = settings.glue_version
    return overrides


def _construct(settings: JobSettings) -> Any:
    """Return the construct of a job with Spark."""
    if settings.is_streaming:
        return glue.PySparkStreamingJob
    return glue.PySparkFlexEtlJob if settings.execution_class == "FLEX" else glue.PySparkEtlJob


def _observed(job: Job) -> dict[str, str]:
    """Return Glue's arguments for `observability` and `sparkUi`."""
    metrics = dict.fromkeys(METRICS, "true") if job.settings.observability else {}
    event_logs = job.settings.spark_ui
    return {**metrics, **({SPARK_UI: "true", EVENT_LOGS: event_logs} if event_logs else {})}


# Each access to a CDK object is a call to Node. With hundreds of jobs, these calls take most of a synth.
@cache
def _member(enumeration: Any, name: str) -> Any:
    return getattr(enumeration, name.replace(".", "_"))


@cache
def _workers(module: Any, worker_type: str, number: int) -> Any:
    worker = _member(module.WorkerType, worker_type)
    return module.WorkerConfiguration(worker_type=worker, number_of_workers=number)


@cache
def _minutes(number: int) -> Duration:
    return Duration.minutes(number)
