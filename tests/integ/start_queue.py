"""The jobs that wait for their start, each until the jobs before it have passed.

They are started one after the other, and again if Glue has no capacity.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError

from tests.integ.clock import Clock
from tests.integ.glue_jobs import GlueJobs, NoCapacityError
from tests.integ.job_run import NOT_STARTED, JobRun

BACKOFF_SECONDS = (1.0, 60.0)  # between two tries to start a job: at least, at most
log = logging.getLogger("integration-test")


@dataclass
class _Waiting:
    """A job to start, not before `at`. `tries` have failed; the first was at `first_try`, on the date `since`."""

    job: str
    at: float
    tries: int = 0
    first_try: float | None = None
    since: datetime | None = None


class StartQueue:
    """Starts jobs, `interval` seconds apart, and adds their runs to `runs`.

    A job is started when all jobs that `after` has for it have passed. If one of them does not pass, or if a job cannot
    be started within `max_wait` seconds, the job is added as a run that was not started. `before_start` is called with
    each job before its first try; a job for which it raises an error of AWS is not started.
    """

    def __init__(
        self,
        glue: GlueJobs,
        clock: Clock,
        runs: list[JobRun],
        jobs: list[str],
        *,
        after: Mapping[str, Sequence[str]],
        interval: float,
        max_wait: float,
        before_start: Callable[[str], None] = lambda job: None,
    ) -> None:
        self._glue, self._clock, self._runs = glue, clock, runs
        self._jobs, self._after = frozenset(jobs), after
        self._interval, self._max_wait, self._before_start = interval, max_wait, before_start
        self._waiting = [_Waiting(job, clock.now()) for job in jobs]
        self._next_start = clock.now()
        self._starting: _Waiting | None = None

    @property
    def empty(self) -> bool:
        return not self._waiting

    @property
    def next_start(self) -> float | None:
        """The time of the next start, or None if no job can be started until others have passed."""
        ready = self._ready()
        return max(self._next_start, min(item.at for item in ready)) if ready else None

    def drop_blocked(self) -> None:
        """Add each job as not started if a job before it did not pass."""
        while blocked := [(item, *block) for item in self._waiting if (block := self._block(item.job))]:
            for item, cause, reason in blocked:
                self._waiting.remove(item)
                self._not_started(item.job, reason, cause)

    def start_next(self) -> None:
        """Start the next job if its time has come."""
        now = self._clock.now()
        due = [item for item in self._ready() if item.at <= now]
        if due and self._next_start <= now:
            self._waiting.remove(due[0])
            self._start(due[0])
            self._next_start = self._clock.now() + self._interval

    def adopt_unanswered_start(self) -> None:
        """Add a run that was started although its answer was lost in an interruption, so that it can be stopped."""
        if self._starting is None or self._starting.since is None:
            return
        try:
            found = self._glue.find_run(self._starting.job, self._known(), self._starting.since)
        except (ClientError, BotoCoreError) as error:
            log.error("%s may have been started: %s", self._starting.job, error)
            return
        if found:
            self._runs.append(JobRun(self._starting.job, found, asked=self._clock.now()))

    def _ready(self) -> list[_Waiting]:
        passed = {run.job for run in self._runs if run.passed}
        return [item for item in self._waiting if passed.issuperset(self._after.get(item.job, ()))]

    def _block(self, job: str) -> tuple[str, str] | None:
        """Return the earliest job because of which `job` cannot be started, and how that one ended."""
        ended = {run.job: run for run in self._runs if run.ended and not run.passed}
        for name in self._after.get(job, ()):
            if name not in self._jobs:
                return name, f"{name} is not deployed"
            if run := ended.get(name):
                return (run.blocked_by, run.error) if run.blocked_by else (run.job, run.outcome)
        return None

    def _start(self, waiting: _Waiting) -> None:
        now = self._clock.now()
        if waiting.first_try is None:
            waiting.first_try, waiting.since = now, self._clock.today()
        since = waiting.since or self._clock.today()
        self._starting = waiting
        try:
            if not waiting.tries:
                self._before_start(waiting.job)
            run_id = self._glue.start(waiting.job, self._known(), since)
        except NoCapacityError as error:
            if now - waiting.first_try < self._max_wait:
                self._try_again(waiting, error)
                return
            self._not_started(waiting.job, f"could not be started for {self._max_wait:g} s: {error}")
        except (ClientError, BotoCoreError) as error:
            self._not_started(waiting.job, str(error))
        else:
            run = JobRun(waiting.job, run_id, asked=self._clock.now())
            run.plan_next_look(run.asked)
            self._runs.append(run)
            log.info("%s STARTING (%s)", waiting.job, run_id)
        self._starting = None

    def _try_again(self, waiting: _Waiting, error: NoCapacityError) -> None:
        waiting.tries += 1
        least, most = BACKOFF_SECONDS
        waiting.at = self._clock.now() + random.uniform(least, min(most, least * 2**waiting.tries))
        self._waiting.append(waiting)
        log.info("%s will be tried again: %s", waiting.job, error)

    def _not_started(self, job: str, reason: str, blocked_by: str = "") -> None:
        log.error("%s %s: %s", job, NOT_STARTED, reason)
        run = JobRun(job, "", asked=self._clock.now(), state=NOT_STARTED, error=reason, blocked_by=blocked_by)
        self._runs.append(run)

    def _known(self) -> set[str]:
        return {run.run_id for run in self._runs}
