"""`make start`: a run of a deployed job, followed to its end."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import PROJECT, Config
from tests.configs import PROD, make_job
from tests.template.rehearsal.projects import environment
from tests.template.stage_jobs.conftest import Aws, deploy
from tools.job_arguments import RunError
from tools.stage_jobs import start as module
from tools.stage_jobs.account import RefusedError, StageAccount
from tools.stage_jobs.start import Progress, most, run_arguments

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", (0.2, 0.2))


def test_a_run_is_followed_to_its_end_with_its_cost(run: Run) -> None:
    code, out, err = run("start", "--profile", "dev", "Quick")
    lines = [re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert lines[1:3] == [
        "Quick-dev: 2 workers of G.1X, 30 minutes at most, Glue 5.1: $0.440 at most",
        "started the run ID",
    ]
    assert any(line.startswith("RUNNING ") for line in lines)
    assert re.fullmatch(r"Quick-dev SUCCEEDED after \d s, 120 DPU-seconds, \$0\.0147", lines[-1])


def test_a_run_that_fails_is_exit_code_1_with_its_error_in_one_line_and_the_way_to_its_log(run: Run) -> None:
    code, out, _ = run("start", "--profile", "dev", "Broken")
    assert code == 1
    assert out.splitlines()[-3].startswith("Broken-dev FAILED after ")
    assert out.splitlines()[-2] == "ValueError: no column order_id"
    assert re.fullmatch(
        r"its log: make logs JOB=Broken STAGE=dev CONFIG=c.yaml PROFILE=dev RUN=[0-9a-f-]+", out.splitlines()[-1]
    )


def test_arguments_are_those_of_this_run_alone(run: Run, aws: Aws) -> None:
    code, out, _ = run("start", "--profile", "dev", "Quick", "--input_path=s3://data/other/")
    assert code == 0
    assert "  --input_path s3://data/other/" in out.splitlines()
    glue = aws.client("glue")
    last = glue.get_job_runs(JobName="Quick-dev")["JobRuns"][-1]
    assert last["Arguments"]["--input_path"] == "s3://data/other/"
    assert glue.get_job(JobName="Quick-dev")["Job"]["DefaultArguments"]["--input_path"] == "s3://data/in/"


def test_only_what_is_given_is_sent(tmp_path: Path) -> None:
    job = make_job(tmp_path, arguments={"--input_path": "s3://a/", "--day": "1"}, default_arguments={"--conf": "a=b"})
    assert run_arguments(job, []) == {}
    assert run_arguments(job, ["--day", "-1", "--conf=a=c"]) == {"--day": "-1", "--conf": "a=c"}
    with pytest.raises(RunError, match=r"^--input_path: '.*' is no location in S3, and the run is in AWS; write s3:"):
        run_arguments(job, ["--input_path", str(tmp_path / "none")])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--profile", "dev"], "name a job: JOB=Quick; c.yaml has in dev: Quick, Broken, Slow, Idle"),
        (["--profile", "dev", "Quick", "--colour", "x"], "Quick has no argument --colour; it has: "),
        (["--profile", "dev", "Quick", "--profile", "x"], "Quick has no argument --profile; PROFILE=x chooses the AWS"),
        (
            ["--profile", "nobody", "Quick"],
            "Quick-dev: access denied: arn:aws:iam::222222222222:user/nobody may not glue:GetJob",
        ),
        (
            ["--profile", "reader", "Quick"],
            "Quick-dev: access denied: arn:aws:iam::222222222222:user/reader may not glue:StartJobRun",
        ),
        (["--profile", "prod", "--stage", "prod", "Idle2"], "c.yaml has no job 'Idle2' in prod; did you mean Idle?"),
    ],
)
def test_what_cannot_be_started_is_one_line(run: Run, arguments: list[str], message: str) -> None:
    code, _, err = run("start", *arguments)
    assert code == 1
    assert err.startswith(message)
    assert "\n" not in err


def test_a_job_that_runs_already_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    call = StageAccount.call

    def busy(self: StageAccount, service: str, operation: str, *about: str, **parameters: Any) -> Any:
        if operation == "start_job_run":  # the emulator does not count runs
            raise RefusedError("ConcurrentRunsExceededException", "Concurrent runs exceeded for Quick-dev")
        return call(self, service, operation, *about, **parameters)

    monkeypatch.setattr(StageAccount, "call", busy)
    code, _, err = run("start", "--profile", "dev", "Quick")
    assert (code, err) == (
        1,
        "Quick-dev was not started: it has as many runs as maxConcurrentRuns allows; `make status` shows the last",
    )


def test_a_stage_with_an_approval_asks_before_a_start(
    run: Run, aws: Aws, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ["start", "--profile", "prod", "--stage", "prod"]
    assert run(*given, "Quick")[2] == ("Quick-prod is not deployed in this account and Region; the pipeline deploys it")
    deploy(aws, config, "prod")
    glue = aws.client("glue", PROD.aws_account_id, PROD.aws_region)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert run(*given, "Quick")[2] == (
        "nothing was started: prod has an approval, so a start asks first; without a terminal, give YES=1"
    )
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt: "y")
    assert run(*given, "Quick")[::2] == (1, "nothing was started")

    def ctrl_d(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", ctrl_d)
    assert run(*given, "Quick")[::2] == (1, "nothing was started")
    assert glue.get_job_runs(JobName="Quick-prod")["JobRuns"] == []
    monkeypatch.setattr("builtins.input", lambda prompt: "yes")
    assert run(*given, "Quick")[0] == 0
    code, out, _ = run(*given, "--yes", "Quick")
    assert code == 0
    assert out.splitlines()[-1].endswith("$0.0147 at the prices of us-east-1")
    assert len(glue.get_job_runs(JobName="Quick-prod")["JobRuns"]) == 2


def test_what_a_run_costs_at_most() -> None:
    deployed = {"NumberOfWorkers": 10, "WorkerType": "G.2X", "Timeout": 90, "GlueVersion": "6.0"}
    assert most(deployed) == "10 workers of G.2X, 90 minutes at most, Glue 6.0: $9.240 at most"
    assert most({**deployed, "ExecutionClass": "FLEX"}).endswith("Glue 6.0, Flex; what it costs is unknown here")


def test_a_streaming_job_costs_by_the_hour_until_it_is_stopped() -> None:
    deployed = {"Command": {"Name": "gluestreaming"}, "NumberOfWorkers": 2, "WorkerType": "G.1X", "GlueVersion": "5.1"}
    assert most(deployed) == "2 workers of G.1X, until it is stopped, Glue 5.1: $0.880 an hour at most"


def test_what_a_run_of_a_python_shell_job_costs_at_most() -> None:
    deployed = {"Command": {"Name": "pythonshell"}, "MaxCapacity": 1.0, "Timeout": 90, "GlueVersion": "3.0"}
    assert most(deployed) == "1 DPU, 90 minutes at most, Python shell: $0.660 at most"


def test_progress_without_a_terminal_is_a_line_for_each_state_and_minute(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    for state, seconds in [("STARTING", 0), ("STARTING", 9), ("RUNNING", 10), ("RUNNING", 59), ("RUNNING", 61)]:
        progress.show(state, seconds)
    progress.show("RUNNING", 119)
    progress.show("RUNNING", 120)
    assert capsys.readouterr().out.splitlines() == [
        *("STARTING 0 s", "RUNNING 10 s", "RUNNING 1 min 1 s", "RUNNING 2 min 0 s"),
    ]


PROGRAM = """
import signal, sys
from pathlib import Path
from tests.configs import make_config
from tests.template.stage_jobs.conftest import make_jobs
from tools.stage_jobs import __main__ as command

