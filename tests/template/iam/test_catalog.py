"""IAM is tried out for the Data Catalog: what the role of a job with databases may do there, and what not."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from aws_glue_cdk_baseline.jobs.role import TRUST_GLUE
from aws_glue_cdk_baseline.permissions.catalog import READ, WRITE, catalog_statements
from rehearsal import catalog
from rehearsal.aws.cloud import cloud
from tests.template.iam.attempts import Attempt

ACCOUNT, REGION = "222222222222", "eu-west-1"
TABLE = {"PartitionKeys": [{"Name": "day", "Type": "string"}], "StorageDescriptor": {"Location": "s3://data/orders/"}}
DATABASES = ("raw", "clean", "other")


@pytest.fixture(scope="module")
def role(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any]]:
    """A client of the administrator, and one of a role that reads `raw` and writes `clean`. Each has a table orders."""
    folder = tmp_path_factory.mktemp("cloud")
    for database in DATABASES:
        file = folder / "samples" / ".catalog" / database / "orders.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"Table": TABLE, "Partitions": [partition("1")]}))
    with cloud(folder) as running:
        running.emulator.wait_until_ready()
        administrator = running.sessions.user(ACCOUNT, REGION)
        assert catalog.provide(administrator.client("glue"), list(DATABASES), folder / "samples") == 3
        assert catalog.provide(administrator.client("glue"), list(DATABASES), folder / "samples") == 0
        iam, statements = (
            administrator.client("iam"),
            catalog_statements(f"arn:aws:glue:{REGION}:{ACCOUNT}:", ["raw"], ["clean"]),
        )
        policy = {"Version": "2012-10-17", "Statement": list(statements)}
        arn = iam.create_role(RoleName="Job", AssumeRolePolicyDocument=json.dumps(TRUST_GLUE))["Role"]["Arn"]
        iam.put_role_policy(RoleName="Job", PolicyName="JobPolicy", PolicyDocument=json.dumps(policy))
        session = running.sessions.as_service(arn, "glue.amazonaws.com", "attempt", REGION)
        yield administrator.client("glue"), session.client("glue")


def partition(value: str) -> dict[str, Any]:
    return {"Values": [value], "StorageDescriptor": {"Location": f"s3://data/orders/day={value}/"}}


def attempts(glue: Any) -> Iterator[Attempt]:
    for name in DATABASES:
        reads, writes = name in ("raw", "clean"), name == "clean"
        of_table = {"DatabaseName": name, "TableName": "orders"}
        calls = {
            "finds the database": (reads, partial(glue.get_database, Name=name)),
            "reads a table": (reads, partial(glue.get_table, DatabaseName=name, Name="orders")),
            "lists the tables": (reads, partial(glue.get_tables, DatabaseName=name)),
            "lists partitions": (reads, partial(glue.get_partitions, **of_table)),
            "reads partitions": (
                reads,
                partial(glue.batch_get_partition, PartitionsToGet=[{"Values": ["1"]}], **of_table),
            ),
            "makes a table": (
                writes,
                partial(glue.create_table, DatabaseName=name, TableInput={**TABLE, "Name": "new"}),
            ),
            "changes a table": (
                writes,
                partial(glue.update_table, DatabaseName=name, TableInput={**TABLE, "Name": "orders"}),
            ),
            "adds partitions": (
                writes,
                partial(glue.batch_create_partition, PartitionInputList=[partition("2")], **of_table),
            ),
            "deletes a partition": (writes, partial(glue.delete_partition, PartitionValues=["1"], **of_table)),
            "deletes a table": (False, partial(glue.delete_table, DatabaseName=name, Name="orders")),
            "deletes the database": (False, partial(glue.delete_database, Name=name)),
        }
        for what, (allowed, call) in calls.items():
            yield Attempt("a job", f"{what} in {name}", allowed, call)
    yield Attempt("a job", "makes a database", False, partial(glue.create_database, DatabaseInput={"Name": "new"}))
    yield Attempt("a job", "looks at jobs", False, glue.get_jobs)


def test_every_attempt_ends_as_it_should(role: tuple[Any, Any]) -> None:
    administrator, glue = role
    made = [(attempt, attempt.was_allowed()) for attempt in attempts(glue)]
    wrong = [f"{one.who} {one.what}: {'allowed' if was else 'denied'}" for one, was in made if was != one.allowed]
    assert wrong == []
    assert [was for _, was in made].count(True) == 14
    tables = {name: administrator.get_tables(DatabaseName=name)["TableList"] for name in DATABASES}
    assert {name: [table["Name"] for table in found] for name, found in tables.items()} == {
        "raw": ["orders"],
        "clean": ["orders", "new"],
        "other": ["orders"],
    }
    left = administrator.get_partitions(DatabaseName="clean", TableName="orders")["Partitions"]
    assert [item["Values"] for item in left] == [["2"]]


@pytest.mark.parametrize("missing", ["catalog", "database/clean", "table/clean/*"])
def test_each_call_needs_its_permission_on_catalog_database_and_table(missing: str) -> None:
    """The patch of the emulator says so for every call that a role may make."""
    from rehearsal.ministack.iam import catalog_resources

    body = json.dumps({"DatabaseName": "clean", "TableName": "orders", "Name": "clean"}).encode()
    for action in {*READ, *WRITE} - {"glue:GetDatabase"}:
        asked = catalog_resources({"x-amz-target": f"AWSGlue.{action.removeprefix('glue:')}"}, body, "")
        assert missing.replace("*", "orders") in asked
