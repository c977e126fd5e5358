"""Run jobs side by side, follow each run to its end, and leave none behind."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from tests.integ.glue_jobs import GlueJobs, NoRoomError
from tests.integ.job_run import NOT_STARTED, JobRun

LOOK_SECONDS = (3.0, 60.0)  # between two looks at a run: at least, at most
LOOK_SHARE = 1 / 12  # of the time that it goes already, so that its end is seen within a tenth of it
BACKOFF_SECONDS = (1.0, 60.0)
STOP_SECONDS = 120  # how long a stopped run is waited for
log = logging.getLogger("integration-test")


class Clock:
    """Time as the runner sees it; a test may have another."""

    def now(self) -> float:
        return time.monotonic()

    def today(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass
class _Waiting:
    """A job that is to be started: not before `at`, after `tries` that did not work, the first of them `since`."""

    job: str
    at: float
    tries: int = 0
    first_try: float | None = None
    since: datetime | None = None
    why: str = ""


class JobRunner:
    """Runs the jobs of a list, at most `concurrency` at once, their starts `start_interval` seconds apart.

    A run that executes for `max_duration` seconds or more fails and is stopped; so does one that does not come to
    execute, or a job that cannot be started, within `max_wait` seconds.
    """

    def __init__(
        self,
        glue: GlueJobs,
        *,
        concurrency: int = 10,
        start_interval: float = 0.25,
        max_duration: float = 600,
        max_wait: float = 1800,
        check: Callable[[JobRun], str] = lambda run: "",
        clock: Clock | None = None,
    ) -> None:
        self._glue, self._check, self._clock = glue, check, clock or Clock()
        self._concurrency, self._start_interval = concurrency, start_interval
        self._max_duration, self._max_wait = max_duration, max_wait
        self._starting: _Waiting | None = None
        self.runs: list[JobRun] = []

    def run(self, jobs: list[str]) -> list[JobRun]:
        """One run of each job, all of them ended. Whatever interrupts it, the runs that go are stopped first."""
        waiting = [_Waiting(job, self._clock.now()) for job in jobs]
        next_start = self._clock.now()
        try:
            while waiting or self._going():
                now = self._clock.now()
                due = [item for item in waiting if item.at <= now]
                if due and next_start <= now and len(self._going()) < self._concurrency:
                    waiting.remove(due[0])
                    waiting += self._start(due[0])
                    next_start = self._clock.now() + self._start_interval
                for run in self._going():
                    if run.next_look <= self._clock.now():
                        self._look(run)
                self._sleep_until_something_is_due(waiting, next_start)
        except BaseException:
            self.stop_all()
            raise
        return self.runs

    def stop_all(self) -> None:
        """Stop every run that goes, with one call a job, and wait to see them stopped; a second Ctrl-C cuts that."""
        self._adopt_unanswered_start()
        going = self._going()
        if not going:
            return
        log.info("stopping %d runs", len(going))
        for job, why in self._glue.stop(going).items():
            log.error("%s could not be stopped: %s", job, why)
        end = self._clock.now() + STOP_SECONDS
        while (going := self._going()) and self._clock.now() < end:
            for run in going:
                try:
                    self._refresh(run)
                except (ClientError, BotoCoreError) as error:
                    log.error("%s: %s", run.job, error)
            if self._going():
                self._clock.sleep(LOOK_SECONDS[0])
        for run in self._going():
            log.error("%s (%s) still goes: stop it in the Glue console", run.job, run.run_id)

    def _going(self) -> list[JobRun]:
        return [run for run in self.runs if not run.ended]

    def _start(self, waiting: _Waiting) -> list[_Waiting]:
        """Start a job; what is returned is to be tried again."""
        now = self._clock.now()
        if waiting.first_try is None:
            waiting.first_try, waiting.since = now, self._clock.today()
        since = waiting.since or self._clock.today()
        self._starting = waiting
        try:
            run_id = self._glue.start(waiting.job, self._known(), since)
        except NoRoomError as error:
            if now - waiting.first_try < self._max_wait:
                waiting.tries += 1
                least, most = BACKOFF_SECONDS
                waiting.at = self._clock.now() + random.uniform(least, min(most, least * 2**waiting.tries))
                log.info("%s is tried again: %s", waiting.job, error)
                return [waiting]
            self._not_started(waiting.job, f"could not be started for {self._max_wait:g} s: {error}")
        except (ClientError, BotoCoreError) as error:
            self._not_started(waiting.job, str(error))
        else:
            now = self._clock.now()
            self.runs.append(JobRun(waiting.job, run_id, asked=now, next_look=now + LOOK_SECONDS[0]))
            log.info("%s STARTING (%s)", waiting.job, run_id)
        self._starting = None
        return []

    def _not_started(self, job: str, why: str) -> None:
        log.error("%s %s: %s", job, NOT_STARTED, why)
        self.runs.append(JobRun(job, "", asked=self._clock.now(), state=NOT_STARTED, fault=why))

    def _adopt_unanswered_start(self) -> None:
        """Interrupted while a run was being started: it may go all the same."""
        if self._starting is None or self._starting.since is None:
            return
        try:
            found = self._glue.find_run(self._starting.job, self._known(), self._starting.since)
        except (ClientError, BotoCoreError) as error:
            log.error("%s may have been started: %s", self._starting.job, error)
            return
        if found:
            self.runs.append(JobRun(self._starting.job, found, asked=self._clock.now()))

    def _known(self) -> set[str]:
        return {run.run_id for run in self.runs}

    def _look(self, run: JobRun) -> None:
        try:
            self._refresh(run)
        except (ClientError, BotoCoreError) as error:  # after botocore's own retries
            log.info("%s: %s", run.job, error)
        now = self._clock.now()
        least, most = LOOK_SECONDS
        run.next_look = now + min(most, max(least, (now - run.asked) * LOOK_SHARE))
        if run.state == "SUCCEEDED":
            run.fault = self._took_too_long(run) or self._check(run)
        elif not run.ended and (why := self._took_too_long(run) or self._waited_too_long(run, now)):
            run.fault = f"{why}; stopped by the test"
            self._stop(run)

    def _refresh(self, run: JobRun) -> None:
        before = run.state
        run.update(self._glue.look(run), self._clock.now())
        if run.state != before:
            log.info("%s %s after %.0f s", run.job, run.state, run.seconds)

    def _stop(self, run: JobRun) -> None:
        log.info("%s: %s", run.job, run.fault)
        if failed := self._glue.stop([run]):
            run.fault += f" (which failed: {failed[run.job]})"
        run.state = "STOPPED"

    def _took_too_long(self, run: JobRun) -> str:
        return (
            f"took {run.seconds:.0f} s, allowed: less than {self._max_duration:g} s"
            if (run.seconds >= self._max_duration)
            else ""
        )

    def _waited_too_long(self, run: JobRun, now: float) -> str:
        waited = now - run.asked
        return f"{run.state} for {waited:.0f} s" if run.running_since is None and waited >= self._max_wait else ""

    def _sleep_until_something_is_due(self, waiting: list[_Waiting], next_start: float) -> None:
        going = self._going()
        times = [run.next_look for run in going]
        if waiting and len(going) < self._concurrency:
            times.append(max(next_start, min(item.at for item in waiting)))
        if times:
            self._clock.sleep(max(0.0, min(times) - self._clock.now()))
