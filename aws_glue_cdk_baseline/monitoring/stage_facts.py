"""What the function of a stage has to know of its jobs: names, prices, limits."""

from __future__ import annotations

from aws_glue_cdk_baseline.config import Job, StageConfig
from aws_glue_cdk_baseline.monitoring.run_reporter.facts import Facts, JobFacts
from tools import prices


def stage_facts(stage: StageConfig) -> Facts:
    """Return the facts of a stage. Metrics have its prefix and name, since several copies may be in one account."""
    return Facts(
        stage=stage.name,
        group=f"{stage.names.log_groups}/output",
        prices_of=prices.REGION,
        dimension=stage.names.prefixed(stage.name) if stage.dashboard else "",
        jobs={stage.names.job(job.name): _job_facts(job, scheduled=stage.schedules) for job in stage.jobs},
    )


def _job_facts(job: Job, *, scheduled: bool) -> JobFacts:
    settings = job.settings
    return JobFacts(
        job=job.name,
        usd=prices.price(settings.glue_version, settings.execution_class, settings.worker_type),
        dpus=prices.dpus(settings.worker_type),
        retries=settings.max_retries,
        longest=settings.max_duration_minutes or 0,
        schedule=(settings.schedule or "") if scheduled else "",
    )
