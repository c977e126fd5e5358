"""Three rehearsed pushes with `integrationTest: changed`: all jobs, one job, none. Slow.

Also what its roles may and may not do with the records.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rehearsal import inputs
from rehearsal.aws.cloud import Cloud, cloud
from rehearsal.aws.processes import DENIALS
from rehearsal.execution import End
from rehearsal.rehearsal import Options, Rehearsal
from rehearsal.report import Console
from tests.template.iam.records import records_attempts
from tests.template.rehearsal.projects import Project, this_project

pytestmark = pytest.mark.slow

DEV, HOME, REGION = "123456789102", "123456789101", "us-east-1"
JOBS = ["Alone-dev", "Load-dev", "Report-dev"]
SCRIPTS = "aws_glue_cdk_baseline/job_scripts"
SCRIPT = """\
import sys

from awsglue.utils import getResolvedOptions

args = getResolvedOptions(sys.argv, ["JOB_NAME", "minimum_age"])
print(args["minimum_age"])
"""
CONFIG = f"""\
pipelineAccount: {{awsAccountId: "{HOME}", awsRegion: {REGION}}}
devAccount: {{awsAccountId: "{DEV}", awsRegion: {REGION}}}
jobs:
  Report: {{after: Load, expect: {{maxMinutes: 5}}}}
dev:
  approval: false
  integrationTest: changed
  jobs:
    Load: {{minimumAge: 21}}
    Report: {{minimumAge: 21}}
    Alone: {{minimumAge: 21}}
"""


class Rehearsed:
    """A rehearsal of the last commits of a project."""

    def __init__(self, project: Project, commits: int, running: Cloud) -> None:
        self.cloud = running
        options = Options(project.folder, commits=commits)
        self.end = Rehearsal(options, inputs.read(project.folder), running, Console()).run()

    def log(self, push: int) -> str:
        return self.cloud.log(f"{push}-DeployDev-IntegrationTest").read_text(encoding="utf-8")

    def unchanged(self, push: int) -> dict[str, str]:
        """Return the jobs that the report of a push skips, with its reasons."""
        folder = self.cloud.folder / f"execution-{push}" / "DeployDev.IntegrationTest"
        cases = ElementTree.parse(folder / "src0" / "reports" / "integration-test.xml").getroot()
        skipped = {str(case.get("name")): case.find("skipped") for case in cases}
        return {job: str(found.get("message")) for job, found in skipped.items() if found is not None}

    def runs(self) -> dict[str, int]:
        """Return how many runs each job has had."""
        glue = self.cloud.sessions.user(DEV, REGION).client("glue")
        return {job: len(glue.get_job_runs(JobName=job)["JobRuns"]) for job in JOBS}


@pytest.fixture
def three_pushes(tmp_path: Path) -> Iterator[Rehearsed]:
    (tmp_path / "project").mkdir()
    project = this_project(tmp_path / "project")
    project.write("default-config.yaml", CONFIG)
    for name in ("load", "report", "alone"):
        project.write(f"{SCRIPTS}/{name}.py", SCRIPT)
    project.commit()
    project.replace(f"{SCRIPTS}/report.py", "print(", "print('report', ")
    project.commit()
    project.write("README.md", "another text\n")
    project.commit()
    (tmp_path / "cloud").mkdir()
    with cloud(tmp_path / "cloud") as running:
        yield Rehearsed(project, 3, running)


def test_three_pushes_run_all_jobs_then_the_one_that_changed_then_none(three_pushes: Rehearsed) -> None:
    assert three_pushes.end == End.SUCCEEDED
    first, second, third = map(three_pushes.log, (1, 2, 3))
    assert "\n3 of them to test, 0 unchanged since they passed\n" in first
    assert "\ndurations here are not Glue's: maxMinutes, maxDpuHours and earlier runs are not compared\n" in first
    assert three_pushes.unchanged(1) == {}
    assert "\n1 of them to test, 2 unchanged since they passed\n  Report-dev: script changed\n" in second
    assert sorted(three_pushes.unchanged(2)) == ["Alone-dev", "Load-dev"]
    assert all(reason.startswith("unchanged: passed 2") for reason in three_pushes.unchanged(2).values())
    assert "\n0 of 0 jobs passed, 3 unchanged\n" in third
    assert sorted(three_pushes.unchanged(3)) == JOBS
    assert three_pushes.runs() == {"Alone-dev": 1, "Load-dev": 1, "Report-dev": 2}
    assert not (three_pushes.cloud.records / DENIALS).exists()

    made = [(attempt, attempt.was_allowed()) for attempt in records_attempts(three_pushes.cloud, HOME, DEV, REGION)]
    wrong = [f"{one.who} {one.what}: {'allowed' if was else 'denied'}" for one, was in made if was != one.allowed]
    assert wrong == []
    assert [was for _, was in made].count(True) == 4
