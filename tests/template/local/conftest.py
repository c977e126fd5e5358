from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from awsglue import _s3
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from pyspark.context import SparkContext

from local.emulator import Emulator, emulator

Frames = Callable[..., DynamicFrame]


@pytest.fixture(scope="session")
def glue_context() -> GlueContext:
    return GlueContext(SparkContext.getOrCreate())


@pytest.fixture
def frame(glue_context: GlueContext) -> Frames:
    """Make a frame of rows (dicts); a struct needs a `schema` (DDL)."""

    def make(*rows: dict[str, Any], schema: Any = None) -> DynamicFrame:
        made = glue_context.spark_session.createDataFrame([*rows], schema)
        return DynamicFrame.fromDF(made, glue_context, "test")

    return make


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.fixture
def s3(aws: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Return a client of the emulator's S3 with an empty bucket `data`, and set the environment to the emulator."""
    for name, value in aws.environment().items():
        monkeypatch.setenv(name, value)
    _s3.client.cache_clear()
    client = boto3.client("s3")
    client.create_bucket(Bucket="data")
    yield client
    bucket = boto3.resource("s3").Bucket("data")
    bucket.objects.delete()
    bucket.delete()
    _s3.client.cache_clear()
