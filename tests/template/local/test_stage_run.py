"""`make run` on the laptop's S3: several jobs in order, missing samples, and AWS only with a profile."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import boto3
import pytest

from aws_glue_cdk_baseline.config import PROJECT, Job
from local.emulator import Emulator
from tests.configs import load
from tools.run_job import __main__ as command

COPY = """
import sys, boto3
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path"])
def split(uri):
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key
s3 = boto3.client("s3")
bucket, prefix = split(args["input_path"])
target, folder = split(args["output_path"])
for found in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", []):
    body = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
    s3.put_object(Bucket=target, Key=folder + args["JOB_NAME"] + ".txt", Body=body + args["JOB_NAME"].encode() + b"\\n")
print(args["JOB_NAME"], "copied")
"""
ACCOUNTS = """\
pipelineAccount: {awsAccountId: "111111111111", awsRegion: us-east-1}
devAccount: {awsAccountId: "222222222222", awsRegion: us-east-1}
prodAccount: {awsAccountId: "333333333333", awsRegion: eu-west-1}
"""
CHAIN = """\
{stage}:
  jobs:
    Report:
      script: copy_all.py
      after: [Clean]
      inputLocation: s3://lake/clean/
      outputLocation: s3://lake/report/
    Load:
      script: copy_all.py
      inputLocation: s3://raw/in/
      outputLocation: s3://lake/loaded/
    Clean:
      script: {clean}
      after: Load
      inputLocation: s3://lake/loaded/
      outputLocation: s3://lake/clean/
"""


class Laptop:
    """A project with the jobs Load, Clean and Report, each after the one before, and its samples and outputs."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder, self.samples, self.out = folder, folder / "samples", folder / "out"
        self._capfd = capfd
        self.scripts = {"copy_all.py": COPY, "broken.py": "raise ValueError('a dirty row')\n"}
        self.chain()
        monkeypatch.setattr(command, "load_config", lambda path: self.config)
        for name in ("samples", "out"):
            monkeypatch.setattr(command, name.upper(), folder / name)

    def chain(self, clean: str = "copy_all.py") -> None:
        stages = "".join(CHAIN.format(stage=stage, clean=clean) for stage in ("dev", "prod"))
        self.config = load(self.folder, ACCOUNTS + stages, self.scripts)

    def job(self, name: str) -> Job:
        return next(job for job in self.config.stages[0].jobs if job.name == name)

    def put(self, place: str, text: str) -> None:
        file = self.folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> tuple[int | str, str, str]:
        """Return the exit code or the message of the command, and what it printed."""
        try:
            code: int | str = command.main(list(arguments))
        except SystemExit as leaving:
            code = str(leaving.code)
        printed = self._capfd.readouterr()
        return code, printed.out, printed.err


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Laptop:
    return Laptop(tmp_path, monkeypatch, capfd)


def test_a_stage_runs_in_the_order_of_after_and_each_job_reads_what_the_one_before_wrote(laptop: Laptop) -> None:
    laptop.put("samples/raw/in/a.txt", "row\n")
    laptop.put("samples/lake/clean/old.txt", "a sample that Clean replaces\n")
    code, out, _ = laptop.run()
    assert code == 0
    assert (laptop.out / "lake/report/Report-dev.txt").read_text() == "row\nLoad-dev\nClean-dev\nReport-dev\n"
    lines = out.splitlines()
    assert lines[1:4] == ["  Load", "  Clean  (after Load)", "  Report  (after Clean)"]
    assert [line for line in lines if line.endswith(" copied")] == [
        f"{n}-dev copied" for n in ("Load", "Clean", "Report")
    ]
    assert lines[-3].startswith("Load    succeeded")
    assert lines[-3].endswith("read 1 file (4 bytes), wrote 1 file (13 bytes)")
    assert not (laptop.out / "raw").exists()


def test_jobs_after_a_failed_one_are_not_started(laptop: Laptop) -> None:
    laptop.put("samples/raw/in/a.txt", "row\n")
    laptop.chain(clean="broken.py")
    code, out, err = laptop.run()
    assert code == 1
    assert [line.split()[:2] for line in out.splitlines()[-3:-1]] == [["Load", "succeeded"], ["Clean", "failed"]]
    assert out.splitlines()[-1] == "Report  not started: Clean failed"
    assert err.splitlines()[-1] == "Clean failed (exit code 1): ValueError: a dirty row"
    assert not (laptop.out / "lake/report").exists()


def test_one_job_runs_on_what_is_there_or_with_what_comes_before_it(laptop: Laptop) -> None:
    code, _, _ = laptop.run("Clean")
    assert code == (
        f"Clean: --input_path s3://lake/loaded/ has no sample and Load did not write it yet; run that too (UPSTREAM=1),"
        f" take one (make sample JOB=Clean PROFILE=name), put files into {laptop.samples}/lake/loaded,"
        " or run on AWS (PROFILE=name)"
    )
    laptop.put("samples/raw/in/a.txt", "row\n")
    assert laptop.run("--upstream", "Clean")[0] == 0
    assert (laptop.out / "lake/clean/Clean-dev.txt").read_text() == "row\nLoad-dev\nClean-dev\n"
    assert not (laptop.out / "lake/report").exists()
    code, out, err = laptop.run("Report")
    assert code == 0
    assert "  --input_path s3://lake/clean/  (written by a job)" in out
    assert "  wrote s3://lake/report/: 1 file, 34 bytes in out/lake/report" in err


