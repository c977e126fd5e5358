"""Processes that a rehearsal starts: each in a group of its own, none outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

GRACE_SECONDS = 0.3


class Processes:
    """Runs commands, from several threads where need be, and ends those that still go."""

    def __init__(self) -> None:
        self._going: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(self, command: Sequence[str], *, log: Path, env: Mapping[str, str], cwd: Path) -> int:
        """Run to the end, with all output added to `log`; returns the exit code."""
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
            self._going.add(process)
        try:
            return process.wait()
        finally:
            end_group(process.pid)  # and what it may have left in the background
            with self._lock:
                self._going.discard(process)

    def stop(self) -> None:
        """End every process that goes, and start none any more."""
        with self._lock:
            self._stopped = True
            going = list(self._going)
        for process in going:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        end = time.monotonic() + GRACE_SECONDS
        while any(process.poll() is None for process in going) and time.monotonic() < end:
            time.sleep(0.02)
        for process in going:
            end_group(process.pid)


def end_group(leader: int) -> None:
    """Kill what is left of a process group; fine where nothing is."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def wait_for_groups(leaders: Iterable[int]) -> None:
    """Wait for process groups that are ending; kill what is left after a moment."""
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
    """From now on this process, a leader of its group, and its group end when its parent has.

    What it started, such as Spark's Java, is first asked to, so that it removes its files; this process is not.
    """
    parent = os.getppid()
    signal.signal(signal.SIGTERM, lambda number, frame: None)  # unlike SIG_IGN, not handed on to what it starts

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.1)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(0, signal.SIGTERM)
        time.sleep(GRACE_SECONDS)
        end_group(os.getpgid(0))

    threading.Thread(target=watch, daemon=True).start()
