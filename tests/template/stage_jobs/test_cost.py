"""`make cost`: what runs cost at most and usually, what would save, and what was paid for nothing."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import Job
from tests.configs import make_config, make_job
from tools.stage_jobs.cost import push, table
from tools.stage_jobs.job_cost import JobCost
from tools.stage_jobs.runs import JobRun, job_run
from tools.stage_jobs.savings import savings, waste

Run = Callable[..., tuple[int, str, str]]


def make_run(seconds: float, paid: float, state: str = "SUCCEEDED", **answer: Any) -> JobRun:
    started = datetime(2026, 11, 27, tzinfo=UTC)
    fixed = {"Id": "jr", "StartedOn": started, "GlueVersion": "5.1", "WorkerType": "G.1X", "NumberOfWorkers": 2}
    return job_run({**fixed, "JobRunState": state, "ExecutionTime": seconds, "DPUSeconds": paid, **answer})


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return make_job(tmp_path, number_of_workers=10, timeout_minutes=30)


def test_at_most_is_every_worker_until_the_timeout_and_usually_the_median_of_what_succeeded(job: Job) -> None:
    runs = (make_run(100, 300), make_run(90, 240), make_run(110, 330), make_run(5, 9000, "FAILED"))
    item = JobCost(job, runs, looked=True)
    assert item.most == pytest.approx(10 * 0.5 * 0.44)
    assert item.usual == pytest.approx(300 / 3600 * 0.44)
    lines = table([item, JobCost(job, (), looked=True), JobCost(job)])
    assert [re.split(r"  +", line) for line in lines] == [
        ["one run of", "size", "at most", "usually"],
        ["Show", "10 x G.1X, 30 min, Glue 5.1", "$2.200", "$0.0367", "1 min 40 s, the median of 3 runs"],
        ["Show", "10 x G.1X, 30 min, Glue 5.1", "$2.200", "-", "no run has succeeded yet"],
        ["Show", "10 x G.1X, 30 min, Glue 5.1", "$2.200", "-"],
    ]


def test_a_python_shell_job_is_billed_by_its_capacity(tmp_path: Path) -> None:
    job = make_job(tmp_path, type="pythonshell", timeout_minutes=30)
    answer: dict[str, Any] = {"GlueVersion": "3.0", "WorkerType": "", "NumberOfWorkers": 0, "MaxCapacity": 0.0625}
    item = JobCost(job, (make_run(10, 0, **answer),), looked=True)
    assert item.most == pytest.approx(0.0625 * 0.5 * 0.44)
    assert item.usual == pytest.approx(0.0625 * 60 / 3600 * 0.44)  # a minute at least
    assert re.split(r"  +", table([item])[1])[1:4] == ["0.0625 DPU, 30 min, Python shell", "$0.0138", "$0.0005"]
    assert savings([item]) == []


def test_a_streaming_job_costs_by_the_hour_and_has_no_flex(tmp_path: Path) -> None:
    item = JobCost(make_job(tmp_path, type="streaming", timeout_minutes=10080))
    assert item.most == pytest.approx(0.88)
    assert re.split(r"  +", table([item])[1])[1:3] == ["2 x G.1X, streaming, an hour, Glue 5.1", "$0.880"]
    assert savings([item]) == ["What would save:", '  glueVersion: "6.0" saves 30%: Show']


def test_what_a_streaming_job_was_paid_until_it_was_stopped_is_no_waste(tmp_path: Path) -> None:
    stopped = (make_run(600, 1200, "STOPPED"),)
    assert waste([JobCost(make_job(tmp_path, type="streaming"), stopped, looked=True)]) == []
    assert "1200 of 1200 in 1 run " in waste([JobCost(make_job(tmp_path), stopped, looked=True)])[1]


def test_a_job_with_queuing_is_offered_no_flex_which_its_config_refuses(tmp_path: Path) -> None:
    assert savings([JobCost(make_job(tmp_path, queuing=True))]) == [
        "What would save:",
        '  glueVersion: "6.0" saves 30%: Show',
    ]


def test_a_price_that_is_not_known_is_said_to_be_unknown(tmp_path: Path) -> None:
    job = make_job(tmp_path, glue_version="6.0", execution_class="FLEX")
    item = JobCost(job, (make_run(100, 300),), looked=True)
    assert re.split(r"  +", table([item])[1])[1:4] == ["2 x G.1X, 60 min, Glue 6.0, Flex", "unknown", "unknown"]
    assert savings([item]) == []
    stage = make_config((job,)).stage("dev")
    assert push(stage, [item])[0].endswith(": unknown at most, unknown usually")
    known = JobCost(make_job(tmp_path, "Other"))
    assert push(stage, [item, known])[0].endswith(": $0.880 (without 1 of unknown cost) at most, unknown usually")


def test_a_push_costs_what_the_integration_test_runs(job: Job) -> None:
    config, item = make_config((job,)), JobCost(job, (make_run(100, 300),), looked=True)
    assert push(config.stage("dev"), [item, item]) == [
        "A push runs the 2 jobs of dev in the integration test: $4.400 at most, $0.0733 usually",
    ]
    changed = config.stage("dev").model_copy(update={"tests_changed_only": True})
    assert push(changed, [item, item])[0].startswith("A push runs up to 2 jobs of dev in the integration test: $")
    assert push(config.stage("prod"), [item]) == ["A push runs no job of prod: it has no integration test."]


def test_what_would_save(job: Job, tmp_path: Path) -> None:
    item = JobCost(job, (make_run(100, 300), make_run(200, 500)), looked=True)
    other = JobCost(make_job(tmp_path, "Other", worker_type="G.4X"))
    assert savings([other, item]) == [
        "What would save:",
        '  glueVersion: "6.0" saves 30%: Show ($0.0147 of a usual run), Other',
        "  executionClass: FLEX (a run may wait) saves 34%: Show ($0.0167 of a usual run)",
        "  Show: numberOfWorkers: 5 lowers what a run costs at most to $1.100; its last runs had 3.0 on average",
    ]
    assert savings([JobCost(job)] * 12)[1].endswith(": " + ", ".join(["Show"] * 10) + " and 2 more")
    assert savings([JobCost(make_job(tmp_path, glue_version="6.0"))]) == []


def test_what_was_paid_for_nothing_is_failed_runs_and_short_ones_most_first(job: Job, tmp_path: Path) -> None:
    short = JobCost(job, (make_run(15, 0), make_run(15, 0)), looked=True)  # each is billed 2 workers for a minute
    other = make_job(tmp_path, "Other")
    failing = JobCost(other, (make_run(100, 300), make_run(50, 500, "TIMEOUT")), looked=True)
    good = JobCost(job, (make_run(100, 300),), looked=True)
    assert waste([short, good, failing]) == [
        "What was paid for nothing, most first (DPU-seconds of the last runs):",
        "  Other: 500 of 800 in 2 runs (62%, $0.0611): 500 by 1 run that failed",
        "  Show: 180 of 240 in 2 runs (75%, $0.0220): 180 below the billed minute",
    ]
    assert waste([good]) == []
    shell = make_job(tmp_path, "Note", type="pythonshell", max_capacity=0.0625)
    assert waste([JobCost(shell, (make_run(3, 3.75),), looked=True)])[1:] == [
        "  Note: 3.56 of 3.75 in 1 run (95%, $0.0004): 3.56 below the billed minute"
    ]


def test_without_a_profile_nothing_is_asked_of_aws(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    code, out, err = run("cost")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "dev, by c.yaml alone"
    assert lines[3] == "Quick       2 x G.1X, 30 min, Glue 5.1  $0.440   -"
    assert lines[-2:] == [
        "estimates, at the prices of us-east-1, 26 November 2026",
        "PROFILE= adds what the last runs have cost",
    ]
    assert "those of eu-west-1 are not known here" in run("cost", "--stage", "prod")[1]


def test_with_a_profile_the_last_runs_count(run: Run) -> None:
    assert run("start", "--profile", "dev", "Quick")[0] == 0
    assert run("start", "--profile", "dev", "Broken")[0] == 1
    code, out, _ = run("cost", "--profile", "dev")
    assert code == 0
    quick = next(line for line in out.splitlines() if line.startswith("Quick "))
    assert "$0.0147" in quick
    assert re.search(r" s, (in 1 run|the median of \d+ runs)$", quick)
    assert "no run has succeeded yet" in next(line for line in out.splitlines() if line.startswith("Idle "))
    assert " below the billed minute" in next(line for line in out.splitlines() if line.startswith("  Quick: "))


def test_missing_rights_are_one_line(run: Run) -> None:
    code, _, err = run("cost", "--profile", "nobody")
    message = "Quick-dev: access denied: arn:aws:iam::222222222222:user/nobody may not glue:GetJobRuns"
    assert (code, err[: len(message)], "\n" in err) == (1, message, False)