def test_the_missing_samples_of_a_stage_are_told_before_anything_runs(laptop: Laptop) -> None:
    code, out, _ = laptop.run()
    assert str(code).startswith("Load: --input_path s3://raw/in/ has no sample; take one (make sample JOB=Load")
    assert out == ""
    assert len(str(code).splitlines()) == 1


def test_a_database_without_tables_is_told_before_anything_runs(laptop: Laptop) -> None:
    laptop.put("samples/raw/in/a.txt", "row\n")
    databases = {"Load": ("shop",), "Clean": ("shop", "made")}
    stage = laptop.config.stages[0]
    jobs = tuple(
        job.model_copy(update={"input_databases": databases.get(job.name, ()), "output_databases": ("made",)})
        for job in stage.jobs
    )
    laptop.config = laptop.config.model_copy(update={"stages": (stage.model_copy(update={"jobs": jobs}),)})
    code, out, _ = laptop.run()
    lines = str(code).splitlines()
    assert [line.partition("; ")[0] for line in lines] == [
        f"{name}: the database shop has no table on this machine" for name in ("Load", "Clean")
    ]
    assert out == ""
    laptop.put("samples/.catalog/shop/a.json", "[]")
    assert str(laptop.run("Load")[0]).startswith("samples/.catalog/shop/a.json:1: has no table")


def test_arguments_are_for_one_job(laptop: Laptop) -> None:
    assert laptop.run("", "--input_path", "x")[0] == "'--input_path x' is for one job; name it: JOB=Load"


def test_default_arguments_reach_the_script_and_conf_reaches_spark(laptop: Laptop) -> None:
    laptop.scripts["show.py"] = textwrap.dedent("""
        import sys
        from awsglue.utils import getResolvedOptions
        from pyspark.context import SparkContext
        args = getResolvedOptions(sys.argv, ["JOB_NAME", "TempDir", "sourceBucket"])
        conf = SparkContext().getConf()
        print(args["TempDir"], args["sourceBucket"])
        print(conf.get("spark.sql.shuffle.partitions"), conf.get("spark.my.name"))
    """)
    job = """
    Show:
      defaultArguments:
        --TempDir: s3://my-temp/t/
        --sourceBucket: raw-zone
        --conf: spark.sql.shuffle.partitions=7 --conf spark.my.name=a b
"""
    stages = "".join(f"{stage}:\n  jobs:{job}" for stage in ("dev", "prod"))
    laptop.config = load(laptop.folder, ACCOUNTS + stages, laptop.scripts)
    code, out, _ = laptop.run("Show")
    assert code == 0
    assert out.splitlines()[-2:] == ["s3://my-temp/t/ raw-zone", "7 a b"]


# A process that imports this module cannot connect to another machine: it writes down the address and fails.
GUARD = """
import os, socket
connect = socket.socket.connect
def guarded(self, address):
    if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "localhost", "::1"):
        with open(os.environ["BEYOND"], "a") as file:
            file.write(f"{address}\\n")
        raise OSError(f"beyond this machine: {address}")
    return connect(self, address)
socket.socket.connect = guarded
lookup = socket.getaddrinfo
def looked_up(host, *args, **kwargs):
    if host not in ("127.0.0.1", "localhost", "::1", None):
        with open(os.environ["BEYOND"], "a") as file:
            file.write(f"{host}\\n")
        raise OSError(f"beyond this machine: {host}")
    return lookup(host, *args, **kwargs)
socket.getaddrinfo = looked_up
"""


