"""`make status`: the last run of each job."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import Config
from tests.configs import DEV, make_job, with_stage
from tests.template.stage_jobs.conftest import Aws
from tools.stage_jobs import __main__ as command
from tools.stage_jobs.runs import has_failed, job_run
from tools.stage_jobs.status import Status

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def ids(aws: Aws) -> dict[str, str]:
    """Run Quick twice and Broken once, to their ends, and return the ids of the last runs."""
    glue, ids = aws.client("glue"), {}
    for job in ("Quick-dev", "Broken-dev", "Quick-dev"):
        ids[job] = glue.start_job_run(JobName=job)["JobRunId"]
        end = time.monotonic() + 30
        while glue.get_job_run(JobName=job, RunId=ids[job])["JobRun"].get("CompletedOn") is None:
            assert time.monotonic() < end
            time.sleep(0.1)
    return ids


def test_each_job_has_the_state_duration_and_cost_of_its_last_run(run: Run, ids: dict[str, str]) -> None:
    code, out, err = run("status", "--profile", "dev")
    assert (code, err) == (1, "")
    account, heading, *lines = out.splitlines()
    assert account == "dev: AWS account 222222222222 in us-east-1, as arn:aws:iam::222222222222:user/dev"
    assert heading.split() == ["job", "state", "started", "(UTC)", "ago", "duration", "cost"]
    cells = [re.split(r"  +", line) for line in lines[:4]]
    assert [cell[0] for cell in cells] == ["Quick", "Broken", "Slow", "Idle"]
    assert [cells[number][1] for number in (0, 1, 3)] == ["SUCCEEDED", "FAILED", "never run"]
    # a run is billed for a minute at least: 2 workers of G.1X at $0.44
    assert cells[0][3:] == ["0 min", cells[0][4], "$0.0147"]
    assert cells[0][4] in ("1 s", "2 s")
    assert lines[4].startswith("costs are estimates, at the prices of us-east-1, 26 November 2026")
    assert [*lines, ""][lines.index(next(line for line in lines if line.startswith("Broken FAILED"))) :][:2] == [
        "Broken FAILED: ValueError: no column order_id",
        f"  its log: make logs JOB=Broken STAGE=dev CONFIG=c.yaml PROFILE=dev RUN={ids['Broken-dev']}",
    ]


def test_one_job_that_succeeded_is_exit_code_0(run: Run, ids: dict[str, str]) -> None:
    code, out, _ = run("status", "--profile", "dev", "Quick")
    assert (code, len(out.splitlines())) == (0, 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--profile", "nobody"],
            "Quick-dev: access denied: arn:aws:iam::222222222222:user/nobody may not glue:GetJobRuns",
        ),
        (
            ["--profile", "prod"],
            "PROFILE=prod reaches AWS account 333333333333, as arn:aws:iam::333333333333:user/prod; dev is deployed to"
            " 222222222222 in c.yaml: name a profile of that account with PROFILE=",
        ),
        (
            ["--profile", "none"],
            "PROFILE=none: there is no such AWS profile; there are: unknown, sso, dev, prod, nobody, reader",
        ),
        (["--profile", "unknown"], "PROFILE=unknown: AWS does not know these credentials (InvalidClientTokenId)"),
        (["--profile", "sso"], "PROFILE=sso: its sign-in has expired; run `aws sso login --profile sso`"),
        (
            [],
            "there are no AWS credentials; name a profile with PROFILE=; there are: unknown, sso, dev, prod, nobody",
        ),
        (["--profile", "dev", "--stage", "test"], "c.yaml has no stage 'test'; it has: dev, prod"),
        (["--profile", "dev", "Qick"], "c.yaml has no job 'Qick' in dev; did you mean Quick?"),
        (["--profile", "dev", "Quick", "--x", "y"], "make status takes no arguments: '--x y'"),
    ],
)
def test_what_cannot_be_shown_is_one_line(run: Run, arguments: list[str], message: str) -> None:
    code, _, err = run("status", *arguments)
    assert code == 1
    assert err.startswith(message)
    assert "\n" not in err


def test_a_stage_that_is_not_deployed_is_one_line(run: Run, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = with_stage(config, "dev", account=DEV.model_copy(update={"aws_region": "eu-west-3"}))
    monkeypatch.setattr(command, "load_config", lambda path: elsewhere)
    assert run("status", "--profile", "dev")[::2] == (
        1,
        "none of the 4 jobs of dev is deployed in this account and Region; the pipeline deploys them",
    )


def test_the_credentials_of_the_environment_serve_without_a_profile(
    run: Run, ids: dict[str, str], aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "222222222222")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "emulated")
    code, out, _ = run("status", "Broken")
    assert code == 1
    assert "its log: make logs JOB=Broken STAGE=dev CONFIG=c.yaml RUN=" in out
    assert run("status", "--profile", "prod", "Broken")[2].startswith("PROFILE=prod reaches AWS account 333333333333")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("AWS_PROFILE", "gone", "AWS_PROFILE=gone: there is no such AWS profile; there are: unknown, sso, dev, prod"),
        ("AWS_CONFIG_FILE", "BROKEN", "Unable to parse config file: BROKEN"),
        ("AWS_ENDPOINT_URL", "nowhere", "sts: Invalid endpoint: nowhere (this environment)"),
    ],
)
def test_a_wrong_variable_of_aws_is_one_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    broken = tmp_path / "config"
    broken.write_text("[profile", encoding="utf-8")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "222222222222")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "emulated")
    monkeypatch.setenv(name, value.replace("BROKEN", str(broken)))
    code, _, err = run("status")
    assert (code, err[: len(message)] if name == "AWS_PROFILE" else err) == (1, message.replace("BROKEN", str(broken)))


def test_a_streaming_job_that_was_stopped_or_restarted_has_not_failed(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    for kind, state, failed in (
        ("streaming", "STOPPED", False),
        ("streaming", "EXPIRED", False),
        ("streaming", "FAILED", True),
        ("spark", "STOPPED", True),
    ):
        run = job_run({"Id": "jr_1", "JobRunState": state, "StartedOn": now, "ExecutionTime": 60})
        assert has_failed(make_job(tmp_path, type=kind), run) == failed
        assert (Status(make_job(tmp_path, type=kind), True, run).failed == run) == failed
