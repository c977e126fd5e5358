"""Run jobs at the same time, follow each run to its end, and leave none running."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Mapping, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from tests.integ.clock import Clock
from tests.integ.glue_jobs import GlueJobs
from tests.integ.job_run import JobRun
from tests.integ.start_queue import StartQueue

SEEN_SECONDS = 60.0  # a streaming job that has run for so long without an end has passed
STOP_SECONDS = 120  # the longest wait for stopped runs
STOP_LOOK_SECONDS = 3.0  # between two calls of GetJobRun for them
log = logging.getLogger("integration-test")


class JobRunner:
    """Runs the jobs of a list, at most `concurrency` at the same time, and starts them `start_interval` seconds apart.

    A run that takes `max_duration` seconds or more, or does not begin within `max_wait` seconds, is stopped and is an
    error. So is a job that cannot be started within `max_wait` seconds. `check` gets each run that succeeded, and
    returns an error or an empty text.

    A job is started when all jobs that `after` has for it have passed, and not at all if one of them does not. Before
    that, `before_start` is called with it. A `streaming` job has passed when it has been running for `seen_seconds`:
    then it is stopped.
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
        after: Mapping[str, Sequence[str]] | None = None,
        before_start: Callable[[str], None] = lambda job: None,
        streaming: Container[str] = frozenset(),
        seen_seconds: float = SEEN_SECONDS,
        clock: Clock | None = None,
    ) -> None:
        self._glue, self._check, self._clock = glue, check, clock or Clock()
        self._concurrency, self._start_interval, self._before_start = concurrency, start_interval, before_start
        self._max_duration, self._max_wait, self._after = max_duration, max_wait, after or {}
        self._streaming, self._seen_seconds = streaming, seen_seconds
        self.runs: list[JobRun] = []

    def run(self, jobs: list[str]) -> list[JobRun]:
        """Run each job once, and return the runs after all have ended. An interruption stops all runs."""
        queue = StartQueue(
            self._glue,
            self._clock,
            self.runs,
            jobs,
            after=self._after,
            interval=self._start_interval,
            max_wait=self._max_wait,
            before_start=self._before_start,
        )
        try:
            while not queue.empty or self._active():
                queue.drop_blocked()
                if len(self._active()) < self._concurrency:
                    queue.start_next()
                for run in self._active():
                    if run.next_look <= self._clock.now():
                        self._look(run)
                self._sleep_until_something_is_due(queue)
        except BaseException:
            queue.adopt_unanswered_start()
            self._stop_all()
            raise
        return self.runs

    def _active(self) -> list[JobRun]:
        return [run for run in self.runs if not run.ended]

    def _look(self, run: JobRun) -> None:
        try:
            self._refresh(run)
        except (ClientError, BotoCoreError) as error:  # botocore has retried already; the next look may succeed
            log.info("%s: %s", run.job, error)
        now = self._clock.now()
        run.plan_next_look(now)
        if self._is_seen(run, now):
            self._stop_stream(run)
        elif run.state == "SUCCEEDED":
            run.error = self._took_too_long(run) or self._check(run)
        elif not run.ended and (reason := self._took_too_long(run) or self._waited_too_long(run, now)):
            run.error = f"{reason}; stopped by the test"
            self._stop(run)

    def _is_seen(self, run: JobRun, now: float) -> bool:
        """Return true if a streaming job has run for long enough."""
        is_streaming = run.job in self._streaming and not run.ended and run.running_since is not None
        return is_streaming and now - (run.running_since or 0) >= self._seen_seconds

    def _stop_stream(self, run: JobRun) -> None:
        log.info("%s is running since %.0f s: seen, and stopped", run.job, run.seconds)
        failed = self._glue.stop([run])
        run.state, run.seen_running = "STOPPED", True
        run.error = f"it could not be stopped: {failed[run.job]}" if failed else self._check(run)

    def _refresh(self, run: JobRun) -> None:
        before = run.state
        run.update(self._glue.look(run), self._clock.now())
        if run.state != before:
            log.info("%s %s after %.0f s", run.job, run.state, run.seconds)

    def _took_too_long(self, run: JobRun) -> str:
        if run.seconds < self._max_duration:
            return ""
        return f"took {run.seconds:.0f} s, allowed: less than {self._max_duration:g} s"

    def _waited_too_long(self, run: JobRun, now: float) -> str:
        waited = now - run.asked
        return f"{run.state} for {waited:.0f} s" if run.running_since is None and waited >= self._max_wait else ""

    def _stop(self, run: JobRun) -> None:
        log.info("%s: %s", run.job, run.error)
        if failed := self._glue.stop([run]):
            run.error += f" (stopping failed: {failed[run.job]})"
        run.state = "STOPPED"

    def _stop_all(self) -> None:
        """Stop all active runs and wait until they have ended. A second Ctrl-C ends the wait."""
        active = self._active()
        if not active:
            return
        log.info("stopping %d runs", len(active))
        for job, reason in self._glue.stop(active).items():
            log.error("%s could not be stopped: %s", job, reason)
        end = self._clock.now() + STOP_SECONDS
        while (active := self._active()) and self._clock.now() < end:
            for run in active:
                try:
                    self._refresh(run)
                except (ClientError, BotoCoreError) as error:
                    log.error("%s: %s", run.job, error)
            if self._active():
                self._clock.sleep(STOP_LOOK_SECONDS)
        for run in self._active():
            log.error("%s (%s) is still running: stop it in the Glue console", run.job, run.run_id)

    def _sleep_until_something_is_due(self, queue: StartQueue) -> None:
        active = self._active()
        times = [run.next_look for run in active]
        if queue.next_start is not None and len(active) < self._concurrency:
            times.append(queue.next_start)
        if times:
            self._clock.sleep(max(0.0, min(times) - self._clock.now()))
