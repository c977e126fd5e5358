"""What a change of the Glue version saves."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from aws_glue_cdk_baseline.config import StageConfig
from aws_glue_cdk_baseline.prices import DATE
from tests.configs import DEV, make_job
from tools.job_arguments import RunError
from tools.upgrade_check.check import Result
from tools.upgrade_check.findings import Change
from tools.upgrade_check.saving import LastRun, last_run, saved_at_timeout, saved_by_last_run
from tools.upgrade_check.table import table, usd

TO_6 = Change("5.1", "6.0")


def test_a_run_until_the_timeout_saves_the_difference_of_all_workers(tmp_path: Path) -> None:
    job = make_job(tmp_path, number_of_workers=4, timeout_minutes=30, worker_type="G.2X")
    # 4 workers of 2 DPUs for half an hour are 4 DPU-hours, each $0.44 - $0.308 cheaper.
    assert saved_at_timeout(job, TO_6) == pytest.approx(0.528)
    assert saved_at_timeout(job, Change("6.0", "5.1")) == pytest.approx(-0.528)
    assert saved_at_timeout(job, Change("5.0", "5.1")) == 0


def test_the_last_run_saves_by_its_dpu_seconds(tmp_path: Path) -> None:
    assert saved_by_last_run(make_job(tmp_path), TO_6, LastRun(300, 3600.0)) == pytest.approx(0.132)


@pytest.mark.parametrize(
    "settings", [{"execution_class": "FLEX"}, {"worker_type": "R.1X"}], ids=lambda settings: next(iter(settings))
)
def test_a_price_that_is_not_known_gives_no_saving(tmp_path: Path, settings: dict[str, Any]) -> None:
    job = make_job(tmp_path, **settings)
    assert saved_at_timeout(job, TO_6) is None
    assert saved_by_last_run(job, TO_6, LastRun(300, 3600.0)) is None


def test_without_a_last_run_its_saving_is_unknown(tmp_path: Path) -> None:
    assert saved_by_last_run(make_job(tmp_path), TO_6, None) is None


@pytest.mark.parametrize(
    ("amount", "text"),
    [(None, "unknown"), (0.0, "$0.00"), (0.044, "$0.0440"), (12.345, "$12.35"), (-0.5, "-$0.5000")],
)
def test_usd(amount: float | None, text: str) -> None:
    assert usd(amount) == text


class Aws:
    """A session whose client of Glue gives the answers that a test adds."""

    def __init__(self) -> None:
        credentials = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        self.glue = boto3.Session(region_name="us-east-1").client("glue", **credentials)
        self.answers = Stubber(self.glue)

    def client(self, service: str) -> Any:
        assert service == "glue"
        return self.glue


@pytest.fixture
def aws() -> Iterator[Aws]:
    session = Aws()
    with session.answers:
        yield session
        session.answers.assert_no_pending_responses()


def job_run(day: int, state: str, **values: Any) -> dict[str, Any]:
    started = datetime.datetime(2026, 11, day, tzinfo=datetime.UTC)
    return {"Id": f"jr_{day}", "StartedOn": started, "JobRunState": state, "WorkerType": "G.1X", **values}


def test_the_last_run_is_the_newest_that_succeeded(tmp_path: Path, aws: Aws) -> None:
    runs = [
        job_run(3, "FAILED", ExecutionTime=9, NumberOfWorkers=2),
        job_run(1, "SUCCEEDED", ExecutionTime=900, NumberOfWorkers=2),
        job_run(2, "SUCCEEDED", ExecutionTime=600, NumberOfWorkers=2),
    ]
    aws.answers.add_response("get_job_runs", {"JobRuns": runs}, {"JobName": "Show-dev", "MaxResults": 100})
    assert last_run(aws, make_job(tmp_path), "Show-dev") == LastRun(600, 1200.0)


def test_glues_own_dpu_seconds_win_and_a_minute_is_billed_at_least(tmp_path: Path, aws: Aws) -> None:
    scaled = job_run(1, "SUCCEEDED", ExecutionTime=600, NumberOfWorkers=10, DPUSeconds=777.0)
    short = job_run(1, "SUCCEEDED", ExecutionTime=20, NumberOfWorkers=2)
    for run in (scaled, short):
        aws.answers.add_response("get_job_runs", {"JobRuns": [run]})
    assert last_run(aws, make_job(tmp_path), "Show-dev") == LastRun(600, 777.0)
    assert last_run(aws, make_job(tmp_path), "Show-dev") == LastRun(20, 120.0)


def test_a_job_that_is_not_deployed_or_never_ran_has_no_last_run(tmp_path: Path, aws: Aws) -> None:
    aws.answers.add_client_error("get_job_runs", "EntityNotFoundException")
    aws.answers.add_response("get_job_runs", {"JobRuns": []})
    assert [last_run(aws, make_job(tmp_path), "Show-dev") for _ in range(2)] == [None, None]


def test_a_denied_call_is_one_line(tmp_path: Path, aws: Aws) -> None:
    aws.answers.add_client_error("get_job_runs", "AccessDeniedException", "not allowed")
    with pytest.raises(RunError, match=r"^the last run of Show-dev: .*AccessDeniedException.*: not allowed$"):
        last_run(aws, make_job(tmp_path), "Show-dev")


def test_the_table_says_what_is_saved_and_what_is_unknown(tmp_path: Path) -> None:
    jobs = [make_job(tmp_path, "Show", timeout_minutes=30), make_job(tmp_path, "Flex", execution_class="FLEX")]
    results = [Result(job, TO_6, no_run="not run") for job in jobs]
    stage = StageConfig(name="dev", account=DEV, jobs=tuple(jobs))
    assert table(results, stage, {"Show": LastRun(300, 600.0), "Flex": None}) == [
        "job   Glue  breaks  may break  run on 5.1  run on 6.0  outputs       saves at timeout  saves as last run",
        "Show  5.1   0       0          not run     not run     not compared  $0.1320           $0.0220",
        "Flex  5.1   0       0          not run     not run     not compared  unknown           unknown",
        "",
        f"The last two columns are in USD a run, by the prices of us-east-1, {DATE}.",
        "The price of Glue 6.0 in the class FLEX on G.1X is not known.",
        "Show: its last run on AWS took 300 s and 0.167 DPU-hours.",
        "Flex: no run on AWS has succeeded yet.",
        "Nothing was changed.",
    ]
    without_profile = table(results[:1], stage.model_copy(update={"account": DEV}), None)
    assert without_profile[3:] == [
        f"The last two columns are in USD a run, by the prices of us-east-1, {DATE}.",
        "How long the last run on AWS took is unknown; PROFILE=name reads it there (glue:GetJobRuns).",
        "Nothing was changed.",
    ]
