"""The quotas of a stage's account and Region, against what the config needs of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aws_glue_cdk_baseline.config import Job, StageConfig
from aws_glue_cdk_baseline.prices import dpus
from tools.assembly import Stack
from tools.preflight.finding import Finding, fail, looked, ok
from tools.preflight.reader import Reader
from tools.preflight.stack_states import stack_status

# Codes of Service Quotas for Glue
JOBS, RUNS, RUNS_OF_A_JOB, DPUS = "L-611FDDE4", "L-5E4153CA", "L-F574AED9", "L-08F3B322"
AT_ONCE = 10  # runs that the integration test has at the same time: tests/integ/job_runner.py
MEND = "ask for more in the console of Service Quotas"


def check_quotas(reader: Reader, stage: StageConfig, stacks: Sequence[Stack]) -> Iterator[Finding]:
    """Yield a finding for each quota. `reader` is in the account and Region of the stage."""
    yield from looked("quotas of Glue", lambda: _glue(reader, stage))
    yield from looked("quota of IAM roles", lambda: _roles(reader, stacks))


def _glue(reader: Reader, stage: StageConfig) -> Iterator[Finding]:
    found = reader.pages("service-quotas", "list_service_quotas", "Quotas", ServiceCode="glue")
    quotas = {quota["QuotaCode"]: quota["Value"] for quota in found}
    here = reader.region
    names = {stage.names.job(job.name) for job in stage.jobs}
    if JOBS in quotas:
        yield from looked(f"jobs in {here}", lambda: _jobs(reader, names, quotas[JOBS]))
    together = started_together(stage)
    if RUNS in quotas and together:
        runs = len(together)
        said = f"{stage.name} starts up to {runs} at the same time"
        yield _compared(f"job runs at once in {here}", runs, quotas[RUNS], said)
    if DPUS in quotas:
        most = max(sum(map(run_dpus, together)), max(map(run_dpus, stage.jobs)))
        yield _compared(f"DPUs at once in {here}", most, quotas[DPUS], f"{stage.name} uses up to {most:g}")
    most_runs = max(stage.jobs, key=lambda job: job.settings.max_concurrent_runs)
    runs = most_runs.settings.max_concurrent_runs
    if RUNS_OF_A_JOB in quotas and runs > 1:
        said = f"maxConcurrentRuns of {most_runs.name} is {runs}"
        yield _compared(f"runs at once of a job in {here}", runs, quotas[RUNS_OF_A_JOB], said)


def _jobs(reader: Reader, names: set[str], quota: float) -> Iterator[Finding]:
    there = {job["Name"] for job in reader.pages("glue", "get_jobs", "Jobs")}
    others = len(there - names)
    said = f"{len(names)} of this stage and {others} others"
    yield _compared(f"jobs in {reader.region}", len(names) + others, quota, said)


def _roles(reader: Reader, stacks: Sequence[Stack]) -> Iterator[Finding]:
    summary = reader.call("iam", "get_account_summary")["SummaryMap"]
    new = sum(
        item["Type"] == "AWS::IAM::Role"
        for stack in stacks
        if not stack_status(reader, stack.name)
        for item in stack.template.get("Resources", {}).values()
    )
    there = summary["Roles"]
    yield _compared("IAM roles", there + new, summary["RolesQuota"], f"{new} new ones and {there} that are there")


def _compared(about: str, need: float, quota: float, said: str) -> Finding:
    if need > quota:
        return fail(about, f"{said}; the quota is {quota:g}: {MEND}")
    return ok(about, f"{said}; the quota is {quota:g}")


def started_together(stage: StageConfig) -> list[Job]:
    """Return the most jobs that this app starts at the same time: by the integration test, or by one schedule.

    Of the jobs that the test may start together, these are the largest.
    """
    tested = sorted(stage.jobs, key=run_dpus, reverse=True)[:AT_ONCE] if stage.integration_test else []
    by_schedule: dict[str, list[Job]] = {}
    for job in stage.jobs if stage.schedules else ():
        if schedule := job.settings.schedule:
            by_schedule.setdefault(schedule, []).append(job)
    return max([tested, *by_schedule.values()], key=len)


def run_dpus(job: Job) -> float:
    """Return the DPUs of one run: of all its workers, or of a Python shell job."""
    if job.settings.is_shell:
        return job.settings.max_capacity
    return dpus(job.settings.worker_type) * job.settings.number_of_workers
