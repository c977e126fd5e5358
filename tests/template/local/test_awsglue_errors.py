"""Error records: malformed input, and functions that raise. They are kept, counted and told of."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from awsglue import _json
from awsglue._errors import ErrorThresholdExceeded
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import ErrorsAsDynamicFrame

from tests.template.local.conftest import Frames

# The example of errorsAsDynamicFrame in AWS's documentation: the second line ends too early.
# https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
DOCUMENTED = """\
{"id": 1, "name": "george", "surname": "washington", "height": 178}
{"id": 2, "name": "benjamin", "surname": "franklin",
{"id": 3, "name": "alexander", "surname": "hamilton", "height": 171}
{"id": 4, "name": "john", "surname": "jay", "height": 190}
"""


def read(glue_context: GlueContext, path: Path, format: str = "json", **options: Any) -> DynamicFrame:
    return glue_context.create_dynamic_frame.from_options("s3", {"paths": [str(path)]}, format, options)


def rows(frame: DynamicFrame) -> list[dict[str, Any]]:
    return [row.asDict(recursive=True) for row in frame.toDF().collect()]


def errors(frame: DynamicFrame) -> list[dict[str, Any]]:
    return [row["error"] for row in rows(frame.errorsAsDynamicFrame())]


@pytest.fixture
def documented(tmp_path: Path) -> Path:
    (tmp_path / "error_data.json").write_text(DOCUMENTED)
    return tmp_path / "error_data.json"


def test_the_documented_example_has_two_records_and_one_error(
    glue_context: GlueContext, documented: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    message = r"error_data\.json:2: not a JSON object: '{\"id\": 2.*; 1 record became an error record and is left out"
    with pytest.warns(UserWarning, match=message):
        frame = read(glue_context, documented)
    frame.printSchema()
    printed = capsys.readouterr().out.splitlines()
    assert printed == ["root", "|-- id: int", "|-- name: string", "|-- surname: string", "|-- height: int"]
    assert [(row["id"], row["name"]) for row in rows(frame)] == [(1, "george"), (4, "john")]
    assert (frame.errorsCount(), frame.stageErrorsCount()) == (1, 1)
    [error] = rows(ErrorsAsDynamicFrame.apply(frame))
    fields = ["callsite", "msg", "stackTrace", "input", "bytesread", "source", "dynamicRecord"]
    assert list(error["error"]) == fields
    assert error["error"]["dynamicRecord"] == {"id": 2, "name": "benjamin", "surname": "franklin"}
    assert error["error"]["source"] == f"{documented}:2"
    assert error["error"]["input"].splitlines() == DOCUMENTED.splitlines()[1:3]
    assert "test_awsglue_errors.py" in error["error"]["callsite"]["site"]
    selected = frame.select_fields(["id"])
    assert (selected.errorsCount(), selected.stageErrorsCount()) == (1, 0), "they go along with the frame"


def test_large_files_are_parsed_by_spark_with_the_same_result(
    glue_context: GlueContext, documented: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_json, "SMALL_BYTES", 0)
    with pytest.warns(UserWarning, match=r"error_data\.json:2: not a JSON object: '{\"id\": 2"):
        frame = read(glue_context, documented)
    assert [row["id"] for row in rows(frame)] == [1, 4]
    assert [error["dynamicRecord"]["name"] for error in errors(frame)] == ["benjamin"]
    documented.write_text('{"a": 1}\n{"a": 2.5}\n')
    assert rows(read(glue_context, documented)) == [
        {"a": {"double": None, "int": 1}},
        {"a": {"double": 2.5, "int": None}},
    ]
    documented.write_text('{"a": 1, "b": {"c": []}}\n')
    assert rows(read(glue_context, documented)) == [{"a": 1, "b": {"c": []}}]


def parsed(text: str, whole: bool = False) -> list[Any]:
    found = _json.parse(text.splitlines(keepends=True), whole)
    return [(number, value.text if isinstance(value, _json.Malformed) else value) for number, value in found]


def test_what_one_line_holds() -> None:
    assert parsed('{"a": 1}\n\n  \n{"a": 2}\n') == [(1, {"a": 1}), (4, {"a": 2})]
    assert parsed('{"a": 1}{"a": 2} {"a": 3}') == [(1, {"a": 1}), (1, {"a": 2}), (1, {"a": 3})]
    assert parsed('[{"a": 1}, {"a": 2}]') == [(1, {"a": 1}), (1, {"a": 2})]
    assert parsed('{"a": 1} x\n{"a": 2}') == [(1, {"a": 1}), (1, "x"), (2, {"a": 2})]
    assert parsed('1\n"x"\n[1]\n') == [(1, "1"), (2, '"x"'), (3, "[1]")]
    assert parsed('{"a": "x\n{"a": 2}') == [(1, '{"a": "x'), (2, {"a": 2})]
    assert parsed('{"a": \n{"a": 2}\n{"a": 3}') == [(1, '{"a":\n{"a": 2}'), (3, {"a": 3})]
    assert parsed('\ufeff{"a": 1}') == [(1, {"a": 1})]
    assert parsed('{\n"a": 1\n}\n{"a": 2}', whole=True) == [(1, {"a": 1}), (1, {"a": 2})]
    assert parsed('{\n"a": \n', whole=True) == [(1, '{\n"a":')]


def test_a_record_that_spans_lines_needs_multi_line(glue_context: GlueContext, tmp_path: Path) -> None:
    (tmp_path / "pretty.json").write_text('{\n"a": 1\n}')
    assert rows(read(glue_context, tmp_path, multiLine="true")) == [{"a": 1}]
    with pytest.warns(UserWarning, match=r"pretty\.json:1: not a JSON object: '{'; a record that spans lines needs"):
        assert read(glue_context, tmp_path).count() == 0


def test_several_records_on_a_line_are_all_read(glue_context: GlueContext, tmp_path: Path) -> None:
    (tmp_path / "firehose.json").write_text('{"a": 1}{"a": 2}{"a": 3}')
    assert [row["a"] for row in rows(read(glue_context, tmp_path))] == [1, 2, 3]


def test_a_data_frame_fails_at_a_malformed_line_with_its_place(glue_context: GlueContext, tmp_path: Path) -> None:
    with gzip.open(tmp_path / "a.json.gz", "wt", encoding="utf-8") as file:
        file.write('{"a": "é"}\n\n{"a": \n')
    with pytest.warns(UserWarning, match=r"a\.json\.gz:3: not a JSON object: '{\"a\":'"):
        assert rows(read(glue_context, tmp_path)) == [{"a": "é"}]
    for _ in range(2):
        with pytest.raises(ValueError, match=r"a\.json\.gz:3: not a JSON object: '{\"a\":'"):
            glue_context.create_data_frame.from_options("s3", {"paths": [str(tmp_path)]}, "json")


def test_a_csv_record_of_another_length_is_an_error_record(glue_context: GlueContext, tmp_path: Path) -> None:
    (tmp_path / "a b.csv").write_text('x,y\n1,2\n3,"4\n5,"6,7"\n8,9,10\n11\n12,13\n')
    with pytest.warns(UserWarning, match=r"a b\.csv:5: not as many values as columns: '8,9,10'; 2 records became"):
        frame = read(glue_context, tmp_path, "csv", withHeader=True)
    assert frame.count() == 4
    assert [(row["x"], row["y"]) for row in rows(frame)][:1] == [("1", "2")]
    assert {row["x"] for row in rows(frame)} == {"1", "3", "5", "12"}
    assert sorted(error["input"] for error in errors(frame)) == ["11", "8,9,10"]
    assert frame.errorsCount() == 2
    assert errors(frame)[0]["source"].endswith("a b.csv")
    strict = glue_context.create_data_frame.from_options("s3", {"paths": [str(tmp_path)]}, "csv", {"withHeader": True})
    with pytest.raises(Exception, match="Malformed CSV record"):
        strict.count()


def test_a_function_of_map_that_raises_makes_an_error_record(frame: Frames) -> None:
    numbers = frame({"n": 0}, {"n": 4}, schema="n int")

    def share(record: Any) -> Any:
        return {"share": 8 / record["n"]} if record["n"] < 5 else None

    message = "the function of map raised ZeroDivisionError: division by zero; 1 record became"
    with pytest.warns(UserWarning, match=message):
        shares = numbers.map(share)
    assert rows(shares) == [{"share": 2.0}]
    [error] = errors(shares)
    assert error["dynamicRecord"] == {"n": 0}
    assert error["msg"] == "the function of map raised ZeroDivisionError: division by zero"
    assert "in share" in error["stackTrace"]
    with pytest.warns(UserWarning, match="TypeError: the function of map returned NoneType, not a record; 2 records"):
        assert numbers.map(lambda record: None).count() == 0


def test_a_function_of_filter_that_raises_makes_an_error_record(frame: Frames) -> None:
    numbers = frame({"n": 0}, {"n": 4}, {"n": None}, schema="n int")
    shares = numbers.filter(lambda record: 8 / record["n"] > 1)
    assert rows(shares) == [{"n": 4}], "a TypeError, of the null, drops the row"
    assert shares.errorsCount() == 1
    assert errors(shares)[0]["dynamicRecord"] == {"n": 0}


def test_error_records_of_all_stages_are_counted_together(glue_context: GlueContext, documented: Path) -> None:
    with pytest.warns(UserWarning, match="not a JSON object"):
        first = read(glue_context, documented)
    second = first.filter(lambda record: 1 / (record["id"] - 1) > 0)
    assert (second.errorsCount(), second.stageErrorsCount()) == (2, 1)
    assert [error["dynamicRecord"]["id"] for error in errors(second)] == [2, 1]
    both = second.union(first)
    assert (both.errorsCount(), both.stageErrorsCount()) == (2, 0), "one error is not counted twice"


def test_thresholds_fail_when_an_action_runs(frame: Frames) -> None:
    numbers = frame({"n": 0}, {"n": 0}, {"n": 4}, schema="n int")

    def positive(record: Any) -> Any:
        return 1 / record["n"] > 0

    assert numbers.filter(positive, stageThreshold=3, totalThreshold=3).count() == 1
    failing = numbers.filter(positive, stageThreshold=2)
    for action in (failing.count, failing.toDF, failing.show, failing.assertErrorThreshold):
        with pytest.raises(ErrorThresholdExceeded, match="2 error records in this stage; stageThreshold=2 is reached"):
            action()
    later = numbers.filter(positive).select_fields(["n"], stageThreshold=1, totalThreshold=2)
    with pytest.raises(ErrorThresholdExceeded, match="2 error records up to here; totalThreshold=2 is reached"):
        later.count()


def test_a_frame_without_errors_has_an_empty_frame_of_errors(frame: Frames) -> None:
    one = frame({"a": 1})
    assert (one.errorsCount(), one.stageErrorsCount(), one.errorsAsDynamicFrame().count()) == (0, 0, 0)
    assert one.errorsAsDynamicFrame().toDF().columns == []
    one.assertErrorThreshold()


def test_at_the_end_a_run_tells_of_the_errors_of_filters(tmp_path: Path) -> None:
    """Spark calls them while it writes, when no method of a frame could tell."""
    script = tmp_path / "script.py"
    script.write_text(
        "from awsglue.context import GlueContext\n"
        "from awsglue.dynamicframe import DynamicFrame\n"
        "glue = GlueContext()\n"
        "frame = DynamicFrame.fromDF(glue.createDataFrame([(0,), (1,)], 'n int'), glue, 'f')\n"
        "kept = frame.filter(lambda record: 1 / record['n'] > 0).toDF()\n"
        "print(kept.count(), kept.count())\n"
    )
    run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert run.stdout == "1 1\n"
    assert run.stderr.splitlines()[-1] == (
        "warning: the function of filter raised ZeroDivisionError: division by zero; "
        "1 record became an error record and is left out (see errorsAsDynamicFrame)"
    )


def test_the_types_of_errors_in_several_frames_are_merged(glue_context: GlueContext, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"a": 1}) + '\n{"a": 1, \n\n{"a": "x", !}\n')
    with pytest.warns(UserWarning, match="2 records became error records and are left out"):
        frame = read(glue_context, tmp_path)
    assert [error["dynamicRecord"]["a"] for error in errors(frame)] == [
        {"int": 1, "string": None},
        {"int": None, "string": "x"},
    ]
