"""The laptop's Data Catalog: Glue's API on files, for boto3."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

ORDERS = {
    "Name": "orders",
    "PartitionKeys": [{"Name": "day", "Type": "string"}],
    "StorageDescriptor": {"Columns": [{"Name": "id", "Type": "bigint"}], "Location": "s3://data/orders/"},
}


@pytest.fixture
def glue(laptop_s3: Any) -> Iterator[Any]:
    with closing(boto3.Session().client("glue")) as client:
        yield client


def write_sample(folder: Path, content: object, name: str = "orders") -> Path:
    file = folder / "samples" / ".catalog" / "shop" / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_a_table_is_what_the_aws_command_line_prints(glue: Any, tmp_path: Path) -> None:
    printed = {**ORDERS, "DatabaseName": "other", "CreateTime": "2026-11-01T12:00:00+01:00", "VersionId": "3"}
    write_sample(tmp_path, {"Table": printed})
    table = glue.get_table(DatabaseName="shop", Name="orders")["Table"]
    assert (table["DatabaseName"], table["StorageDescriptor"]) == ("shop", ORDERS["StorageDescriptor"])
    assert [database["Name"] for database in glue.get_databases()["DatabaseList"]] == ["shop"]
    assert glue.get_database(Name="any")["Database"]["Name"] == "any"


def test_what_a_job_writes_lies_over_the_sample_which_stays(glue: Any, tmp_path: Path) -> None:
    sample = write_sample(tmp_path, {"Table": ORDERS, "Partitions": [partition("2026-11-01")]})
    before = sample.read_text()
    glue.batch_create_partition(DatabaseName="shop", TableName="orders", PartitionInputList=[partition("2026-11-02")])
    glue.create_table(DatabaseName="shop", TableInput={**ORDERS, "Name": "clean", "PartitionKeys": []})
    found = glue.get_partitions(DatabaseName="shop", TableName="orders")["Partitions"]
    assert [item["Values"] for item in found] == [["2026-11-01"], ["2026-11-02"]]
    assert sample.read_text() == before
    written = tmp_path / "out" / ".catalog" / "shop"
    assert sorted(file.name for file in written.iterdir()) == ["clean.json", "orders.json"]
    content = json.loads((written / "orders.json").read_text())
    assert content == {
        "Table": {**ORDERS, "TableType": "EXTERNAL_TABLE"},
        "Partitions": [item for item in map(partition, ("2026-11-01", "2026-11-02"))],
    }
    shutil.rmtree(tmp_path / "out")
    assert [table["Name"] for table in glue.get_tables(DatabaseName="shop")["TableList"]] == ["orders"]


def test_a_sample_that_a_job_deletes_is_hidden(glue: Any, tmp_path: Path) -> None:
    sample = write_sample(tmp_path, {"Table": ORDERS})
    glue.delete_table(DatabaseName="shop", Name="orders")
    assert sample.exists()
    assert glue.get_tables(DatabaseName="shop")["TableList"] == []
    with pytest.raises(ClientError, match=r"no table orders in shop on the laptop \(there are: none\)") as error:
        glue.get_table(DatabaseName="shop", Name="orders")
    assert code(error) == "EntityNotFoundException"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{\n  ]", r"samples/\.catalog/shop/orders\.json:2: is not JSON"),
        ("[]", r"\.catalog/shop/orders\.json:1: has no table; write what `aws glue get-table` prints"),
        ({"Table": {"Name": "orders"}}, r"orders\.json:1: has no table"),
        (
            {"Table": ORDERS, "Partitions": [{"Values": []}]},
            r"orders\.json:1: has Partitions that are none.*with 1 Val",
        ),
    ],
)
def test_a_file_that_is_no_table_is_told_with_its_line(glue: Any, tmp_path: Path, content: object, said: str) -> None:
    write_sample(tmp_path, content)
    with pytest.raises(ClientError, match=said) as error:
        glue.get_table(DatabaseName="shop", Name="orders")
    assert code(error) == "InvalidInputException"


def test_no_table_is_written_outside_of_its_folder(glue: Any, tmp_path: Path) -> None:
    with pytest.raises(ClientError, match="no file has such a name"):
        glue.create_table(DatabaseName="shop", TableInput={**ORDERS, "Name": "../../../orders"})
    assert [file for file in tmp_path.rglob("*.json")] == []


def test_other_calls_of_glue_are_refused(glue: Any) -> None:
    with pytest.raises(ClientError, match=r"glue StartJobRun: the laptop has only S3 and tables of the Data Catalog"):
        glue.start_job_run(JobName="x")


def partition(day: str) -> dict[str, Any]:
    return {"Values": [day], "StorageDescriptor": {"Location": f"s3://data/orders/day={day}/"}}
