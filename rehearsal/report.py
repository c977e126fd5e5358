"""The output of a rehearsal: a line for each action as it runs, the reasons of a failure, and the table at the end."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rehearsal import notifications
from rehearsal.aws.cloud import Cloud
from rehearsal.job_runs import NOT_STARTED, SKIPPED, JobRun, table
from rehearsal.notifications import Notification

LAST_LINES = 20
LAST_DENIALS = 5
NOT_REACHED = "not reached"
EXPLANATIONS = (
    "executed   by the real tools, on this machine",
    "emulated   MiniStack answered for AWS, with IAM enforced; CloudFormation's own role is checked by its policies",
)
ENDINGS = {
    "succeeded": "The pipeline ran to its end.",
    "failed": "The pipeline stopped: an action failed.",
    "waiting": "The pipeline waits for an approval (ARGS=--approve goes on, ARGS=--reject ends it).",
    "rejected": "The pipeline stopped: the approval was rejected.",
}
# The words of AWS. MiniStack uses them too, for denials of AssumeRole, which it does not record.
DENIED = re.compile(r"User: (\S*) ?is not authorized to perform: (\S+) on resource: \"?([^\s\"]+)")
Records = Iterable[Mapping[str, str]]


@dataclass
class Row:
    """One action: `how` is executed, emulated or skipped; `outcome` is succeeded, failed, waiting …"""

    stage: str
    action: str
    how: str = ""
    outcome: str = ""
    seconds: float = 0.0
    remark: str = ""


class Console:
    """Prints, and remembers the rows of the table. Times are shown as multiples of `synth_seconds`."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.job_runs: list[JobRun] = []
        self.notifications: list[Notification] = []
        self.extended: list[str] = []  # roles whose trust policy the rehearsal extended
        self.started = time.monotonic()
        self.synth_seconds = 0.0
        self._stage = ""

    def say(self, line: str = "") -> None:
        print(line, flush=True)

    def begin(self, stage: str, action: str) -> Row:
        """Print that an action starts."""
        if stage != self._stage:
            self._stage = stage
            self.say(stage)
        print(f"  {action:<24} ", end="", flush=True)
        row = Row(stage, action)
        self.rows.append(row)
        row.seconds = -time.monotonic()
        return row

    def end(self, row: Row, how: str, outcome: str, remark: str = "") -> None:
        """Print how an action ended."""
        row.seconds += time.monotonic()
        row.how, row.outcome, row.remark = how, outcome, remark
        self.say(f"{outcome:<10} {how:<9} {row.seconds:6.1f} s  {remark}".rstrip())

    def remark(self, line: str) -> None:
        """Print more about the last action."""
        self.say(f"      {line}")

    def text(self, text: str) -> None:
        """Print a text of several lines about the action that is running, before its line ends."""
        if text:
            self.say()
            for line in text.splitlines():
                self.say(f"      {line}".rstrip())
            print(f"  {'':<24} ", end="", flush=True)

    def again(self) -> None:
        """Print the names of the stages again from now on."""
        self._stage = ""

    def table(self) -> None:
        """Print the rows and the total time, also as multiples of the synth in this run, since machines differ."""
        widths = [max([len(getattr(row, name)) for row in self.rows] + [5]) for name in ("stage", "action")]
        self.say()
        self.say(f"{'stage':<{widths[0]}}  {'action':<{widths[1]}}  {'how':<9}  {'outcome':<10}  seconds  synths")
        for row in self.rows:
            start = f"{row.stage:<{widths[0]}}  {row.action:<{widths[1]}}  {row.how:<9}  {row.outcome:<10}"
            figures = f"{row.seconds:7.1f}  {self._synths(row.seconds):6.1f}"
            self.say(f"{start}  {figures}" if row.outcome != NOT_REACHED else start)
        seconds = time.monotonic() - self.started
        self.say(f"{seconds:.1f} s in all, {self._synths(seconds):.1f} times its cdk synth")
        if self.job_runs:
            self.say("\n" + "\n".join(table(self.job_runs)))
        if self.notifications:
            self.say("\n" + "\n".join(notifications.lines(self.notifications)))

    def _synths(self, seconds: float) -> float:
        return seconds / self.synth_seconds if self.synth_seconds else 0.0

    def closing(self, end: str) -> None:
        """Print the meaning of the words in the table, and the end of the pipeline."""
        self.say()
        for line in EXPLANATIONS:
            self.say(line)
        if self.extended:
            roles = f"{len(self.extended)} roles of the pipeline, and those of the jobs that ran,"
            self.say(f"trust      {roles} were extended by the rehearsal's own user, in the emulator only")
        if any(run.state == SKIPPED for run in self.job_runs):
            self.say("skipped    job runs without a sample of their input, and those after them: nothing ran for them")
        self.say(ENDINGS[end])

    def kept(self, cloud: Cloud) -> None:
        """Print how to reach the emulator, which goes on running."""
        self.say(f"\nThe emulator goes on running; end it with: kill {cloud.emulator.pid}; rm -r {cloud.folder}")
        common = {"AWS_ENDPOINT_URL": cloud.emulator.url, **cloud.emulator.trust()}
        self.say("\n".join(f"export {name}={value}" for name, value in common.items()))
        recorded = sorted(cloud.records.glob("*.AWS-CodePipeline-Pipeline.*"))
        region = recorded[0].name.split(".")[1] if recorded else "us-east-1"
        for session in cloud.sessions.users(region):
            self.say(f"# an administrator of account {session.account}")
            self.say("\n".join(f"export {name}={value}" for name, value in session.environment.items()))


