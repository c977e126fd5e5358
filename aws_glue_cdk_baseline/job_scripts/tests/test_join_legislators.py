import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import join_legislators
import pytest
from awsglue.context import GlueContext
from awsglue.job import Job
from pyspark.sql import Row

Records = list[dict[str, Any]]
Inputs = Callable[..., tuple[str, str, str]]

PERSONS: Records = [
    {"id": "p1", "name": "Zoë Díaz", "image": "zoe.jpg", "links": [{"note": "site", "url": "u"}]},
    {"id": "p2", "name": "Otis Lee", "image": "otis.jpg", "links": []},
    {"id": None, "name": "Nobody"},
]
ORGS: Records = [
    {"id": "o1", "name": "House", "seats": 435, "identifiers": [{"scheme": "s"}], "other_names": [{"name": "H"}]},
    {"id": "o2", "name": "Party", "image": "party.svg", "links": [{"note": "site", "url": "p"}]},
]
MEMBERSHIPS: Records = [
    {"person_id": "p1", "organization_id": "o1", "role": "member"},
    {"person_id": "p1", "organization_id": "o2", "role": "speaker"},
    {"person_id": "nobody", "organization_id": "o1", "role": "member"},
    {"person_id": None, "organization_id": "o1", "role": "member"},
    {"person_id": "p2", "organization_id": None, "role": "member"},
]


@pytest.fixture
def inputs(write_json: Callable[..., str]) -> Inputs:
    """Write organizations, persons and memberships, and return their paths in this order."""

    def write(orgs: Records = ORGS, persons: Records = PERSONS, memberships: Records = MEMBERSHIPS) -> tuple[str, ...]:
        files = {"organizations": orgs, "persons": persons, "memberships": memberships}
        return tuple(write_json(f"in/{name}.json", records) for name, records in files.items())

    return write  # type: ignore[return-value]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run the job once, as Glue does, and return its output."""

    def main(orgs: str, persons: str, memberships: str, *more: str) -> str:
        arguments = [
            "--input_path_orgs",
            orgs,
            "--input_path_persons",
            persons,
            "--input_path_memberships",
            memberships,
        ]
        monkeypatch.setattr(sys, "argv", ["script", "--JOB_NAME", "test", *arguments, *more])
        commits: list[Job] = []
        monkeypatch.setattr(Job, "commit", lambda job: commits.append(job))
        join_legislators.main()
        assert len(commits) == 1
        return capsys.readouterr().out

    return main


def joined(glue_context: GlueContext, paths: tuple[str, str, str]) -> list[Row]:
    frame = join_legislators.join_legislators(glue_context, *paths).toDF()
    assert len(frame.columns) == len(set(frame.columns)) == 25
    return frame.orderBy("role", "name", "org_name").collect()


def test_a_row_is_a_membership_with_its_person_and_organization(glue_context: GlueContext, inputs: Inputs) -> None:
    rows = joined(glue_context, inputs())
    assert [(row["name"], row["org_name"], row["role"], row["seats"]) for row in rows] == [
        ("Zoë Díaz", "House", "member", 435),
        ("Zoë Díaz", "Party", "speaker", None),
    ]
    assert {row["image"] for row in rows} == {"zoe.jpg"}, "the person's image is kept, not the organization's"
    assert {row["links"][0]["url"] for row in rows} == {"u"}


def test_an_id_that_occurs_twice_gives_two_rows(glue_context: GlueContext, inputs: Inputs) -> None:
    twice = [*PERSONS, {"id": "p1", "name": "Zoë D."}]
    assert [row["name"] for row in joined(glue_context, inputs(persons=twice))] == ["Zoë D.", "Zoë Díaz"] * 2


def test_an_empty_input_joins_nothing(glue_context: GlueContext, inputs: Inputs) -> None:
    assert joined(glue_context, inputs(memberships=[])) == []
    assert joined(glue_context, inputs(orgs=[])) == []


@pytest.mark.parametrize(
    ("name", "field"),
    [("orgs", "id"), ("persons", "id"), ("memberships", "person_id"), ("memberships", "organization_id")],
)
def test_an_input_without_its_join_key_fails_and_replaces_nothing(
    inputs: Inputs, run: Callable[..., str], tmp_path: Path, name: str, field: str
) -> None:
    records = {"orgs": ORGS, "persons": PERSONS, "memberships": MEMBERSHIPS}[name]
    paths = inputs(**{name: [{key: value for key, value in record.items() if key != field} for record in records]})
    (tmp_path / "out" / "org_name=House").mkdir(parents=True)
    file = name.replace("orgs", "organizations")
    with pytest.raises(ValueError, match=rf"{file}\.json: no record has the field '{field}', by which it is joined"):
        run(*paths, "--output_path", str(tmp_path / "out"))
    assert (tmp_path / "out" / "org_name=House").exists()


def test_a_malformed_line_and_a_missing_file_fail(glue_context: GlueContext, inputs: Inputs) -> None:
    orgs, persons, memberships = inputs()
    with Path(memberships).open("a", encoding="utf-8") as file:
        file.write('{"person_id": "p1", \n')
    with pytest.raises(Exception, match="Malformed records are detected"):
        joined(glue_context, (orgs, persons, memberships))
    with pytest.raises(Exception, match="Path does not exist"):
        joined(glue_context, (orgs, persons, "none.json"))


def test_the_job_shows_schema_rows_and_count(inputs: Inputs, run: Callable[..., str]) -> None:
    printed = run(*inputs())
    assert " |-- org_name: string" in printed
    assert "|Zoë Díaz|" in printed
    assert printed.splitlines()[-1] == "2"


@pytest.mark.parametrize("written", [["--output_path", "{}"], ["--output_path={}"]])
def test_it_writes_parquet_by_organization_and_replaces_it(
    glue_context: GlueContext, inputs: Inputs, run: Callable[..., str], tmp_path: Path, written: list[str]
) -> None:
    output = tmp_path / "out"
    (output / "org_name=Closed").mkdir(parents=True)
    for _ in range(2):
        assert run(*inputs(), *(part.format(output) for part in written)).splitlines()[-1] == "2"
    assert sorted(folder.name for folder in output.glob("org_name=*")) == ["org_name=House", "org_name=Party"]
    left = glue_context.spark_session.read.parquet(str(output)).orderBy("role").collect()
    assert [(row["name"], row["org_name"]) for row in left] == [("Zoë Díaz", "House"), ("Zoë Díaz", "Party")]


def test_an_output_that_holds_an_input_is_refused(inputs: Inputs, run: Callable[..., str]) -> None:
    paths = inputs()
    with pytest.raises(ValueError, match=r"the output .*/in would replace the input .*/organizations\.json"):
        run(*paths, "--output_path", str(Path(paths[0]).parent))
    assert Path(paths[0]).exists()
