"""The workflows of GitHub Actions: they are valid, pin their actions, and may do no more than they need."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from aws_glue_cdk_baseline.config import PROJECT

FOLDER = PROJECT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))


def workflow(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return found


def steps(found: dict[Any, Any]) -> list[dict[str, Any]]:
    return [step for job in found["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("name", [file.name for file in FILES])
def test_a_workflow_pins_official_actions_by_their_commits_and_keeps_no_token_in_the_clone(name: str) -> None:
    found = workflow(name)
    used = [step["uses"] for step in steps(found) if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action)] == []
    pinned = {step["uses"] for step in steps(workflow("test.yml")) if "uses" in step}
    assert set(used) <= pinned
    clones = [step for step in steps(found) if step.get("uses", "").startswith("actions/checkout@")]
    assert [step["with"]["persist-credentials"] for step in clones] == [False]
    assert all(job["timeout-minutes"] <= 60 for job in found["jobs"].values())


def test_the_check_of_a_pull_request_may_comment_and_nothing_else() -> None:
    found = workflow("pr-check.yml")
    assert found[True] == {"pull_request": None}  # YAML reads `on` as true; pull_request_target would trust forks
    assert found["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert all("permissions" not in job for job in found["jobs"].values())
    with_token = [step["name"] for step in steps(found) if "token" in str(step)]
    assert with_token == ["Comment on the pull request"]


def test_it_calls_the_target_with_the_base_of_the_pull_request_and_comments_only_without_a_fork() -> None:
    [clone, _, check, summary, comment] = steps(workflow("pr-check.yml"))
    assert clone["with"]["fetch-depth"] == 0
    assert check["run"] == 'make pr-check BASE="$BASE" OUTPUT="$RUNNER_TEMP/pr-check.md"'
    assert check["env"] == {"BASE": "${{ github.event.pull_request.base.sha }}"}
    assert summary["if"] == "${{ !cancelled() }}"
    fork = "github.event.pull_request.head.repo.full_name == github.repository"
    assert comment["if"] == f"${{{{ !cancelled() && {fork} }}}}"
    expressions = [step["run"] for step in steps(workflow("pr-check.yml")) if "${{" in step.get("run", "")]
    assert expressions == []  # a branch's name in a script would be run


def test_the_comment_is_found_again_by_its_first_line() -> None:
    from tools.pr_check.report import MARK

    assert f'startswith("{MARK}")' in steps(workflow("pr-check.yml"))[-1]["run"]


def test_the_upgrade_of_the_cdk_is_checked_each_week_without_a_right() -> None:
    found = workflow("cdk-upgrade.yml")
    assert found[True] == {"schedule": [{"cron": "23 5 * * 1"}], "workflow_dispatch": None}
    assert found["permissions"] == {"contents": "read"}
    [run] = [step["run"] for step in steps(found) if "run" in step]
    assert 'make cdk-upgrade-check OUTPUT="$file" ||' in run


@pytest.mark.parametrize(("makes", "code", "said"), [("text; true", 0, ""), ("text; false", 0, "::warning::text\n")])
def test_a_finding_is_a_warning_and_no_answer_a_failure(tmp_path: Path, makes: str, code: int, said: str) -> None:
    """The script of the step, with a stand-in for make."""
    [step] = [step for step in steps(workflow("cdk-upgrade.yml")) if "run" in step]
    (tmp_path / "make").write_text(f'#!/bin/sh\necho {makes.split(";")[0]} > "${{2#OUTPUT=}}"\n{makes.split(";")[1]}\n')
    (tmp_path / "make").chmod(0o755)
    variables = {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }
    done = subprocess.run(["bash", "-e", "-c", step["run"]], env=variables, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (code, said)
    assert (tmp_path / "summary").read_text() == "text\n"
    (tmp_path / "cdk-upgrade.md").unlink()
    (tmp_path / "make").write_text("#!/bin/sh\nexit 2\n")
    done = subprocess.run(["bash", "-e", "-c", step["run"]], env=variables, capture_output=True, text=True)
    assert done.returncode != 0
