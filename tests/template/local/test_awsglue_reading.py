"""The readers and writers of a GlueContext, on files of this machine."""

import json
from pathlib import Path
from typing import Any

import pytest
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame


def read(glue_context: GlueContext, path: Path, format: str = "json", **options: Any) -> DynamicFrame:
    connection: dict[str, Any] = {name: options.pop(name) for name in ("recurse", "exclusions") if name in options}
    return glue_context.create_dynamic_frame.from_options("s3", {"paths": [str(path)], **connection}, format, options)


def values(frame: DynamicFrame) -> list[dict[str, Any]]:
    return sorted((row.asDict(recursive=True) for row in frame.toDF().collect()), key=repr)


def test_a_missing_path_is_a_warning_and_no_rows(glue_context: GlueContext, tmp_path: Path) -> None:
    for format in ("json", "csv"):
        with pytest.warns(UserWarning, match="does not exist"):
            missing = read(glue_context, tmp_path / "no", format)
        assert missing.count() == 0


def test_json_is_read_by_lines_unless_it_is_multi_line(glue_context: GlueContext, tmp_path: Path) -> None:
    (tmp_path / "pretty.json").write_text('{\n"a": 1\n}')
    assert values(read(glue_context, tmp_path, multiLine="true")) == [{"a": 1}]


def test_an_empty_file_has_no_rows(glue_context: GlueContext, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert [read(glue_context, tmp_path / "empty", format).count() for format in ("json", "csv")] == [0, 0]


def test_a_name_is_no_pattern_and_hidden_files_are_left_out(glue_context: GlueContext, tmp_path: Path) -> None:
    for name in ("[a] {b} %41 é*?.json", "_temporary.json", ".hidden.json"):
        (tmp_path / name).write_text('{"a": 1}\n', encoding="utf-8")
    assert read(glue_context, tmp_path).count() == 1
    assert read(glue_context, tmp_path / "[a] {b} %41 é*?.json").count() == 1
    with pytest.raises(NotImplementedError, match=r"the pattern '.*/\*\.csv' in paths"):
        read(glue_context, tmp_path / "*.csv")


def test_subfolders_are_read_with_recurse_and_excluded_files_are_not(glue_context: GlueContext, tmp_path: Path) -> None:
    for number, name in enumerate(["a.json", "b/c.json", "b/d/e.json", "b/d/f.txt"]):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(json.dumps({"a": number}))
    assert values(read(glue_context, tmp_path)) == [{"a": 0}]
    assert len(values(read(glue_context, tmp_path, recurse=True))) == 4
    assert len(values(read(glue_context, tmp_path, recurse=True, exclusions='["**.txt"]'))) == 3
    assert len(values(read(glue_context, tmp_path, recurse=True, exclusions=["b/*"]))) == 3
    assert len(values(read(glue_context, tmp_path, recurse=True, exclusions=["b/**"]))) == 1
    assert len(values(read(glue_context, tmp_path, recurse=True, exclusions=["b/{c,x}.json", "[!b].json"]))) == 2


def test_partition_folders_become_columns(glue_context: GlueContext, tmp_path: Path) -> None:
    for year in ("2025", "2026"):
        (tmp_path / f"year={year}").mkdir()
        (tmp_path / f"year={year}" / "x.json").write_text('{"a": 1}')
    assert values(read(glue_context, tmp_path, recurse=True)) == [{"a": 1, "year": 2025}, {"a": 1, "year": 2026}]
    (tmp_path / "plain.json").write_text('{"a": 2}')
    assert len(values(read(glue_context, tmp_path, recurse=True))) == 3


def test_csv_values_are_strings_and_columns_are_numbered_without_a_header(
    glue_context: GlueContext, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text('1,"a ""b"", c"\n02,\n', encoding="utf-8")
    frame = read(glue_context, tmp_path, "csv")
    assert values(frame) == [{"col0": "02", "col1": None}, {"col0": "1", "col1": 'a "b", c'}]
    assert [field.dataType.typeName() for field in frame.schema().fields] == ["string", "string"]


def test_csv_files_are_read_by_their_own_headers(glue_context: GlueContext, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\ufeffid|name\n1|Zoë\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("name|id|age\nOtis|2|30\n", encoding="utf-8")
    assert values(read(glue_context, tmp_path, "csv", withHeader=True, separator="|")) == [
        {"id": "1", "name": "Zoë", "age": None},
        {"id": "2", "name": "Otis", "age": "30"},
    ]


def test_csv_options(glue_context: GlueContext, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('x,y\n1,"2\n3"\n', encoding="utf-8")
    assert values(read(glue_context, tmp_path, "csv", withHeader=True, multiLine=True)) == [{"x": "1", "y": "2\n3"}]
    (tmp_path / "a.csv").write_text('x,y\nskip,1\n"a,b\n', encoding="utf-8")
    skipped = read(glue_context, tmp_path, "csv", withHeader=True, skipFirst=True, quoteChar=-1)
    assert values(skipped) == [{"x": '"a', "y": "b"}]


def test_a_csv_header_with_a_name_twice_is_refused(glue_context: GlueContext, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,x\n1,2\n")
    with pytest.raises(NotImplementedError, match=r"the csv header of .*a\.csv with the column 'x' twice"):
        read(glue_context, tmp_path, "csv", withHeader=True)


@pytest.mark.parametrize("format", ["json", "csv", "parquet", "glueparquet", "orc"])
def test_written_rows_are_read_again(glue_context: GlueContext, tmp_path: Path, format: str) -> None:
    spark = glue_context.spark_session
    rows = spark.createDataFrame([{"id": "1", "name": 'Zoë "Z", Díaz'}, {"id": "2", "name": "x"}])
    frame = DynamicFrame.fromDF(rows, glue_context, "rows")
    target = tmp_path / "out"
    for _ in range(2):
        glue_context.write_dynamic_frame.from_options(
            frame=frame,
            connection_type="s3",
            connection_options={"path": str(target), "partitionKeys": ["id"]},
            format=format,
        )
    assert {folder.name for folder in target.iterdir() if not folder.name.startswith(".")} == {"id=1", "id=2"}
    again = read(glue_context, target, format, recurse=True, **({"withHeader": True} if format == "csv" else {}))
    assert values(again)[0] == {"name": 'Zoë "Z", Díaz', "id": 1}
    assert again.count() == 4, "a second write adds files and replaces none"


def test_the_error_of_a_missing_option_names_it(glue_context: GlueContext, tmp_path: Path) -> None:
    frame = DynamicFrame.fromDF(glue_context.createDataFrame([(1,)], "a int"), glue_context, "x")
    write = glue_context.write_dynamic_frame.from_options
    with pytest.raises(ValueError, match=r"connection_options\['paths'\] must be a list of paths, not 's3://x'"):
        glue_context.create_dynamic_frame.from_options("s3", {"paths": "s3://x"}, "json")
    with pytest.raises(ValueError, match=r"connection_options\['path'\] is missing"):
        write(frame, "s3", {}, "json")
    with pytest.raises(ValueError, match="partitionKeys: no column 'b'; there are a"):
        write(frame, "s3", {"path": str(tmp_path / "o"), "partitionKeys": ["b"]}, "json")
