"""Runs of a job with a bookmark: each reads what no committed run of its transformation_ctx has read."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from awsglue import _bookmarks
from awsglue.context import GlueContext
from awsglue.job import Job

from local.bookmarks import Bookmark
from local.s3.store import FileStore
from tests.template.local.conftest import Stores

OPTION = "job_bookmark_option"
LONG_AGO = 1_600_000_000


class Runs:
    """The runs of one job on the laptop's S3, whose samples are in `folder`."""

    def __init__(self, glue_context: GlueContext, folder: Path) -> None:
        self.glue_context, self.folder = glue_context, folder
        self.bookmark = Bookmark(folder / "bookmark.json")

    def put(self, name: str, *ids: int, modified: float | None = None) -> None:
        file = self.folder / "samples" / "data" / "in" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f'{{"id": {number}}}\n' for number in ids), encoding="utf-8")
        if modified is not None:
            os.utime(file, (modified, modified))

    def start(self, option: str = "enable", **arguments: str) -> Job:
        job = Job(self.glue_context)
        job.init("Load-dev", {OPTION: f"job-bookmark-{option}", **arguments})
        return job

    def read(self, context: str = "orders", **options: Any) -> list[int]:
        source = {"paths": ["s3://data/in/"], **options}
        frame = self.glue_context.create_dynamic_frame.from_options("s3", source, "json", transformation_ctx=context)
        return sorted(row["id"] for row in frame.toDF().collect())

    def run(self, option: str = "enable", **arguments: str) -> list[int]:
        """Read in a run that commits."""
        job = self.start(option, **arguments)
        rows = self.read()
        job.commit()
        return rows


@pytest.fixture
def runs(glue_context: GlueContext, stores: Stores, tmp_path: Path) -> Iterator[Runs]:
    made = Runs(glue_context, tmp_path)
    made.put("a.json", 1, 2)
    with stores.use(FileStore(tmp_path / "samples", tmp_path / "out"), bookmark=made.bookmark):
        yield made
    _bookmarks.start({})


