"""The comparison of two runs of a job, which a test makes up: what they printed and wrote."""

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import Job, StageConfig
from local.s3.store import FileStore
from tests.configs import DEV, make_job
from tools.run_job.job_process import Run
from tools.upgrade_check import check, report
from tools.upgrade_check.check import Check, Result
from tools.upgrade_check.findings import Change, Finding
from tools.upgrade_check.runs import VersionRun, copy_of, files_at, written_locations

TO_6 = Change("5.1", "6.0")
OUTPUT = "s3://data/out/"
Compare = Callable[..., Result]


class Made:
    """A run that a test makes up: its exit code, what it printed, and the rows of its outputs."""

    def __init__(self, text: str = "", rows: list[Any] | None = None, code: int = 0, **others: Any) -> None:
        self.text, self.code = text, code
        self.files = {f"{OUTPUT}part": rows} if rows is not None else {}
        self.files |= others.get("files", {})
        self.tables: dict[str, str] = others.get("tables", {})


@pytest.fixture
def compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Compare:
    """Compare runs: a list for each version, of which each run takes the next."""

    def compare(before: list[Made], after: list[Made], **fields: Any) -> Result:
        job = make_job(tmp_path, output_locations=(OUTPUT,), **fields)
        todo = {"5.1": iter(before), "6.0": iter(after)}

        def run_on(
            version: str, job: Job, stage: StageConfig, arguments: Any, start: FileStore, folder: Path
        ) -> VersionRun:
            made = next(todo[version])
            store = FileStore(start.samples, copy_of(start.out, folder))
            for uri, rows in made.files.items():
                file = store.out / uri.removeprefix("s3://")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.unlink(missing_ok=True)
                file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
            for name, text in made.tables.items():
                file = store.out / ".catalog" / f"{name.replace('.', '/')}.json"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            run = Run(job, made.code, "ValueError: boom" if made.code else "", 1.0)
            run.written, run.tables = dict.fromkeys(made.files, 1), list(made.tables)
            return VersionRun(version, run, made.text, store)

        monkeypatch.setattr(check, "run_on", run_on)
        result = Result(job, TO_6)
        folder = Path(mkdtemp(dir=tmp_path))
        stage = StageConfig(name="dev", account=DEV, jobs=(job,))
        start = FileStore(tmp_path / "samples", tmp_path / "out")
        Check(stage, folder, lambda line: None).compare_runs(result, {}, start)
        assert [list(left) for left in todo.values()] == [[], []], "each run that was made up is used"
        return result

    return compare


def test_equal_rows_are_equal(compared: Compare) -> None:
    rows = [{"a": 1}, {"a": 2}]
    result = compared([Made(rows=rows)], [Made(rows=rows[::-1])])
    assert result.good
    assert report.differences(result) == ["  s3://data/out/: 2 rows, equal"]


def test_rows_that_differ_are_shown_three_of_each_side(compared: Compare) -> None:
    before = [{"id": number, "a": number} for number in range(5)]
    after = [{"id": number, "a": -number} for number in range(5)]
    result = compared([Made(rows=before), Made(rows=before)], [Made(rows=after)])
    assert not result.equal
    lines = report.differences(result)
    assert lines[:3] == [
        "  s3://data/out/: 5 rows, different",
        "    different values in: a",
        "    only on 5.1: 4 rows, such as",
    ]
    assert [line for line in lines if line.startswith("      ")] == [
        '      {"id": 1, "a": 1}',
        '      {"id": 2, "a": 2}',
        '      {"id": 3, "a": 3}',
        '      {"id": 1, "a": -1}',
        '      {"id": 2, "a": -2}',
        '      {"id": 3, "a": -3}',
    ]


def test_a_column_that_differs_between_two_runs_on_one_version_too_is_left_out(compared: Compare) -> None:
    runs = [Made(rows=[{"a": 1, "at": at}]) for at in ("10:00", "10:01", "10:02")]
    result = compared([runs[0], runs[2]], [runs[1]])
    assert result.good
    assert report.differences(result) == [
        "  s3://data/out/: 1 row, equal; without at, which differs between two runs on 5.1 too"
    ]
    other = Made(rows=[{"a": 2, "at": "10:01"}])
    result = compared([runs[0], runs[2]], [other])
    assert not result.equal
    assert "    different values in: a" in report.differences(result)


