"""IAM statements for databases of the Glue Data Catalog: a database and its tables only, and none of their data.

Each call needs the permission on the catalog, the database and the table:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from aws_glue_cdk_baseline.permissions.s3 import Statement, allow

READ = [
    *("glue:GetDatabase", "glue:GetTable", "glue:GetTables"),
    *("glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"),
]
# purge_table deletes the partitions whose objects it has deleted. No call of a job deletes a table or a database.
WRITE = [
    *("glue:CreateTable", "glue:UpdateTable"),
    *("glue:CreatePartition", "glue:BatchCreatePartition", "glue:UpdatePartition", "glue:BatchUpdatePartition"),
    *("glue:DeletePartition", "glue:BatchDeletePartition"),
]
SPARKS_OWN = "default"  # the database that Spark looks for when the Data Catalog is its metastore


def catalog_statements(
    glue_arn: str, inputs: Sequence[str], outputs: Sequence[str], *, is_metastore: bool = False
) -> Iterator[Statement]:
    """Yield the statements of a job that reads the databases `inputs`, and reads and writes `outputs`.

    `glue_arn` is the start of the ARNs: `arn:aws:glue:us-east-1:123456789102:`. With `is_metastore` the job may also
    find the database `default`.
    """
    read = list(dict.fromkeys([*inputs, *outputs]))
    if read:
        yield allow(READ, _resources(glue_arn, read))
    if outputs:
        yield allow(WRITE, _resources(glue_arn, outputs))
    if is_metastore and read and SPARKS_OWN not in read:
        yield allow(["glue:GetDatabase"], [f"{glue_arn}catalog", f"{glue_arn}database/{SPARKS_OWN}"])


def tables(database: str) -> str:
    """Return the pattern for all tables of a database, as in an ARN: table/shop/*."""
    return f"table/{database}/*"


def _resources(glue_arn: str, databases: Iterable[str]) -> list[str]:
    return [
        f"{glue_arn}catalog",
        *(glue_arn + part for name in databases for part in (f"database/{name}", tables(name))),
    ]