@dataclass(frozen=True)
class Denial:
    """One call that IAM denied."""

    role: str
    action: str
    resource: str

    def __str__(self) -> str:
        return f"access denied: {role_of(self.role)} may not {self.action} on {self.resource}"


def denials(records: Records, texts: Iterable[str]) -> list[Denial]:
    """Return the last denials in the emulator's records and in the texts, each once."""
    found = [Denial(*match) for text in texts for match in DENIED.findall(text)]
    found += [Denial(**record) for record in records]
    unique = {(role_of(denial.role), denial.action, denial.resource): denial for denial in found}
    return list(unique.values())[-LAST_DENIALS:]


def role_of(principal: str) -> str:
    """Return the ARN of the role in `arn:aws:sts::123456789102:assumed-role/name/session`."""
    if ":assumed-role/" not in principal:
        return principal or "the caller"
    account, name = principal.split(":")[4], principal.split("/")[1]
    return f"arn:aws:iam::{account}:role/{name}"


def report_failure(
    console: Console, row: Row, error: Exception, log: Path, denied: Records, runs: Sequence[JobRun]
) -> None:
    """Report why an action failed: the end of its log, its job runs, and the calls that IAM denied.

    The error becomes the last line of the log.
    """
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{error}\n")
    texts = [log.read_text(encoding="utf-8", errors="replace")]
    for line in tail(log):
        console.remark(line)
    for run in runs:
        console.say(str(run))
        if run.failed:
            texts.append(run.message)
            console.say(f"  its log: {run.log}")
    for denial in denials(denied, texts):
        console.say(str(denial))
    console.say(f"{row.stage} / {row.action} failed: {error}")
    if failed := which_failed(runs):
        console.say(failed)
    console.say(f"The whole log: {log}")


def which_failed(runs: Iterable[JobRun]) -> str:
    """Return the names of the jobs that failed and of those that were not started, or an empty text."""
    failed = [run.job for run in runs if run.failed]
    waiting = [run.job for run in runs if run.state == NOT_STARTED]
    lines = {"jobs that failed": failed, "jobs that were not started": waiting}
    return "; ".join(f"{name}: {', '.join(jobs)}" for name, jobs in lines.items() if jobs)


def fail(line: str) -> None:
    """Print a line to standard error."""
    print(line, file=sys.stderr, flush=True)


def tail(log: Path | None) -> list[str]:
    """Return the last lines of a log."""
    if log is None or not log.exists():
        return []
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