def test_a_run_reads_only_the_file_that_was_added(runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    assert runs.run() == [1, 2]
    runs.put("b.json", 3)
    assert runs.run() == [3]
    assert runs.run() == []
    assert capsys.readouterr().err.splitlines() == [
        "bookmark: orders reads 1 of 1 file",
        "bookmark: orders reads 1 of 2 files",
        "bookmark: orders reads none of 2 files",
    ]


def test_a_run_without_commit_keeps_nothing(runs: Runs) -> None:
    runs.start()
    assert runs.read() == [1, 2]
    assert not runs.bookmark.file.exists()
    assert runs.run() == [1, 2]


def test_a_file_that_was_changed_is_read_again_and_one_that_is_gone_is_no_error(runs: Runs) -> None:
    runs.put("b.json", 3)
    assert runs.run() == [1, 2, 3]
    runs.put("a.json", 9, modified=time.time() + 5)
    (runs.folder / "samples/data/in/b.json").unlink()
    assert runs.run() == [9]


def test_a_new_file_with_an_old_date_is_read_as_an_upload_would_be(runs: Runs) -> None:
    assert runs.run() == [1, 2]
    runs.put("old.json", 7, modified=LONG_AGO)
    runs.put("a.json", 8, modified=LONG_AGO)  # an older version put back
    assert runs.run() == [7, 8]
    assert runs.run() == []


def test_each_transformation_ctx_has_its_own_files(runs: Runs) -> None:
    job = runs.start()
    assert runs.read("orders") == [1, 2]
    job.commit()
    job = runs.start()
    assert (runs.read("orders"), runs.read("customers")) == ([], [1, 2])
    job.commit()
    runs.start()
    assert (runs.read("orders"), runs.read("customers")) == ([], [])


def test_a_read_without_transformation_ctx_reads_everything_and_says_so(
    runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        job = runs.start()
        assert runs.read("") == [1, 2]
        job.commit()
    assert capsys.readouterr().err.splitlines()[-1] == (
        "bookmark: a read without transformation_ctx reads 1 file, in each run"
    )


def test_a_pause_reads_what_is_new_and_keeps_nothing(runs: Runs) -> None:
    assert runs.run() == [1, 2]
    runs.put("b.json", 3)
    assert (runs.run("pause"), runs.run("pause"), runs.run()) == ([3], [3], [3])


def test_a_range_reads_what_the_runs_in_it_have_read(runs: Runs) -> None:
    for number, name in enumerate(("b.json", "c.json", "d.json"), start=3):
        runs.run()
        runs.put(name, number)
    assert runs.run("pause", job_bookmark_from="1", job_bookmark_to="3") == [3, 4]
    assert runs.run("pause", job_bookmark_from="3", job_bookmark_to="3") == []
    assert runs.run() == [5]


@pytest.mark.parametrize(
    ("option", "given", "said"),
    [
        ("pause", ("1", "9"), "--job-bookmark-to: '9' is no committed run of the bookmark; its runs are 1"),
        ("pause", ("1", None), "--job-bookmark-from and --job-bookmark-to are given together, or not at all"),
        ("enable", ("1", "1"), "--job-bookmark-from is for job-bookmark-pause, not job-bookmark-enable"),
    ],
)
def test_a_range_that_cannot_be_is_one_line(runs: Runs, option: str, given: tuple[Any, Any], said: str) -> None:
    runs.run()
    with pytest.raises(ValueError, match=f"^{said}$"):
        runs.start(option, job_bookmark_from=given[0], job_bookmark_to=given[1])


def test_a_disabled_bookmark_is_neither_read_nor_kept(runs: Runs) -> None:
    assert (runs.run("disable"), runs.run(), runs.run("disable")) == ([1, 2], [1, 2], [1, 2])
    assert runs.bookmark.read()["version"] == 1


def test_the_arguments_of_init_say_whether_there_is_a_bookmark(runs: Runs) -> None:
    runs.run()
    job = Job(runs.glue_context)
    job.init("Load-dev")
    assert runs.read() == [1, 2]


def test_two_runs_at_once_do_not_both_commit(runs: Runs) -> None:
    job = runs.start()
    runs.read()
    runs.bookmark.commit(0, {"orders": {}})
    with pytest.raises(OSError, match=r"has version 1, and this run began with version 0: another run of the job has"):
        job.commit()
    assert runs.run() == [1, 2]


def test_a_job_may_commit_in_parts(runs: Runs) -> None:
    job = runs.start()
    assert runs.read() == [1, 2]
    job.commit()
    runs.put("b.json", 3)
    assert runs.read() == [3]
    job.commit()
    assert runs.run() == []


@pytest.mark.parametrize("format", ["csv", "parquet", "orc"])
def test_other_formats_and_the_partitions_of_a_folder(runs: Runs, format: str) -> None:
    context = runs.glue_context
    context.createDataFrame([(1, "x")], ["id", "day"]).write.partitionBy("day").format(format).save("s3://data/t/")

    def read() -> list[dict[str, Any]]:
        source = {"paths": ["s3://data/t/"], "recurse": True}
        frame = context.create_dynamic_frame_from_options("s3", source, format, transformation_ctx="t")
        return [row.asDict() for row in frame.toDF().collect()]

    job = runs.start()
    assert [row["day"] for row in read()] == ["x"]
    job.commit()
    context.createDataFrame([(2, "y")], ["id", "day"]).write.mode("append").partitionBy("day").format(format).save(
        "s3://data/t/"
    )
    assert [row["day"] for row in read()] == ["y"]


def table(runs: Runs, *days: str) -> None:
    """Write the laptop's table db.orders with a partition, and a file of it, for each day."""
    file = runs.folder / "samples" / ".catalog" / "db" / "orders.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    place = {"Columns": [{"Name": "id", "Type": "int"}], "Location": "s3://data/in/"}
    content = {
        "Table": {
            "Name": "orders",
            "Parameters": {"classification": "json"},
            "PartitionKeys": [{"Name": "day", "Type": "string"}],
            "StorageDescriptor": place,
        },
        "Partitions": [
            {"Values": [day], "StorageDescriptor": {**place, "Location": f"s3://data/in/{day}/"}} for day in days
        ],
    }
    file.write_text(json.dumps(content), encoding="utf-8")
    for number, day in enumerate(days):
        if not (runs.folder / "samples/data/in" / day).exists():
            runs.put(f"{day}/a.json", number)


def test_a_table_of_the_catalog_has_the_files_of_all_its_partitions(
    runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    def run() -> list[dict[str, Any]]:
        job = runs.start()
        frame = runs.glue_context.create_dynamic_frame.from_catalog("db", "orders", transformation_ctx="orders")
        rows = [row.asDict() for row in frame.toDF().collect()]
        job.commit()
        return sorted(rows, key=repr)

    table(runs, "x", "y")
    assert run() == [{"day": "x", "id": 0}, {"day": "y", "id": 1}]
    table(runs, "x", "y", "z")
    assert run() == [{"day": "z", "id": 2}]
    assert run() == []
    assert capsys.readouterr().err.splitlines() == [
        "bookmark: orders reads 2 of 2 files",
        "bookmark: orders reads 1 of 3 files",
        "bookmark: orders reads none of 3 files",
    ]


def test_no_new_files_are_a_frame_without_fields_whose_writing_writes_nothing(runs: Runs) -> None:
    runs.run()
    runs.start()
    context = runs.glue_context
    frame = context.create_dynamic_frame.from_options(
        "s3", {"paths": ["s3://data/in/"]}, "json", transformation_ctx="orders"
    )
    assert (frame.count(), frame.toDF().columns) == (0, [])
    with pytest.warns(UserWarning, match="apply_mapping: no column 'id'"):
        mapped = frame.apply_mapping([("id", "long", "number", "string")]).filter(lambda row: row["number"] == "1")
    options = {"path": "s3://data/out/", "partitionKeys": ["number"]}
    context.write_dynamic_frame.from_options(mapped, "s3", options, "parquet")
    assert not (runs.folder / "out" / "data").exists()


def test_files_that_are_not_in_s3_have_no_bookmark(runs: Runs) -> None:
    job = runs.start()
    path = str(runs.folder / "samples/data/in")
    assert runs.read(paths=[path]) == [1, 2]
    job.commit()
    runs.start()
    assert runs.read(paths=[path]) == [1, 2]


def test_a_run_of_a_job_without_a_bookmark_cannot_ask_for_one(
    glue_context: GlueContext, stores: Stores, tmp_path: Path
) -> None:
    with (
        stores.use(FileStore(tmp_path, tmp_path)),
        pytest.raises(NotImplementedError, match=r"^this run has no bookmark; `bookmark: true` gives its job one"),
    ):
        Job(glue_context).init("Load-dev", {OPTION: "job-bookmark-enable"})
