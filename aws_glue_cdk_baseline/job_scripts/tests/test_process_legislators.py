import sys
from collections.abc import Callable
from pathlib import Path

import process_legislators
import pytest
from awsglue.context import GlueContext
from awsglue.job import Job

PERSONS = [{"id": "p1", "name": "Zoë Díaz"}, {"id": "p2", "name": "Otis Lee"}]


def test_all_records_of_a_file_are_read(glue_context: GlueContext, write_json: Callable[..., str]) -> None:
    frame = process_legislators.read_json(glue_context, write_json("persons.json", PERSONS))
    assert [row.asDict() for row in frame.toDF().orderBy("id").collect()] == PERSONS


def test_a_folder_is_read_with_its_subfolders(glue_context: GlueContext, write_json: Callable[..., str]) -> None:
    write_json("in/a.json", PERSONS[:1])
    folder = Path(write_json("in/deeper/b.json", PERSONS[1:])).parent.parent
    assert process_legislators.read_json(glue_context, str(folder)).toDF().count() == 2


def test_the_job_shows_schema_rows_and_count_and_commits(
    glue_context: GlueContext,
    write_json: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = write_json("persons.json", PERSONS)
    monkeypatch.setattr(sys, "argv", ["script", "--JOB_NAME", "test", "--input_path", path])
    commits: list[Job] = []
    monkeypatch.setattr(Job, "commit", lambda job: commits.append(job))
    process_legislators.main()
    assert len(commits) == 1
    printed = capsys.readouterr().out
    assert " |-- name: string" in printed
    assert "|Zoë Díaz|" in printed
    assert printed.splitlines()[-1] == "2"
