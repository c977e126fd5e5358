"""Job bookmarks on a laptop and in the rehearsal: a JSON file for each job, which the gateway of its runs serves.

A committed run adds what it has read: `{"version": 2, "runs": [{"run": "1", "committed": "2026-11-27T08:00:00+00:00",
"sources": {"orders": {"s3://bucket/orders/a.json": 1764230400000}}}, …]}`, by `transformation_ctx` and file, with the
times at which the files were modified, in milliseconds. Without the file a job has read nothing yet.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.samples import OUT

FOLDER = ".bookmarks"  # in out/: no bucket has such a name
RESET = "--reset-bookmark"
Sources = Mapping[str, Mapping[str, int]]


class BookmarkError(OSError):
    """A bookmark cannot be read or kept. The message is one line."""


def laptop_bookmark(stage: str, job: str, *, in_aws: bool) -> Bookmark:
    """Return the bookmark of a job's runs on this laptop. Runs that read AWS's own S3 have one of their own."""
    return Bookmark(OUT / FOLDER / stage / f"{job}{'.aws' if in_aws else ''}.json")


class Bookmark:
    """The bookmark of one job, in `file`, for a `run` with this id; a run without one is called by its number."""

    def __init__(self, file: Path, run: str = "") -> None:
        self.file, self._run = file, run

    @property
    def shown(self) -> str:
        """The file for messages: in the project by its path there."""
        return str(self.file.relative_to(OUT.parent) if self.file.is_relative_to(OUT.parent) else self.file)

    def read(self) -> dict[str, Any]:
        """Return the version and the committed runs, the oldest first. Raise BookmarkError if the file is broken."""
        try:
            state = json.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {"version": 0, "runs": []}
        except (OSError, ValueError) as error:
            raise self._broken(str(error)) from None
        if problem := _problem(state):
            raise self._broken(problem)
        return dict(state)

    def commit(self, version: int, sources: Sources) -> int:
        """Add the run with what it has read, and return the new version.

        Raise BookmarkError if another run has changed the bookmark since it had this `version`.
        """
        with self._locked():
            state = self.read()
            if state["version"] != version:
                raise BookmarkError(
                    f"{self.shown} has version {state['version']}, and this run began with version {version}: another"
                    " run of the job has committed meanwhile, or the bookmark was reset; nothing is kept of this run"
                )
            committed = datetime.now(UTC).isoformat(timespec="seconds")
            added = {"run": self._run or str(version + 1), "committed": committed, "sources": sources}
            state = {"version": version + 1, "runs": [*state["runs"], added]}
            new = self.file.with_suffix(f".{os.getpid()}.new")
            new.write_text(json.dumps(state, indent=1) + "\n", encoding="utf-8")
            new.replace(self.file)
        return version + 1

    def reset(self) -> bool:
        """Forget all runs: the next one reads everything. Return false if there was nothing to forget."""
        existed = self.file.exists()
        self.file.unlink(missing_ok=True)
        return existed

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            lock = self.file.with_suffix(".lock").open("w")
        except OSError as error:
            raise BookmarkError(f"{self.shown} cannot be written: {error.strerror}") from None
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _broken(self, problem: str) -> BookmarkError:
        return BookmarkError(f"{self.shown} is no bookmark: {problem}; ARGS={RESET} starts over, or delete the file")


def _problem(state: Any) -> str:
    """Return what is wrong with the content of a file, or an empty text."""
    if not isinstance(state, dict) or not isinstance(state.get("version"), int):
        return "it has no version"
    runs = state.get("runs")
    if not isinstance(runs, list) or not all(map(_is_run, runs)):
        return "its runs cannot be read"
    return ""


def _is_run(run: Any) -> bool:
    if not isinstance(run, dict) or not isinstance(run.get("run"), str) or not isinstance(run.get("sources"), dict):
        return False
    files = [source for source in run["sources"].values()]
    return all(isinstance(source, dict) and all(isinstance(time, int) for time in source.values()) for source in files)
