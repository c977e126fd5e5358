"""The examples of AWS's documentation, one for each transform: what they read, and the result that is documented.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html, and
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms.html. The scripts are our own. Where
the documented input is a public data set, a few of its records stand for it. The order of fields is not documented.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.gluetypes import (
    ArrayType,
    ChoiceType,
    DoubleType,
    Field,
    IntegerType,
    LongType,
    StringType,
    StructType,
)
from awsglue.transforms import (
    ApplyMapping,
    Coalesce,
    DropFields,
    DropNullFields,
    ErrorsAsDynamicFrame,
    Filter,
    FlatMap,
    Join,
    Map,
    MapToCollection,
    Relationalize,
    RenameField,
    Repartition,
    ResolveChoice,
    SelectFields,
    SelectFromCollection,
    SplitFields,
    SplitRows,
    Unbox,
    Union,
    UnnestFrame,
)
from pyspark.sql import functions as F
from pyspark.sql.types import NullType

PERSON = {
    "family_name": "Collins",
    "name": "Michael Collins",
    "links": [{"note": "Wikipedia (en)", "url": "https://en.wikipedia.org/wiki/Mac_Collins"}],
    "gender": "male",
    "image": "https://theunitedstates.io/images/congress/original/C000640.jpg",
    "identifiers": [{"scheme": "bioguide", "identifier": "C000640"}],
    "other_names": [{"lang": "de", "note": "multilingual", "name": "Mac Collins"}],
    "sort_name": "Collins, Michael",
    "images": [{"url": "https://theunitedstates.io/images/congress/original/C000640.jpg"}],
    "given_name": "Michael",
    "birth_date": "1944-10-15",
    "id": "0005af3a-9471-4d1f-9299-737fff9b9b46",
    "contact_details": [{"type": "fax", "value": "202-225-4160"}, {"type": "phone", "value": "202-225-3436"}],
    "death_date": "2018-11-20",
}
MEMBERSHIP = {
    "area_id": "ocd-division/country:us/state:ga/cd:3",
    "on_behalf_of_id": "party/republican",
    "organization_id": "8fa6c3d2-71dc-4788-99ea-ed7a5a1b8f55",
    "role": "member",
    "person_id": PERSON["id"],
    "legislative_period_id": "term/108",
    "start_date": "2003-01-07",
    "end_date": "2005-01-03",
}
ORGANIZATION = {
    "identifiers": [{"scheme": "wikidata", "identifier": "Q11701"}],
    "other_names": [{"lang": "de", "note": "multilingual", "name": "Repräsentantenhaus"}],
    "id": MEMBERSHIP["organization_id"],
    "classification": "legislature",
    "name": "House of Representatives",
    "seats": 435,
    "type": "lower house",
}
PARTY = {
    "identifiers": [],
    "other_names": [],
    "id": "party/republican",
    "classification": "party",
    "name": "Republican",
    "links": [{"note": "website", "url": "http://www.gop.com/"}],
    "image": "https://upload.wikimedia.org/republican.svg",
}
MEDICARE = """\
DRG Definition,Provider Id,Provider Name,Provider Street Address,Provider City,Provider State,Provider Zip Code,Hospital Referral Region Description,Total Discharges,Average Covered Charges,Average Total Payments,Average Medicare Payments
039 - EXTRACRANIAL PROCEDURES W/O CC/MCC,10001,SOUTHEAST ALABAMA MEDICAL CENTER,1108 ROSS CLARK CIRCLE,DOTHAN,AL,36301,AL - Dothan,91,$32963.07,$5777.24,$4763.73
039 - EXTRACRANIAL PROCEDURES W/O CC/MCC,10023,BAPTIST MEDICAL CENTER SOUTH,2105 EAST SOUTH BOULEVARD,MONTGOMERY,AL,36116,AL - Montgomery,67,$16920.79,$6653.80,$5374.14
"""  # noqa: E501
CONTACTS = [  # id, index, type, value
    *((1, 0, "phone", "202-225-5265"), (1, 1, "twitter", "kathyhochul"), (10, 0, "phone", "202-225-3252")),
    *((11, 0, "phone", "202-225-5476"), (11, 1, "twitter", "RepDavidYoung"), (12, 0, "phone", "202-225-4035")),
]
CONTACT_FIELDS = "id long, index int, `contact_details.val.type` string, `contact_details.val.value` string"
Tree = dict[str, Any]


@pytest.fixture
def read(glue_context: GlueContext, tmp_path: Path) -> Any:
    """Write records as JSON Lines, and read them with Glue's reader."""

    def read(*records: dict[str, Any], text: str = "") -> DynamicFrame:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        (folder / "data.json").write_text(text or "".join(f"{json.dumps(record)}\n" for record in records))
        return glue_context.create_dynamic_frame.from_options("file", {"paths": [str(folder)]}, "json")

    return read


