"""Streaming jobs: what such a job may have, and that none waits for its end."""

from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import ConfigError
from tests.configs import CONFIG, load

STREAM = CONFIG.replace("numberOfWorkers: 4", "type: streaming")
DAILY = "schedule: cron(0 3 * * ? *)"


def said(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load(folder, text)
    return str(error.value).splitlines()


def test_a_streaming_job_has_no_end_unless_it_says_less_than_a_week(tmp_path: Path) -> None:
    longest = load(tmp_path, STREAM).stages[0].jobs[1].settings
    assert (longest.is_streaming, longest.is_shell, longest.has_no_end) == (True, False, True)
    own = STREAM.replace("streaming", "streaming\n    timeoutMinutes: 30\n    maintenanceWindow: Sun:23")
    settings = load(tmp_path, own).stages[0].jobs[1].settings
    assert (settings.timeout_minutes, settings.has_no_end, settings.maintenance_window) == (30, False, "Sun:23")


WRONG = {
    "executionClass: FLEX": "executionClass: a streaming job has none: Glue runs it as STANDARD alone; remove it",
    "bookmark: true": "bookmark: a streaming job has none: its checkpoint, in S3, says how far it has read; remove it",
    "after: Show": "after: a streaming job has none: it is no step of a chain; remove it",
    DAILY: ("schedule: a streaming job has none: it is started once, and runs on; remove it"),
    "expect: {maxMinutes: 5}": (
        "expect: a streaming job has none: the integration test sees it running, and stops it; remove it"
    ),
    "maxDurationMinutes: 5": "maxDurationMinutes: a streaming job has none: it has no end; remove it",
    "maintenanceWindow: Sunday": (
        "maintenanceWindow: 'Sunday' is not a day and an hour in UTC; write one such as Sun:3"
    ),
    "maxCapacity: 1": (
        "maxCapacity: is for `type: pythonshell`; the size of a Spark job is `workerType` times `numberOfWorkers`"
    ),
}


@pytest.mark.parametrize("setting", WRONG)
def test_what_only_a_job_that_ends_may_have_is_one_line(tmp_path: Path, setting: str) -> None:
    text = STREAM.replace("type: streaming", f"type: streaming\n    {setting}")
    assert said(tmp_path, text) == [f"c.yaml:7: jobs.Join.{WRONG[setting]}"]


def test_a_schedule_and_an_after_are_told_once_each(tmp_path: Path) -> None:
    text = STREAM.replace("type: streaming", "type: streaming\n    after: Show\n    " + DAILY)
    assert said(tmp_path, text) == [
        f"c.yaml:{line}: jobs.Join.{WRONG[key]}" for line, key in ((7, "after: Show"), (8, DAILY))
    ]


def test_no_job_comes_after_a_streaming_job(tmp_path: Path) -> None:
    shared = STREAM.replace("jobs:\n  Join:", "jobs:\n  Show: {after: Join}\n  Join:", 1)
    assert said(tmp_path, shared) == [
        "c.yaml:5: jobs.Show.after: Join is a streaming job, which does not end; remove it here"
    ]


def test_a_maintenance_window_is_for_streaming_jobs(tmp_path: Path) -> None:
    assert said(tmp_path, CONFIG.replace("numberOfWorkers: 4", "maintenanceWindow: Sun:3")) == [
        "c.yaml:6: jobs.Join.maintenanceWindow: is for `type: streaming`; remove it"
    ]
    (line,) = said(tmp_path, CONFIG.replace("numberOfWorkers: 4", "tpye: streaming\n    maintenanceWindow: Sun:3"))
    assert line.startswith("c.yaml:6: jobs.Join.tpye: is not known here; ")
    assert line.endswith("; did you mean type?")
