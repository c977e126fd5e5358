"""`make status` and `make cost` of a job with `observability`: its rows read, and how busy its workers were."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import Config
from tests.configs import with_stage
from tests.template.stage_jobs.conftest import Aws
from tools.stage_jobs import __main__ as command
from tools.stage_jobs.metrics import ROWS_READ, values
from tools.stage_jobs.runs import JobRun

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def observed(config: Config, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The config with `observability` of Quick, which the commands load."""
    jobs = [
        job.model_copy(update={"settings": job.settings.model_copy(update={"observability": job.name == "Quick"})})
        for job in config.stage("dev").jobs
    ]
    changed = with_stage(config, "dev", jobs=tuple(jobs))
    monkeypatch.setattr(command, "load_config", lambda path: changed)
    return changed


def put(aws: Aws, run: str, name: str, kind: str, *numbers: float) -> None:
    """Put the values of a metric as Glue does."""
    pairs = {"JobName": "Quick-dev", "JobRunId": run, "Type": kind}
    dimensions = [{"Name": key, "Value": value} for key, value in pairs.items()]
    for number in numbers:
        data = {"MetricName": name, "Dimensions": dimensions, "Value": number, "Timestamp": datetime.now(UTC)}
        aws.client("cloudwatch").put_metric_data(Namespace="Glue", MetricData=[data])


def last_run(aws: Aws) -> str:
    glue = aws.client("glue")
    run = str(glue.start_job_run(JobName="Quick-dev")["JobRunId"])
    end = time.monotonic() + 30
    while glue.get_job_run(JobName="Quick-dev", RunId=run)["JobRun"].get("CompletedOn") is None:
        assert time.monotonic() < end
        time.sleep(0.1)
    return run


def test_the_rows_are_the_sum_of_what_glue_counted_in_the_run(run: Run, aws: Aws, observed: Config) -> None:
    started = last_run(aws)
    put(aws, started, "glue.driver.aggregate.recordsRead", "count", 1000, 234)
    put(aws, "jr_other", "glue.driver.aggregate.recordsRead", "count", 5)
    code, out, err = run("status", "--profile", "dev", "Quick")
    assert (code, err) == (0, "")
    _, heading, line, *_ = out.splitlines()
    assert heading.endswith("  rows read")
    assert line.endswith("  1,234")


def test_without_the_right_to_metrics_the_table_is_there_and_says_so(run: Run, aws: Aws, observed: Config) -> None:
    last_run(aws)
    _, out, _ = run("status", "--profile", "reader", "Quick")
    denied = "access denied: arn:aws:iam::222222222222:user/reader may not cloudwatch:GetMetricData"
    assert f"without the rows read: metrics of the runs: {denied}" in out
    assert "rows read\n" not in out.partition("without")[0]
    _, out, _ = run("cost", "--profile", "reader", "Quick")
    assert f"without the use of the workers: metrics of the runs: {denied}" in out


def test_what_the_processors_used_is_told_by_the_load_of_each_run(run: Run, aws: Aws, observed: Config) -> None:
    put(aws, last_run(aws), "glue.ALL.system.cpuSystemLoad", "gauge", 0.2, 0.3)
    _, out, _ = run("cost", "--profile", "dev")
    heading, line = out[out.index("What the processors") :].splitlines()[:2]
    assert heading == "What the processors of the workers used of what was paid, least first:"
    assert line == "  Quick: 30 of 120 DPU-seconds in 1 run (25%)"  # 2 workers of 1 DPU for the billed minute


class Asked:
    """An account that remembers what CloudWatch was asked."""

    def __init__(self) -> None:
        self.parameters: list[dict[str, Any]] = []

    def pages(self, service: str, operation: str, key: str, about: str, **parameters: Any) -> list[Any]:
        self.parameters.append(parameters)
        return []


@pytest.mark.parametrize(("days", "period"), [(1, 60), (20, 300), (100, 3600)])
def test_older_runs_are_asked_for_in_the_periods_that_are_kept(days: int, period: int) -> None:
    started = datetime.now(UTC) - timedelta(days=days)
    job_run = JobRun("jr", "SUCCEEDED", started, 10, 20, None, "", {})
    account = Asked()
    assert values(account, ROWS_READ, [("Quick-dev", job_run)] * 501) == {}  # type: ignore[arg-type]
    assert [len(asked["MetricDataQueries"]) for asked in account.parameters] == [500, 1]
    asked = account.parameters[0]
    assert asked["MetricDataQueries"][0]["MetricStat"]["Period"] == period
    assert asked["StartTime"] <= started < asked["EndTime"]
    assert asked["StartTime"].timestamp() % period == 0