@pytest.fixture
def medicare(glue_context: GlueContext, tmp_path: Path) -> DynamicFrame:
    (tmp_path / "medicare.csv").write_text(MEDICARE)
    paths = {"paths": [str(tmp_path / "medicare.csv")]}
    return glue_context.create_dynamic_frame.from_options("file", paths, "csv", {"withHeader": True})


@pytest.fixture
def contacts(glue_context: GlueContext) -> DynamicFrame:
    """Return the table that `relationalize` makes of contact_details."""
    return DynamicFrame.fromDF(glue_context.createDataFrame(CONTACTS, CONTACT_FIELDS), glue_context, "contacts")


@pytest.fixture
def tree(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return what `printSchema` prints of a frame: the type of each field, of a nested one its fields."""

    def tree(frame: DynamicFrame) -> Tree:
        capsys.readouterr()
        frame.printSchema()
        root, *lines = capsys.readouterr().out.rstrip().splitlines()
        assert root == "root"
        levels: list[Tree] = [{}]
        for line in lines:
            match = re.fullmatch(r"((?:\|    )*)\|-- (.+?)(?:: ([\w(), ]+))?", line)
            assert match, line
            depth, (_, name, kind) = len(match[1]) // 5, match.groups()
            del levels[depth + 1 :]
            levels[depth][name] = kind
            if kind in ("struct", "array", "choice", "map"):
                levels[depth][name] = {}
                levels.append(levels[depth][name])
        return levels[0]

    return tree


def rows(frame: DynamicFrame) -> list[Any]:
    return [row.asDict(recursive=True) for row in frame.toDF().collect()]


def test_apply_mapping_renames_and_changes_types(read: Any, tree: Any) -> None:
    mapped = ApplyMapping.apply(
        frame=read(PERSON),
        mappings=[
            ("family_name", "String", "last_name", "String"),
            ("name", "String", "first_name", "String"),
            ("birth_date", "String", "date_of_birth", "Date"),
        ],
    )
    assert tree(mapped) == {"last_name": "string", "first_name": "string", "date_of_birth": "date"}
    [row] = rows(mapped)
    assert (row["last_name"], row["first_name"], str(row["date_of_birth"])) == (
        "Collins",
        "Michael Collins",
        "1944-10-15",
    )


def test_drop_fields_drops_top_level_fields_and_those_of_structs_and_of_arrays(read: Any, tree: Any) -> None:
    friends = read(
        {"name": "Sally", "age": 23, "location": {"state": "WY", "county": "Fremont"}, "friends": []},
        {
            "name": "Varun",
            "age": 34,
            "location": {"state": "NE", "county": "Douglas"},
            "friends": [{"name": "Arjun", "age": 3}],
        },
        {
            "name": "George",
            "age": 52,
            "location": {"state": "NY"},
            "friends": [{"name": "Fred"}, {"name": "Amy", "age": 15}],
        },
        {"name": "Haruki", "age": 21, "location": {"state": "AK", "county": "Denali"}},
        {"name": "Sheila", "age": 63, "friends": [{"name": "Nancy", "age": 22}]},
    )
    before = {"state": "string", "county": "string"}, {"element": {"name": "string", "age": "int"}}
    assert tree(friends) == {"name": "string", "age": "int", "location": before[0], "friends": before[1]}
    left = DropFields.apply(friends, paths=["age", "location.county", "friends.age"])
    assert tree(left) == {"name": "string", "location": {"state": "string"}, "friends": {"element": {"name": "string"}}}
    assert {row["name"]: row["friends"] for row in rows(left)}["George"] == [{"name": "Fred"}, {"name": "Amy"}]


def test_drop_null_fields_drops_a_field_of_the_type_null_and_prints_it(
    read: Any, tree: Any, glue_context: GlueContext, capsys: pytest.CaptureFixture[str]
) -> None:
    persons = read(PERSON)
    with_nulls = persons.toDF().withColumn("empty_column", F.lit(None).cast(NullType()))
    frame = DynamicFrame.fromDF(with_nulls, glue_context, "persons_with_nulls")
    assert tree(frame) == tree(persons) | {"empty_column": "null"}
    dropped = DropNullFields.apply(frame)
    assert capsys.readouterr().out == "null_fields ['empty_column']\n"
    assert tree(dropped) == tree(persons)


def test_filter_keeps_the_records_for_which_the_function_is_true(medicare: DynamicFrame) -> None:
    kept = Filter.apply(
        frame=medicare,
        f=lambda x: x["Provider State"] in ["CA", "AL"] and x["Provider City"] in ["SACRAMENTO", "MONTGOMERY"],
    )
    assert medicare.count() == 2
    assert [row["Provider Id"] for row in rows(kept)] == ["10023"]


def test_join_combines_three_frames(read: Any, tree: Any) -> None:
    persons, memberships, organizations = read(PERSON), read(MEMBERSHIP), read(ORGANIZATION, PARTY)
    organizations = (
        organizations.drop_fields(["other_names", "identifiers"])
        .rename_field("id", "org_id")
        .rename_field("name", "org_name")
    )
    members = Join.apply(persons, memberships, "id", "person_id")
    combined = organizations.join(paths1=["org_id"], paths2=["organization_id"], frame2=members)
    assert {"org_id", "person_id"} < set(combined.toDF().columns)  # join keeps the keys of both sides
    combined = combined.drop_fields(["person_id", "org_id"])
    strings = "role org_name type sort_name area_id on_behalf_of_id name birth_date organization_id gender"
    strings += " classification legislative_period_id image given_name start_date family_name id death_date end_date"
    assert tree(combined) == {
        **dict.fromkeys(strings.split(), "string"),
        "seats": "int",
        "links": {"element": {"note": "string", "url": "string"}},
        "images": {"element": {"url": "string"}},
        "other_names": {"element": {"note": "string", "name": "string", "lang": "string"}},
        "contact_details": {"element": {"type": "string", "value": "string"}},
        "identifiers": {"element": {"scheme": "string", "identifier": "string"}},
    }
    [row] = rows(combined)
    assert (row["org_name"], row["name"], row["links"]) == (ORGANIZATION["name"], PERSON["name"], PERSON["links"])
    tables = Relationalize.apply(combined, staging_path="s3://bucket/temporary/", name="l_root")
    arrays = ("images", "links", "other_names", "contact_details", "identifiers")
    assert sorted(tables.keys()) == sorted(["l_root", *(f"l_root_{name}" for name in arrays)])
    contacts = tables.select("l_root_contact_details")
    values = {"contact_details.val.type": "string", "contact_details.val.value": "string"}
    assert tree(contacts) == {"id": "long", "index": "int"} | values
    key = rows(tables.select("l_root"))[0]["contact_details"]
    assert [tuple(row.values()) for row in rows(contacts)] == [
        (key, 0, "fax", "202-225-4160"),
        (key, 1, "phone", "202-225-3436"),
    ]


def merged_address(record: Any) -> Any:
    parts = {"Street": "Street Address", "City": "City", "State": "State", "Zip.Code": "Zip Code"}
    record["Address"] = {name: record[f"Provider {field}"] for name, field in parts.items()}
    record["Address"]["Array"] = list(record["Address"].values())
    for field in parts.values():
        del record[f"Provider {field}"]
    return record


MERGED = {
    **{f"Average {name}": "string" for name in ("Total Payments", "Covered Charges", "Medicare Payments")},
    **dict.fromkeys(("DRG Definition", "Hospital Referral Region Description", "Total Discharges"), "string"),
    **dict.fromkeys(("Provider Id", "Provider Name"), "string"),
}
ADDRESS = {**dict.fromkeys(("Zip.Code", "City", "State", "Street"), "string"), "Array": {"element": "string"}}


def test_map_makes_one_struct_of_several_fields(medicare: DynamicFrame, tree: Any) -> None:
    merged = Map.apply(frame=medicare, f=merged_address)
    assert tree(merged) == MERGED | {"Address": ADDRESS}
    assert rows(merged)[0]["Address"] == {
        "Zip.Code": "36301",
        "City": "DOTHAN",
        "State": "AL",
        "Street": "1108 ROSS CLARK CIRCLE",
        "Array": ["1108 ROSS CLARK CIRCLE", "DOTHAN", "AL", "36301"],
    }


def test_unnest_makes_columns_of_the_fields_of_a_struct(medicare: DynamicFrame, tree: Any) -> None:
    unnested = UnnestFrame.apply(frame=medicare.map(merged_address))
    assert tree(unnested) == MERGED | {f"Address.{name}": kind for name, kind in ADDRESS.items()}


def test_unbox_makes_a_struct_of_a_string(read: Any, tree: Any) -> None:
    address = {"Street": "1108 ROSS CLARK CIRCLE", "City": "DOTHAN", "State": "AL", "Zip.Code": "36301"}
    address_string = json.dumps(address | {"Array": list(address.values())})
    unboxed = Unbox.apply(
        frame=read({"AddressString": address_string, "Provider Id": "10001"}), path="AddressString", format="json"
    )
    assert tree(unboxed) == {"AddressString": ADDRESS, "Provider Id": "string"}
    assert rows(unboxed)[0]["AddressString"] == json.loads(address_string)


def test_merge_dynamic_frame_takes_the_staged_records(contacts: DynamicFrame) -> None:
    split = SplitRows.apply(contacts, {"id": {">": 10}}, "high", "low")
    low = SelectFromCollection.apply(dfc=split, key="low")
    merged = split.select("high").mergeDynamicFrame(stage_dynamic_frame=low, primary_keys=["id"])
    assert sorted(tuple(row.values()) for row in rows(merged)) == CONTACTS
    staged = low.map(lambda record: {**record, "id": record["id"] + 10, "index": 7})
    replaced = split.select("high").mergeDynamicFrame(staged, "id")
    assert sorted((row["id"], row["index"]) for row in rows(replaced)) == [(11, 7), (11, 7), (12, 0), (20, 7)]


def test_split_rows_by_a_comparison(contacts: DynamicFrame) -> None:
    split = contacts.split_rows({"id": {">": 10}}, "high", "low")
    assert sorted(split.keys()) == ["high", "low"]
    assert [row["id"] for row in rows(split.select("low"))] == [1, 1, 10]
    assert [row["id"] for row in rows(split.select("high"))] == [11, 11, 12]


def test_split_fields_by_their_names(contacts: DynamicFrame, tree: Any) -> None:
    split = SplitFields.apply(contacts, ["id", "index"], "left", "right")
    assert tree(split.select("left")) == {"id": "long", "index": "int"}
    values = {"contact_details.val.type": "string", "contact_details.val.value": "string"}
    assert tree(split.select("right")) == values


def test_rename_field_by_a_chain(read: Any, tree: Any) -> None:
    before = tree(read(ORGANIZATION))
    renamed = RenameField.apply(read(ORGANIZATION), "id", "org_id").rename_field("name", "org_name")
    assert tree(renamed) == {
        {"id": "org_id", "name": "org_name"}.get(name, name): kind for name, kind in before.items()
    }
    dotted = read({"this.old.name": "x"})
    assert rows(dotted.rename_field("`this.old.name`", "thisNewName")) == [{"thisNewName": "x"}]


def test_select_fields_by_their_names(read: Any, tree: Any) -> None:
    names = SelectFields.apply(frame=read(PERSON), paths=["family_name", "given_name"])
    assert tree(names) == {"family_name": "string", "given_name": "string"}
    assert rows(names) == [{"family_name": "Collins", "given_name": "Michael"}]


def test_union_has_the_records_of_both_frames(read: Any) -> None:
    one, two = read({"id": 1, "name": "a"}), read({"id": 1, "name": "a"}, {"id": 2, "age": 3})
    assert sorted(row["id"] for row in rows(Union.apply(one, two))) == [1, 1, 2]
    assert {row["name"] for row in rows(one.union(two))} == {"a", None}


def test_repartition_and_coalesce_change_the_number_of_partitions(read: Any) -> None:
    frame = read(*({"id": number} for number in range(8)))
    assert Repartition.apply(frame, num_partitions=4).getNumPartitions() == 4
    assert Coalesce.apply(Repartition.apply(frame, 4), 2).getNumPartitions() == 2
    assert Coalesce.apply(frame, 3, shuffle=True).getNumPartitions() == 3
    assert Coalesce.apply(frame, 2).count() == 8


def test_a_collection_is_mapped_and_flattened(contacts: DynamicFrame, glue_context: GlueContext) -> None:
    split = contacts.split_rows({"id": {">": 10}}, "high", "low")
    names = []

    def first_field(frame: DynamicFrame, context: str) -> DynamicFrame:
        names.append(context)
        return frame.select_fields(["id"])

    mapped = MapToCollection.apply(split, first_field, "ids")
    assert sorted(names) == ["ids:high", "ids:low"]
    assert {name: mapped[name].toDF().columns for name in sorted(mapped.keys())} == {"high": ["id"], "low": ["id"]}
    flat = FlatMap.apply(split, SelectFields, "frame", paths=["index"])
    assert [frame.toDF().columns for frame in flat.values()] == [["index"], ["index"]]
    parts = FlatMap.apply(DynamicFrameCollection([contacts], glue_context), SplitFields, "frame", paths=["id"])
    assert sorted(parts.keys()) == ["contacts1", "contacts2"]
    with pytest.raises(TypeError, match="must return a DynamicFrame, not int"):
        split.map(lambda frame, context: 1)  # type: ignore[arg-type,return-value]


def ddb(**attributes: Any) -> dict[str, Any]:
    return {"Item": attributes}


def test_unnest_ddb_json_makes_columns_of_the_attributes(read: Any, tree: Any) -> None:
    exported = read(ddb(ColA={"S": "a"}, ColB={"S": "b"}, ColC={"N": "1"}, ColD={"L": []}))
    unnested = exported.unnest_ddb_json()
    assert {name: kind for name, kind in tree(unnested).items() if name != "ColD"} == dict.fromkeys(
        ("ColA", "ColB", "ColC"), "string"
    )
    assert rows(unnested) == [{"ColA": "a", "ColB": "b", "ColC": "1", "ColD": []}]


def test_simplify_ddb_json_keeps_maps_as_structs(read: Any, tree: Any) -> None:
    child = {"appName": {"S": "x"}, "packageName": {"S": "y"}, "updatedAt": {"N": "3"}}
    exported = read(
        ddb(
            parentMap={"M": {"childMap": {"M": child}}},
            strings={"SS": ["a", "b"]},
            numbers={"NS": ["1", "2"]},
            binaries={"BS": ["QQ=="]},
            isDDBJson={"BOOL": True},
            nullValue={"NULL": True},
        )
    )
    simplified = exported.simplify_ddb_json()
    assert tree(simplified) == {
        "parentMap": {"childMap": {"appName": "string", "packageName": "string", "updatedAt": "string"}},
        **{name: {"element": "string"} for name in ("strings", "numbers", "binaries")},
        "isDDBJson": "boolean",
        "nullValue": "null",
    }
    [row] = rows(simplified)
    assert row["parentMap"] == {"childMap": {"appName": "x", "packageName": "y", "updatedAt": "3"}}
    assert (row["strings"], row["isDDBJson"], row["nullValue"]) == (["a", "b"], True, None)
    assert rows(exported.unnest_ddb_json())[0]["parentMap.childMap.appName"] == "x"


def test_a_list_of_one_type_is_simplified_and_one_of_maps_is_not(read: Any) -> None:
    exported = read(
        ddb(
            plain={"L": [{"S": "a"}, {"S": "b"}]},
            mixed={"L": [{"S": "a"}, {"N": "1"}]},
            maps={"L": [{"M": {"x": {"S": "a"}}}]},
            other={"S": "x"},
        ),
        ddb(plain={"L": [{"S": "c"}]}, other={"NULL": True}),
    )
    simplified = rows(exported.simplify_ddb_json())
    assert [row["plain"] for row in simplified] == [["a", "b"], ["c"]]
    assert simplified[0]["mixed"] == [{"N": None, "S": "a"}, {"N": "1", "S": None}]
    assert simplified[0]["maps"] == [{"M": {"x": {"S": "a"}}}]
    assert [row["other"] for row in simplified] == ["x", None]
    with pytest.raises(NotImplementedError, match=r"attribute 'Item\.id' has values of the types N, S"):
        read(ddb(id={"S": "a"}), ddb(id={"N": "1"})).simplify_ddb_json()


def test_python_data_makes_a_frame(glue_context: GlueContext, tree: Any) -> None:
    products = [{"product_id": 1, "product_name": "Laptop", "price": 999.99, "category": "Electronics"}]
    frame = DynamicFrame.fromDF(glue_context.spark_session.createDataFrame(products), glue_context, "products")
    assert tree(frame) == {"product_id": "long", "product_name": "string", "price": "double", "category": "string"}
    assert rows(frame) == products


@pytest.fixture
def provider_ids(glue_context: GlueContext) -> DynamicFrame:
    """Return a frame whose field `provider id` is a choice: long in one record, string in another."""
    frames = [
        DynamicFrame.fromDF(glue_context.createDataFrame([(value,)], f"`provider id` {kind}"), glue_context, "ids")
        for value, kind in ((10001, "long"), ("10005", "string"))
    ]
    return frames[0].union(frames[1])


@pytest.mark.parametrize(
    ("choice", "schema", "values"),
    [
        ("cast:long", {"provider id": "long"}, [{"provider id": 10001}, {"provider id": 10005}]),
        (
            "make_cols",
            {"provider id_long": "long", "provider id_string": "string"},
            [
                {"provider id_long": 10001, "provider id_string": None},
                {"provider id_long": None, "provider id_string": "10005"},
            ],
        ),
        (
            "make_struct",
            {"provider id": {"long": "long", "string": "string"}},
            [{"provider id": {"long": 10001, "string": None}}, {"provider id": {"long": None, "string": "10005"}}],
        ),
        # As the page of the Scala API says. The Python page says that it converts: see local/README.md.
        ("project:string", {"provider id": "string"}, [{"provider id": None}, {"provider id": "10005"}]),
    ],
)
def test_resolve_choice_gives_a_field_one_type_or_a_column_for_each(
    provider_ids: DynamicFrame, tree: Any, choice: str, schema: Tree, values: list[Any]
) -> None:
    assert tree(provider_ids) == {"provider id": {"long": None, "string": None}}
    for resolved in (
        ResolveChoice.apply(provider_ids, choice=choice),
        provider_ids.resolveChoice(specs=[("provider id", choice)]),
    ):
        assert tree(resolved) == schema
        assert sorted(rows(resolved), key=repr) == sorted(values, key=repr)


def test_resolve_choice_finds_a_field_in_an_array(read: Any) -> None:
    prices = read({"myList": [{"price": 100.00}, {"price": "$100.00"}]})
    resolved = prices.resolveChoice(specs=[("myList[].price", "cast:double")])
    assert rows(resolved) == [{"myList": [{"price": 100.0}, {"price": None}]}]


def test_a_malformed_record_is_an_error_record(read: Any, tree: Any) -> None:
    text = """\
{"id": 1, "name": "george", "surname": "washington", "height": 178}
{"id": 2, "name": "benjamin", "surname": "franklin",
{"id": 3, "name": "alexander", "surname": "hamilton", "height": 171}
{"id": 4, "name": "john", "surname": "jay", "height": 190}
"""
    with pytest.warns(UserWarning, match="error record"):
        people = read(text=text)
    assert tree(people) == {"id": "int", "name": "string", "surname": "string", "height": "int"}
    assert [row["id"] for row in rows(people)] == [1, 4]
    assert people.errorsCount() == 1
    [row] = rows(ErrorsAsDynamicFrame.apply(people))
    fields = ["callsite", "msg", "stackTrace", "input", "bytesread", "source", "dynamicRecord"]
    assert sorted(row["error"]) == sorted(fields)
    assert row["error"]["dynamicRecord"] == {"id": 2, "name": "benjamin", "surname": "franklin"}


def test_map_partitions_passes_the_records_of_a_partition(read: Any) -> None:
    frame = read(*({"id": number, "tag": "x"} for number in range(4))).repartition(2)
    seen = frame.mapPartitionsWithIndex(
        lambda number, items: [{"record": {"partition": number, "ids": sorted(item["record"]["id"] for item in items)}}]
    )
    found = {row["partition"]: row["ids"] for row in rows(seen)}
    assert sorted(found) == [0, 1]
    assert sorted(number for ids in found.values() for number in ids) == [0, 1, 2, 3]
    assert rows(frame.mapPartitions(lambda items: (item for item in items if item["record"]["id"] == 3))) == [
        {"id": 3, "tag": "x"}
    ]
    with pytest.warns(UserWarning, match="too small"):
        failed = frame.mapPartitions(
            lambda items: ({**item, "isError": item["record"]["id"] < 2, "errorMessage": "too small"} for item in items)
        )
    assert (failed.count(), failed.errorsCount()) == (2, 2)
    with pytest.raises(Exception, match="the function of mapPartitions made"):
        frame.mapPartitions(lambda items: [1]).count()


def test_a_schema_has_the_types_of_glue(read: Any, provider_ids: DynamicFrame) -> None:
    schema = read({"id": 1, "tags": ["a"], "at": {"x": 1.5}}).schema()
    assert schema == StructType(
        [
            Field("id", IntegerType()),
            Field("tags", ArrayType(StringType())),
            Field("at", StructType([Field("x", DoubleType())])),
        ]
    )
    assert [field.name for field in schema] == ["id", "tags", "at"]
    choice = provider_ids.schema().getField("provider id").dataType
    assert choice == ChoiceType([LongType(), StringType()])
    assert provider_ids.with_frame_schema(provider_ids.schema()).count() == 2
    with pytest.raises(NotImplementedError, match="with_frame_schema of a schema that is not the frame's"):
        provider_ids.with_frame_schema(schema)
