"""The bookmark of a run: which files each read leaves out, since a committed run of the job has read them.

A file is new if no committed run has read it by this `transformation_ctx`, or if it was modified since.
Source: https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from awsglue import _s3
from awsglue._files import InputFiles

ENABLED, PAUSED, DISABLED = "job-bookmark-enable", "job-bookmark-pause", "job-bookmark-disable"
Sources = dict[str, dict[str, int]]  # by transformation_ctx: the files with the times of their last modification


@dataclass
class _Bookmark:
    """The bookmark as the run found it, and what the run has `read` since. Of `only` files, if that is not None."""

    version: int
    known: Sources
    only: Sources | None = None
    paused: bool = False
    read: Sources = field(default_factory=dict)


_current: _Bookmark | None = None  # of this process, as Glue's Job has it


def start(args: Mapping[str, Any]) -> None:
    """Get the job's bookmark, if the arguments of the run ask for it.

    Raise ValueError for a range with a run that has not committed, OSError if the bookmark cannot be read.
    """
    global _current
    _current = None
    option = args.get("job_bookmark_option") or DISABLED
    if option == DISABLED:
        return
    state = json.loads(_s3.bookmark())
    runs = state["runs"]
    first, last = args.get("job_bookmark_from"), args.get("job_bookmark_to")
    if (first is None) != (last is None):
        raise ValueError("--job-bookmark-from and --job-bookmark-to are given together, or not at all")
    if first is None:
        _current = _Bookmark(state["version"], _union(runs), paused=option == PAUSED)
    else:
        if option != PAUSED:
            raise ValueError(f"--job-bookmark-from is for {PAUSED}, not {option}")
        before, until = _position(runs, "from", first), _position(runs, "to", last)
        _current = _Bookmark(state["version"], _union(runs[:before]), _union(runs[:until]), paused=True)


def only_new(transformation_ctx: str, found: Sequence[InputFiles]) -> list[InputFiles]:
    """Return the files of a read without those that its bookmark leaves out, and say how many are left."""
    every = {uri: time for files in found for uri, time in files.modified.items()}
    if _current is None or not every:
        return list(found)
    if not transformation_ctx:
        _say(f"a read without transformation_ctx reads {_number(len(every))}, in each run")
        return list(found)
    known = _current.known.get(transformation_ctx, {})
    new = {uri: time for uri, time in every.items() if known.get(uri) != time}
    if _current.only is not None:
        allowed = _current.only.get(transformation_ctx, {})
        new = {uri: time for uri, time in new.items() if allowed.get(uri) == time}
    _current.read.setdefault(transformation_ctx, {}).update(new)
    _say(f"{transformation_ctx} reads {len(new) or 'none'} of {_number(len(every))}")
    return [
        replace(files, names={uri: name for uri, name in files.names.items() if uri in new or uri not in every})
        for files in found
    ]


def commit() -> None:
    """Keep what the run has read. Raise OSError if another run has committed since this one began."""
    if _current is None or _current.paused:
        return
    _current.version = int(_s3.commit_bookmark(_current.version, _current.read))
    for context, files in _current.read.items():
        _current.known.setdefault(context, {}).update(files)
    _current.read = {}


def _union(runs: Iterable[Mapping[str, Any]]) -> Sources:
    """Return what all these runs have read. A file that was read again has its last time."""
    both: Sources = {}
    for run in runs:
        for context, files in run["sources"].items():
            both.setdefault(context, {}).update(files)
    return both


def _position(runs: Sequence[Mapping[str, Any]], name: str, wanted: object) -> int:
    """Return how many runs there are up to and including the one that an end of the range names."""
    ids = [run["run"] for run in runs]
    if wanted not in ids:
        known = f"its runs are {', '.join(ids)}" if ids else "it has no runs"
        raise ValueError(f"--job-bookmark-{name}: {wanted!r} is no committed run of the bookmark; {known}")
    return ids.index(wanted) + 1


def _number(files: int) -> str:
    return "1 file" if files == 1 else f"{files} files"


def _say(line: str) -> None:
    print(f"bookmark: {line}", file=sys.stderr, flush=True)
