"""Start a deployed job and wait for the end of its run: `make start JOB=X STAGE=dev`.

Ctrl-C ends the waiting alone: a run that has begun to write is not stopped half-way by a key.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Mapping
from typing import Any

from aws_glue_cdk_baseline import prices
from aws_glue_cdk_baseline.config import Job
from tools.amounts import dollars, duration
from tools.consent import answer
from tools.job_arguments import RunError, replaced_arguments
from tools.stage_jobs.account import MissingError, NoAnswerError, RefusedError, StageAccount
from tools.stage_jobs.runs import JobRun, one_run

LOOK_SECONDS = (2.0, 20.0)  # between two calls of GetJobRun: at least, at most
LOOK_SHARE = 1 / 15  # of the time since the start
REPORT_SECONDS = 60.0  # between two lines of progress, without a terminal
PATIENCE = 10  # calls without an answer, one after the other, before the waiting ends
BUSY = {
    "ConcurrentRunsExceededException": "it has as many runs as maxConcurrentRuns allows; `make status` shows the last",
    "ResourceNumberLimitExceededException": "the account has as many runs or DPUs as Glue allows; try again later",
    "ThrottlingException": "Glue has too many calls just now; try again",
}


def start(account: StageAccount, job: Job, given: list[str], yes: bool) -> int:
    """Start the job with the arguments `given` in place of its own, and wait. Return 0 if the run has succeeded."""
    arguments = run_arguments(job, given)
    name = account.stage.names.job(job.name)
    try:
        deployed = account.call("glue", "get_job", name, JobName=name)["Job"]
    except MissingError:
        raise RunError(f"{name} is not deployed in this account and Region; the pipeline deploys it") from None
    print(f"{name}: {most(deployed)}")
    for argument, value in arguments.items():
        print(f"  {argument} {value}")
    if account.stage.approval and not yes:
        _ask(name, account.stage.name)
    run_id = _started(account, name, arguments)
    print(f"started the run {run_id}", flush=True)
    follow = f"make logs JOB={job.name} {account.make_variables()} RUN={run_id}"
    try:
        run = wait(account, name, run_id, Progress())
    except KeyboardInterrupt:
        print(f"\nthe run goes on in AWS; to follow it:\n  {follow}\nto stop it:\n  {_stop(account, name, run_id)}")
        return 130
    except RunError as error:
        raise RunError(f"{error}; the run may go on: {follow}") from None
    elsewhere = "" if run.usd is None or account.region == prices.REGION else f" at the prices of {prices.REGION}"
    cost = f"{run.paid:.0f} DPU-seconds, {dollars(run.usd)}{elsewhere}"
    print(f"{name} {run.state} after {duration(run.seconds)}, {cost}")
    if not run.failed:
        return 0
    print(f"{run.error}\nits log: {follow}")
    if run.state == "FAILED" and (retries := int(deployed.get("MaxRetries") or 0)):
        print(f"Glue tries it again by itself (maxRetries: {retries}); `make status` shows the last run")
    return 1


def run_arguments(job: Job, given: list[str]) -> dict[str, str]:
    """Return the arguments that replace those of the deployed job.

    Raise RunError for one that the job does not have, and for a file of this machine.
    """
    values = replaced_arguments(job, given, of_this_machine=False)
    names = list(dict.fromkeys(item.partition("=")[0] for item in given if item.startswith("--")))
    for name in names:
        if "://" in job.run_arguments.get(name, "") and "://" not in values[name]:
            raise RunError(f"{name}: {values[name]!r} is no location in S3, and the run is in AWS; write s3://…")
    return {name: values[name] for name in names}


def most(deployed: Mapping[str, Any]) -> str:
    """Return what a run of a deployed job costs at most, in words, by the answer of GetJob."""
    workers, kind = int(deployed.get("NumberOfWorkers") or 0), str(deployed.get("WorkerType") or "")
    minutes, version = int(deployed.get("Timeout") or 0), str(deployed.get("GlueVersion") or "")
    execution = str(deployed.get("ExecutionClass") or "STANDARD")
    if deployed.get("Command", {}).get("Name") == "pythonshell":
        capacity = float(deployed.get("MaxCapacity") or 0.0625)
        most_of_it = dollars(prices.most_of_shell(capacity, minutes))
        return f"{capacity:g} DPU, {minutes} minutes at most, Python shell: {most_of_it} at most"
    rate = prices.price(version, execution, kind)
    flex = ", Flex" if execution == "FLEX" else ""
    is_streaming = deployed.get("Command", {}).get("Name") == "gluestreaming"
    longest = "until it is stopped" if is_streaming else f"{minutes} minutes at most"
    size = f"{workers} workers of {kind}, {longest}, Glue {version}{flex}"
    if rate is None or kind not in prices.DPUS:
        return f"{size}; what it costs is unknown here"
    if is_streaming:
        return f"{size}: {dollars(prices.most(rate, kind, workers, 60))} an hour at most"
    return f"{size}: {dollars(prices.most(rate, kind, workers, minutes))} at most"


class Progress:
    """Shows how a run goes: on a terminal in one line that changes, else in a line for each state and each minute."""

    def __init__(self) -> None:
        self._state, self._next, self._on_terminal = "", 0.0, sys.stdout.isatty()

    def show(self, state: str, seconds: float) -> None:
        line = f"{state} {duration(seconds)}"
        if self._on_terminal:
            print(f"\r{line:<40}", end="", flush=True)
        elif state != self._state or seconds >= self._next:
            print(line, flush=True)
            self._next = (math.floor(seconds / REPORT_SECONDS) + 1) * REPORT_SECONDS
        self._state = state

    def end(self) -> None:
        if self._on_terminal and self._state:
            print("\r" + " " * 40, end="\r", flush=True)


def wait(account: StageAccount, name: str, run_id: str, progress: Progress) -> JobRun:
    """Return the run when it has ended. Raise NoAnswerError if Glue does not answer for long."""
    began, unanswered = time.monotonic(), 0
    while True:
        passed = time.monotonic() - began
        try:
            run = one_run(account, name, run_id)
            unanswered = 0
        except NoAnswerError:
            unanswered += 1
            if unanswered == PATIENCE:
                progress.end()
                raise
        else:
            if run.ended:
                progress.end()
                return run
            progress.show(run.state, passed)
        least, longest = LOOK_SECONDS
        time.sleep(min(longest, max(least, passed * LOOK_SHARE)))


def _ask(name: str, stage: str) -> None:
    why = f"{stage} has an approval"
    if not sys.stdin.isatty():
        raise RunError(f"nothing was started: {why}, so a start asks first; without a terminal, give YES=1")
    if answer(f"{why}. Start {name} there? Type yes: ").lower() != "yes":
        raise RunError("nothing was started")


def _started(account: StageAccount, name: str, arguments: dict[str, str]) -> str:
    try:  # once: a second call after a lost answer could start a second run
        answer = account.call("glue", "start_job_run", name, once=True, JobName=name, Arguments=arguments)
    except RefusedError as error:
        if error.code in BUSY:
            raise RunError(f"{name} was not started: {BUSY[error.code]}") from None
        raise
    except NoAnswerError as error:
        raise RunError(f"{error}; a run may have been started all the same: look with make status") from None
    return str(answer["JobRunId"])


def _stop(account: StageAccount, name: str, run_id: str) -> str:
    return f"aws glue batch-stop-job-run --job-name {name} --job-run-ids {run_id} {account.cli_options}"
