"""The commit that a branch began from, and its files in a temporary folder."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# A checkout must not run hooks of the user, and in a container another user owns the folder.
QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "safe.directory=*", "-c", "advice.detachedHead=false")


class BaseError(Exception):
    """There is nothing to compare with. The message is one line."""


@dataclass(frozen=True)
class Branch:
    """The subject of the check: the commit that is checked out, or empty, and whether files differ from it."""

    commit: str
    is_changed: bool

    @property
    def shown(self) -> str:
        """The commit in words, such as `commit 0a1b2c3 with uncommitted changes`."""
        if not self.commit:
            return "the files of this folder, which is not in a Git repository"
        return f"commit {self.commit[:10]}" + (" with uncommitted changes" if self.is_changed else "")


def checked_out(project: Path) -> Branch:
    """Return what is checked out in the folder of a project."""
    try:
        commit = _git(project, "rev-parse", "--verify", "HEAD")
        return Branch(commit, bool(_git(project, "status", "--porcelain", "--", ".")))
    except BaseError:
        return Branch("", False)


def merge_base(project: Path, base: str) -> str:
    """Return the newest commit that the branch and `base` have in common. Raise BaseError if there is none."""
    try:
        _git(project, "rev-parse", "--git-dir")
    except BaseError as error:
        said = str(error)
        raise BaseError("this folder is not in a Git repository" if "not a git repo" in said else said) from None
    try:
        _git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
    except BaseError:
        raise BaseError(
            f"{base} is not a branch or commit of this clone; `git fetch` it, or name another BASE{_depth(project)}"
        ) from None
    try:
        return _git(project, "merge-base", "HEAD", base).splitlines()[0]
    except BaseError:
        raise BaseError(f"this branch and {base} have no commit in common{_depth(project)}") from None


def _depth(project: Path) -> str:
    """Return what to do about a shallow clone, or nothing if it is a whole one. A clone of one branch has no other."""
    shallow = _git(project, "rev-parse", "--is-shallow-repository") == "true"
    every = "git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'"
    return f"; this clone is shallow: fetch the whole history (`{every}`)" if shallow else ""


@contextmanager
def files_of(project: Path, commit: str, folder: Path) -> Iterator[Path]:
    """Check a commit out into the new folder `folder`, and yield where the project is in it. Then remove it.

    Raise BaseError if it cannot be checked out, or has no such project.
    """
    inside = _git(project, "rev-parse", "--show-prefix")
    try:
        _git(project, "worktree", "add", "--detach", "--quiet", str(folder), commit)
        place = folder / inside
        if not (place / "app.py").is_file():
            raise BaseError(f"it has no {inside}app.py")
        yield place
    finally:
        _remove(project, folder)


def _remove(project: Path, folder: Path) -> None:
    """Remove what was checked out, also if `git worktree add` was interrupted, which leaves it locked and not whole."""
    worktree = ["git", *QUIET, "-C", str(project), "worktree"]
    done = subprocess.run([*worktree, "remove", "--force", "--force", str(folder)], capture_output=True)
    if done.returncode:
        subprocess.run([*worktree, "unlock", str(folder)], capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([*worktree, "prune"], capture_output=True)


def _git(project: Path, *arguments: str) -> str:
    """Return what git prints. Raise BaseError with the last line of its message if it fails."""
    try:
        done = subprocess.run(["git", *QUIET, "-C", str(project), *arguments], capture_output=True, text=True)
    except FileNotFoundError:
        raise BaseError("git is not installed") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"git {arguments[0]} ended with exit code {done.returncode}"]
        raise BaseError(said[-1])
    return done.stdout.strip()
