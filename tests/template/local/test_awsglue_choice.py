"""Fields whose records disagree in type: where choices come from, what the methods do with them, and resolveChoice."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame, ResolveOption
from awsglue.transforms import ApplyMapping, Filter, Map, ResolveChoice
from pyspark.sql.types import DoubleType, LongType

from tests.template.local.conftest import Frames

PRICES: list[dict[str, Any]] = [
    {"id": 1, "price": 100.0, "lines": [{"n": 1}, {"n": "2"}], "note": None},
    {"id": 2, "price": "$100.00", "lines": [], "note": {"by": "Zoë"}},
    {"id": 3, "price": "7.5", "note": "x"},
    {"id": 4},
]


def read(glue_context: GlueContext, folder: Path, records: list[Any], **options: Any) -> DynamicFrame:
    (folder / "records.json").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return glue_context.create_dynamic_frame.from_options("s3", {"paths": [str(folder)]}, "json", options)


def rows(frame: DynamicFrame) -> list[dict[str, Any]]:
    return [row.asDict(recursive=True) for row in frame.toDF().collect()]


def column(frame: DynamicFrame, name: str) -> list[Any]:
    return [row[name] for row in rows(frame)]


def printed(frame: DynamicFrame, capsys: pytest.CaptureFixture[str]) -> list[str]:
    frame.printSchema()
    return capsys.readouterr().out.splitlines()


@pytest.fixture(scope="module")
def prices(glue_context: GlueContext, tmp_path_factory: pytest.TempPathFactory) -> DynamicFrame:
    made = read(glue_context, tmp_path_factory.mktemp("prices"), PRICES)
    made.toDF().cache()
    return made


def test_json_records_that_disagree_make_choices_and_to_df_shows_structs(
    prices: DynamicFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed(prices, capsys) == [
        "root",
        "|-- id: int",
        "|-- price: choice",
        "|    |-- double",
        "|    |-- string",
        "|-- lines: array",
        "|    |-- element: struct",
        "|    |    |-- n: choice",
        "|    |    |    |-- int",
        "|    |    |    |-- string",
        "|-- note: choice",
        "|    |-- string",
        "|    |-- struct",
        "|    |    |-- by: string",
    ]
    assert prices.count() == 4
    assert column(prices, "price") == [
        {"double": 100.0, "string": None},
        {"double": None, "string": "$100.00"},
        {"double": None, "string": "7.5"},
        None,
    ]
    assert rows(prices)[0]["lines"] == [{"n": {"int": 1, "string": None}}, {"n": {"int": None, "string": "2"}}]
    again = DynamicFrame.fromDF(prices.toDF(), prices.glue_ctx, "again")
    assert "|-- price: struct" in printed(again, capsys), "a frame of a DataFrame has no choices"


def test_numbers_are_int_or_long_or_double_by_their_size(
    glue_context: GlueContext, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = [{"a": 1, "b": 2**31, "c": 1, "d": 1, "e": 2**70}, {"a": 2**31 - 1, "b": 2**40, "c": 2**31, "d": 0.5}]
    frame = read(glue_context, tmp_path, records)
    assert printed(frame, capsys) == [
        "root",
        "|-- a: int",
        "|-- b: long",
        "|-- c: choice",
        "|    |-- int",
        "|    |-- long",
        "|-- d: choice",
        "|    |-- double",
        "|    |-- int",
        "|-- e: decimal(38,0)",
    ]
    assert column(frame.resolveChoice(choice="cast:long"), "c") == [1, 2**31]
    assert column(frame, "e")[0] == 2**70


def test_fields_keep_the_order_of_the_records_and_partition_folders_are_columns(
    glue_context: GlueContext, tmp_path: Path
) -> None:
    for year, value in (("2025", 1), ("2026", "x")):
        (tmp_path / f"year={year}").mkdir()
        (tmp_path / f"year={year}" / "a.json").write_text(json.dumps({"z": value, "a": None}))
    frame = glue_context.create_dynamic_frame.from_options("s3", {"paths": [str(tmp_path)], "recurse": True}, "json")
    assert sorted(map(repr, rows(frame))) == [
        "{'z': {'int': 1, 'string': None}, 'a': None, 'year': 2025}",
        "{'z': {'int': None, 'string': 'x'}, 'a': None, 'year': 2026}",
    ]


def test_a_data_frame_is_read_as_spark_reads_it(glue_context: GlueContext, tmp_path: Path) -> None:
    read(glue_context, tmp_path, PRICES)
    plain = glue_context.create_data_frame.from_options("s3", {"paths": [str(tmp_path)]}, "json")
    assert dict(plain.dtypes)["price"] == "string"
    assert dict(plain.dtypes)["id"] == "bigint"


def test_shown_records_have_values_of_their_own_type(prices: DynamicFrame, capsys: pytest.CaptureFixture[str]) -> None:
    prices.show(3)
    assert capsys.readouterr().out.splitlines() == [
        '{"id":1,"price":100.0,"lines":[{"n":1},{"n":"2"}]}',
        '{"id":2,"price":"$100.00","lines":[],"note":{"by":"Zoë"}}',
        '{"id":3,"price":"7.5","note":"x"}',
    ]


def test_filter_and_map_get_values_of_their_own_type(prices: DynamicFrame) -> None:
    numbers = Filter.apply(frame=prices, f=lambda record: isinstance(record["price"], float))
    assert column(numbers, "id") == [1]
    assert column(numbers, "price") == [{"double": 100.0, "string": None}], "what is left is a choice still"

    def double(record: Any) -> Any:
        record["price"] = record["price"] * 2 if isinstance(record["price"], float) else record["price"]
        return record

    assert column(Map.apply(frame=prices, f=double), "price") == [
        {"double": 200.0, "string": None},
        {"double": None, "string": "$100.00"},
        {"double": None, "string": "7.5"},
        None,
    ]


def test_a_map_that_returns_different_types_makes_a_choice(frame: Frames, capsys: pytest.CaptureFixture[str]) -> None:
    """The example of a user (awslabs/aws-glue-libs#44), with the schema that Glue printed."""
    before = frame({"id": 1}, {"id": 2}, schema="id long")

    def payload(record: Any) -> Any:
        record["payload"] = {"foo": "bar", "id": 1} if record["id"] == 1 else {"id": "string..."}
        return record

    made = before.map(payload)
    assert printed(made, capsys) == [
        "root",
        "|-- id: long",
        "|-- payload: struct",
        "|    |-- foo: string",
        "|    |-- id: choice",
        "|    |    |-- int",
        "|    |    |-- string",
    ]
    wide = made.map(lambda record: {"n": record["id"] * 2**31 - 2**31, "m": None, "id": None})
    assert [field.dataType.simpleString() for field in wide.toDF().schema] == ["bigint", "string", "bigint"]
    assert column(wide, "n") == [0, 2**31]


def test_fields_with_choices_are_dropped_selected_renamed_and_mapped(
    prices: DynamicFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "|-- price: choice" in printed(prices.drop_fields(["note"]), capsys)
    assert "price" not in "".join(printed(prices.drop_fields(["price"]), capsys))
    assert printed(prices.select_fields(["price"]), capsys)[1:] == [
        "|-- price: choice",
        "|    |-- double",
        "|    |-- string",
    ]
    assert "|-- cost: choice" in printed(prices.rename_field("price", "cost"), capsys)
    mapped = ApplyMapping.apply(
        frame=prices, mappings=[("price", "choice", "a.price", "choice"), ("price", "string", "text", "string")]
    )
    assert printed(mapped, capsys) == [
        "root",
        "|-- a: struct",
        "|    |-- price: choice",
        "|    |    |-- double",
        "|    |    |-- string",
        "|-- text: string",
    ]
    assert column(mapped, "text") == ["100.0", "$100.00", "7.5", None]
    assert "|-- price: choice" in printed(prices.repartition(1).coalesce(1), capsys)
    parts = prices.split_fields(["price"], "one", "other")
    assert "|-- price: choice" in printed(parts["one"], capsys)
    assert "|-- note: choice" in printed(parts["other"], capsys)


def test_union_and_merge_of_frames_with_other_types_make_choices(
    frame: Frames, prices: DynamicFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    one = frame({"id": 1, "v": 1, "s": {"a": 1}, "l": [1]}, schema="id int, v int, s struct<a: int>, l array<int>")
    two = frame(
        {"id": 2, "v": "x", "s": {"a": "y"}, "l": ["z"]},
        schema="id int, v string, s struct<a: string>, l array<string>",
    )
    both = one.union(two)
    assert rows(both) == [
        {
            "id": 1,
            "v": {"int": 1, "string": None},
            "s": {"a": {"int": 1, "string": None}},
            "l": [{"int": 1, "string": None}],
        },
        {
            "id": 2,
            "v": {"int": None, "string": "x"},
            "s": {"a": {"int": None, "string": "y"}},
            "l": [{"int": None, "string": "z"}],
        },
    ]
    assert printed(both.union(prices.select_fields(["id", "price"])), capsys)[-3:] == [
        "|-- price: choice",
        "|    |-- double",
        "|    |-- string",
    ]
    merged = one.mergeDynamicFrame(frame({"id": 1, "v": 2.5}, schema="id int, v double"), ["id"])
    assert rows(merged) == [{"id": 1, "v": {"double": 2.5, "int": None}, "s": None, "l": None}]


def test_a_join_keeps_choices_and_refuses_one_as_its_key(frame: Frames, prices: DynamicFrame) -> None:
    names = frame({"key": 1, "name": "a"}, schema="key int, name string")
    joined = prices.select_fields(["id", "price"]).join(["id"], ["key"], names)
    assert rows(joined) == [{"id": 1, "price": {"double": 100.0, "string": None}, "key": 1, "name": "a"}]
    assert column(joined.resolveChoice(choice="project:double"), "price") == [100.0]
    with pytest.raises(ValueError, match=r"join: 'price' is a choice; resolve it first"):
        prices.join(["price"], ["key"], names)


def test_unnest_keeps_a_choice_and_relationalize_makes_a_column_for_each_type(
    prices: DynamicFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    nested = prices.apply_mapping([("id", "int", "a.id", "int"), ("price", "choice", "a.price", "choice")])
    assert printed(nested.unnest(), capsys)[1:] == [
        "|-- a.id: int",
        "|-- a.price: choice",
        "|    |-- double",
        "|    |-- string",
    ]
    tables = prices.relationalize("root", "")
    assert tables["root"].toDF().columns == [
        "id",
        "price.double",
        "price.string",
        "lines",
        "note.string",
        "note.struct.by",
    ]
    assert tables["root_lines"].toDF().columns == ["id", "index", "lines.val.n.int", "lines.val.n.string"]


# resolveChoice: the actions


def test_cast_gives_one_type_and_null_for_what_cannot_be_cast(prices: DynamicFrame) -> None:
    assert column(prices.resolveChoice(specs=[("price", "cast:double")]), "price") == [100.0, None, 7.5, None]
    assert column(prices.resolveChoice(specs=[("note", "cast:string")]), "note") == [None, '{"by":"Zoë"}', "x", None]
    assert column(prices.resolveChoice(specs=[("id", "cast:string")]), "id") == ["1", "2", "3", "4"]


def test_cast_gives_null_for_a_number_that_does_not_fit(glue_context: GlueContext, tmp_path: Path) -> None:
    records = [{"n": n} for n in (1, 3_000_000_000, 2.5, 1e300, "12", "12.50", 10**30)]
    read_back = read(glue_context, tmp_path, records)
    assert column(read_back.resolveChoice(choice="cast:int"), "n") == [1, None, 2, None, 12, None, None]
    assert column(read_back.resolveChoice(choice="cast:long"), "n") == [1, 3_000_000_000, 2, None, 12, None, None]


def test_a_map_keeps_the_digits_of_decimals_and_makes_room_for_more(glue_context: GlueContext, tmp_path: Path) -> None:
    whole = read(glue_context, tmp_path, [{"n": 10**30}])
    assert rows(whole.map(lambda record: {**record, "x": Decimal("1.25")})) == [
        {"n": Decimal(10**30), "x": Decimal("1.25")}
    ]
    assert column(whole.map(lambda record: {"n": record["n"] / 4}), "n") == [Decimal(10**30) / 4]
    assert whole.map(lambda record: record).toDF().dtypes == [("n", "decimal(38,0)")]


def test_project_keeps_the_values_of_one_type(prices: DynamicFrame) -> None:
    assert column(prices.resolveChoice(specs=[("price", "project:double")]), "price") == [100.0, None, None, None]
    assert column(prices.resolveChoice(specs=[("price", "project:string")]), "price") == [None, "$100.00", "7.5", None]
    with pytest.warns(UserWarning, match="'project:date': no value is one; they are double, string"):
        assert column(prices.resolveChoice(specs=[("price", "project:date")]), "price") == [None] * 4


def test_make_cols_makes_a_column_for_each_type(prices: DynamicFrame) -> None:
    made = ResolveChoice.apply(prices, specs=[("price", "make_cols")])
    assert made.toDF().columns == ["id", "price_double", "price_string", "lines", "note"]
    assert column(made, "price_double") == [100.0, None, None, None]
    assert column(made, "price_string") == [None, "$100.00", "7.5", None]


def test_make_struct_makes_a_struct_of_all_types(prices: DynamicFrame, capsys: pytest.CaptureFixture[str]) -> None:
    made = prices.resolveChoice(specs=[("price", "make_struct")])
    assert printed(made, capsys)[2:5] == ["|-- price: struct", "|    |-- double: double", "|    |-- string: string"]
    assert rows(made) == rows(prices)


def test_paths_reach_into_arrays_and_structs_and_have_back_ticks(glue_context: GlueContext, tmp_path: Path) -> None:
    """`myList[].price` with `cast:double` is the documentation's example."""
    records = [{"myList": [{"price": 100.00}, {"price": "$100.00"}], "a.b": {"c": [1, "2"]}}]
    frame = read(glue_context, tmp_path, records)
    resolved = frame.resolveChoice(specs=[("myList[].price", "cast:double"), ("`a.b`.c[]", "cast:int")])
    assert rows(resolved) == [{"myList": [{"price": 100.0}, {"price": None}], "a.b": {"c": [1, 2]}}]
    assert rows(frame.resolveChoice(specs=[("myList.price", "make_cols")]))[0]["myList"] == [
        {"price_double": 100.0, "price_string": None},
        {"price_double": None, "price_string": "$100.00"},
    ]
    assert rows(frame.resolveChoice(choice="cast:string")) == [
        {"myList": [{"price": "100.0"}, {"price": "$100.00"}], "a.b": {"c": ["1", "2"]}}
    ]


def test_choice_does_one_action_at_every_choice_at_any_depth(
    glue_context: GlueContext, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = read(glue_context, tmp_path, [{"a": 1}, {"a": {"b": 2}}, {"a": {"b": "x"}}])
    assert rows(frame.resolveChoice(choice="make_cols")) == [
        {"a_int": 1, "a_struct": None},
        {"a_int": None, "a_struct": {"b_int": 2, "b_string": None}},
        {"a_int": None, "a_struct": {"b_int": None, "b_string": "x"}},
    ]
    assert "choice" not in "".join(printed(frame.resolveChoice(choice="make_struct"), capsys))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"specs": [("price", "cast")]}, "'cast' names no type; write 'cast:string', for example"),
        (
            {"specs": [("price", "drop")]},
            "'drop' is no action; use 'cast:type', 'make_cols', 'make_struct' or 'project:type'",
        ),
        ({"specs": [("price", "cast:number")]}, "'cast:number': 'number' is not a type; types are string, int"),
        ({"specs": ["price"]}, "'price' is no spec; a spec is (path, action) with 'cast:type'"),
        ({"specs": [], "choice": "make_cols"}, "give either specs or choice, not both"),
        ({}, "give specs, or choice as 'cast:type', 'make_cols', 'make_struct', 'project:type' or 'match_catalog'"),
        ({"choice": "match_catalog"}, "'match_catalog' needs database and table_name"),
    ],
)
def test_a_wrong_action_is_one_line(prices: DynamicFrame, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as raised:
        prices.resolveChoice(**given)
    assert "\n" not in str(raised.value)


def test_a_path_without_a_field_is_a_warning(prices: DynamicFrame) -> None:
    with pytest.warns(UserWarning, match="no field 'prize'; 'cast:int' does nothing"):
        assert rows(prices.resolveChoice(specs=[("prize", "cast:int")])) == rows(prices)


def test_to_df_takes_resolve_options(prices: DynamicFrame) -> None:
    def typed(option: ResolveOption) -> str:
        return dict(prices.toDF([option]).dtypes)["price"]

    assert typed(ResolveOption("price", "Project", DoubleType())) == "double"
    assert typed(ResolveOption("price", "Cast", LongType())) == "bigint"
    assert typed(ResolveOption("price", "KeepAsStruct")) == "struct<double:double,string:string>"
    with pytest.raises(ValueError, match="'Project' needs a target type, such as DoubleType"):
        prices.toDF([ResolveOption("price", "Project")])


# Writing


@pytest.mark.parametrize("keys", [[], ["id"]])
def test_an_unresolved_choice_is_written_to_json_as_the_records_have_it(
    glue_context: GlueContext, prices: DynamicFrame, tmp_path: Path, keys: list[str]
) -> None:
    target = tmp_path / "out"
    connection = {"path": str(target), "partitionKeys": keys}
    glue_context.write_dynamic_frame.from_options(prices, "s3", connection, "json")
    lines = [line for file in target.rglob("part-*") for line in file.read_text(encoding="utf-8").splitlines()]
    wanted = [{name: value for name, value in record.items() if value is not None} for record in PRICES]
    assert sorted(map(repr, map(json.loads, lines))) == sorted(
        repr({name: value for name, value in record.items() if name not in keys}) for record in wanted
    )


def test_an_unresolved_choice_is_text_in_csv_and_a_struct_in_parquet(
    glue_context: GlueContext, prices: DynamicFrame, tmp_path: Path
) -> None:
    some = prices.select_fields(["id", "price"])
    glue_context.write_dynamic_frame.from_options(some, "s3", {"path": str(tmp_path / "csv")}, "csv")
    texts = "".join(file.read_text() for file in (tmp_path / "csv").glob("part-*"))
    assert {"1,100.0", "2,$100.00", "3,7.5"} <= set(texts.splitlines())
    glue_context.write_dynamic_frame.from_options(some, "s3", {"path": str(tmp_path / "parquet")}, "parquet")
    again = glue_context.spark_session.read.parquet(str(tmp_path / "parquet"))
    assert dict(again.dtypes)["price"] == "struct<double:double,string:string>"
