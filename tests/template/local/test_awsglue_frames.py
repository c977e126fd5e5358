"""The methods of a DynamicFrame and the transforms, on rows."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import awsglue
import pytest
from awsglue._types import catalog_type
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.transforms import (
    ApplyMapping,
    DropFields,
    DropNullFields,
    Filter,
    Join,
    Map,
    RenameField,
    SelectFields,
    SplitRows,
    Unbox,
)
from pyspark.sql.functions import udf
from pyspark.sql.types import DecimalType, StructType

from tests.template.local.conftest import Frames

ORGS = "org int, image string, links array<string>"
PEOPLE = "in int, image string, links array<string>"
NESTED = "id int, address struct<zip: string, city: string>, `a.b` string"


def rows(frame: DynamicFrame) -> list[dict[str, Any]]:
    return [row.asDict(recursive=True) for row in frame.toDF().collect()]


def nested(frame: Frames) -> DynamicFrame:
    return frame({"id": 1, "address": {"zip": "02139", "city": "Zürich"}, "a.b": "x"}, schema=NESTED)


def test_fields_are_dropped_renamed_and_selected(frame: Frames) -> None:
    frame_abc = frame({"a": 1, "b": 2, "c": 3})
    assert frame_abc.drop_fields(["a", "none"]).toDF().columns == ["b", "c"]
    assert frame_abc.rename_field("a", "z").toDF().columns == ["z", "b", "c"]
    assert frame_abc.rename_field("none", "z").toDF().columns == ["a", "b", "c"]
    assert frame_abc.select_fields(["c", "none"]).toDF().columns == ["c"]
    assert DropFields.apply(frame_abc, ["a"], transformation_ctx="x").toDF().columns == ["b", "c"]
    assert RenameField.apply(frame=frame_abc, old_name="a", new_name="z").toDF().columns == ["z", "b", "c"]
    assert SelectFields.apply(frame=frame_abc, paths=["b"]).toDF().columns == ["b"]


def test_nested_fields_and_names_with_dots(frame: Frames) -> None:
    assert rows(nested(frame).drop_fields(["address.zip", "`a.b`"])) == [{"id": 1, "address": {"city": "Zürich"}}]
    assert rows(nested(frame).drop_fields(["address.zip", "address.city"]))[0].keys() == {"id", "a.b"}
    assert rows(nested(frame).select_fields(["address.city"])) == [{"address": {"city": "Zürich"}}]
    assert rows(nested(frame).rename_field("address.zip", "zip"))[0]["zip"] == "02139"
    assert rows(nested(frame).rename_field("address.zip", "address.code"))[0]["address"]["code"] == "02139"
    assert rows(nested(frame).rename_field("`a.b`", "ab"))[0]["ab"] == "x"
    with pytest.raises(ValueError, match=r"write it in back-ticks: '`a\.b`'"):
        nested(frame).drop_fields(["a.b"])


def test_apply_mapping_names_types_and_nests(frame: Frames) -> None:
    mappings = [
        ("id", "int", "person.id", "string"),
        ("address.zip", "string", "person.zip", "int"),
        ("`a.b`", "string", "`c.d`", "string"),
        ("address", "struct", "home", "struct"),
    ]
    mapped = ApplyMapping.apply(frame=nested(frame), mappings=mappings, transformation_ctx="mapped")
    assert rows(mapped) == [
        {"person": {"id": "1", "zip": 2139}, "c.d": "x", "home": {"zip": "02139", "city": "Zürich"}}
    ]
    with pytest.warns(UserWarning, match="no column 'none'; 'n' is left out"):
        assert rows(frame({"a": "x"}).apply_mapping([("none", "int", "n", "int"), ("a", "string", "a", "long")])) == [
            {"a": None}
        ]


@pytest.mark.parametrize(
    ("mapping", "message"),
    [(("a",), "is not a mapping"), (("a", "int", "a", "number"), "'number' is not a type")],
)
def test_a_wrong_mapping_is_one_line(frame: Frames, mapping: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        frame({"a": 1}).apply_mapping([mapping])
    assert "\n" not in str(raised.value)


def test_apply_mapping_finds_a_field_in_any_case(frame: Frames) -> None:
    people = frame({"ID": 1, "Home": {"Zip": "02139"}}, schema="ID int, Home struct<Zip: string>")
    mappings = [("id", "int", "id", "long"), ("home.zip", "string", "zip", "string")]
    assert rows(people.apply_mapping(mappings)) == [{"id": 1, "zip": "02139"}]
    assert rows(ApplyMapping.apply(frame=people, mappings=mappings[:1])) == [{"id": 1}]
    exact = [("Home.Zip", "string", "zip", "string"), *mappings[:1]]
    with pytest.warns(UserWarning, match="no column 'id'; 'id' is left out"):
        assert rows(people.apply_mapping(exact, case_sensitive=True)) == [{"zip": "02139"}]
    both = frame({"s": {"Id": 1, "ID": 2}}, schema="s struct<Id: int, ID: int>")
    with pytest.raises(
        ValueError, match=r"the path 's\.id' stands for the fields s\.Id, s\.ID; write it as one of them"
    ):
        both.apply_mapping([("s.id", "int", "id", "int")])


def test_a_decimal_without_scale_keeps_the_cents(frame: Frames) -> None:
    prices = frame({"price": "19.99", "lines": ["0.01"]}, schema="price string, lines array<string>")
    mapped = prices.apply_mapping(
        [
            ("price", "string", "plain", "decimal"),
            ("price", "string", "fine", "decimal(12,4)"),
            ("lines", "array", "lines", "array<decimal>"),
        ]
    )
    assert [field.dataType.simpleString() for field in mapped.toDF().schema] == [
        "decimal(10,2)",
        "decimal(12,4)",
        "array<decimal(10,2)>",
    ]
    assert rows(mapped) == [{"plain": Decimal("19.99"), "fine": Decimal("19.9900"), "lines": [Decimal("0.01")]}]
    assert rows(prices.resolveChoice(specs=[("price", "cast:decimal")]))[0]["price"] == Decimal("19.99")
    assert catalog_type("decimal") == DecimalType(10, 0), "the Data Catalog has the types of Hive"
    field = frame({"a": {"decimal": "1"}}, schema="a struct<decimal: string>")
    assert rows(field.apply_mapping([("a", "struct", "a", "struct<decimal: int>")])) == [{"a": {"decimal": 1}}]


def test_timestamps_are_in_utc_in_collect_and_in_functions(glue_context: GlueContext) -> None:
    moment = glue_context.sql("select timestamp'2026-01-15 23:30:00' as t")
    assert moment.collect()[0]["t"] == datetime(2026, 1, 15, 23, 30)
    assert moment.select(udf(lambda t: t.strftime("%Y-%m-%d %H:%M"))("t")).collect()[0][0] == "2026-01-15 23:30"


def test_dynamic_frame_is_in_the_package_itself_as_in_scripts_of_glue_studio() -> None:
    assert awsglue.DynamicFrame is DynamicFrame


def test_resolve_choice_casts(frame: Frames) -> None:
    resolved = nested(frame).resolveChoice(specs=[("id", "cast:string"), ("address.zip", "cast:long")])
    assert rows(resolved) == [{"id": "1", "address": {"zip": 2139, "city": "Zürich"}, "a.b": "x"}]
    with pytest.raises(ValueError, match="give either specs or choice, not both"):
        nested(frame).resolveChoice(specs=[("id", "cast:string")], choice="make_cols")


def test_filter_drops_a_row_whose_function_raises(frame: Frames) -> None:
    people = frame({"name": "Zoë", "age": 30}, {"name": "Otis", "age": None}, schema="name string, age int")
    assert [row["name"] for row in rows(Filter.apply(frame=people, f=lambda row: row["age"] > 10))] == ["Zoë"]
    assert people.filter(lambda row: row["none"] == 1).count() == 0
    assert people.filter(lambda row: int(row["name"])).count() == 0
    assert nested(frame).filter(lambda row: row["address"]["zip"] == "02139").count() == 1
    assert people.filter(lambda row: row.age > 1).count() == 1  # a record's fields are attributes too


def test_map_takes_and_returns_records(frame: Frames) -> None:
    def merge(record: Any) -> Any:
        record["home"] = {"code": record["address"]["zip"], "lines": ["x"]}
        del record["address"]
        record["a.b"] = None
        return record

    assert rows(Map.apply(frame=nested(frame), f=merge)) == [
        {"id": 1, "a.b": None, "home": {"code": "02139", "lines": ["x"]}}
    ]
    assert nested(frame).filter(lambda row: False).map(merge).count() == 0


def test_a_join_keeps_both_keys_and_a_null_key_matches_nothing(frame: Frames) -> None:
    left = frame({"id": 1, "a": "x"}, {"id": None, "a": "y"}, schema="id int, a string")
    right = frame({"other_id": 1, "b": "y"}, {"other_id": None, "b": "z"}, schema="other_id int, b string")
    assert rows(Join.apply(left, right, "id", "other_id")) == [{"id": 1, "a": "x", "other_id": 1, "b": "y"}]
    with pytest.raises(ValueError, match="no column 'ids'; there are id, a"):
        left.join(["ids"], ["other_id"], right)


def test_a_join_has_fields_of_both_sides_twice_with_a_dot_before_the_left_ones(frame: Frames) -> None:
    """The keys and values of awslabs/aws-glue-libs#76, which shows what Glue names them."""
    one = frame({"a": 1, "b": 2}, {"a": 3, "b": 4}, schema="a int, b int")
    two = frame({"a": 1, "b": 5}, schema="a int, b int")
    joined = one.join(["a"], ["a"], two)
    assert rows(joined) == [{".a": 1, ".b": 2, "a": 1, "b": 5}]
    assert joined.drop_fields(["`.a`", "`.b`"]).toDF().columns == ["a", "b"]


