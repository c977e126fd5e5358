"""`make logs`: the log of a run, without Spark's noise, and followed while the run goes on."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.template.stage_jobs.conftest import Aws
from tools.stage_jobs import logs as module
from tools.stage_jobs.account import NoAnswerError
from tools.stage_jobs.runs import one_run

Run = Callable[..., tuple[int, str, str]]
NOISE = "2026-11-27 03:00:00,123 INFO [main] glue.ProcessLauncher (Logging.scala:logInfo(59)): Launched"


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.2)


def write(aws: Aws, group: str, stream: str, *lines: str) -> None:
    logs = aws.client("logs")
    name = f"/aws-glue/jobs/dev/{group}"
    if not logs.describe_log_streams(logGroupName=name, logStreamNamePrefix=stream)["logStreams"]:
        logs.create_log_stream(logGroupName=name, logStreamName=stream)
    now = int(time.time() * 1000)
    events = [{"timestamp": now + number, "message": line} for number, line in enumerate(lines)]
    logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=events)


def start(aws: Aws, job: str, **arguments: str) -> str:
    given = {f"--{name}": value for name, value in arguments.items()}
    return str(aws.client("glue").start_job_run(JobName=job, Arguments=given)["JobRunId"])


def wait_for_the_end(aws: Aws, job: str, run_id: str) -> None:
    glue, end = aws.client("glue"), time.monotonic() + 30
    while glue.get_job_run(JobName=job, RunId=run_id)["JobRun"].get("CompletedOn") is None:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_the_log_of_the_last_run_has_the_drivers_lines_of_the_script(run: Run, aws: Aws) -> None:
    run_id = start(aws, "Broken-dev")
    write(aws, "output", f"{run_id}-driver", "12 orders", "Traceback (most recent call last):", "ValueError: no")
    write(aws, "output", f"{run_id}-1", "from an executor")
    write(aws, "output", "jr_other-driver", "of another run")
    write(aws, "error", f"{run_id}-driver", NOISE, "INFO GlueLogger: logged")
    wait_for_the_end(aws, "Broken-dev", run_id)
    code, out, err = run("logs", "--profile", "dev", "Broken")
    _, heading, *lines = out.splitlines()
    assert (code, err) == (0, "")
    assert heading.startswith(f"Broken-dev: {run_id}, started ")
    assert heading.endswith((" UTC, FAILED 0 s", " UTC, FAILED 1 s"))
    assert sorted(lines[:4]) == sorted(
        ["12 orders", "Traceback (most recent call last):", "ValueError: no", "INFO GlueLogger: logged"]
    )
    assert lines[4:] == ["FAILED: ValueError: no column order_id"]
    for given in (["--all", "Broken"], ["Broken", "--all"]):
        everything = run("logs", "--profile", "dev", "--run", run_id, *given)[1].splitlines()
        assert {NOISE, "from an executor", "12 orders"} < set(everything)
        assert "of another run" not in everything


def test_the_log_that_a_security_configuration_encrypts_is_found(run: Run, aws: Aws) -> None:
    run_id = start(aws, "Broken-dev")
    write(aws, "output-ours", f"{run_id}-driver", "12 orders")
    write(aws, "error-ours", f"{run_id}-driver", NOISE)
    wait_for_the_end(aws, "Broken-dev", run_id)
    assert run("logs", "--profile", "dev", "--run", run_id, "Broken")[1].splitlines()[2] == "12 orders"


def test_a_run_is_followed_while_it_runs_and_each_line_comes_once(run: Run, aws: Aws) -> None:
    run_id = start(aws, "Slow-dev", seconds="60")
    stream = f"{run_id}-driver"

    def script() -> None:
        for number in range(4):
            write(aws, "output", stream, f"line {number}")
            time.sleep(0.4)
        aws.client("glue").batch_stop_job_run(JobName="Slow-dev", JobRunIds=[run_id])
        write(aws, "output", stream, "late")

    writer = threading.Thread(target=script)
    writer.start()
    code, out, _ = run("logs", "--profile", "dev", "Slow")
    writer.join()
    lines = out.splitlines()[1:]
    assert code == 0
    assert lines[0].split(", ")[-1].split()[0] in ("STARTING", "RUNNING")
    assert lines[1:6] == ["line 0", "line 1", "line 2", "line 3", "late"]
    assert lines[6].startswith("Slow-dev STOPPED after ")
    assert lines[7:] == ["STOPPED: ended STOPPED, and Glue gives no reason"]


def test_a_run_without_a_line_says_why(run: Run, aws: Aws) -> None:
    run_id = start(aws, "Quick-dev", seconds="0")
    wait_for_the_end(aws, "Quick-dev", run_id)
    given = ["logs", "--profile", "dev", "--run", run_id, "Quick"]
    assert run(*given)[1].splitlines()[-1] == "the run has no log; a log is kept for 30 days (logRetentionDays)"
    write(aws, "error", run_id, NOISE)
    assert run(*given)[1].splitlines()[-1] == (
        "the script has printed nothing; ALL=1 shows the 1 lines of Spark and Glue"
    )


def test_an_answer_that_fails_once_does_not_end_the_following(
    run: Run, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: list[int] = []

    def failing(*given: Any) -> Any:
        if not failed:
            failed.append(1)
            raise NoAnswerError("no answer")
        aws.client("glue").batch_stop_job_run(JobName="Slow-dev", JobRunIds=[run_id])
        return one_run(*given)

    run_id = start(aws, "Slow-dev", seconds="60")
    monkeypatch.setattr(module, "one_run", failing)
    assert run("logs", "--profile", "dev", "Slow")[0] == 0
    assert failed == [1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["dev", "Idle"],
            "Idle-dev has no run yet, or is not deployed: make start JOB=Idle STAGE=dev CONFIG=c.yaml PROFILE=dev",
        ),
        (["dev", "--run", "jr_1", "Quick"], "Quick-dev has no run 'jr_1'; without RUN= you see the last one"),
        (["dev"], "name a job: JOB=Quick; c.yaml has in dev: Quick, Broken, Slow, Idle"),
        (
            ["nobody", "Quick"],
            "Quick-dev: access denied: arn:aws:iam::222222222222:user/nobody may not glue:GetJobRuns",
        ),
        (
            ["reader", "Quick"],
            "/aws-glue/jobs/dev/output: access denied: arn:aws:iam::222222222222:user/reader may not logs:FilterLog",
        ),
    ],
)
def test_what_cannot_be_shown_is_one_line(run: Run, aws: Aws, arguments: list[str], message: str) -> None:
    if arguments[0] == "reader":
        wait_for_the_end(aws, "Quick-dev", start(aws, "Quick-dev", seconds="0"))
    code, _, err = run("logs", "--profile", *arguments)
    assert (code, err[: len(message)]) == (1, message)
    assert "\n" not in err
