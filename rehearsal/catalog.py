"""The emulated Data Catalog of the jobs: the databases in their arguments, with the tables in `samples/.catalog/`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_glue_cdk_baseline.config.parameters import is_database
from local.catalog.tables import OF_A_PARTITION, OF_A_TABLE, files_of, read_table

PARTITIONS_A_CALL = 100


def databases_in(template: dict[str, Any]) -> list[str]:
    """Return the databases in the arguments of the template's Glue jobs."""
    jobs = [item["Properties"] for item in template["Resources"].values() if item["Type"] == "AWS::Glue::Job"]
    arguments = [pair for job in jobs for pair in job.get("DefaultArguments", {}).items()]
    return list(dict.fromkeys(str(value) for name, value in arguments if is_database(name.removeprefix("--"))))


def provide(glue: Any, databases: list[str], samples: Path) -> int:
    """Make the databases and their tables in an account and Region, unless they exist. Return the number of tables."""
    count = 0
    for database in databases:
        if not _create(glue.create_database, DatabaseInput={"Name": database}):
            continue
        for file in files_of(samples, database):
            if not (found := read_table(file)):
                continue
            table = {key: found.table[key] for key in OF_A_TABLE if found.table.get(key)}
            _create(glue.create_table, DatabaseName=database, TableInput={**table, "Name": file.stem})
            partitions = [{key: item[key] for key in OF_A_PARTITION if key in item} for item in found.partitions]
            for start in range(0, len(partitions), PARTITIONS_A_CALL):
                batch = partitions[start : start + PARTITIONS_A_CALL]
                glue.batch_create_partition(DatabaseName=database, TableName=file.stem, PartitionInputList=batch)
            count += 1
    return count


def _create(call: Any, **values: Any) -> bool:
    """Return false if it exists already."""
    try:
        call(**values)
    except call.__self__.exceptions.AlreadyExistsException:
        return False
    return True
