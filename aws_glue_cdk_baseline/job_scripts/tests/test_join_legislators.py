import sys
from collections.abc import Callable
from typing import Any

import join_legislators
import pytest
from awsglue.context import GlueContext
from awsglue.job import Job

Paths = tuple[str, str, str]

PERSONS = [
    {"id": "p1", "name": "Zoë Díaz", "image": "zoe.jpg", "links": [{"note": "site", "url": "u"}]},
    {"id": "p2", "name": "Otis Lee", "image": "otis.jpg", "links": []},
]
ORGS = [
    {"id": "o1", "name": "House", "seats": 435, "identifiers": [{"scheme": "s"}], "other_names": [{"name": "H"}]},
    {"id": "o2", "name": "Party", "image": "party.svg", "links": [{"note": "site", "url": "p"}]},
]
MEMBERSHIPS: list[dict[str, Any]] = [
    {"person_id": "p1", "organization_id": "o1", "role": "member"},
    {"person_id": "p1", "organization_id": "o2", "role": "speaker"},
    {"person_id": "nobody", "organization_id": "o1", "role": "member"},
    {"person_id": "p2", "organization_id": None, "role": "member"},
]


@pytest.fixture
def paths(write_json: Callable[..., str]) -> Paths:
    return (
        write_json("organizations.json", ORGS),
        write_json("persons.json", PERSONS),
        write_json("memberships.json", MEMBERSHIPS),
    )


def test_a_row_is_a_membership_with_its_person_and_organization(glue_context: GlueContext, paths: Paths) -> None:
    rows = join_legislators.join_legislators(glue_context, *paths).toDF().orderBy("role").collect()
    assert [(row["name"], row["org_name"], row["role"], row["seats"]) for row in rows] == [
        ("Zoë Díaz", "House", "member", 435),
        ("Zoë Díaz", "Party", "speaker", None),
    ]


def test_the_persons_image_and_links_are_kept(glue_context: GlueContext, paths: Paths) -> None:
    rows = join_legislators.join_legislators(glue_context, *paths).toDF().collect()
    assert {row["image"] for row in rows} == {"zoe.jpg"}
    assert {row["links"][0]["url"] for row in rows} == {"u"}


def test_each_column_stands_once(glue_context: GlueContext, paths: Paths) -> None:
    columns = join_legislators.join_legislators(glue_context, *paths).toDF().columns
    assert sorted(columns) == ["id", "image", "links", "name", "org_name", "organization_id", "role", "seats"]


def test_the_job_shows_schema_rows_and_count_and_commits(
    glue_context: GlueContext, paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    orgs, persons, memberships = paths
    arguments = ["--input_path_orgs", orgs, "--input_path_persons", persons, "--input_path_memberships", memberships]
    monkeypatch.setattr(sys, "argv", ["script", "--JOB_NAME", "test", *arguments])
    commits: list[Job] = []
    monkeypatch.setattr(Job, "commit", lambda job: commits.append(job))
    join_legislators.main()
    assert len(commits) == 1
    printed = capsys.readouterr().out
    assert " |-- org_name: string" in printed
    assert printed.splitlines()[-1] == "2"
