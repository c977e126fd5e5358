"""Show what changed in the code of a job: the lines of its script, and the files of the code that it shares."""

from __future__ import annotations

import difflib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from tools.amounts import counted
from tools.stage_diff.job_words import Asset
from tools.stage_diff.templates import UnreadableError

CONTEXT = 2  # unchanged lines around a change
MOST_LINES = 400  # of one file


@dataclass(frozen=True)
class FileChange:
    """A changed file: what to say of it, and its lines as a unified diff, which may be empty."""

    summary: str
    lines: tuple[str, ...] = ()
    title: str = ""


def script_change(before: Asset | None, after: Asset | None, job: str) -> FileChange | None:
    """Return how a script changed, or None if its text is the same."""
    if before is None or after is None or (before.bucket, before.key) == (after.bucket, after.key):
        return None
    try:
        new = after.content()
    except UnreadableError as error:
        return FileChange(f"script changed (new text not readable: {error})")
    try:
        old = before.content()
    except UnreadableError as error:
        return FileChange(f"script changed (old text not readable: {error})")
    return None if old == new else _text_change("script", f"{job}: script", old, new)


def shared_code_changes(before: Asset | None, after: Asset | None, job: str) -> Iterator[FileChange]:
    """Yield how each file of the shared code changed."""
    if (before and (before.bucket, before.key)) == (after and (after.bucket, after.key)):
        return
    try:
        old, new = _files(before), _files(after)
    except UnreadableError as error:
        yield FileChange(f"shared code changed (not readable: {error})")
        return
    for name in sorted({*old, *new}):
        if name not in new:
            yield FileChange(f"shared code: {name} is removed")
        elif name not in old:
            yield FileChange(f"shared code: {name} is new ({counted(len(new[name].splitlines()), 'line')})")
        elif old[name] != new[name]:
            yield _text_change(f"shared code: {name}", f"{job}: {name}", old[name], new[name])


def _files(asset: Asset | None) -> dict[str, bytes]:
    if asset is None:
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(asset.content())) as archive:
            return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    except zipfile.BadZipFile:
        raise UnreadableError(f"{asset.key} is not a zip file") from None


def _text_change(what: str, title: str, old: bytes, new: bytes) -> FileChange:
    ends = ["CRLF" if b"\r\n" in text else "LF" for text in (old, new)]
    same_ends = ends[0] == ends[1]
    if not same_ends:  # or every line would differ
        old, new = (text.replace(b"\r\n", b"\n") for text in (old, new))
    try:
        before, after = (text.decode("utf-8").splitlines(keepends=True) for text in (old, new))
    except UnicodeDecodeError:
        return FileChange(f"{what} changed ({len(old)} bytes -> {len(new)} bytes, not text)")
    lines = [line.rstrip("\r\n") for line in difflib.unified_diff(before, after, n=CONTEXT)][2:]
    added, removed = (sum(line.startswith(sign) for line in lines) for sign in "+-")
    remark = "" if same_ends else f", and {ends[1]} in place of {ends[0]} at the ends of lines"
    if same_ends and [line.rstrip() for line in before] == [line.rstrip() for line in after]:
        remark = ", only in white space at the ends of lines"
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"… ({len(lines) - MOST_LINES} more lines)"]
    return FileChange(f"{what}: +{added} -{removed} lines{remark}", tuple(lines), f"{title}, +{added} -{removed}")
