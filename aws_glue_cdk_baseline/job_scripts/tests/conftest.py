"""Fixtures of the job tests. They run on local Spark and in the Glue image, which has no other packages than these."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from awsglue.context import GlueContext
from pyspark.context import SparkContext


@pytest.fixture(scope="session")
def glue_context() -> Iterator[GlueContext]:
    spark_context = SparkContext.getOrCreate()
    yield GlueContext(spark_context)
    spark_context.stop()


@pytest.fixture
def write_json(tmp_path: Path) -> Callable[[str, list[dict[str, Any]]], str]:
    """Write records to a JSON Lines file of that name and return its path."""

    def write(name: str, records: list[dict[str, Any]]) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        return str(path)

    return write
