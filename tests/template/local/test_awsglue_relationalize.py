"""relationalize: flat tables that join by their keys, for arrays at any depth."""

from typing import Any

import pytest
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import Relationalize, SelectFromCollection

from tests.template.local.conftest import Frames


def rows(frame: DynamicFrame) -> list[dict[str, Any]]:
    return [row.asDict(recursive=True) for row in frame.toDF().collect()]


def test_relationalize_makes_flat_tables_that_join_by_their_keys(frame: Frames) -> None:
    schema = "id string, name struct<given: string>, links array<struct<url: string, by: struct<who: string>>>"
    schema += ", tags array<string>"
    people = frame(
        {"id": "p1", "name": {"given": "Zoë"}, "links": [{"url": "u", "by": {"who": "w"}}], "tags": ["a", "b"]},
        {"id": "p2", "name": None, "links": None, "tags": []},
        schema=schema,
    )
    tables = Relationalize.apply(frame=people, staging_path="/tmp/unused", name="root")
    assert set(tables.keys()) == {"root", "root_links", "root_tags"}
    root = {row["id"]: row for row in rows(tables.select("root"))}
    assert list(root["p1"]) == ["id", "name.given", "links", "tags"]
    assert (root["p1"]["name.given"], root["p2"]["links"]) == ("Zoë", None)
    [link] = rows(SelectFromCollection.apply(tables, "root_links"))
    assert link == {"id": root["p1"]["links"], "index": 0, "links.val.url": "u", "links.val.by.who": "w"}
    tags = [(tag["id"], tag["index"], tag["tags.val"]) for tag in rows(tables["root_tags"])]
    assert tags == [(root["p1"]["tags"], 0, "a"), (root["p1"]["tags"], 1, "b")]
    assert tables.select("roots").toDF().columns == []  # as in Glue: an empty frame
    with pytest.raises(KeyError):
        tables["roots"]


def test_the_keys_of_relationalize_hold_after_a_shuffle(glue_context: GlueContext) -> None:
    numbers = glue_context.sql("select id as n, array(id) as own from range(0, 20000, 1, 8)").repartition(7)
    tables = DynamicFrame.fromDF(numbers, glue_context, "n").relationalize("n", "")
    pivot = tables["n_own"].toDF().withColumnRenamed("id", "key")
    root = tables["n"].toDF()
    joined = root.join(pivot, root["own"] == pivot["key"])
    assert joined.where("n = `own.val`").count() == 20000


def test_arrays_within_arrays_have_tables_of_their_own(frame: Frames) -> None:
    schema = "order string, lines array<struct<sku: string, tags: array<string>, parts: array<struct<n: int>>>>"
    schema += ", grid array<array<int>>"
    line = {"sku": "s1", "tags": ["a", "b"], "parts": [{"n": 1}, {"n": 2}]}
    orders = frame(
        {"order": "o1", "lines": [line, {"sku": "s2", "tags": [], "parts": None}], "grid": [[1, 2], [3]]},
        {"order": "o2", "lines": [{"sku": "s3", "tags": ["c"], "parts": [{"n": 3}]}], "grid": None},
        schema=schema,
    )
    tables = orders.relationalize("root", "")
    columns = {name: tables[name].toDF().columns for name in sorted(tables.keys())}
    assert columns == {
        "root": ["order", "lines", "grid"],
        "root_lines": ["id", "index", "lines.val.sku", "lines.val.tags", "lines.val.parts"],
        "root_lines.val.tags": ["id", "index", "lines.val.tags.val"],
        "root_lines.val.parts": ["id", "index", "lines.val.parts.val.n"],
        "root_grid": ["id", "index", "grid.val"],
        "root_grid.val": ["id", "index", "grid.val.val"],
    }
    root = {row["order"]: row for row in rows(tables["root"])}
    lines = {row["lines.val.sku"]: row for row in rows(tables["root_lines"])}
    assert {sku: (row["id"], row["index"]) for sku, row in lines.items()} == {
        "s1": (root["o1"]["lines"], 0),
        "s2": (root["o1"]["lines"], 1),
        "s3": (root["o2"]["lines"], 0),
    }
    parts = [(row["id"], row["index"], row["lines.val.parts.val.n"]) for row in rows(tables["root_lines.val.parts"])]
    one, three = lines["s1"]["lines.val.parts"], lines["s3"]["lines.val.parts"]
    assert sorted(parts) == sorted([(one, 0, 1), (one, 1, 2), (three, 0, 3)])
    assert (lines["s2"]["lines.val.parts"], root["o2"]["grid"]) == (None, None)
    tags = tables["root_lines.val.tags"].toDF()
    lines_table, keyed = tables["root_lines"].toDF(), tags.withColumnRenamed("id", "key")
    joined = lines_table.join(keyed, lines_table["`lines.val.tags`"] == keyed["key"])
    found = joined.select("`lines.val.sku`", "`lines.val.tags.val`").collect()
    assert sorted(tuple(row) for row in found) == [("s1", "a"), ("s1", "b"), ("s3", "c")]
    rows_of_grid = {row["grid.val"]: row["index"] for row in rows(tables["root_grid"])}
    cells = [(rows_of_grid[row["id"]], row["index"], row["grid.val.val"]) for row in rows(tables["root_grid.val"])]
    assert sorted(cells) == [(0, 0, 1), (0, 1, 2), (1, 0, 3)]