command.load_config = lambda path: make_config(make_jobs(Path(sys.argv[1])))
for ending in (signal.SIGINT, signal.SIGTERM):  # SIGINT is ignored where the tests run in the background
    signal.signal(ending, signal.default_int_handler)
sys.exit(command.main(["start", "--profile", "dev", "Slow"]))
"""


def test_an_interruption_leaves_the_run_and_says_how_to_follow_and_to_stop_it(aws: Aws, tmp_path: Path) -> None:
    variables = {"AWS_ENDPOINT_URL": aws.emulator.url, "AWS_CONFIG_FILE": str(aws.profiles), "NO_PROXY": "127.0.0.1"}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        cwd=PROJECT,
        env=environment() | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(4)]
    assert lines[3].startswith(("RUNNING ", "STARTING "))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    run_id = lines[2].split()[-1]
    assert (process.returncode, err) == (130, "")
    assert out.splitlines()[-4:] == [
        "the run goes on in AWS; to follow it:",
        f"  make logs JOB=Slow STAGE=dev CONFIG=c.yaml PROFILE=dev RUN={run_id}",
        "to stop it:",
        f"  aws glue batch-stop-job-run --job-name Slow-dev --job-run-ids {run_id} --region us-east-1 --profile dev",
    ]
    glue = aws.client("glue")
    assert glue.get_job_run(JobName="Slow-dev", RunId=run_id)["JobRun"]["JobRunState"] == "RUNNING"
    glue.batch_stop_job_run(JobName="Slow-dev", JobRunIds=[run_id])
