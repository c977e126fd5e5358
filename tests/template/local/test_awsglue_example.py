"""The example jobs on sample data, with the counts of the baseline's own tests, and on bad input."""

from pathlib import Path

import pytest
from awsglue.context import GlueContext

from local import sample_data

WHY = "these tests need the example jobs, which were removed"
join_legislators = pytest.importorskip("join_legislators", reason=WHY)
process_legislators = pytest.importorskip("process_legislators", reason=WHY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sample")
    sample_data.write(made)
    return made


def test_the_baselines_counts_hold(glue_context: GlueContext, folder: Path) -> None:
    persons = process_legislators.read_json(glue_context, str(folder / "persons.json"))
    assert persons.toDF().count() == 1961
    paths = [str(folder / f"{name}.json") for name in ("organizations", "persons", "memberships")]
    assert join_legislators.join_legislators(glue_context, *paths).toDF().count() == 10439


def test_process_legislators_leaves_a_malformed_line_out_and_warns(glue_context: GlueContext, tmp_path: Path) -> None:
    file = tmp_path / "persons.json"
    file.write_text('{"id": "p1", "name": "Zoë"}\n{"id": "p2", "name"\n', encoding="utf-8")
    with pytest.warns(UserWarning, match=r"persons\.json:2: not a JSON object: '{\"id\": \"p2\", \"name\"'"):
        persons = process_legislators.read_json(glue_context, str(file))
    assert [row["id"] for row in persons.toDF().collect()] == ["p1"]
    assert persons.errorsCount() == 1


def test_process_legislators_reads_nothing_from_an_empty_or_a_missing_file(
    glue_context: GlueContext, tmp_path: Path
) -> None:
    (tmp_path / "empty.json").touch()
    assert process_legislators.read_json(glue_context, str(tmp_path / "empty.json")).toDF().count() == 0
    with pytest.warns(UserWarning, match=r"none\.json does not exist"):
        assert process_legislators.read_json(glue_context, str(tmp_path / "none.json")).toDF().count() == 0
