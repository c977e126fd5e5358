"""A project that has left the examples behind: its own jobs, Regions and permissions. Slow."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.template.rehearsal.projects import Project, this_project

pytestmark = pytest.mark.slow
JOB_SCRIPTS = "aws_glue_cdk_baseline/job_scripts"
SCRIPT = """\
import sys

from awsglue.utils import getResolvedOptions

args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path"])
"""
CONFIG = """\
pipelineAccount: {awsAccountId: "123456789101", awsRegion: eu-central-1}
devAccount: {awsAccountId: "123456789102", awsRegion: eu-west-1}
prodAccount: {awsAccountId: "123456789103", awsRegion: eu-north-1}
jobs:
  LoadOrders:
    managedPolicies: ["arn:aws:iam::123456789102:policy/team/own", AmazonSQSReadOnlyAccess]
    statements:
      - {actions: [cloudwatch:PutMetricData], resources: ["*"], reason: it has none}
dev:
  jobs:
    LoadOrders: {inputLocation: s3://orders-dev/in/, outputLocation: s3://orders-dev/out/, expect: {outputRows: 1}}
prod:
  jobs:
    LoadOrders: {inputLocation: s3://orders/in/, outputLocation: s3://orders/out/}
"""


@pytest.fixture
def own(tmp_path: Path) -> Project:
    project = this_project(tmp_path / "project")
    for example in ("process_legislators", "join_legislators"):
        (project.folder / JOB_SCRIPTS / f"{example}.py").unlink()
        (project.folder / JOB_SCRIPTS / "tests" / f"test_{example}.py").unlink()
    project.write(f"{JOB_SCRIPTS}/load_orders.py", SCRIPT)
    project.write("default-config.yaml", CONFIG)
    project.commit()
    return project


def test_the_tests_that_its_build_stage_runs_pass(own: Project) -> None:
    pytest_command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile"]
    for arguments in (["tests/snapshot", "--snapshot-update"], ["tests/unit", "tests/security", "tests/snapshot"]):
        run = subprocess.run([*pytest_command, *arguments], cwd=own.folder, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout[-3000:]
