"""The processes that a rehearsal starts, and the records that they write for it.

Each process has a process group of its own. None runs longer than the rehearsal.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

GRACE_SECONDS = 0.3
# Files in which the emulator records the calls that it denied, the job runs, the processes of the job runs, and the
# messages that topics sent; and the rehearsal how the actions of the pipeline ended.
DENIALS, JOB_RUNS, JOB_PROCESSES = "denials.jsonl", "job-runs.jsonl", "job-processes.jsonl"
NOTIFICATIONS, ACTIONS = "notifications.jsonl", "actions.jsonl"


def write_record(file: Path, **record: str | float) -> None:
    """Add one record to a file."""
    with file.open("a", encoding="utf-8") as output:
        output.write(json.dumps(record) + "\n")


class NewRecords:
    """The records that are written to a file from now on, or from the position `start`."""

    def __init__(self, file: Path, start: int | None = None) -> None:
        self._file = file
        self._start = start if start is not None else file.stat().st_size if file.exists() else 0

    def read(self) -> list[dict[str, Any]]:
        if not self._file.exists():
            return []
        with self._file.open("rb") as file:
            file.seek(self._start)
            return [json.loads(line) for line in file.read().splitlines()]


class Processes:
    """Runs commands, also from several threads, and ends those that still run."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(self, command: Sequence[str], *, log: Path, env: Mapping[str, str], cwd: Path) -> int:
        """Run a command to its end, append its output to `log`, and return its exit code."""
        with log.open("ab") as output, self._lock:
            if self._stopped:
                raise KeyboardInterrupt
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
            self._running.add(process)
        try:
            return process.wait()
        finally:
            end_group(process.pid)  # the command may have left processes in the background
            with self._lock:
                self._running.discard(process)

    def stop(self) -> None:
        """End every process that still runs, and start no others."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        end = time.monotonic() + GRACE_SECONDS
        while any(process.poll() is None for process in running) and time.monotonic() < end:
            time.sleep(0.02)
        for process in running:
            end_group(process.pid)


def end_group(leader: int) -> None:
    """Kill the processes that are left in a group. A group without processes is not an error."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def wait_for_groups(leaders: Iterable[int]) -> None:
    """Wait a moment for process groups to end, and then kill the processes that are left."""
    end = time.monotonic() + 3 * GRACE_SECONDS
    for leader in leaders:
        while _exists(leader) and time.monotonic() < end:
            time.sleep(0.02)
        end_group(leader)


def _exists(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except OSError:
        return False
    return True


def end_with_parent() -> None:
    """End this process and its process group, which it leads, as soon as its parent has ended.

    The processes of the group, such as Spark's Java, get SIGTERM first, so that they remove their files.
    """
    parent = os.getppid()
    signal.signal(signal.SIGTERM, lambda number, frame: None)  # not SIG_IGN, which its children would inherit

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.1)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(0, signal.SIGTERM)
        time.sleep(GRACE_SECONDS)
        end_group(os.getpgid(0))

    threading.Thread(target=watch, daemon=True).start()
