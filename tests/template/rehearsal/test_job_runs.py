"""The job runs in the report: what each has read and written, and those that were not started."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.accesses import Amount, amounts
from rehearsal.job_runs import JobRun, job_runs, table
from rehearsal.report import Console, Row, report_failure
from tests.integ import job_run as integ
from tests.integ import report

LINES = b'{"id": 1}\n{"id": 2}\n'


class Bucket:
    """An S3 client of one bucket with these objects."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": ""}}, "GetObject")
        return {"Body": io.BytesIO(self.objects[Key]), "ContentLength": len(self.objects[Key])}


def of_run(folder: Path, objects: dict[str, bytes], *accesses: tuple[str, str]) -> tuple[Amount, Amount]:
    file = folder / "job-run.s3.jsonl"
    lines = [json.dumps({"op": op, "uri": f"s3://b/{key}", "bytes": 5}) for op, key in accesses]
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    arguments = {"--input_path": "s3://b/in/", "--ref_path": "s3://b/ref.csv", "--output_path": "s3://b/out/"}
    arguments |= {"--extra-py-files": "s3://b/lib/a.zip", "--TempDir": "s3://b/tmp/"}
    return amounts(file, arguments, Bucket(objects), without=["s3://b/code/job.py"])


def test_files_rows_and_bytes_of_a_run_are_counted_once_each(tmp_path: Path) -> None:
    objects = {"in/a.json": LINES, "in/b.gz": gzip.compress(LINES), "ref.csv": b"id,name\n1,a\n", "out/p": LINES * 2}
    read, wrote = of_run(
        tmp_path,
        objects,
        ("read", "in/a.json"),
        ("read", "in/a.json"),  # Spark reads a file twice if it infers the schema
        ("read", "in/b.gz"),
        ("read", "ref.csv"),
        ("write", "out/p"),
    )
    size = sum(len(objects[key]) for key in ("in/a.json", "in/b.gz", "ref.csv"))
    assert read == Amount(files=3, bytes=size, counted=3, rows=5, locations=2)
    assert wrote == Amount(files=1, bytes=40, counted=1, rows=4, locations=1)


def test_what_spark_writes_for_itself_is_not_counted(tmp_path: Path) -> None:
    read, wrote = of_run(
        tmp_path,
        {"out/part-0": LINES, "out/_SUCCESS": b""},
        ("write", "out/_temporary/0/part-0"),
        ("read", "out/_temporary/0/part-0"),
        ("write", "out/part-0"),
        ("read", "out/part-0"),  # what the run itself has written is no input
        ("delete", "out/_temporary/0/part-0"),
        ("write", "out/_SUCCESS"),
        ("write", "out_$folder$"),
        ("write", "out/.spark-staging/x"),
    )
    assert (read, wrote) == (Amount(), Amount(files=1, bytes=20, counted=1, rows=2, locations=1))


def test_the_script_and_places_in_glues_own_arguments_are_no_data(tmp_path: Path) -> None:
    read, wrote = of_run(
        tmp_path, {}, ("read", "code/job.py"), ("read", "lib/a.zip"), ("write", "tmp/x"), ("read", "lib/b.json")
    )
    assert (read.files, wrote.files) == (1, 0)


def test_a_run_without_accesses_read_nothing(tmp_path: Path) -> None:
    assert amounts(tmp_path / "none.jsonl", {}, Bucket({})) == (Amount(), Amount())


def test_a_file_that_is_gone_or_of_an_unknown_format_has_no_rows(tmp_path: Path) -> None:
    read, _ = of_run(
        tmp_path, {"in/b.xml": b"<a/>", "in/c": LINES}, *(("read", f"in/{k}") for k in ("a", "b.xml", "c"))
    )
    assert read == Amount(files=3, bytes=29, counted=1, rows=2, locations=1)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (Amount(), "nothing"),
        (Amount(1, 999, 1, 1, 1), "1 file, 1 row, 999 B"),
        (Amount(3, 80_400, 3, 1000, 2), "3 files, 1,000 rows, 80 kB in 2 locations"),
        (Amount(2, 1_240_000, 1, 7, 1), "2 files, 7 rows (in 1 of them), 1.2 MB"),
        (Amount(2, 2_500_000_000, 0, 0, 1), "2 files, 2.5 GB"),
    ],
)
def test_an_amount_in_words(amount: Amount, words: str) -> None:
    assert str(amount) == words


def record(job: str, state: str = "SUCCEEDED", message: str = "", **values: Any) -> dict[str, Any]:
    return {"job": job, "run": "jr_1", "state": state, "message": message, "log": "a.log", "seconds": 4.24, **values}


