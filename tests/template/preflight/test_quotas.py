"""What a stage needs of the quotas, by its config alone."""

from __future__ import annotations

from pathlib import Path

from aws_glue_cdk_baseline.config import StageConfig
from tests.configs import DEV, make_job
from tools.preflight.quotas import run_dpus, started_together


def stage(folder: Path, *jobs: dict[str, object], tested: bool = False, schedules: bool = True) -> StageConfig:
    made = tuple(make_job(folder, f"Job{number}", **settings) for number, settings in enumerate(jobs))
    return StageConfig(name="dev", account=DEV, jobs=made, integration_test=tested, schedules=schedules)


def test_a_run_has_the_dpus_of_all_its_workers_or_those_of_a_python_shell_job(tmp_path: Path) -> None:
    assert run_dpus(make_job(tmp_path, worker_type="G.2X", number_of_workers=5)) == 10
    assert run_dpus(make_job(tmp_path, type="pythonshell", max_capacity=0.0625)) == 0.0625


def test_the_integration_test_starts_ten_jobs_at_once_and_the_largest_may_be_among_them(tmp_path: Path) -> None:
    jobs: list[dict[str, object]] = [{"number_of_workers": number} for number in range(2, 14)]
    together = started_together(stage(tmp_path, *jobs, tested=True))
    assert [job.settings.number_of_workers for job in together] == [13, 12, 11, 10, 9, 8, 7, 6, 5, 4]


def test_the_jobs_of_one_schedule_start_at_once_where_schedules_are_on(tmp_path: Path) -> None:
    night, noon = "cron(0 3 * * ? *)", "cron(0 12 * * ? *)"
    jobs: list[dict[str, object]] = [{"schedule": night}, {"schedule": noon}, {"schedule": night}, {}]
    assert [job.name for job in started_together(stage(tmp_path, *jobs))] == ["Job0", "Job2"]
    assert started_together(stage(tmp_path, *jobs, schedules=False)) == []
