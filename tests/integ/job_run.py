"""One job run of the integration test: its state in Glue, its cost, and its error if it has not passed."""

from __future__ import annotations

from dataclasses import dataclass, field

from aws_glue_cdk_baseline.prices import dpu_seconds
from tests.integ.quality import RuleResult

ENDS = {"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED"}
NOT_STARTED = "NOT STARTED"
SKIPPED = "SKIPPED"  # left out by a rehearsal, which has no sample of its input; `error` is the reason
UNCHANGED = "UNCHANGED"  # as it was when it passed, and not started; `error` says when that was
LEFT_OUT = (SKIPPED, UNCHANGED)
LOOK_SECONDS = (3.0, 60.0)  # between two calls of GetJobRun for a run: at least, at most
LOOK_SHARE = 1 / 12  # of the time since the start: Glue is asked less often about a long run


@dataclass
class JobRun:
    """A run: its `state` in Glue, its `seconds` of execution, and its `error`, which is empty if the run passes.

    A job that was not started because another one did not pass has the earliest such job in `blocked_by`.

    `reason` says why it is tested, where not every job is, and `warning` what took longer than before.

    `asked` (the time of StartJobRun), `running_since` and `next_look` are seconds of the runner's clock.
    """

    job: str
    run_id: str
    asked: float
    state: str = "STARTING"
    seconds: float = 0
    dpu_seconds: float = 0
    glue_version: str = ""
    execution_class: str = "STANDARD"
    worker_type: str = ""
    error: str = ""
    blocked_by: str = ""
    reason: str = ""
    warning: str = ""
    running_since: float | None = None
    next_look: float = 0
    seen_running: bool = False  # a streaming job that ran until the test has stopped it
    rules: list[RuleResult] = field(default_factory=list)  # of `expect.quality`, once the output is checked

    @property
    def ended(self) -> bool:
        return self.state in ENDS or self.state == NOT_STARTED

    @property
    def passed(self) -> bool:
        return (self.state == "SUCCEEDED" or self.seen_running) and not self.error

    @property
    def outcome(self) -> str:
        """The end of a run that did not pass, in the words for the jobs that come after it."""
        if self.state == NOT_STARTED:
            return f"{self.job} could not be started"
        ends = {"SUCCEEDED": "did not pass", "FAILED": "failed"}
        return f"{self.job} {ends.get(self.state, f'ended {self.state}')}"

    def update(self, answer: dict[str, object], now: float) -> None:
        """Update the run from an answer of GetJobRun."""
        self.state = str(answer["JobRunState"])
        if self.state == "RUNNING" and self.running_since is None:
            self.running_since = now
        # Glue may not report the time of a run before its end.
        measured = now - self.running_since if self.running_since is not None and not self.ended else 0
        self.seconds = max(float(str(answer.get("ExecutionTime") or 0)), measured)
        self.glue_version = str(answer.get("GlueVersion") or "")
        self.execution_class = str(answer.get("ExecutionClass") or "STANDARD")
        self.worker_type = str(answer.get("WorkerType") or "")
        self.dpu_seconds = dpu_seconds(answer, self.seconds)
        if self.ended and self.state != "SUCCEEDED" and not self.error and not self.seen_running:
            self.error = str(answer.get("ErrorMessage") or f"ended {self.state}, and Glue gives no reason")

    def plan_next_look(self, now: float) -> None:
        least, most = LOOK_SECONDS
        self.next_look = now + min(most, max(least, (now - self.asked) * LOOK_SHARE))