def test_runs_that_were_not_started_come_from_the_report_of_the_integration_test(tmp_path: Path) -> None:
    runs = [
        integ.JobRun("A-dev", "r", 0, "FAILED", error="boom", reason="script changed", warning="took long"),
        integ.JobRun("B-dev", "", 0, integ.NOT_STARTED, error="A-dev failed", blocked_by="A-dev"),
        integ.JobRun("D-dev", "", 0, integ.NOT_STARTED, error="no capacity"),
        integ.JobRun("C-dev", "", 0, integ.SKIPPED, error="no sample of s3://b/c/"),
        integ.JobRun("E-dev", "jr_e", 0, integ.UNCHANGED, error="passed 2026-11-25 12:00 UTC (jr_e)"),
    ]
    report.write_junit(runs, "us-east-1", tmp_path / "reports" / "integration-test.xml")
    (tmp_path / "reports" / "unit.xml").write_text(
        '<testsuite><testcase classname="tests.unit" name="x"><skipped message="no Docker"/></testcase></testsuite>'
    )
    assert job_runs([record("A-dev", "FAILED", "boom")], tmp_path) == [
        JobRun("A-dev", "FAILED", "boom", 4.24, log="a.log", reason="script changed"),
        JobRun("B-dev", "NOT STARTED", "A-dev failed"),
        JobRun("C-dev", "skipped", "no sample of s3://b/c/"),
        JobRun("D-dev", "NOT STARTED", "no capacity"),
        JobRun("E-dev", "UNCHANGED", "passed 2026-11-25 12:00 UTC (jr_e)"),
    ]


def test_a_line_of_a_run_says_why_its_job_was_tested() -> None:
    assert str(JobRun("A-dev", "SUCCEEDED", spark="3.5.6")) == "job run A-dev SUCCEEDED on local Spark 3.5.6"
    tested = JobRun("A-dev", "SUCCEEDED", spark="3.5.6", reason="script changed")
    assert str(tested) == "job run A-dev SUCCEEDED on local Spark 3.5.6 (script changed)"


def test_the_table_of_the_job_runs() -> None:
    runs = [
        JobRun("CleanOrders-dev", "SUCCEEDED", "", 4.24, "3 files, 1,000 rows, 80 kB", "2 files, 998 rows, 20 kB"),
        JobRun("Load-dev", "FAILED", "ValueError: no", 12.0, "1 file, 1 row, 9 B", "nothing"),
        JobRun("Old-dev", "SUCCEEDED", "", 1),
        JobRun("Report-dev", "NOT STARTED", "Load-dev failed"),
        JobRun("Send-dev", "skipped", "no sample of s3://b/c/"),
        JobRun("Sum-dev", "UNCHANGED", "passed 2026-11-25 12:00 UTC (jr_e)"),
    ]
    assert table(runs) == [
        "job run          state        seconds  read                        wrote",
        "CleanOrders-dev  SUCCEEDED        4.2  3 files, 1,000 rows, 80 kB  2 files, 998 rows, 20 kB",
        "Load-dev         FAILED          12.0  1 file, 1 row, 9 B          nothing",
        "                 ValueError: no",
        "Old-dev          SUCCEEDED        1.0  -                           -",
        "Report-dev       NOT STARTED           Load-dev failed",
        "Send-dev         skipped               no sample of s3://b/c/",
        "Sum-dev          UNCHANGED             passed 2026-11-25 12:00 UTC (jr_e)",
    ]


def test_the_end_of_a_failure_names_the_stage_the_jobs_and_those_not_started(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [
        JobRun("A-dev", "FAILED", "boom", log="a.log"),
        JobRun("B-dev", "NOT STARTED", "A-dev failed"),
        JobRun("C-dev", "NOT STARTED", "A-dev failed"),
    ]
    row = Row("DeployDev", "IntegrationTest")
    report_failure(Console(), row, ValueError("exit code 1"), tmp_path / "build.log", [], runs)
    assert capsys.readouterr().out.splitlines()[-7:] == [
        "job run A-dev FAILED on local Spark boom",
        "  its log: a.log",
        "job run B-dev NOT STARTED: A-dev failed",
        "job run C-dev NOT STARTED: A-dev failed",
        "DeployDev / IntegrationTest failed: exit code 1",
        "jobs that failed: A-dev; jobs that were not started: B-dev, C-dev",
        f"The whole log: {tmp_path / 'build.log'}",
    ]


def test_skipped_runs_are_explained_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console()
    console.job_runs = [JobRun("C-dev", "skipped", "no sample of s3://b/c/")]
    console.closing("succeeded")
    assert "\nskipped    job runs without a sample of their input, and those after them: nothing ran for them\n" in (
        capsys.readouterr().out
    )
