"""The job that `make job` writes passes its own test."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from tools.new_job import __main__ as new_job


@pytest.mark.slow
def test_the_test_that_comes_with_a_new_job_passes(tmp_path: Path) -> None:
    shutil.copy(new_job.TEMPLATE / "job_script.py", tmp_path / "count_terms.py")
    (tmp_path / "test_count_terms.py").write_text(new_job.test_text("count_terms"), encoding="utf-8")
    shutil.copy(PROJECT / "aws_glue_cdk_baseline" / "job_scripts" / "tests" / "conftest.py", tmp_path)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]])}
    command = [sys.executable, "-m", "pytest", "-q", "--config-file", str(PROJECT / "pyproject.toml"), str(tmp_path)]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "4 passed" in result.stdout, result.stdout + result.stderr
