import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from awsglue.context import GlueContext
from awsglue.job import Job
from job_script import main, read_json, transform

MEMBERSHIPS: list[dict[str, Any]] = [
    {"person_id": "p1", "legislative_period_id": "term/97"},
    {"person_id": "p2", "legislative_period_id": "term/97"},
    {"person_id": "p1", "legislative_period_id": "term/98"},
    {"person_id": "p3", "legislative_period_id": None},
]
COUNTS = [("term/97", 2), ("term/98", 1)]


def test_each_term_has_the_number_of_its_memberships(glue_context: GlueContext) -> None:
    memberships = glue_context.spark_session.createDataFrame(MEMBERSHIPS)
    assert [tuple(row) for row in transform(memberships).collect()] == COUNTS


def test_an_input_without_records_is_an_error(glue_context: GlueContext, write_json: Callable[..., str]) -> None:
    with pytest.raises(ValueError, match=r"^no records in .*empty\.json$"):
        read_json(glue_context, write_json("empty.json", []))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Job]]:
    """Run the job with these arguments. Return its commits."""

    def run_main(*arguments: str) -> list[Job]:
        commits: list[Job] = []
        monkeypatch.setattr(Job, "commit", lambda job: commits.append(job))
        monkeypatch.setattr(sys, "argv", ["script", "--JOB_NAME", "test", *arguments])
        main()
        return commits

    return run_main


def test_the_job_shows_rows_and_count_and_commits(
    run: Callable[..., list[Job]],
    glue_context: GlueContext,
    write_json: Callable[..., str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert len(run("--input_path", write_json("memberships.json", MEMBERSHIPS))) == 1
    printed = capsys.readouterr().out
    assert "|term/97|2|" in printed.replace(" ", "")
    assert printed.splitlines()[-1] == "2"


def test_a_second_run_replaces_the_output_of_the_first(
    run: Callable[..., list[Job]], glue_context: GlueContext, write_json: Callable[..., str], tmp_path: Path
) -> None:
    path, output = write_json("memberships.json", MEMBERSHIPS), str(tmp_path / "output")
    for _ in range(2):
        run("--input_path", path, "--output_path", output)
    written = glue_context.spark_session.read.parquet(output).orderBy("legislative_period_id")
    assert [tuple(row) for row in written.collect()] == COUNTS
