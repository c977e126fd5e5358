"""The source: the project as it was committed, and what of it was not."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from rehearsal.errors import RehearsalError


@dataclass(frozen=True)
class Source:
    """A clean copy of the project: `folder`, without its Git history; `commit`; and what to say of it."""

    folder: Path
    commit: str
    remark: str


def take(project: Path, folder: Path, *, working_tree: bool = False, revision: str = "HEAD") -> Source:
    """Clone `revision` of the project's repository into `folder`; `working_tree` takes uncommitted files along."""
    commit = _git(project, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").strip()
    subject = _git(project, "log", "-1", "--format=%h %s", commit).strip()
    _git(project, "clone", "--quiet", "--no-checkout", str(project), str(folder))
    _git(folder, "checkout", "--quiet", "--detach", commit)
    shutil.rmtree(folder / ".git")  # an artifact of a Source action has no history
    changed = [line[3:] for line in _git(project, "status", "--porcelain", "-uall").splitlines()]
    if working_tree:
        for name in _git(project, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
            _copy(project / name, folder / name)
        remark = f"{subject}, and {_files(len(changed))} not committed"
    elif changed and revision == "HEAD":
        remark = f"{subject}; {_files(len(changed))} not committed and so not in it (--working-tree takes them along)"
    else:
        remark = subject
    return Source(folder, commit, remark)


def _copy(origin: Path, target: Path) -> None:
    if origin.is_dir():
        return
    target.unlink(missing_ok=True)
    if origin.is_symlink() or origin.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(origin, target, follow_symlinks=False)


def _files(count: int) -> str:
    return "1 file is" if count == 1 else f"{count} files are"


def _git(folder: Path, *arguments: str) -> str:
    result = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True)
    if result.returncode:
        said = result.stderr.strip().splitlines()
        raise RehearsalError(f"git {arguments[0]} in {folder}: {said[-1] if said else 'no such revision'}")
    return result.stdout