def test_without_a_profile_no_connection_leaves_this_machine_although_there_are_credentials(
    laptop: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop.put("guard/sitecustomize.py", GUARD)
    laptop.put("aws/credentials", "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = secret\n")
    laptop.put("samples/raw/in/a.txt", "row\n")
    laptop.scripts["copy_all.py"] = COPY + textwrap.dedent("""
        for call in (lambda: boto3.client("glue", region_name="eu-west-1").get_jobs(),
                     lambda: boto3.Session().resource("dynamodb").Table("t").load(),
                     lambda: boto3.client("s3", region_name="us-west-2").list_buckets()):
            try:
                call()
            except Exception as error:
                print(type(error).__name__)
    """)
    laptop.chain()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "guard"))
    monkeypatch.setenv("BEYOND", str(tmp_path / "beyond"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "aws/credentials"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDFROMENVIRON")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    code, out, _ = laptop.run("Load")
    assert code == 0
    assert out.splitlines()[-3:] == ["Load-dev copied", "ClientError", "ClientError"]
    assert not (tmp_path / "beyond").exists()


def test_the_guard_of_the_test_above_sees_a_connection(
    laptop: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop.put("guard/sitecustomize.py", GUARD)
    laptop.put("samples/raw/in/a.txt", "row\n")
    laptop.scripts["copy_all.py"] = COPY + "boto3.client('s3', endpoint_url='https://192.0.2.1').list_buckets()\n"
    laptop.chain()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "guard"))
    monkeypatch.setenv("BEYOND", str(tmp_path / "beyond"))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert laptop.run("Load")[0] == 1
    assert "192.0.2.1" in (tmp_path / "beyond").read_text()


@pytest.fixture
def profile(laptop: Laptop, aws: Emulator, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make the profile `team` of an account in MiniStack, with an object to read. Return a client of its S3."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    laptop.put("aws/credentials", "[team]\naws_access_key_id = 222222222222\naws_secret_access_key = emulated\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(laptop.folder / "aws/credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    s3 = boto3.Session(profile_name="team", region_name="us-east-1").client("s3")
    for bucket in ("raw", "lake"):
        s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket="raw", Key="in/a.txt", Body=b"real\n")
    s3.delete_object(Bucket="lake", Key="loaded/Load-dev.txt")
    return s3


def test_with_a_profile_the_account_is_named_and_nothing_runs_before_yes(laptop: Laptop, profile: Any) -> None:
    code, out, _ = laptop.run("--profile", "team", "Load")
    assert code == "nothing was run: a run that may write to AWS asks first; without a terminal, give YES=1"
    assert out.splitlines() == [
        "AWS account 222222222222 in us-east-1, as arn:aws:iam::222222222222:root",
        "Load will write to s3://lake/loaded/",
    ]
    assert "Contents" not in profile.list_objects_v2(Bucket="lake", Prefix="loaded/")
    code, out, _ = laptop.run("--profile", "team", "--yes", "Load")
    assert code == 0
    written = profile.get_object(Bucket="lake", Key="loaded/Load-dev.txt")["Body"].read()
    assert written == b"real\nLoad-dev\n"
    assert not laptop.out.exists()


@pytest.mark.parametrize(
    ("answer", "code"), [("y", 0), ("", "nothing was run; without PROFILE, what a job writes stays in out/")]
)
def test_a_person_is_asked(
    laptop: Laptop, profile: Any, monkeypatch: pytest.MonkeyPatch, answer: str, code: int | str
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: answer)
    assert laptop.run("--profile", "team", "Load")[0] == code


def test_spark_reads_and_writes_the_profiles_s3(laptop: Laptop, profile: Any) -> None:
    laptop.scripts["copy_all.py"] = textwrap.dedent("""
        import sys
        from awsglue.utils import getResolvedOptions
        from pyspark.sql import SparkSession
        args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path"])
        SparkSession.builder.getOrCreate().read.text(args["input_path"]).write.text(args["output_path"])
    """)
    laptop.chain()
    assert laptop.run("--profile", "team", "--yes", "Load")[0] == 0
    keys = [found["Key"] for found in profile.list_objects_v2(Bucket="lake", Prefix="loaded/")["Contents"]]
    assert [key.partition("-")[0] for key in keys] == ["loaded/_SUCCESS", "loaded/part"]
    assert profile.get_object(Bucket="lake", Key=keys[1])["Body"].read() == b"real\n"


def test_a_profile_that_does_not_exist_is_one_line(laptop: Laptop, profile: Any) -> None:
    code, out, _ = laptop.run("--profile", "none", "Load")
    assert (code, out) == ("PROFILE=none: The config profile (none) could not be found", "")


def test_ctrl_c_ends_every_job_of_a_stage(tmp_path: Path) -> None:
    waiting = "import os, sys, time\nopen(sys.argv[-1], 'w').write(str(os.getpid()))\ntime.sleep(60)\n"
    program = f"""
import signal, sys
from pathlib import Path
from tests.configs import make_config, make_job
from tools.run_job import __main__ as command
from tools.run_job import stage_run
signal.signal(signal.SIGINT, signal.default_int_handler)
stage_run.SIDE_BY_SIDE = 2
folder = Path({str(tmp_path)!r})
jobs = tuple(make_job(folder, name, arguments={{"--started": str(folder / name)}}) for name in ("One", "Two"))
for job in jobs:
    job.script.write_text({waiting!r})
command.load_config = lambda path: make_config(jobs)
sys.exit(command.main([]))
"""
    process = subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, stderr=subprocess.PIPE, text=True)
    started = [tmp_path / "One", tmp_path / "Two"]
    end = time.monotonic() + 60
    while not all(file.exists() and file.read_text() for file in started) and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20)[1] == "the run was interrupted\n"
    assert process.returncode == 130
    for file in started:
        with pytest.raises(ProcessLookupError):
            os.kill(int(file.read_text()), 0)
