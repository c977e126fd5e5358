"""`make start DOWNSTREAM=1`: a job, and then those after it, each when those before it have succeeded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import Config, StageConfig
from tests.configs import make_job, make_stage, with_stage
from tests.template.stage_jobs.conftest import Aws
from tools.stage_jobs import __main__ as command
from tools.stage_jobs import downstream as module
from tools.stage_jobs import start as start_module
from tools.stage_jobs.account import StageAccount

Run = Callable[..., tuple[int, str, str]]


class Account(StageAccount):
    """An account that is not asked: `start` is replaced."""

    def __init__(self, stage: StageConfig) -> None:
        self.stage = stage


@pytest.fixture
def stage(tmp_path: Path) -> StageConfig:
    chain = {"Load": "", "Other": "", "Clean": "Load Other", "Report": "Clean", "Send": "Report", "Count": "Clean"}
    jobs = [make_job(tmp_path, name, after=tuple(after.split())) for name, after in chain.items()]
    return make_stage(*jobs, name="prod")


@pytest.mark.parametrize(
    ("first", "codes", "code", "started", "lines"),
    [
        ("Clean", {}, 0, "Clean Report Send Count", ["after Clean: Report, Send, Count"]),
        ("Load", {}, 0, "Load Clean Report Send Count", ["after Load: Clean, Report, Send, Count"]),
        ("Count", {}, 0, "Count", ["after Count: no job"]),
        (
            "Clean",
            {"Report": 1},
            1,
            "Clean Report Count",
            ["after Clean: Report, Send, Count", "Send was not started: Report has not succeeded"],
        ),
        (
            "Report",
            {"Report": 1},
            1,
            "Report",
            ["after Report: Send", "Send was not started: Report has not succeeded"],
        ),
        (
            "Clean",
            {"Report": 130},
            130,
            "Clean Report",
            [
                "after Clean: Report, Send, Count",
                "Send was not started: interrupted",
                "Count was not started: interrupted",
            ],
        ),
    ],
)
def test_each_job_starts_when_those_before_it_have_succeeded(
    stage: StageConfig,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    first: str,
    codes: dict[str, int],
    code: int,
    started: str,
    lines: list[str],
) -> None:
    calls: list[tuple[str, list[str], bool]] = []

    def start(account: StageAccount, job: Any, given: list[str], yes: bool) -> int:
        calls.append((job.name, given, yes))
        return codes.get(job.name, 0)

    monkeypatch.setattr(module, "start", start)
    job = next(job for job in stage.jobs if job.name == first)
    assert module.start_with_downstream(Account(stage), job, ["--day", "1"], False) == code
    assert " ".join(name for name, _, _ in calls) == started
    assert calls[0][1:] == (["--day", "1"], False)
    assert {(tuple(given), yes) for _, given, yes in calls[1:]} <= {((), True)}
    assert capsys.readouterr().out.splitlines() == lines


def test_the_runs_in_the_emulator_come_one_after_the_other(
    run: Run, aws: Aws, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quick and then Idle, which comes after it in the config alone."""
    monkeypatch.setattr(start_module, "LOOK_SECONDS", (0.2, 0.2))
    jobs = tuple(
        job.model_copy(update={"settings": job.settings.model_copy(update={"after": ("Quick",)})})
        if job.name == "Idle"
        else job
        for job in config.stage("dev").jobs
    )
    monkeypatch.setattr(command, "load_config", lambda path: with_stage(config, "dev", jobs=jobs))
    code, out, err = run("start", "--profile", "dev", "--downstream", "Quick")
    assert (code, err) == (0, "")
    ends = [line.partition(" after ")[0] for line in out.splitlines() if " SUCCEEDED after " in line]
    assert ends == ["Quick-dev SUCCEEDED", "Idle-dev SUCCEEDED"]
