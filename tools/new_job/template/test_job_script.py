import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from awsglue.context import GlueContext
from awsglue.job import Job
from job_script import FORMAT, OPTIONS, main, transform
from pyspark.sql import DataFrame

ONCE = [("1", "Zoë"), ("2", "Otis")]


@pytest.fixture
def records(glue_context: GlueContext) -> DataFrame:
    """Three records, of which two are the same."""
    return glue_context.spark_session.createDataFrame([*ONCE, ONCE[0]], "id string, name string")


def test_each_record_is_kept_once(records: DataFrame) -> None:
    assert sorted(tuple(row) for row in transform(records).collect()) == ONCE


@pytest.fixture
def run(records: DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Job]]:
    """Run the job on the records, with these arguments. Return its commits."""
    path = str(tmp_path / "input")
    records.write.options(header=True, sep=OPTIONS.get("separator", ",")).format(FORMAT).save(path)

    def run_main(*arguments: str) -> list[Job]:
        commits: list[Job] = []
        monkeypatch.setattr(Job, "commit", lambda job: commits.append(job))
        monkeypatch.setattr(sys, "argv", ["script", "--JOB_NAME", "test", "--input_path", path, *arguments])
        main()
        return commits

    return run_main


def test_the_job_shows_rows_and_count_and_commits(
    run: Callable[..., list[Job]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(run()) == 1
    printed = capsys.readouterr().out
    assert "|1|Zoë|" in printed.replace(" ", "")
    assert printed.splitlines()[-1] == "2"


def test_a_second_run_replaces_the_output_of_the_first(
    run: Callable[..., list[Job]], glue_context: GlueContext, tmp_path: Path
) -> None:
    output = str(tmp_path / "output")
    for _ in range(2):
        run("--output_path", output)
    assert sorted(tuple(row) for row in glue_context.spark_session.read.parquet(output).collect()) == ONCE
