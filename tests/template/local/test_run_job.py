"""The command `make run`, as it is called."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import PROJECT, Job
from local.bookmarks import Bookmark
from local.s3.store import FileStore
from tests.configs import SHOW, make_config, make_job, needs_the_examples
from tools import job_arguments
from tools.run_job import __main__ as command
from tools.run_job.job_process import Run, run_job


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.run_job", *arguments]
    environment = {key: value for key, value in os.environ.items() if key not in ("JAVA_HOME", "PYSPARK_SUBMIT_ARGS")}
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)


@needs_the_examples
@pytest.mark.slow
def test_the_example_join_ends_with_the_schema_rows_and_10439() -> None:
    result = run("JoinLegislators")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[-1] == "10439"
    assert sum(line.startswith(" |-- ") for line in lines) == 25
    assert (
        "  --input_path_memberships s3://awsglue-datasets/examples/us-legislators/all/memberships.json  (sample)"
        in lines
    )


@needs_the_examples
def test_a_job_runs_on_a_users_own_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text("".join(json.dumps({"id": number, "name": "Zoë"}) + "\n" for number in range(7)), encoding="utf-8")
    result = run("ProcessLegislators", "--input_path", str(file))
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "7"
    assert "(sample)" not in result.stdout


def test_a_script_that_raises_is_exit_code_1(tmp_path: Path) -> None:
    job = make_job(tmp_path)
    job.script.write_text("raise ValueError('boom')\n")
    run = run_job(job, f"{job.name}-dev", {}, FileStore(tmp_path, tmp_path))
    assert (run.code, run.reason) == (1, "ValueError: boom")


def test_a_python_shell_job_runs_without_spark_on_the_laptops_s3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYSPARK_SUBMIT_ARGS")  # of the tests
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "in.txt").write_text("a b c")
    job = make_job(tmp_path, type="pythonshell")
    job.script.write_text(
        "import os, sys, boto3\n"
        "from awsglue.utils import getResolvedOptions\n"
        "args = getResolvedOptions(sys.argv, ['JOB_NAME', 'word'])\n"
        "s3 = boto3.client('s3')\n"
        "words = s3.get_object(Bucket='data', Key='in.txt')['Body'].read().split()\n"
        "s3.put_object(Bucket='out', Key='n.txt', Body=str(len(words)).encode())\n"
        "raise ValueError(args['word'] + os.environ['TZ'] + str('PYSPARK_SUBMIT_ARGS' in os.environ))\n"
    )
    run = run_job(job, "Show-dev", {"--word": "x"}, FileStore(tmp_path, tmp_path / "written"))
    assert run.reason == "ValueError: xUTCFalse"
    assert (run.read, run.written) == ({"s3://data/in.txt": 5}, {"s3://out/n.txt": 1})


@pytest.mark.parametrize(("script", "stopped"), [("import time\ntime.sleep(60)\n", True), ("print('ended')\n", False)])
def test_a_streaming_job_is_stopped_after_its_seconds_unless_it_has_ended(
    tmp_path: Path, script: str, stopped: bool
) -> None:
    job = make_job(tmp_path, type="streaming")
    job.script.write_text(script)
    run = run_job(job, "Show-dev", {}, FileStore(tmp_path, tmp_path), seconds=2 if stopped else 50)
    assert (run.code, run.stopped, run.reason) == (0, stopped, "")
    assert run.seconds < 30


def test_the_settings_of_spark_of_a_job_hold_in_its_run(tmp_path: Path) -> None:
    job = make_job(tmp_path, spark_conf={"spark.sql.shuffle.partitions": "7", "spark.sql.ansi.enabled": "true"})
    job.script.write_text(
        "from pyspark.sql import SparkSession\n"
        "conf = SparkSession.builder.getOrCreate().conf\n"
        "raise ValueError(conf.get('spark.sql.shuffle.partitions') + conf.get('spark.sql.ansi.enabled'))\n"
    )
    run = run_job(job, "dev", job.run_arguments, FileStore(tmp_path, tmp_path))
    assert run.reason == "ValueError: 7true"


@needs_the_examples
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["", "--input_path", "x"], "'--input_path x' is for one job; name it: JOB=ProcessLegislators"),
        (["JoinLegislator"], "has no job 'JoinLegislator' in dev; did you mean JoinLegislators?"),
        (["ProcessLegislators", "--inputpath", "x"], "has no argument --inputpath; did you mean --input_path?"),
        (["ProcessLegislators", "--input_path", "no.json"], "--input_path: 'no.json' does not exist; name a file"),
        (
            ["ProcessLegislators", "--input_path"],
            "cannot read the arguments '--input_path'; write them as --name value",
        ),
        (["ProcessLegislators", "file.json"], "cannot read the arguments 'file.json'; write them as --name value"),
        (
            ["tests/configs.py"],
            "tests/configs.py is not the script of a job of dev in default-config.yaml; its scripts: ",
        ),
        (["--config", "no.yaml", "ProcessLegislators"], "no.yaml:1: no such file"),
        (["--stage", "test", "ProcessLegislators"], "default-config.yaml has no stage 'test'; it has: dev, prod"),
        (["--stage", "pord", "ProcessLegislators"], "default-config.yaml has no stage 'pord'; did you mean prod?"),
        (["ProcessLegislators", "--input_path", "--x"], "--input_path: '--x' begins with `-`: Glue takes it for"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_1(
    arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    with pytest.raises(SystemExit) as raised:
        command.main(arguments)
    assert message in str(raised.value.code)
    assert "\n" not in str(raised.value.code)


def test_the_path_of_a_jobs_script_names_the_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    show, other = make_job(tmp_path), make_job(tmp_path, "Other")
    config = make_config((show, other))
    assert job_arguments.find_job(config, "dev", str(show.script)) == show
    assert job_arguments.find_job(config, "dev", "other.py") == other
    twice = make_config((show, show.model_copy(update={"name": "Again"})))
    with pytest.raises(
        job_arguments.RunError, match=r"show.py is the script of Show and Again in c.yaml; name one of these"
    ):
        job_arguments.find_job(twice, "dev", "show.py")


def test_an_argument_that_the_script_reads_optionally_may_be_given(tmp_path: Path) -> None:
    job = make_job(tmp_path)
    job.script.write_text(f"{SHOW}if sys.argv:\n    getResolvedOptions(sys.argv, ['output_path'])\n")
    assert job_arguments.replaced_arguments(job, ["--output_path", "out"])["--output_path"] == "out"


WAITING = """
import os, sys, time
with open(sys.argv[-1], "w") as started:
    started.write(str(os.getpid()))
