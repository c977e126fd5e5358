"""The integration test fetches the output of a job, and verifies the quality rules of its `expect` on it with Spark."""

import bz2
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq
import pytest

from tests.integ import data_files, report
from tests.integ.costs import Prices
from tests.integ.data_files import Budget, Data, DataError, fetch
from tests.integ.expectations import Expectation, OutputCheck, expectation
from tests.integ.job_run import JobRun
from tests.integ.quality import QualityCheck, RuleResult, RulesProcess
from tests.template.stacks.integration_stubs import Bucket

LINES = b'{"id": 1, "name": "a"}\n{"id": 2, "name": null}\n'


class WholeBucket(Bucket):
    """A bucket that is listed in one page."""

    def paginate(self, Bucket: str, Prefix: str) -> list[dict[str, Any]]:
        return [
            {
                "Contents": [
                    {"Key": key, "Size": len(body)} for key, body in self.files.items() if key.startswith(Prefix)
                ]
            }
        ]


def table(**columns: list[Any]) -> pa.Table:
    return pa.table(columns)


def parquet(content: pa.Table) -> bytes:
    target = io.BytesIO()
    pq.write_table(content, target)
    return target.getvalue()


def orc_file(content: pa.Table) -> bytes:
    target = io.BytesIO()
    orc.write_table(content, target)
    return target.getvalue()


@pytest.fixture(scope="module")
def process() -> Iterator[RulesProcess]:
    running = RulesProcess()
    yield running
    running.close()


def check(process: RulesProcess, files: dict[str, bytes], *rules: str, **sources: str) -> list[str]:
    """Return the lines of the rules that fail on the files below s3://data/out/."""
    results = QualityCheck(WholeBucket(files), process)("s3://data/out/", sources, rules)
    assert [result.rule for result in results] == list(rules)
    return [result.line for result in results if not result.passed]


TEXT = ['IsComplete "name"', 'Sum "id" = 3', "RowCount = 2"]
FORMATS = {
    "json lines": {"out/part-0": LINES},
    "json lines, gzip": {"out/part-0.json.gz": gzip.compress(LINES)},
    "json lines, bzip2": {"out/part-0": bz2.compress(LINES)},
    "json lines, zstd": {"out/part-0": pa.Codec("zstd").compress(LINES, asbytes=True)},
    "a json list": {"out/all.json": json.dumps([{"id": 1, "name": "a"}, {"id": 2, "name": None}], indent=1).encode()},
    "csv with a header": {"out/a.csv": b"id,name\n1,a\n", "out/b.csv": b"id,name\n2,\n", "out/_SUCCESS": b"x"},
    "csv with semicolons": {"out/a.csv": b'id;name\n1;"a\nb"\n2;\n'},
    "parquet": {"out/a.parquet": parquet(table(id=[1, 2], name=["a", None]))},
    "orc": {"out/a.orc": orc_file(table(id=[1, 2], name=["a", None]))},
}


@pytest.mark.parametrize("name", FORMATS)
def test_the_output_is_read_in_every_format(name: str, process: RulesProcess) -> None:
    assert check(process, FORMATS[name], *TEXT) == [
        'IsComplete "name": expected a value in every row, found 1 of 2 rows (0.5)'
    ]


def test_partition_folders_are_columns_and_other_folders_are_not(process: RulesProcess) -> None:
    files = {f"out/2026/x/day={day}/part-0": LINES for day in (1, 2)}
    rules = ["ColumnCount = 3", 'ColumnValues "day" in [1, 2]', "RowCount = 4", 'IsPrimaryKey "day" "id"']
    assert check(process, files, *rules) == []


def test_numbers_with_leading_zeros_stay_text(process: RulesProcess) -> None:
    files = {"out/a.csv": b"zip,amount\n02139,1.5\n10001,2\n"}
    assert check(process, files, 'ColumnLength "zip" = 5', 'Sum "amount" = 3.5') == []


def test_without_a_header_columns_have_numbers(process: RulesProcess) -> None:
    assert check(process, {"out/a.csv": b"1,a\n2,b\n"}, 'Sum "_c0" = 3', 'ColumnValues "_c1" in ["a", "b"]') == []


def test_an_output_without_files_has_no_rows(process: RulesProcess) -> None:
    assert check(process, {}, "RowCount > 0", "RowCount = 0", 'IsComplete "id"') == [
        "RowCount > 0: expected > 0 rows, found 0",
        'IsComplete "id": expected a value in every row, found no column "id"; the data has no column',
    ]


