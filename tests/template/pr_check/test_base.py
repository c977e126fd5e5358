"""The commit to compare with, in small repositories."""

import subprocess
from pathlib import Path

import pytest

from tools.pr_check.base import BaseError, checked_out, files_of, merge_base


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *who, "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path, text: str) -> str:
    (folder / "app.py").write_text(text)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", text)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A branch with one commit, from a main that has gone on."""
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q")
    commit(folder, "first")
    git(folder, "checkout", "-q", "-b", "branch")
    commit(folder, "of the branch")
    git(folder, "checkout", "-q", "main")
    commit(folder, "main goes on")
    git(folder, "checkout", "-q", "branch")
    return folder


def test_the_base_is_where_the_branch_began_and_not_what_main_has_now(project: Path) -> None:
    assert merge_base(project, "main") == git(project, "rev-parse", "branch~1")


def test_the_files_of_the_base_are_there_for_a_time_and_the_working_tree_stays(project: Path, tmp_path: Path) -> None:
    (project / "app.py").write_text("uncommitted")
    hook = project / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/hook\n")
    hook.chmod(0o755)
    with files_of(project, merge_base(project, "main"), tmp_path / "base") as folder:
        assert (folder / "app.py").read_text() == "first"
    assert not (tmp_path / "base").exists()
    assert not (tmp_path / "hook").exists()
    assert git(project, "worktree", "list").count("\n") == 0
    assert (project / "app.py").read_text() == "uncommitted"
    assert git(project, "status", "--porcelain") == "M app.py"


def test_the_files_go_when_the_check_is_interrupted(project: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), files_of(project, "main", tmp_path / "base"):
        raise KeyboardInterrupt
    assert not (tmp_path / "base").exists()
    assert git(project, "worktree", "list").count("\n") == 0


@pytest.mark.parametrize("lost", [[], [".git"], [".git", "app.py"]])
def test_the_files_go_when_git_was_interrupted_while_it_wrote_them(
    project: Path, tmp_path: Path, lost: list[str]
) -> None:
    """Git locks a worktree while it makes it."""
    with files_of(project, "main", tmp_path / "base") as folder:
        git(project, "worktree", "lock", "--reason", "initializing", str(folder))
        for name in lost:
            (folder / name).unlink()
    assert not (tmp_path / "base").exists()
    assert git(project, "worktree", "list").count("\n") == 0


def test_a_project_in_a_subfolder_is_found_there(project: Path, tmp_path: Path) -> None:
    (project / "etl").mkdir()
    commit(project / "etl", "subfolder")
    with files_of(project / "etl", "HEAD", tmp_path / "base") as folder:
        assert (folder / "app.py").read_text() == "subfolder"
    with pytest.raises(BaseError, match=r"it has no etl/app\.py"), files_of(project / "etl", "main", tmp_path / "base"):
        pass


def test_what_is_checked_out_is_named(project: Path, tmp_path: Path) -> None:
    head = git(project, "rev-parse", "HEAD")[:10]
    assert checked_out(project).shown == f"commit {head}"
    (project / "new.txt").write_text("x")
    assert checked_out(project).shown == f"commit {head} with uncommitted changes"
    assert checked_out(tmp_path).shown == "the files of this folder, which is not in a Git repository"


def test_a_folder_without_git_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(BaseError, match=r"^this folder is not in a Git repository$"):
        merge_base(tmp_path, "origin/main")


def test_a_base_that_does_not_exist_is_one_line(project: Path) -> None:
    with pytest.raises(BaseError) as error:
        merge_base(project, "origin/mian")
    assert str(error.value) == (
        "origin/mian is not a branch or commit of this clone; `git fetch` it, or name another BASE"
    )
    with pytest.raises(BaseError, match="--help is not a branch or commit of this clone"):
        merge_base(project, "--help")


def test_a_shallow_clone_is_told_what_it_lacks(project: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "1", "--no-single-branch", f"file://{project}", str(clone))
    every = "git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'"
    how = f"; this clone is shallow: fetch the whole history (`{every}`)"
    with pytest.raises(BaseError) as error:
        merge_base(clone, "origin/main")
    assert str(error.value) == f"this branch and origin/main have no commit in common{how}"
    with pytest.raises(BaseError) as error:
        merge_base(clone, "origin/other")
    assert str(error.value) == (
        f"origin/other is not a branch or commit of this clone; `git fetch` it, or name another BASE{how}"
    )
