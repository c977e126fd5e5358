"""Print the driver's log of a run, and follow it while it runs: `make logs JOB=X`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from aws_glue_cdk_baseline.config import Job
from tools.amounts import duration
from tools.job_arguments import RunError
from tools.stage_jobs.account import MissingError, NoAnswerError, StageAccount
from tools.stage_jobs.log_lines import LineFilter
from tools.stage_jobs.runs import JobRun, last_runs, one_run

GROUPS = ("output", "error")  # as in aws_glue_cdk_baseline/jobs/logs.py
LOOK_SECONDS = 3.0
LOOKS_AFTER_THE_END = 2  # the last lines of a run arrive after its end
LATE_SECONDS = 20  # an event may arrive so much later than another one with the same time
PATIENCE = 10  # calls without an answer, one after the other, before the following ends


@dataclass(frozen=True)
class Event:
    """An event of a log group: its time in milliseconds, its stream, its text."""

    time: int
    id: str
    group: str
    stream: str
    text: str


def logs(account: StageAccount, job: Job, run_id: str, with_all: bool) -> int:
    """Print the log of a run, or of the last one, until the run ends. With `with_all` nothing is left out."""
    name = account.stage.names.job(job.name)
    run = _run(account, job, name, run_id)
    state = f"{run.state} {duration(run.seconds)}"
    print(f"{name}: {run.id}, started {run.started:%Y-%m-%d %H:%M} UTC, {state}", flush=True)
    log = RunLog(account, job, run, with_all)
    unanswered, looks = 0, 1 if run.ended else LOOKS_AFTER_THE_END
    while looks:
        looks -= run.ended
        try:
            for line in log.new_lines():
                print(line, flush=True)
            if not looks:
                break
            run, unanswered = one_run(account, name, run.id), 0
        except NoAnswerError:
            unanswered += 1
            if unanswered == PATIENCE:
                raise
        time.sleep(LOOK_SECONDS)
    if state != f"{run.state} {duration(run.seconds)}":
        print(f"{name} {run.state} after {duration(run.seconds)}")
    if run.error:
        print(f"{run.state}: {run.error}")
    if not log.shown:
        print(log.why_nothing())
    return 0


class RunLog:
    """The log of a run. `shown` says whether it has had a line to show."""

    def __init__(self, account: StageAccount, job: Job, run: JobRun, with_all: bool) -> None:
        # The logs that a security configuration encrypts are in groups of their own. It need not encrypt any.
        own = job.settings.security_configuration
        places = [*GROUPS, *(f"{group}-{own}" for group in GROUPS if own)]
        self._groups = {place: f"{account.stage.names.log_groups}/{place}" for place in places}
        self._of_spark = not job.settings.is_shell
        if job.settings.is_shell:  # where Glue writes them by default
            self._groups |= {f"{group} of Python shell": f"/aws-glue/python-jobs/{group}" for group in GROUPS}
        self._account, self._run, self._all = account, run, with_all
        self._filters: dict[tuple[str, str], LineFilter] = {}
        self._seen: set[str] = set()
        self._since = int(run.started.timestamp() - 60) * 1000
        self._missing: set[str] = set()
        self._left_out = 0
        self.shown = False

    def new_lines(self) -> Iterator[str]:
        """Yield the lines that have come since the last call, those of all streams in the order of their times."""
        events = sorted(
            (event for group in self._groups for event in self._events(group)), key=lambda event: event.time
        )
        for event in events:
            self._since = max(self._since, event.time - LATE_SECONDS * 1000)
            lines = LineFilter(of_spark=self._of_spark and event.group.startswith("error"))
            lines = self._filters.setdefault((event.group, event.stream), lines)
            for line in event.text.splitlines() or [""]:
                if self._all or lines.keeps(line):
                    self.shown = True
                    yield line
                else:
                    self._left_out += 1

    def why_nothing(self) -> str:
        """Return why no line was shown."""
        if self._left_out:
            return f"the script has printed nothing; ALL=1 shows the {self._left_out} lines of Spark and Glue"
        if self._missing:
            return f"there is no log: {' and '.join(sorted(self._missing))} do not exist here"
        days = self._account.stage.log_retention_days
        return f"the run has no log; a log is kept for {days} days (logRetentionDays)"

    def _events(self, part: str) -> Iterator[Event]:
        group = self._groups[part]
        of_driver = (self._run.id, f"{self._run.id}-driver")
        found = self._account.pages(
            "logs",
            "filter_log_events",
            "events",
            group,
            logGroupName=group,
            logStreamNamePrefix=self._run.id,
            startTime=self._since,
        )
        try:
            for item in found:
                stream = item["logStreamName"]
                if stream in of_driver or (self._all and stream.startswith(self._run.id)):
                    event = Event(item["timestamp"], item["eventId"], part, stream, item["message"])
                    if event.id not in self._seen:
                        self._seen.add(event.id)
                        yield event
        except MissingError:
            self._missing.add(group)


def _run(account: StageAccount, job: Job, name: str, run_id: str) -> JobRun:
    """Return the run with this id, or the last one. Raise RunError if there is none."""
    try:
        if run_id:
            return one_run(account, name, run_id)
        if runs := last_runs(account, name, 10):
            return runs[0]
    except MissingError:
        if run_id:
            raise RunError(f"{name} has no run {run_id!r}; without RUN= you see the last one") from None
        raise RunError(f"{name} is not deployed in this account and Region; the pipeline deploys it") from None
    raise RunError(f"{name} has no run yet, or is not deployed: make start JOB={job.name} {account.make_variables()}")
