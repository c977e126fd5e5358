"""XML: the elements of one name are records, whose types are those of their texts."""

import gzip
from typing import Any

import pytest
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame

ORDERS = """<?xml version="1.0" encoding="UTF-8"?>
<shop xmlns="http://example.com/shop">
  <order id="1" paid="true"><customer>Zoë</customer><price>9.90</price><line sku="a">2</line><line sku="b"/></order>
  <order id="x"><customer> 7 </customer><price>3</price><line sku="c">1</line><note/><order>inner</order></order>
</shop>
"""


def read(glue_context: GlueContext, path: str = "s3://data/in/", **options: Any) -> DynamicFrame:
    given = {"rowTag": "order", **options}
    return glue_context.create_dynamic_frame.from_options("s3", {"paths": [path], "recurse": True}, "xml", given)


def rows(frame: DynamicFrame, by: str) -> list[dict[str, Any]]:
    return sorted((row.asDict(recursive=True) for row in frame.toDF().collect()), key=lambda row: str(row[by]))


def test_attributes_texts_and_repeated_elements_become_fields(glue_context: GlueContext, laptop_s3: Any) -> None:
    laptop_s3.put_object(Bucket="data", Key="in/day=1/a.xml", Body=ORDERS.encode())
    frame = read(glue_context)
    assert frame.toDF().schema.simpleString() == (
        "struct<_id:string,_paid:boolean,customer:string,price:double,"
        "line:array<struct<_sku:string,_VALUE:bigint>>,note:string,order:string,day:int>"
    )
    one, two = rows(frame, "_id")
    assert one == {
        **{"_id": "1", "_paid": True, "customer": "Zoë", "price": 9.9, "note": None, "order": None, "day": 1},
        "line": [{"_sku": "a", "_VALUE": 2}, {"_sku": "b", "_VALUE": None}],
    }
    assert (two["_id"], two["customer"], two["price"], two["order"]) == ("x", " 7 ", 3.0, "inner")
    assert two["line"] == [{"_sku": "c", "_VALUE": 1}]


def test_options_of_names_and_spaces(glue_context: GlueContext, laptop_s3: Any) -> None:
    content = gzip.compress(b"<x><r a='1'> b <c>2</c></r><r a='2'><c>3</c></r></x>")
    laptop_s3.put_object(Bucket="data", Key="in/a.xml.gz", Body=content)
    frame = read(glue_context, rowTag="r", attributePrefix="@", valueTag="text", ignoreSurroundingSpaces="true")
    assert rows(frame, "@a") == [{"@a": 1, "c": 2, "text": "b"}, {"@a": 2, "c": 3, "text": None}]
    assert rows(read(glue_context, rowTag="c", excludeAttribute=True), "_VALUE") == [{"_VALUE": 2}, {"_VALUE": 3}]


def test_no_record_is_an_empty_frame(glue_context: GlueContext, laptop_s3: Any) -> None:
    laptop_s3.put_object(Bucket="data", Key="in/a.xml", Body=b"<x/>")
    assert read(glue_context).count() == 0


def test_what_cannot_be_read_is_one_line(glue_context: GlueContext, laptop_s3: Any) -> None:
    laptop_s3.put_object(Bucket="data", Key="in/a.xml", Body=b"<x>\n<order>\n</x>")
    with pytest.raises(ValueError, match=r"in/a\.xml:3: is not XML: mismatched tag"):
        read(glue_context)
    with pytest.raises(ValueError, match=r"format_options\['rowTag'\] is missing"):
        read(glue_context, rowTag="")
    with pytest.raises(NotImplementedError, match="reading xml: format option 'withSchema'"):
        read(glue_context, withSchema="{}")
    frame = DynamicFrame.fromDF(glue_context.createDataFrame([(1,)], "a int"), glue_context, "f")
    with pytest.raises(NotImplementedError, match="writing format='xml'"):
        glue_context.write_dynamic_frame.from_options(frame, "s3", {"path": "s3://data/out/"}, "xml")
