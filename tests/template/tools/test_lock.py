"""`make lock`, and that every installation takes hashes."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from tools import lock
from tools.lock import LAPTOP, LOCKS


def test_every_installation_takes_hashes() -> None:
    """pip's of wheels, which run nothing when they are installed; npm's of package-lock.json."""
    places = (
        "Makefile",
        "build_stage/*.*",
        "tools/*.*",
        "aws_glue_cdk_baseline/**/*.py",
        "README.md",
        "local/README.md",
    )
    texts = [file.read_text(encoding="utf-8") for pattern in places for file in PROJECT.glob(pattern)]
    pip = [found for text in texts for found in re.findall(r"\bpip\W{1,20}install\b[\s\S]{0,160}", text)]
    npm = [found for text in texts for found in re.findall(r"^\W*npm (?:ci|install|i)\b", text, re.MULTILINE)]
    # laptop, uv of the laptop's set-up, Build stage, Glue image, steps of the pipeline, benchmark; laptop, Build stage
    assert (len(pip), len(npm)) == (6, 2)
    assert [
        found
        for found in pip
        if not {"--require-hashes", "--only-binary=:all:"} <= set(re.findall(r"--[\w=:-]+", found))
    ] == []
    assert [found for found in npm if not found.endswith("npm ci")] == []


def test_make_lock_refreshes_all_in_an_order_that_lets_them_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **kwargs: Any) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    assert lock.refresh(Path("/p"), ["--upgrade"]) == 0
    written = [command[command.index("--output-file") + 1] for command in commands[:-1]]
    assert written == [item.file for item in LOCKS]
    assert written[0] == LAPTOP
    assert all("--upgrade" in command and "--generate-hashes" in command for command in commands[:-1])
    assert commands[-1][:3] == ["npm", "update", "--package-lock-only"]


def test_make_lock_ends_with_the_first_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda command, **kwargs: subprocess.CompletedProcess(command, 2))
    assert lock.refresh(Path("/p"), []) == 2


def test_a_lock_that_is_written_again_unchanged_keeps_its_time(tmp_path: Path) -> None:
    same, changed = tmp_path / "same.lock", tmp_path / "changed.lock"
    for file in (same, changed):
        file.write_text("one\n")
        os.utime(file, (1_000_000_000, 1_000_000_000))
    with lock.keeping_times([same, changed, tmp_path / "none.lock"]):
        same.write_text("one\n")
        changed.write_text("two\n")
    assert same.stat().st_mtime == 1_000_000_000 < changed.stat().st_mtime
