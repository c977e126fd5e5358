"""The command `make upgrade-check`, as it is called. The jobs here need no Spark: they print, and write by HTTP."""

import datetime
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from aws_glue_cdk_baseline.config import PROJECT, Config, load_config
from local.sparks import spark_of
from tests.configs import make_project, needs_the_examples
from tools.run_job import aws_account
from tools.upgrade_check import __main__ as command

ACCOUNTS = """\
pipelineAccount: {awsAccountId: "111111111111", awsRegion: us-east-1}
devAccount: {awsAccountId: "222222222222", awsRegion: us-east-1}
"""
CONFIG = f"""\
{ACCOUNTS}jobs:
  Load: {{glueVersion: "5.0"}}
  Clean: {{glueVersion: "5.0", after: Load}}
  New: {{glueVersion: "5.1"}}
  Shell: {{type: pythonshell}}
  Stream: {{type: streaming}}
dev:
  jobs:
    Load: {{outputLocation: "s3://made-here/loaded/"}}
    Clean: {{inputLocation: "s3://made-here/loaded/", outputLocation: "s3://made-here/clean/"}}
    New: {{}}
    Shell: {{}}
    Stream: {{}}
"""
# Without boto3 and awsglue, which take longer to import than all else.
REQUEST = """
import os
from urllib.request import Request, urlopen
def request(key, body=None):
    url = f"{os.environ['AWS_ENDPOINT_URL']}/made-here/{key}"
    return urlopen(Request(url, body, method="PUT" if body else "GET")).read()
"""
LOAD = f"""{REQUEST}
request("loaded/a.json", b'{{"a": 1}}\\n')
"""
CLEAN = f"""{REQUEST}
request("clean/a.json", request("loaded/a.json"))
"""
SCRIPTS = {
    "load.py": LOAD,
    "clean.py": CLEAN,
    "new.py": "print('new')\n",
    "shell.py": "print('in a shell')\n",
    "stream.py": "1 / 0\n",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a project with three jobs, with its own samples/ and out/, whose config is c.yaml."""
    make_project(tmp_path, SCRIPTS)
    (tmp_path / "c.yaml").write_text(CONFIG)

    def load(path: Path) -> Config:
        return load_config(path, project=tmp_path)

    monkeypatch.setattr(command, "load_config", load)
    monkeypatch.setattr(command, "SAMPLES", tmp_path / "samples")
    monkeypatch.setattr(command, "OUT", tmp_path / "out")
    return tmp_path


def check(project: Path, *arguments: str) -> int:
    return command.main(["--config", str(project / "c.yaml"), *arguments])


def failure(project: Path, *arguments: str) -> str:
    with pytest.raises(SystemExit) as raised:
        check(project, *arguments)
    return str(raised.value.code)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Load"], "name the Glue version to compare with: TO=6.0; allowed: 5.0, 5.1, 6.0"),
        (["--to=7", "Load"], "TO=7 is not a Glue version; allowed: 5.0, 5.1, 6.0"),
        (["--to=6", "Load"], "TO=6 is not a Glue version; allowed: 5.0, 5.1, 6.0"),
        (["--to=5.0", "Load"], "TO=5.0: Load is on Glue 5.0 already"),
        (["--to=5.1", "New"], "TO=5.1: New is on Glue 5.1 already"),
        (
            ["--to=5.1", "Shell"],
            "Shell: a Python shell job has no Glue version, and an upgrade does not change it",
        ),
        (["--to=5.1", "Stream"], "Stream: a streaming job has no end, and is not compared"),
        (["--to=5.1", "Lod"], "c.yaml has no job 'Lod' in dev; did you mean Load?"),
        (["--to=5.1", "--stage=prod", "Load"], "c.yaml has no stage 'prod'; it has: dev"),
        (["--to=5.1", "", "--a", "b"], "'--a b' is for one job; name it: JOB=Load"),
        (
            ["--to=5.1", "Load", "--to", "6.0"],
            "Load has no argument --to; TO=6.0 chooses the Glue version of an upgrade",
        ),
        (
            ["--to=5.1", "Load", "--output_path", "/x"],
            "--output_path /x is on this machine, where both runs would write",
        ),
        (
            ["--to=5.1", "Clean"],
            "Clean: --input_path s3://made-here/loaded/ has no sample and Load did not write it yet;",
        ),
    ],
)
def test_bad_input_is_one_line(project: Path, arguments: list[str], message: str) -> None:
    said = failure(project, *arguments)
    assert message in said
    assert "\n" not in said
    assert not (project / "out").exists()


def test_an_error_of_the_config_is_told_with_its_line(project: Path) -> None:
    (project / "c.yaml").write_text(CONFIG.replace('"5.1"', '"5.2"'))
    assert failure(project, "--to=6.0").startswith("c.yaml:6: jobs.New.glueVersion: '5.2' is not allowed")


def test_a_stage_is_checked_in_order_and_changes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(path for path in project.rglob("*") if "__pycache__" not in path.parts)
    assert check(project, "--to=5.1") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines if ": from Glue" in line or "already" in line] == [
        "Load",
        "Clean",
        "New",
    ]
    rows = [line.split() for line in lines if line.split()[:2] in (["Load", "5.0"], ["Clean", "5.0"], ["New", "5.1"])]
    assert rows == [
        ["Load", "5.0", "0", "0", "succeeded", "succeeded", "equal:", "1", "row", "$0.00", "unknown"],
        ["Clean", "5.0", "0", "0", "succeeded", "succeeded", "equal:", "1", "row", "$0.00", "unknown"],
        ["New", "5.1", "0", "0", "not", "run", "succeeded", "not", "compared", "$0.00", "unknown"],
    ]
    assert "Glue 5.0 and 5.1 both run on Spark 3.5 here: no run shows how they differ." in lines
    assert lines[-1] == "Nothing was changed."
    assert sorted(path for path in project.rglob("*") if "__pycache__" not in path.parts) == before


def test_the_jobs_before_one_run_on_their_own_version_only(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(project, "--to=5.1", "--upstream", "Clean") == 0
    out = capsys.readouterr().out
    assert "Load: runs before the job that is checked\n  running on Glue 5.0 …\n" in out
    assert "  s3://made-here/clean/: 1 row, equal\n" in out
    assert not (project / "out").exists()


def test_what_a_job_wrote_before_is_read_and_stays(project: Path) -> None:
    written = project / "out" / "made-here" / "loaded" / "a.json"
    written.parent.mkdir(parents=True)
    written.write_text('{"a": 5}\n')
    assert check(project, "--to=5.1", "Clean") == 0
    assert written.read_text() == '{"a": 5}\n'
    assert [path for path in (project / "out").rglob("*") if path.is_file()] == [written]


def test_a_job_that_fails_on_its_own_version_is_not_compared_and_stops_those_after_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = project / "aws_glue_cdk_baseline" / "job_scripts" / "load.py"
    script.write_text(f"{LOAD}\nraise ValueError('boom')\n")
    assert check(project, "--to=5.1") == 1
    out = capsys.readouterr().out
    assert f"job_scripts/load.py:{LOAD.count(chr(10)) + 2}: ValueError: boom" in out
    assert "  nothing was compared: it fails on 5.0, the version that it is on\n" in out
    assert "  not run: Load failed before it\n" in out


class Aws:
    """A session whose client of Glue knows one run of each job."""

    def client(self, service: str) -> Any:
        glue = boto3.Session("x", "x", region_name="us-east-1").client(service)
        answers = Stubber(glue)
        run = {"JobRunState": "SUCCEEDED", "StartedOn": datetime.datetime(2026, 11, 1), "ExecutionTime": 90}
        answers.add_response(
            "get_job_runs", {"JobRuns": [{**run, "DPUSeconds": 3600.0}]}, {"JobName": "New-dev", "MaxResults": 100}
        )
        answers.activate()
        return glue


def test_with_a_profile_the_last_run_on_aws_is_read(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws_account, "open_session", lambda profile, stage: (Aws(), f"the account of {profile}"))
    assert check(project, "--to=5.0", "--profile=me", "New") == 0
    out = capsys.readouterr().out
    assert out.startswith("the account of me\n")
    assert "\nNew: its last run on AWS took 90 s and 1.000 DPU-hours.\n" in out


def test_what_breaks_is_exit_code_1_although_the_runs_are_equal(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    script = project / "aws_glue_cdk_baseline" / "job_scripts" / "new.py"
    script.write_text("import warnings\nwarnings.simplefilter('ignore')\nimport imp\nprint(1)\n")
    # Spark 4.1 is not needed: the script does not start Spark.
    own = spark_of("5.1")

    for module in ("tools.upgrade_check.__main__", "tools.run_job.job_process"):
        monkeypatch.setattr(f"{module}.spark_of", lambda version: own)
    assert check(project, "--to=6.0", "New") == 1
    out = capsys.readouterr().out
    assert (
        "    job_scripts/new.py:3: imports imp, which Python 3.13 of Glue 6.0 does not have any more; use importlib"
        in out
    )
    assert "The runs were on Python 3.11: what Python 3.13 lacks is found by reading alone." in out
    row = next(line for line in out.splitlines() if line.startswith("New "))
    assert row.split() == [
        "New",
        "5.1",
        "1",
        "0",
        "succeeded",
        "succeeded",
        "equal:",
        "lines",
        "printed",
        "$0.2640",
        "unknown",
    ]


WAITING = """
import os, sys, time
with open(os.environ["STARTED"], "w") as started:
    started.write(str(os.getpid()))
time.sleep(60)
"""
RUNNER = """
import signal, sys
from pathlib import Path
from aws_glue_cdk_baseline.config import load_config
from tools.upgrade_check import __main__ as command

folder = Path(sys.argv[1])
command.load_config = lambda path: load_config(path, project=folder)
command.SAMPLES, command.OUT = folder / "samples", folder / "out"
for ending in (signal.SIGINT, signal.SIGTERM):  # SIGINT is ignored where the tests run in the background
    signal.signal(ending, signal.default_int_handler)
sys.exit(command.main(["--config", str(folder / "c.yaml"), "--to=5.0", "New"]))
"""


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_check_ends_its_run_and_leaves_nothing(project: Path, ending: signal.Signals) -> None:
    started, temporary = project / "started", project / "tmp"
    temporary.mkdir()
    (project / "aws_glue_cdk_baseline" / "job_scripts" / "new.py").write_text(WAITING)
    environment = os.environ | {"STARTED": str(started), "TMPDIR": str(temporary)}
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(project)],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 60
    while not (started.exists() and started.read_text()) and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(ending)
    assert process.communicate(timeout=20)[1] == "the check of New was interrupted; nothing was changed\n"
    assert process.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)
    assert list(temporary.iterdir()) == []
    assert not (project / "out").exists()


@needs_the_examples
def test_the_command_is_that_of_the_makefile() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "tools.upgrade_check", "JoinLegislators"], cwd=PROJECT, capture_output=True, text=True
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "name the Glue version to compare with: TO=6.0; allowed: 5.0, 5.1, 6.0\n"