def test_in_a_join_a_null_is_no_value_of_a_field_of_both_sides(frame: Frames) -> None:
    orgs = frame({"org": 1, "image": None, "links": None}, {"org": 2, "image": "o", "links": None}, schema=ORGS)
    people = frame({"in": 1, "image": "p", "links": ["x"]}, {"in": 2, "image": None, "links": None}, schema=PEOPLE)
    assert sorted(rows(orgs.join("org", "in", people)), key=repr) == [
        {"org": 1, "in": 1, "image": "p", "links": ["x"]},
        {"org": 2, "in": 2, "image": "o", "links": None},
    ]
    people = frame({"in": 2, "image": "p", "links": None}, {"in": 1, "image": "q", "links": None}, schema=PEOPLE)
    assert sorted(rows(orgs.join("org", "in", people)), key=repr) == [
        {"org": 1, ".image": None, "in": 1, "image": "q", "links": None},
        {"org": 2, ".image": "o", "in": 2, "image": "p", "links": None},
    ]


def test_a_field_of_both_sides_with_other_types_is_a_choice_after_a_join(frame: Frames) -> None:
    one = frame({"a": 1, "v": 5}, {"a": 2, "v": 6}, schema="a int, v int")
    two = frame({"b": 1, "v": "x"}, {"b": 2, "v": None}, schema="b int, v string")
    assert sorted(rows(one.join(["a"], ["b"], two)), key=repr) == [
        {"a": 1, ".v": 5, "b": 1, "v": {"int": None, "string": "x"}},
        {"a": 2, ".v": None, "b": 2, "v": {"int": 6, "string": None}},
    ]


