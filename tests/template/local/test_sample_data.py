import hashlib
import json
from pathlib import Path

import pytest

from local import sample_data
from local.samples import sample_of


def read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_there_are_as_many_records_as_in_the_real_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sample_data.main([str(tmp_path)]) == 0
    counts = {path.name: len(read(path)) for path in tmp_path.iterdir()}
    assert counts == {"persons.json": 1961, "memberships.json": 10439, "organizations.json": 13}
    assert "10439 records" in capsys.readouterr().out


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(tmp_path: Path) -> None:
    def digest(seed: int) -> str:
        sample_data.write(tmp_path, 50, 100, 5, seed)
        return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(tmp_path.iterdir()))).hexdigest()

    assert digest(1) == digest(1)
    assert digest(1) != digest(2)


def test_every_membership_names_a_person_and_one_of_the_two_legislatures(tmp_path: Path) -> None:
    sample_data.write(tmp_path, 30, 200, 4)
    persons, memberships, orgs = (read(tmp_path / f"{n}.json") for n in ("persons", "memberships", "organizations"))
    legislatures = [org for org in orgs if org["classification"] == "legislature"]
    assert {item["person_id"] for item in memberships} == {person["id"] for person in persons}
    assert {item["organization_id"] for item in memberships} == {org["id"] for org in legislatures}
    assert [(org["seats"], "links" in org, "image" in org) for org in legislatures] == [
        (435, False, False),
        (100, False, False),
    ]


def test_each_size_has_all_the_columns(tmp_path: Path) -> None:
    sample_data.write(tmp_path, 1, 1, 2)
    assert len(read(tmp_path / "persons.json")[0]) == 14
    assert len(read(tmp_path / "memberships.json")[0]) == 8


@pytest.mark.parametrize(("option", "value"), [("--persons", "0"), ("--memberships", "-1"), ("--organizations", "1")])
def test_a_size_that_makes_no_sense_is_refused(
    tmp_path: Path, option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        sample_data.main([str(tmp_path), option, value])
    assert f"argument {option}: '{value}' is not a whole number of at least" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit, match="file: cannot be written: File exists"):
        sample_data.main([str(tmp_path / "file")])


def test_the_files_of_the_public_example_that_are_missing_are_provided(tmp_path: Path) -> None:
    public = "s3://awsglue-datasets/examples/us-legislators/all/"
    folder = tmp_path / "awsglue-datasets" / "examples" / "us-legislators" / "all"
    assert sample_data.provide(["s3://other/persons.json", f"{public}other.json"], tmp_path) == []
    assert not folder.exists()
    assert sample_data.provide([f"{public}persons.json", "s3://other/x"], tmp_path) == [folder / "persons.json"]
    assert len(read(folder / "persons.json")) == 1961
    (folder / "persons.json").write_text("mine")
    assert sample_data.provide([public], tmp_path) == [folder / "memberships.json", folder / "organizations.json"]
    assert (folder / "persons.json").read_text() == "mine"
    assert sample_data.provide([public], tmp_path) == []
    assert len(list(folder.iterdir())) == 3
    assert sample_of(f"{public}persons.json", tmp_path) == folder / "persons.json"


def test_an_interruption_provides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(folder: Path) -> dict[str, int]:
        (folder / "persons.json").write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(sample_data, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sample_data.provide([sample_data.PUBLIC_DATA], tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
