"""What is told of an action that failed: the end of its log, its job runs, and what was denied to whom."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rehearsal.console import Console, Row, tail
from rehearsal.denials import denials

Records = Iterable[dict[str, str]]


def tell_failure(console: Console, row: Row, error: Exception, log: Path, denied: Records, job_runs: Records) -> None:
    """Say why the action of `row` failed, and where its whole log is; the error itself becomes the log's last line."""
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{error}\n")
    texts = [log.read_text(encoding="utf-8", errors="replace")]
    for line in tail(log):
        console.remark(line)
    for run in job_runs:
        console.say(told(run))
        if run["state"] != "SUCCEEDED":
            texts.append(run["message"])
            console.say(f"  its log: {run['log']}")
    for denial in denials(denied, texts):
        console.say(str(denial))
    console.say(f"{row.stage} / {row.action} failed: {error}")
    console.say(f"The whole log: {log}")


def told(run: dict[str, str]) -> str:
    """One line about a job run."""
    return f"job run {run['job']} {run['state']} on local Spark {run['message']}".rstrip()
