"""The events of Glue about job runs and data quality: what to tell, and the metrics.

https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .facts import Facts, JobFacts
from .job_run import Run, place, when
from .message import Message, in_words, shortened
from .metrics import metric_line

ENDED, LASTS, QUALITY = "Glue Job State Change", "Glue Job Run Status", "Data Quality Evaluation Results Available"
SUCCEEDED = "SUCCEEDED"


@dataclass(frozen=True)
class Report:
    """The outcome of an event: a message or none, and a line with metrics or an empty text."""

    message: Message | None = None
    metrics: str = ""


def report_job(event: Mapping[str, Any], facts: Facts, glue: Any) -> Report:
    """Return the report of an event of Glue. It is empty if the event is about a job of somebody else."""
    if event["detail-type"] == QUALITY:
        return _quality(event, facts)
    detail = event["detail"]
    job = facts.jobs.get(str(detail.get("jobName")))
    if not job:
        return Report()
    run = look(str(detail["jobName"]), str(detail["jobRunId"]), event, glue)
    if event["detail-type"] == LASTS:
        return Report(_long_run(run, facts, job))
    failed = detail["state"] not in (SUCCEEDED, *(["STOPPED"] if job.stopped_by_test else []))
    return Report(_bad_end(run, facts, job) if failed else None, _metrics(run, facts, job, failed))


def look(job_name: str, run_id: str, event: Mapping[str, Any], glue: Any) -> Run:
    """Return a run as Glue describes it. An event is told all the same if Glue does not answer."""
    try:
        answer = glue.get_job_run(JobName=job_name, RunId=run_id)["JobRun"]
    except (ClientError, BotoCoreError) as error:
        return Run(job_name, run_id, event, {}, str(error))
    return Run(job_name, run_id, event, answer)


def _bad_end(run: Run, facts: Facts, job: JobFacts) -> Message:
    state = str(run.event["detail"]["state"])
    error = str(run.answer.get("ErrorMessage") or run.event["detail"].get("message") or "Glue gives no reason")
    after = f" after {in_words(run.seconds)}" if run.answer else ""
    return Message(
        f"{job.job} {state} in {facts.stage}{after}",
        (("error", shortened(error)), *run.fields(facts, job)),
        run.steps(facts, job),
        f"{facts.stage}-{job.job}",
    )


def _long_run(run: Run, facts: Facts, job: JobFacts) -> Message:
    detail = run.event["detail"]
    minutes = (detail.get("notificationCondition") or {}).get("NotifyDelayAfter") or job.longest
    return Message(
        f"{job.job} takes longer than {minutes:g} min in {facts.stage}",
        (
            ("state", f"{detail['state']}; the run goes on until its timeoutMinutes"),
            *run.fields(facts, job),
        ),
        run.steps(facts, job),
        f"{facts.stage}-{job.job}",
    )


def _metrics(run: Run, facts: Facts, job: JobFacts, failed: bool) -> str:
    if not facts.dimension:
        return ""
    values: dict[str, float] = {"Runs": 1, "Failures": int(failed)}
    if run.answer:
        hours = run.dpu_hours(job)
        values |= {"Seconds": run.seconds, "DpuHours": round(hours, 6)}
        values |= {"Usd": round(hours * job.usd, 6)} if job.usd is not None else {}
    return metric_line(facts.dimension, job.job, values, milliseconds(run.event))


def _quality(event: Mapping[str, Any], facts: Facts) -> Report:
    detail = event["detail"]
    context = detail.get("context", {})
    job = facts.jobs.get(str(context.get("jobName")))
    if not job:
        return Report()
    # AWS's pages spell the numbers both ways.
    passed, failed = (
        int(detail.get(f"numRules{end}", detail.get(f"rules{end}", 0)) or 0) for end in ("Succeeded", "Failed")
    )
    line = ""
    if facts.dimension:
        values = {"RulesPassed": passed, "RulesFailed": failed}
        line = metric_line(facts.dimension, job.job, values, milliseconds(event))
    if not failed:
        return Report(metrics=line)
    rules = ", ".join(map(str, detail.get("rulesetNames", [])))
    result = str(detail.get("resultID") or detail.get("resultId") or "")
    fields = [
        ("run", str(context.get("jobId") or "")),
        ("context", str(context.get("evaluationContext") or "")),
        ("rules", rules),
        ("result", result),
        ("job", f"{job.job}, in Glue {context['jobName']}"),
        ("stage", place(facts, event)),
    ]
    message = Message(
        f"{job.job}: {failed} of {passed + failed} data quality rules failed in {facts.stage}",
        tuple((name, value) for name, value in fields if value),
        (f"The result: aws glue get-data-quality-result --result-id {result}",) if result else (),
        f"{facts.stage}-{job.job}",
    )
    return Report(message, line)


def milliseconds(event: Mapping[str, Any]) -> int:
    """Return the time of an event in milliseconds since 1970."""
    return int(when(event).timestamp() * 1000)