def test_rows_whose_number_always_differs_are_told_so(compared: Compare) -> None:
    rows = [{"a": 1}, {"a": 2}, {"a": 3}]
    result = compared([Made(rows=rows), Made(rows=rows[:1])], [Made(rows=rows[:2])])
    assert not result.equal
    assert report.differences(result)[0] == (
        "  s3://data/out/: 3 rows, then 2, different;"
        " two runs on 5.1 differ too, in their number of rows: compare by hand"
    )


def test_a_failure_on_the_first_version_means_that_nothing_is_compared(compared: Compare) -> None:
    result = compared([Made(code=1)], [])
    assert (result.good, result.after) == (False, None)
    assert report.differences(result) == ["  nothing was compared: it fails on 5.1, the version that it is on"]


def test_a_failure_on_the_other_version_is_no_equality(compared: Compare) -> None:
    result = compared([Made(rows=[{"a": 1}])], [Made(code=1)])
    assert not result.good
    assert report.differences(result) == ["  nothing was compared: it fails on 6.0"]


def test_the_reason_of_a_failure_has_the_line_of_the_script(tmp_path: Path) -> None:
    job = make_job(tmp_path)
    shared = tmp_path / "shared.py"
    job = job.model_copy(update={"shared_files": (shared,)})
    frames = [(job.script, 16), (shared, 3), ("/x/pyspark.py", 9)]
    text = "".join(f'  File "{file}", line {line}, in <module>\n' for file, line in frames)
    run = VersionRun("6.0", Run(job, 1, "ValueError: boom"), text, FileStore(tmp_path, tmp_path))
    assert run.reason == f"{tmp_path.name}/shared.py:3: ValueError: boom"
    called = f'{text}== DataFrame ==\n"cast" was called from\n{job.script}:12\n'
    run = VersionRun("6.0", Run(job, 1, "ValueError: boom"), called, FileStore(tmp_path, tmp_path))
    assert run.reason == f"{tmp_path.name}/show.py:12: ValueError: boom"
    assert VersionRun("6.0", Run(job, 137), "", FileStore(tmp_path, tmp_path)).reason == "exit code 137"


def test_a_printed_schema_that_differs_is_a_difference(compared: Compare) -> None:
    schemas = [f"root\n |-- a: {kind} (nullable = true)\n" for kind in ("int", "long")]
    result = compared([Made(schemas[0], [{"a": 1}])], [Made(schemas[1], [{"a": 1}])])
    assert not result.equal
    assert report.differences(result)[1:] == [
        "  printed schemas differ:",
        "    -|-- a: int (nullable = true)",
        "    +|-- a: long (nullable = true)",
    ]


def test_warnings_are_told_and_decide_nothing(compared: Compare) -> None:
    result = compared([Made("WARN A: old 1\nWARN B: both\n")], [Made("WARN B: both\nx.py:1: FutureWarning: new\n")])
    assert result.good
    assert report.differences(result)[1:] == [
        "  warnings on 5.1 only:",
        "    WARN A: old 1",
        "  warnings on 6.0 only:",
        "    FutureWarning: new",
    ]


def test_of_a_job_that_writes_nothing_the_lines_decide_that_it_printed(compared: Compare) -> None:
    assert compared([Made("10439\n+--+\n|a|\n+--+\n")], [Made("10439\n+--+\n|b|\n+--+\n")]).good
    result = compared([Made("10439\n"), Made("10439\n")], [Made("10438\n")])
    assert not result.equal
    assert report.differences(result) == [
        "  it wrote nothing: what it printed was compared, without the rows of show()",
        "  lines that it printed differ; the first on each side:",
        "    5.1: 10439",
        "    6.0: 10438",
    ]


def test_a_line_that_differs_at_each_run_decides_nothing(compared: Compare) -> None:
    texts = [f"took {seconds} s\n10439\n" for seconds in (3.1, 3.2, 3.3)]
    assert compared([Made(texts[0]), Made(texts[2])], [Made(texts[1])]).good


def test_of_a_job_that_writes_the_lines_decide_nothing(compared: Compare) -> None:
    result = compared([Made("one\n", [{"a": 1}])], [Made("other\n", [{"a": 1}])])
    assert result.good
    assert report.differences(result)[1:] == [
        "  lines that it printed differ, which decides nothing beside the rows that it wrote; the first on each side:",
        "    5.1: one",
        "    6.0: other",
    ]


