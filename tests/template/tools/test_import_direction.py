"""Imports point one way: an import that points the other way breaks a contract of [tool.importlinter]."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import PROJECT

APP = "aws_glue_cdk_baseline"
FOLDERS = [APP, "build_stage", "local", "rehearsal", "tools", "tests"]
NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.json", "*.lock", "*.md")


# By contract: the lines to add to the files, and what the contract says of each.
WRONG_IMPORTS = {
    "folders": [
        ("tools/lock.py", "import rehearsal.model", "tools.lock -> rehearsal.model"),
        ("local/spark.py", "from tools import run_job", "local.spark -> tools.run_job"),
        ("local/emulator.py", "from build_stage import job_tests", "local.emulator -> build_stage.job_tests"),
        ("build_stage/docker_engine.py", "import local.spark", "build_stage.docker_engine -> local.spark"),
        (f"{APP}/config/errors.py", "import build_stage", f"{APP}.config.errors -> build_stage"),
    ],
    "deployed": [
        (f"{APP}/permissions/s3.py", f"import {APP}.pipeline", f"{APP}.permissions.s3 -> {APP}.pipeline"),
        (f"{APP}/jobs/logs.py", f"import {APP}.monitoring.topic", f"{APP}.jobs.logs -> {APP}.monitoring.topic"),
        (f"{APP}/jobs/role.py", f"from {APP} import pipeline_stack", f"{APP}.jobs.role -> {APP}.pipeline_stack"),
    ],
    "app-alone": [
        (f"{APP}/monitoring/dashboard.py", "import tools.rows", f"{APP}.monitoring.dashboard -> tools.rows"),
        (f"{APP}/jobs/logs.py", "import local.spark", f"{APP}.jobs.logs -> local.spark"),
    ],
    "only-config": [
        ("tools/lock.py", f"import {APP}.permissions.s3", f"tools.lock -> {APP}.permissions.s3"),
        ("tools/rows.py", f"import {APP}.monitoring.topic", f"tools.rows -> {APP}.monitoring.topic"),
        ("local/spark.py", f"import {APP}.pipeline", f"local.spark -> {APP}.pipeline"),
        ("rehearsal/model.py", f"import {APP}.jobs.role", f"rehearsal.model -> {APP}.jobs.role"),
        ("build_stage/docker_engine.py", f"import {APP}.jobs", f"build_stage.docker_engine -> {APP}.jobs"),
    ],
    "config-without-cdk": [(f"{APP}/config/errors.py", "import aws_cdk", f"{APP}.config.errors -> aws_cdk")],
    "run-reporter": [
        (f"{APP}/monitoring/run_reporter/facts.py", f"import {APP}.prices", f"run_reporter.facts -> {APP}.prices"),
        (f"{APP}/monitoring/run_reporter/console.py", "import yaml", "run_reporter.console -> yaml"),
    ],
    "job-scripts": [
        (f"{APP}/job_scripts/a.py", "from local import spark", f"{APP}.job_scripts.a -> local.spark"),
        (f"{APP}/job_scripts/a.py", f"import {APP}.monitoring", f"{APP}.job_scripts.a -> {APP}.monitoring"),
        (f"{APP}/job_scripts/b.py", f"import {APP}.config", f"{APP}.job_scripts.b -> {APP}.config"),
        (f"{APP}/job_scripts/in/a.py", "import tools.lock", f"{APP}.job_scripts.in.a -> tools.lock"),
    ],
    "no-circles": [
        ("local/circle.py", "import local.other", "No cycles are allowed in local."),
        ("local/other.py", "import local.circle", "- .other -> .circle (1 import)"),
        (f"{APP}/jobs/role.py", f"import {APP}.jobs.glue_job", f"No cycles are allowed in {APP}.jobs."),
    ],
}


@pytest.mark.parametrize(("contract", "wrong"), WRONG_IMPORTS.items(), ids=WRONG_IMPORTS)
def test_an_import_that_points_the_other_way_breaks_its_contract(
    contract: str, wrong: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    copy_project(tmp_path)
    for name, line, _ in wrong:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    code, output = lint(tmp_path, contract)
    assert code == 1
    assert [message for _, _, message in wrong if message not in output] == []


def test_each_module_of_the_app_has_its_place(tmp_path: Path) -> None:
    """A new module beside the stacks breaks the contract until it is a layer, so that no import goes unseen."""
    copy_project(tmp_path)
    (tmp_path / APP / "helpers.py").touch()
    code, output = lint(tmp_path, "deployed")
    assert code == 1
    assert "helpers (Since this contract is marked as 'exhaustive'" in output


def copy_project(folder: Path) -> None:
    for name in FOLDERS:
        shutil.copytree(PROJECT / name, folder / name, ignore=NOT_COPIED)
    shutil.copy(PROJECT / "pyproject.toml", folder)


def lint(project: Path, contract: str) -> tuple[int, str]:
    """Check one contract. Return the exit code and what was printed, without line breaks."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache", "--contract", contract]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True)
    return result.returncode, " ".join((result.stdout + result.stderr).split())


def test_permissions_know_nothing_of_the_cdk_but_iam() -> None:
    """import-linter does not look into packages of others, so this is a check of its own."""
    imports = {
        ast.unparse(node)
        for file in (PROJECT / APP / "permissions").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom) and "aws_cdk" in ast.unparse(node)
    }
    assert imports <= {"from aws_cdk import aws_iam as iam"}
