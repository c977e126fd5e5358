"""What a rehearsal prints: a line for each action as it runs, and the table at its end."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rehearsal.toolbox import Toolbox

LAST_LINES = 20


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
    """Prints, and remembers the rows of the table. `preparation` are the parts before the pipeline."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.extended: list[str] = []  # roles whose trust the rehearsal extended
        self.started = time.monotonic()
        self._stage = ""

    def say(self, line: str = "") -> None:
        print(line, flush=True)

    def begin(self, stage: str, action: str) -> Row:
        """Say that an action starts."""
        if stage != self._stage:
            self._stage = stage
            self.say(stage)
        print(f"  {action:<24} ", end="", flush=True)
        row = Row(stage, action)
        self.rows.append(row)
        row.seconds = -time.monotonic()
        return row

    def end(self, row: Row, how: str, outcome: str, remark: str = "") -> None:
        """Say how it ended."""
        row.seconds += time.monotonic()
        row.how, row.outcome, row.remark = how, outcome, remark
        self.say(f"{outcome:<10} {how:<9} {row.seconds:6.1f} s  {remark}".rstrip())

    def remark(self, line: str) -> None:
        """Say more of the action that ended."""
        self.say(f"      {line}")

    def again(self) -> None:
        """The stages begin anew."""
        self._stage = ""

    def table(self) -> None:
        """The rows, and the whole time."""
        widths = [max([len(getattr(row, name)) for row in self.rows] + [5]) for name in ("stage", "action")]
        self.say()
        self.say(f"{'stage':<{widths[0]}}  {'action':<{widths[1]}}  {'how':<9}  {'outcome':<10}  seconds")
        for row in self.rows:
            start = f"{row.stage:<{widths[0]}}  {row.action:<{widths[1]}}  {row.how:<9}  {row.outcome:<10}"
            self.say(f"{start}  {row.seconds:7.1f}" if row.outcome != NOT_REACHED else start)
        self.say(f"{time.monotonic() - self.started:.1f} s in all")

    def closing(self, end: str) -> None:
        """What the table does not say."""
        self.say()
        for line in EXPLANATIONS:
            self.say(line)
        if self.extended:
            roles = f"{len(self.extended)} roles of the pipeline, and those of the jobs that ran,"
            self.say(f"trust      {roles} were extended by the rehearsal's own user, in the emulator only")
        self.say(ENDINGS[end])

    def kept(self, tools: Toolbox) -> None:
        """How to reach an emulator that stays up."""
        self.say(f"\nThe emulator stays up; end it with: kill {tools.emulator.pid}; rm -r {tools.folder}")
        common = {"AWS_ENDPOINT_URL": tools.emulator.url, **tools.emulator.trust()}
        if recorded := sorted((tools.folder / "records").glob("*.AWS-CodePipeline-Pipeline.*")):
            common |= dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), recorded[0].name.split(".")[1])
        self.say("\n".join(f"export {name}={value}" for name, value in common.items()))
        for account, credentials in tools.identities.users().items():
            self.say(f"# an administrator of account {account}")
            self.say("\n".join(f"export {name}={value}" for name, value in credentials.environment().items()))


NOT_REACHED = "not reached"
EXPLANATIONS = (
    "executed   by the real tools, on this machine",
    "emulated   MiniStack answered for AWS, with IAM enforced; CloudFormation's own role is checked by its policies",
)
ENDINGS = {
    "succeeded": "The pipeline ran to its end.",
    "failed": "The pipeline stopped: an action failed.",
    "waiting": "The pipeline waits for its approval (ARGS=--approve goes on, ARGS=--reject ends it).",
    "rejected": "The pipeline stopped: the approval was rejected.",
}


def fail(line: str) -> None:
    """One clear line on the error stream."""
    print(line, file=sys.stderr, flush=True)


def tail(log: Path | None) -> list[str]:
    """The last lines of a log."""
    if log is None or not log.exists():
        return []
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
