"""The values that stand for masked ones."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.template.tools.sample_projects import Project, json_rows
from tools.samples import csv_rows
from tools.samples import json_rows as json_text
from tools.samples.masks import Masks

KEY = b"the key of these tests"


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("+1 202-555-0147", r"\+\d \d{3}-\d{3}-\d{4}"),
        ("Ada Núñez", r"[A-Z][a-z]{2} [A-Z][a-z]{4}"),
        ("Ada.Hall+x@mail.corp.com", r"[a-z]{12}@example\.com"),
        ("4130f099-76e9-10b8-80ba-481a6049421b", r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"),
        ("00123", r"00[1-9]\d\d"),
        ("12.50", r"[1-9]\d\.\d\d"),
        ("7.0", r"[1-9]\.0"),
        ("-3", r"-[1-9]"),
    ],
)
def test_a_text_keeps_its_shape(value: str, shape: str) -> None:
    import re

    made = Masks(["a"], KEY).value(value)
    assert re.fullmatch(shape, made), made
    assert made != value


@pytest.mark.parametrize(
    "value",
    [7, -70000, 2**31 - 1, 2**63 - 1, 1.5, 2e300, Decimal("12.50"), b"abc", date(2026, 1, 2), True,
     datetime(2026, 1, 2, 3, tzinfo=UTC)],
)  # fmt: skip
def test_a_value_keeps_its_type(value: Any) -> None:
    made = Masks(["a"], KEY).value(value)
    assert type(made) is type(value)
    assert value is True or made != value
    if isinstance(value, int):
        assert len(str(made)) == len(str(value))
        assert abs(made) <= 2**63 - 1
    if isinstance(value, Decimal):
        assert made.as_tuple().exponent == -2


@pytest.mark.parametrize("value", [None, "", "-", float("nan"), float("inf"), date(1, 1, 1), "0000-00-00"])
def test_what_stands_for_nothing_stays(value: Any) -> None:
    made = Masks(["a"], KEY).value(value)
    assert made is value or made == value or made != made


def test_a_value_has_one_mask_in_a_call_whatever_its_type_and_another_one_in_the_next_call() -> None:
    masks = Masks(["a"])
    assert masks.value("A@b.cd") == masks.value("a@b.cd")
    assert str(masks.value(12345)) == masks.value("12345")
    assert masks.value(date(2026, 3, 1)).isoformat() == masks.value("2026-03-01") < "2026-02-01"
    assert masks.value("2026-03-01T10:00:00Z")[10:] == "T10:00:00Z"
    assert len({Masks(["a"]).value("Margaret Hamilton") for _ in range(5)}) == 5


def test_two_values_never_share_a_mask() -> None:
    masks = Masks(["a"])
    assert len({masks.value(number) for number in range(1, 1000)}) == 999
    assert len({masks.value(f"u{number}@b.cd") for number in range(1000)}) == 1000


def test_a_fraction_in_json_keeps_its_digits_and_other_columns_their_text() -> None:
    made = json_text.masked('{"a": 1.10, "b": {"c": "x", "d": 1.10}, "e": 12345678901234567890}', Masks(["b.c"], KEY))
    assert made.startswith('{"a": 1.10, "b": {"c": "')
    assert made.endswith('", "d": 1.10}, "e": 12345678901234567890}')
    assert len(json_text.masked('{"a": 1.10}', Masks(["A"], KEY))) == len('{"a": 1.10}')


@pytest.mark.parametrize(
    "row", [b"1,a@b.cd,x\n", b'1,"a@b.cd,x\n', b'1,"2,"a@b.cd",3\n', b"a@b.cd\n", b'1,"x"a@b.cd"\n']
)
def test_a_csv_row_of_which_the_columns_are_not_certain_is_left_out(row: bytes) -> None:
    assert csv_rows.masked(row, b",", ["id", "email"], Masks(["email"])) is None


def test_a_null_in_csv_stays_null_and_quotes_stay() -> None:
    masks = Masks(["b", "c"], KEY)
    made = csv_rows.masked(b'1,,"",NULL,"a ""b"", c"\r\n', b",", ["a", "b", "b", "b", "c"], masks)
    assert made is not None
    assert made.startswith(b'1,,"",NULL,"')
    assert made.endswith(b'"\r\n')
    assert made.count(b'""') == 3


def test_rows_that_cannot_be_masked_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = Project(tmp_path, {"inputLocation": "s3://data/in/"})
    project.put("in/a.json", '{"email": "a@b.cd", "old": {"email": "x"}}\n{"email": "c@d.ef"\n')
    project.fetch("--mask", "email")
    (content,) = project.files().values()
    assert [row["old"] for row in json_rows(content)] == [{"email": "x"}]
    said = capsys.readouterr().out
    assert "a.json: 1 rows were left out: it is not certain which of their values to mask" in said
    assert "s3://data/in/: old.email was not masked, although a column of that name was; MASK=old.email does it" in said
