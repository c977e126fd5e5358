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
from rehearsal.aws.processes import DENIALS, JOB_RUNS
from rehearsal.execution import End
from rehearsal.rehearsal import Options, Rehearsal
from rehearsal.report import Console
from tests.template.iam.records import records_attempts
from tests.template.rehearsal.projects import Project, this_project

pytestmark = pytest.mark.slow

DEV, HOME, REGION = "123456789102", "123456789101", "us-east-1"
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


class Pushes:
    """A project whose pipeline is deployed in the emulator and runs again for each push."""

    def __init__(self, project: Project, running: Cloud) -> None:
        self.project, self.cloud, self.number = project, running, 1
        options = Options(project.folder)
        self._rehearsal = Rehearsal(options, inputs.read(project.folder), running, Console())

    def push(self) -> tuple[list[str], dict[str, str], str]:
        """Commit, and run the pipeline. Return the jobs that ran, those that did not with why, and the test's log."""
        self.project.commit()
        records = self.cloud.new_records(JOB_RUNS)
        end = self._rehearsal.run() if self.number == 1 else self._rehearsal._execute(self.number)
        assert end == End.SUCCEEDED
        log = self.cloud.log(f"{self.number}-DeployDev-IntegrationTest").read_text(encoding="utf-8")
        folder = self.cloud.folder / f"execution-{self.number}" / "DeployDev.IntegrationTest"
        cases = ElementTree.parse(folder / "src0" / "reports" / "integration-test.xml").getroot()
        unchanged = {
            str(case.get("name")): str(skipped.get("message"))
            for case in cases
            if (skipped := case.find("skipped")) is not None
        }
        self.number += 1
        return sorted(record["job"] for record in records.read()), unchanged, log


@pytest.fixture
def pushes(tmp_path: Path) -> Iterator[Pushes]:
    (tmp_path / "project").mkdir()
    project = this_project(tmp_path / "project")
    project.write("default-config.yaml", CONFIG)
    for name in ("load", "report", "alone"):
        project.write(f"{SCRIPTS}/{name}.py", SCRIPT)
    (tmp_path / "cloud").mkdir()
    with cloud(tmp_path / "cloud") as running:
        yield Pushes(project, running)


def test_three_pushes_run_all_jobs_then_the_one_that_changed_then_none(pushes: Pushes) -> None:
    ran, unchanged, log = pushes.push()
    assert (ran, unchanged) == (["Alone-dev", "Load-dev", "Report-dev"], {})
    assert "\n3 of them to test, 0 unchanged since they passed\n" in log
    assert "\ndurations here are not Glue's: maxMinutes, maxDpuHours and earlier runs are not compared\n" in log

    pushes.project.replace(f"{SCRIPTS}/report.py", "print(", "print('report', ")
    ran, unchanged, log = pushes.push()
    assert ran == ["Report-dev"]
    assert "\n1 of them to test, 2 unchanged since they passed\n  Report-dev: script changed\n" in log
    assert sorted(unchanged) == ["Alone-dev", "Load-dev"]
    assert all(reason.startswith("unchanged: passed 2") for reason in unchanged.values())

    pushes.project.write("README.md", "another text\n")
    ran, unchanged, log = pushes.push()
    assert (ran, sorted(unchanged)) == ([], ["Alone-dev", "Load-dev", "Report-dev"])
    assert "\n0 of 0 jobs passed, 3 unchanged\n" in log
    assert not (pushes.cloud.records / DENIALS).exists()

    made = [(attempt, attempt.was_allowed()) for attempt in records_attempts(pushes.cloud, HOME, DEV, REGION)]
    wrong = [f"{one.who} {one.what}: {'allowed' if was else 'denied'}" for one, was in made if was != one.allowed]
    assert wrong == []
    assert [was for _, was in made].count(True) == 4