def test_unnest_unbox_union_and_merge(frame: Frames) -> None:
    assert rows(nested(frame).unnest()) == [{"id": 1, "address.zip": "02139", "address.city": "Zürich", "a.b": "x"}]
    boxed = frame({"id": 1, "text": '{"a": {"b": 2}}'})
    assert rows(Unbox.apply(frame=boxed, path="text", format="json")) == [{"id": 1, "text": {"a": {"b": 2}}}]
    with pytest.raises(ValueError, match="unbox: a value of 'text' is not a JSON object"):
        frame({"text": "{"}).unbox("text", "json")
    assert rows(frame({"a": 1}).union(frame({"b": 2}))) == [{"a": 1, "b": None}, {"a": None, "b": 2}]
    merged = frame({"id": 1, "v": "old"}, {"id": 2, "v": "kept"}).mergeDynamicFrame(
        frame({"id": 1, "v": "new"}), ["id"]
    )
    assert sorted(row["v"] for row in rows(merged)) == ["kept", "new"]


def test_rows_and_fields_are_split(frame: Frames) -> None:
    ages = frame({"age": 5}, {"age": 15}, {"age": None}, schema="age int")
    parts = SplitRows.apply(ages, {"age": {">": 10, "<": 20}}, "some", "others")
    assert [row["age"] for row in rows(parts["some"])] == [15]
    assert parts["others"].count() == 2
    with pytest.raises(ValueError, match="split_rows: '~' is none of > < >= <= = !="):
        ages.split_rows({"age": {"~": 1}}, "a", "b")
    fields = nested(frame).split_fields(["address"], "home", "rest")
    assert (fields["home"].toDF().columns, fields["rest"].toDF().columns) == (["address"], ["id", "a.b"])


def test_columns_of_nulls_are_dropped(frame: Frames) -> None:
    assert DropNullFields.apply(frame({"a": 1, "b": None}, schema="a int, b int")).toDF().columns == ["a"]


def test_the_schema_is_printed_as_glue_prints_it(frame: Frames, capsys: pytest.CaptureFixture[str]) -> None:
    frame(
        {"a": 1}, schema="a long, b array<struct<c: int, d: decimal(10,2)>>, e struct<f: map<string, int>>"
    ).printSchema()
    assert capsys.readouterr().out.splitlines() == [
        "root",
        "|-- a: long",
        "|-- b: array",
        "|    |-- element: struct",
        "|    |    |-- c: int",
        "|    |    |-- d: decimal(10,2)",
        "|-- e: struct",
        "|    |-- f: map",
        "|    |    |-- keyType: string",
        "|    |    |-- valueType: int",
    ]


def test_rows_are_shown_as_json(frame: Frames, capsys: pytest.CaptureFixture[str]) -> None:
    frame({"a": 1}, {"a": 2}).show(1)
    assert capsys.readouterr().out == '{"a":1}\n'


def test_a_collection_maps_its_frames(frame: Frames, glue_context: GlueContext) -> None:
    both = DynamicFrameCollection({"x": frame({"a": 1}), "y": frame({"a": 2})}, glue_context)
    doubled = both.map(lambda one, ctx: one.union(one))
    assert [one.count() for one in doubled.values()] == [2, 2]


def test_from_rdd(glue_context: GlueContext) -> None:
    rdd = glue_context.spark_session.sparkContext.parallelize([(1, "a")])
    assert rows(glue_context.create_dynamic_frame.from_rdd(rdd, "n", ["id", "v"])) == [{"id": 1, "v": "a"}]
    assert isinstance(glue_context.create_dynamic_frame.from_rdd(rdd, "n").toDF().schema, StructType)