time.sleep(60)
"""
RUNNER = """
import signal, sys
from pathlib import Path
from tools.run_job import __main__ as command
from tests.configs import make_config, make_job

folder = Path(sys.argv[1])
job = make_job(folder, "Waiting", arguments={"--started": str(folder / "started")})
job.script.write_text((folder / "script").read_text())
command.load_config = lambda path: make_config((job,))
for ending in (signal.SIGINT, signal.SIGTERM):  # SIGINT is ignored where the tests run in the background
    signal.signal(ending, signal.default_int_handler)
sys.exit(command.main(["Waiting"]))
"""


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_quietly_and_leaves_nothing_behind(tmp_path: Path, ending: signal.Signals) -> None:
    started = tmp_path / "started"
    (tmp_path / "script").write_text(WAITING)
    command = [sys.executable, "-c", RUNNER, str(tmp_path)]
    process = subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while not (started.exists() and started.read_text()) and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(ending)
    assert process.communicate(timeout=10)[1] == "Waiting was interrupted\n"
    assert process.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["--stage", "prod"], {"--stage": "prod", "--config": "a.json"}),
        (["--stage=prod", "--config", "b.json"], {"--stage": "prod", "--config": "b.json"}),
    ],
)
def test_an_option_that_is_also_an_argument_of_the_job_belongs_to_the_job(
    given: list[str], expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(tmp_path, arguments={"--stage": "dev", "--config": "a.json"})
    runs = record_runs(monkeypatch, job)
    assert command.main(["Show", *given]) == 0
    assert command.main(["--stage", "prod", "--config", "c.yaml", "Show", *given]) == 0
    assert runs == [("Show", "Show-dev", expected), ("Show", "Show-prod", expected)]


def test_an_option_of_the_command_comes_before_the_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = record_runs(monkeypatch, make_job(tmp_path, arguments={"--minimum_age": "21"}))
    command.main(["--stage=prod", "Show"])
    command.main(["--stage", "prod", "Show", "--minimum_age", "30"])
    command.main(["Show"])
    assert runs == [
        ("Show", "Show-prod", {"--minimum_age": "21"}),
        ("Show", "Show-prod", {"--minimum_age": "30"}),
        ("Show", "Show-dev", {"--minimum_age": "21"}),
    ]


@pytest.mark.parametrize(
    ("given", "way"),
    [
        (["--stage", "prod"], "--stage; STAGE=prod chooses the stage"),
        (["--stage=prod"], "--stage; STAGE=prod chooses the stage"),
        (["--minimum_age", "30", "--config", "c.yaml"], "--config; CONFIG=c.yaml chooses the config"),
        (["--profile", "me"], "--profile; PROFILE=me chooses the AWS profile"),
        (["--yes"], "--yes; YES=1 answers its questions"),
        (["--upstream"], "--upstream; UPSTREAM=1 also runs the jobs before it"),
    ],
)
def test_an_option_of_the_command_after_the_job_is_refused_with_its_variable(
    given: list[str], way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(tmp_path, arguments={"--minimum_age": "21"})
    job.script.write_text("getResolvedOptions(sys.argv, names())\n")  # which may read any argument
    runs = record_runs(monkeypatch, job)
    with pytest.raises(SystemExit, match=f"^Show has no argument {way}$"):
        command.main(["Show", *given])
    assert runs == []


def record_runs(monkeypatch: pytest.MonkeyPatch, job: Job) -> list[tuple[str, str, dict[str, str]]]:
    """Load a config with this job from any file, and record its runs instead of starting Spark."""
    runs: list[tuple[str, str, dict[str, str]]] = []

    def run(job: Job, stage: str, arguments: dict[str, str], *_: object) -> Run:
        runs.append((job.name, stage, arguments))
        return Run(job)

    monkeypatch.setattr(command, "load_config", lambda path: make_config((job,)))
    monkeypatch.setattr(command, "run_job", run)
    return runs


def test_given_arguments_replace_the_stages_own(tmp_path: Path) -> None:
    job = make_job(tmp_path, arguments={"--input_path": "s3://a/b", "--minimum_age": "21"})
    assert job_arguments.replaced_arguments(job, ["--minimum_age=30"]) == {
        "--input_path": "s3://a/b",
        "--minimum_age": "30",
    }
    assert job_arguments.replaced_arguments(job, ["--minimum_age", "-1"])["--minimum_age"] == "-1"


def test_default_arguments_may_be_given_and_so_may_any_where_the_script_does_not_say_what_it_reads(
    tmp_path: Path,
) -> None:
    job = make_job(tmp_path, default_arguments={"--conf": "a=b"})
    assert job_arguments.replaced_arguments(job, ["--conf", "c=d", "--TempDir", "out/tmp"]) == {
        **{"--conf": "c=d", "--TempDir": "out/tmp", "--input_path": "s3://data/in/"}
    }
    with pytest.raises(
        job_arguments.RunError, match=r"^Show has no argument --colour; it has: --conf, --input_path, --T"
    ):
        job_arguments.replaced_arguments(job, ["--colour", "red"])
    job.script.write_text("getResolvedOptions(sys.argv, names())\n")
    assert job_arguments.replaced_arguments(job, ["--colour", "red"])["--colour"] == "red"
    with pytest.raises(
        job_arguments.RunError, match=r"^Show has no argument --inputpath; did you mean --input_path\?$"
    ):
        job_arguments.replaced_arguments(job, ["--inputpath", "x"])


BOOKMARKED = """
import sys
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
args = getResolvedOptions(sys.argv, ["JOB_NAME"])
glue = GlueContext(SparkContext.getOrCreate())
job = Job(glue)
job.init(args["JOB_NAME"], args)
source = {"paths": ["s3://shop/orders/"]}
count = glue.create_dynamic_frame.from_options("s3", source, "json", transformation_ctx="orders").count()
job.commit()
sys.exit(count)
"""


@pytest.mark.slow
def test_a_run_uses_the_bookmark_that_it_is_given_and_without_one_reads_everything(tmp_path: Path) -> None:
    job = make_job(tmp_path, bookmark=True)
    job.script.write_text(BOOKMARKED)
    (tmp_path / "samples/shop/orders").mkdir(parents=True)
    (tmp_path / "samples/shop/orders/a.json").write_text('{"id": 1}\n{"id": 2}\n')
    store, bookmark = FileStore(tmp_path / "samples", tmp_path / "out"), Bookmark(tmp_path / "bookmark.json")
    arguments = {"--job-bookmark-option": "job-bookmark-enable"}
    given = (bookmark, bookmark, None)
    runs = [run_job(job, f"{job.name}-dev", arguments, store, bookmark=one) for one in given]
    assert [(run.code, list(run.read)) for run in runs] == [
        (2, ["s3://shop/orders/a.json"]),
        (0, []),
        (2, ["s3://shop/orders/a.json"]),
    ]
    assert bookmark.read()["version"] == 2
