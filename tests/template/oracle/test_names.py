"""The stand-in has the names, parameters and defaults of Glue's own library; local/README.md lists what differs."""

import fnmatch
import re
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from tests.template.oracle.conftest import Both

pytestmark = pytest.mark.slow  # the first time it needs the network
README = (PROJECT / "local" / "README.md").read_text(encoding="utf-8")
TABLE = README.split("| name of Glue's library | here, and why |")[1].split("\n\n")[0].splitlines()[2:]
LISTED = [pattern for row in TABLE for pattern in re.findall(r"`([\w.*]+)`", row.split("|")[1])]


def differences(glue: dict[str, Any], ours: dict[str, Any]) -> dict[str, str]:
    """Return what differs, by name. A name that Glue has not counts if it is one of a class that both have."""
    imported = [name for name, item in glue.items() if item["is"] == "imported" and name in ours]
    ours = {name: item for name, item in ours.items() if name.rpartition(".")[0] not in imported}
    ours |= {name: glue[name] for name in imported}
    classes = {name for name, item in glue.items() if item["is"] == "class"}
    more = {name for name in ours.keys() - glue.keys() if name.rpartition(".")[0] in classes}
    return {
        name: f"Glue has {glue.get(name, 'nothing')}, the stand-in {ours.get(name, 'nothing')}"
        for name in glue.keys() | more
        if glue.get(name) != ours.get(name)
    }


def matches(name: str, pattern: str) -> bool:
    return name == pattern or name.startswith(f"{pattern}.") or fnmatch.fnmatchcase(name, pattern)


def test_each_name_is_equal_or_listed_with_its_reason(both: Both, capsys: pytest.CaptureFixture[str]) -> None:
    glue, ours = both.ask("interface")
    found = differences(glue, ours)
    listed = {name for name in found if any(matches(name, pattern) for pattern in LISTED)}
    equal = len(glue.keys() - found)
    with capsys.disabled():
        print(
            f"\nawsglue {both.version}: {len(glue.keys() | found)} names compared, {equal} equal, {len(listed)} listed"
        )
    assert {name: said for name, said in found.items() if name not in listed} == {}
    assert [pattern for pattern in LISTED if not any(matches(name, pattern) for name in found)] == []
    assert equal > 10 * len(listed)  # as many were compared as there are


VALUES = """
DataType() == DataType()
StringType() == StringType({"a": 1})
[kind.typeName() for kind in AtomicType.__subclasses__()]
[kind.typeName() for kind in DataType.__subclasses__()]
repr([ArrayType(), SetType(LongType()), MapType(IntegerType()), DecimalType(), DecimalType(5, 1)])
EnumType(["a", "b", "c", "d"])
EnumType(["a"])
ChoiceType([StringType(), LongType()])
ChoiceType([StringType(), StringType()])
ChoiceType([StringType(), LongType()]).jsonValue()
StructType([Field("a", StringType()), Field("b", ArrayType(DoubleType()))]).jsonValue()
StructType([Field("a", StringType())]).hasField("a"), StructType([]).hasField(Field("a", StringType()))
StructType([Field("a", StringType())]).getField("b")
StructType(["a"])
Field("a", "string")
Field(1, StringType())
ArrayType("string")
Field("a", DateType()) == Field("a", DateType(), {"x": 1})
[field.name for field in StructType([Field("a", StringType()), Field("b", ByteType())])]
StructType.fromJsonValue(StructType([Field("a", ChoiceType([ShortType(), MapType(FloatType())]))]).jsonValue())
DecimalType.fromJsonValue(DecimalType(7, 3).jsonValue())
EntityType(None, None, {})
mergeDataTypes(UnknownType(), StringType())
mergeDataTypes(StringType(), NullType())
mergeDataTypes(LongType(), LongType())
mergeDataTypes(LongType(), StringType())
mergeDataTypes(ChoiceType([LongType(), StringType()]), DoubleType())
mergeDataTypes(LongType(), ChoiceType([LongType(), StringType()]))
mergeDataTypes(ArrayType(LongType()), ArrayType(StringType()))
mergeDataTypes(MapType(LongType()), MapType(NullType()))
mergeDataTypes(StructType([Field("a", LongType()), Field("b", DateType())]), StructType([Field("a", StringType())]))
mergeDataTypes(StructType([Field("a", LongType())]), StructType([Field("b", TimestampNTZType())]))
mergeDataTypes(EnumType(["a"]), EnumType(["b"]))
DynamicRecord({"a": 1}).a
DynamicRecord({"a": 1}).b
sorted(transform.name() for transform in get_transforms())
get_transform("RENAMEfield")
get_transform("none")
get_transform("join") == get_transform("Join")
describe_transform("none")
sorted(describe_transform("Filter").split('"')[1:2])
[(item["name"], item["optional"]) for item in SelectFields.describeArgs()]
RenameField.describeReturn()["type"], RelationalizeReturn
GlueTransform.describeArgs()
""".strip().splitlines()


def test_the_types_and_the_transforms_say_the_same_of_themselves(both: Both) -> None:
    glue, ours = both.ask("values", expressions=VALUES)
    assert ours == glue
    assert len([answer for answer in glue.values() if not answer.startswith("raises")]) > 30
