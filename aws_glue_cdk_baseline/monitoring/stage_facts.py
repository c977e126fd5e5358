"""The facts that the function of a stage needs of its jobs: names, prices, limits."""

from __future__ import annotations

from aws_glue_cdk_baseline import prices
from aws_glue_cdk_baseline.config import Job, StageConfig
from aws_glue_cdk_baseline.jobs.logs import SHELL_GROUPS
from aws_glue_cdk_baseline.monitoring.run_reporter.facts import Facts, JobFacts


def stage_facts(stage: StageConfig) -> Facts:
    """Return the facts of a stage. Metrics have its prefix and name, since several copies may be in one account."""
    return Facts(
        stage=stage.name,
        prices_of=prices.REGION,
        dimension=stage.names.prefixed(stage.name) if stage.dashboard else "",
        config_file=stage.config_file,
        jobs={stage.names.job(job.name): _job_facts(stage, job) for job in stage.jobs},
    )


def _job_facts(stage: StageConfig, job: Job) -> JobFacts:
    settings = job.settings
    return JobFacts(
        job=job.name,
        group=_log_group(stage, job),
        usd=prices.price(prices.SHELL, "STANDARD", "")
        if settings.is_shell
        else prices.price(settings.glue_version, settings.execution_class, settings.worker_type),
        dpus=prices.dpus(settings.worker_type),
        retries=settings.max_retries,
        longest=settings.max_duration_minutes or 0,
        schedule=(settings.schedule or "") if stage.schedules else "",
        stopped_by_test=settings.is_streaming and stage.integration_test,
    )


def _log_group(stage: StageConfig, job: Job) -> str:
    """Return the log group with the output of a job's script."""
    if job.settings.is_shell:
        return SHELL_GROUPS[0]
    configuration = job.settings.security_configuration
    return f"{stage.names.log_groups}/output" + (f"-{configuration}" if configuration else "")