def test_a_table_of_the_data_catalog_is_compared_without_its_times(compared: Compare) -> None:
    def table(kind: str, time: int, *days: str) -> dict[str, str]:
        columns = {"Columns": [{"Name": "a", "Type": kind}]}
        described = {"Name": "t", "CreateTime": time, "StorageDescriptor": columns, "PartitionKeys": [{"Name": "day"}]}
        partitions = [{"Values": [day], "StorageDescriptor": {}} for day in days]
        return {"db.t": json.dumps({"Table": described, "Partitions": partitions})}

    result = compared([Made(tables=table("int", 1, "1", "2"))], [Made(tables=table("int", 2, "2", "1"))])
    assert result.good
    assert report.differences(result) == ["  table db.t of the Data Catalog: equal"]
    result = compared([Made(tables=table("int", 1))], [Made(tables=table("bigint", 1))])
    assert not result.equal
    assert [line.strip() for line in report.differences(result)] == [
        "table db.t of the Data Catalog: different",
        '-          "Type": "int"',
        '+          "Type": "bigint"',
    ]


def test_what_a_job_wrote_elsewhere_is_compared_too(compared: Compare) -> None:
    files = {"s3://other/a/1": [{"a": 1}], "s3://other/a/b/2": [{"a": 2}], "s3://more/3": [{"a": 3}]}
    result = compared([Made(files=files)], [Made(files=files)])
    assert [data.name for data in result.locations] == ["s3://more/", "s3://other/a/", "s3://other/a/b/"]
    assert result.equal


def test_each_folder_of_an_output_is_compared_by_itself_if_both_runs_have_it(compared: Compare) -> None:
    def written(*keys: str) -> Made:
        return Made(files={f"{OUTPUT}{key}": [{"a": 1}] for key in keys})

    result = compared(
        [written("big/day=1/p", "big/day=2/p", "small/p")], [written("big/day=1/p", "big/day=2/p", "small/q")]
    )
    assert {data.name: found.counts for data, found in result.locations.items()} == {
        f"{OUTPUT}big/": (2, 2),
        f"{OUTPUT}small/": (1, 1),
    }
    result = compared([written("run-1/p")], [written("run-2/q")])
    assert {data.name: found.counts for data, found in result.locations.items()} == {OUTPUT: (1, 1)}
    assert result.equal


def test_findings_that_break_are_no_good_result_although_the_runs_are_equal(compared: Compare) -> None:
    result = compared([Made(rows=[{"a": 1}])], [Made(rows=[{"a": 1}])])
    result.findings = [Finding("job_scripts/a.py", 3, "may", False)]
    assert result.good
    result.findings.append(Finding("job_scripts/a.py", 1, "does", True))
    assert (result.equal, result.good) == (True, False)
    assert report.findings(result) == [
        "  breaks on 6.0:",
        "    job_scripts/a.py:1: does",
        "  may break, which depends on the data:",
        "    job_scripts/a.py:3: may",
    ]


def test_a_copy_of_out_changes_nothing_in_out(tmp_path: Path) -> None:
    (tmp_path / "out" / "data").mkdir(parents=True)
    (tmp_path / "out" / "data" / "key").write_text("old")
    (tmp_path / "new").write_text("new")
    store = FileStore(tmp_path / "samples", copy_of(tmp_path / "out", tmp_path / "copy"))
    store.put("data", "key", tmp_path / "new")
    assert [path.read_text() for _, path in files_at("s3://data/", store)] == ["new"]
    store.delete("data", ["key"])
    assert files_at("s3://data/", store) == []
    assert (tmp_path / "out" / "data" / "key").read_text() == "old"
    assert copy_of(tmp_path / "missing", tmp_path / "empty").is_dir()


def test_the_locations_to_compare_are_the_outputs_and_what_else_was_written(tmp_path: Path) -> None:
    job = make_job(tmp_path, output_locations=("s3://data/out/", "s3://data/unused/"))
    runs = []
    for written in (["s3://data/out/day=1/a"], ["s3://data/out/day=1/b", "s3://x/y/z"]):
        run = Run(job, written=dict.fromkeys(written, 1))
        runs.append(VersionRun("5.1", run, "", FileStore(tmp_path, tmp_path)))
    assert written_locations(runs) == ["s3://data/out/", "s3://x/y/"]