def test_rules_compare_with_the_other_locations_of_the_job(process: RulesProcess) -> None:
    files = {"out/a": LINES, "in/known.json": b'{"id": 1}\n', "in/known.json.bak": b'{"id": 2}\n'}
    rules = ['ReferentialIntegrity "id" "inputLocation.id" = 1.0', 'CustomSql "select count(*) from inputlocation" = 1']
    assert check(process, files, *rules, inputLocation="s3://data/in/known.json") == [
        'ReferentialIntegrity "id" "inputLocation.id" = 1.0: '
        "expected that a share = 1.0 of the rows is in the other data, found 1 of 2 rows (0.5)"
    ]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"out/a": b"<a/>"}, "its file out/a is neither Parquet, ORC, JSON nor CSV"),
        (
            {"out/a": LINES, "out/b": b"1,a\n"},
            "its files have two formats: out/a is json, out/b is csv; Spark reads one",
        ),
        ({"out/x=1/a": LINES, "out/y=1/b": LINES}, "Conflicting partition column names|CONFLICTING_PARTITION"),
    ],
)
def test_an_output_that_spark_cannot_read(files: dict[str, bytes], message: str, process: RulesProcess) -> None:
    with pytest.raises(DataError, match=message):
        check(process, files, "RowCount > 0")


def test_too_much_is_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_files, "MAX_BYTES", 1024)
    bucket = WholeBucket({"out/a": LINES * 100})
    with pytest.raises(
        DataError, match=r"there is more than .* GB of data below s3://data/out/ and what it is compared"
    ):
        fetch(bucket, "s3://data/out/", tmp_path, Budget(1024))
    assert bucket.calls == 0
    small = WholeBucket({"out/a.gz": gzip.compress(LINES * 1000)})
    with pytest.raises(DataError, match="evaluate the rules in the script"):
        fetch(small, "s3://data/out/", tmp_path, Budget(1024))


def test_without_spark_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        DataError, match=r"pyspark is not installed; install tests/integ/spark\.lock as the pipeline does"
    ):
        RulesProcess().evaluate(Data(Path()), {}, ["RowCount = 0"])


RESULTS = [
    RuleResult("RowCount > 0", True, ""),
    RuleResult('IsComplete "a"', False, 'IsComplete "a": expected x, found y'),
]


def checked(expectation: Expectation, results: list[RuleResult] | Exception) -> JobRun:
    def quality(location: str, sources: Any, rules: Any) -> list[RuleResult]:
        assert (location, dict(sources), tuple(rules)) == ("s3://data/out", {"in": "s3://data/in"}, ("RowCount > 0",))
        if isinstance(results, Exception):
            raise results
        return results

    run = JobRun("a", "r", 0, "SUCCEEDED", seconds=9)
    run.error = OutputCheck(WholeBucket({"out/a": LINES}), {"a": expectation}, quality)(run)
    return run


EXPECTED = Expectation(2, "s3://data/out", ("RowCount > 0",), {"in": "s3://data/in"})


def test_a_rule_that_fails_turns_the_run_red_with_what_was_expected_and_found() -> None:
    run = checked(EXPECTED, RESULTS)
    assert (run.passed, run.error) == (False, '1 of 2 quality rules failed: IsComplete "a": expected x, found y')
    assert checked(EXPECTED, RESULTS[:1]).passed
    too_few = checked(Expectation(9, "s3://data/out", ("RowCount > 0",)), RESULTS)
    assert (too_few.error.partition(",")[0], too_few.rules) == ("wrote 2 rows to s3://data/out", [])


def test_data_that_cannot_be_checked_turns_the_run_red() -> None:
    run = checked(EXPECTED, DataError("too much"))
    assert run.error == "the quality of its output at s3://data/out could not be checked: too much"
    run = checked(EXPECTED, OSError("gone"))
    assert run.error == "its output at s3://data/out could not be read: gone"


def test_the_table_counts_the_rules_that_hold() -> None:
    runs = [checked(EXPECTED, RESULTS), JobRun("b", "r", 0, "SUCCEEDED")]
    lines = report.table(runs, Prices())
    assert lines[0].endswith("  rules")
    assert lines[1].endswith("    1/2")
    assert not report.table(runs[1:], Prices())[0].endswith("rules")


def test_junit_has_a_test_case_for_each_rule(tmp_path: Path) -> None:
    report.write_junit([checked(EXPECTED, RESULTS)], "us-east-1", tmp_path / "junit.xml")
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "2", "0")
    cases = [(case.get("classname"), case.get("name"), len(case.findall("failure"))) for case in suite]
    assert cases == [("integration-test", "a", 1), ("a", "RowCount > 0", 0), ("a", 'IsComplete "a"', 1)]
    assert suite[2].find("failure").get("message") == 'IsComplete "a": expected x, found y'  # type: ignore[union-attr]


def test_rules_are_read_from_a_plan() -> None:
    item = {"outputLocation": "s3://b/o", "quality": ["RowCount > 0"], "sources": {"in": "s3://b/i"}}
    assert expectation(item) == Expectation(0, "s3://b/o", ("RowCount > 0",), {"in": "s3://b/i"})
    with pytest.raises(TypeError, match="'RowCount > 0' is not a list of rules"):
        expectation({"outputLocation": "s3://b/o", "quality": "RowCount > 0"})


def test_a_process_that_ends_is_said(process: RulesProcess) -> None:
    data = Data(Path("/nowhere"))
    assert [item.passed for item in process.evaluate(data, {}, ["RowCount = 0"])] == [True]
    assert process._process
    process._process.kill()
    with pytest.raises(DataError, match="the process with Spark ended: "):
        process.evaluate(data, {}, ["RowCount = 0"])
    assert process._process is None, "the next call starts another one"
