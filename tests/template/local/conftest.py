from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from pyspark.context import SparkContext

from local.bookmarks import Bookmark
from local.emulator import Emulator, emulator
from local.s3.gateway import gateway
from local.s3.store import FileStore, Store
from local.s3.store_in_aws import StoreInAws

Frames = Callable[..., DynamicFrame]
ADDRESS = ("spark.hadoop.fs.s3.gateway", "spark.hadoop.fs.s3.gateway.scratch")


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


class Stores:
    """Lets the Spark session of the tests reach another store: the session keeps the gateway that it began with."""

    def __init__(self, glue_context: GlueContext, monkeypatch: pytest.MonkeyPatch) -> None:
        self._hadoop = glue_context.spark_session.sparkContext._jsc.hadoopConfiguration()
        self._conf = glue_context.spark_session.sparkContext._conf
        self._patch = monkeypatch

    @contextmanager
    def use(
        self, store: Store, variables: dict[str, str] | None = None, bookmark: Bookmark | None = None
    ) -> Iterator[Any]:
        """Reach `store` in the block. boto3 gets `variables`, or reaches the store too. Yield a client of S3.

        `bookmark` is that of the job that runs.
        """
        before = {name: self._conf.get(name) for name in ADDRESS}
        with gateway(store, bookmark=bookmark) as s3:
            self._set({name: value for name, value in s3.spark_settings().items() if name in ADDRESS})
            for name, value in (variables or s3.aws_variables()).items():
                self._patch.setenv(name, value)
            try:
                yield boto3.Session().client("s3")
            finally:
                self._set(before)

    def _set(self, settings: dict[str, str | None]) -> None:
        for name, value in settings.items():
            self._conf.set(name, str(value))
            self._hadoop.set(name.removeprefix("spark.hadoop."), str(value))
        java: Any = SparkContext._jvm
        java.org.apache.hadoop.fs.FileSystem.closeAll()  # they are cached, each with its settings


@pytest.fixture
def stores(glue_context: GlueContext, monkeypatch: pytest.MonkeyPatch) -> Stores:
    return Stores(glue_context, monkeypatch)


@pytest.fixture
def laptop_s3(stores: Stores, tmp_path: Path) -> Iterator[Any]:
    """Return a client of the laptop's S3, whose `samples` and `out` are in `tmp_path`."""
    with stores.use(FileStore(tmp_path / "samples", tmp_path / "out")) as client:
        yield client


@pytest.fixture
def emulated_s3(stores: Stores, aws: Emulator, tmp_path: Path) -> Iterator[Any]:
    """Return a client of MiniStack's S3 with an empty bucket `data`."""
    (tmp_path / "cache").mkdir()
    account = aws.environment()
    session = boto3.Session(account["AWS_ACCESS_KEY_ID"], account["AWS_SECRET_ACCESS_KEY"], region_name="us-east-1")
    with stores.use(StoreInAws(EmulatedSession(session, aws.url), tmp_path / "cache"), account) as client:
        client.create_bucket(Bucket="data")
        yield client
        bucket = boto3.Session().resource("s3").Bucket("data")
        bucket.objects.delete()
        bucket.delete()


@pytest.fixture(params=["laptop_s3", "emulated_s3"])
def s3(request: pytest.FixtureRequest) -> Any:
    """Return a client of S3 with an empty bucket `data`: the laptop's, then MiniStack's. Spark reaches the same."""
    return request.getfixturevalue(request.param)


class EmulatedSession:
    """A boto3 session whose clients reach the emulator."""

    def __init__(self, session: boto3.Session, url: str) -> None:
        self._session, self._url = session, url

    def client(self, service: str, **options: Any) -> Any:
        return self._session.client(service, endpoint_url=self._url, **options)
