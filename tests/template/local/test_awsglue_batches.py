"""`forEachBatch` on Spark's own streams."""

import threading
from pathlib import Path
from typing import Any

import pytest
from awsglue import _batches
from awsglue.context import GlueContext
from pyspark.sql import DataFrame

Batches = list[list[int]]


def options(checkpoint: str, **more: str) -> dict[str, str]:
    return {"windowSize": "1 seconds", "checkpointLocation": checkpoint, **more}


def test_a_stream_of_files_ends_when_they_have_been_read_and_goes_on_where_it_was(
    glue_context: GlueContext, laptop_s3: Any
) -> None:
    spark = glue_context.spark_session

    def run() -> Batches:
        batches: Batches = []
        frame = spark.readStream.schema("id int").option("maxFilesPerTrigger", 1).json("s3://data/in/")
        _batches.for_each_batch(
            frame,
            lambda batch, _: batches.append([row.id for row in batch.collect()]),
            options("s3://data/checkpoint/"),
        )
        return batches

    laptop_s3.put_object(Bucket="data", Key="in/a.json", Body=b'{"id": 1}\n{"id": 2}\n')
    laptop_s3.put_object(Bucket="data", Key="in/b.json", Body=b'{"id": 3}\n')
    assert sorted(run()) == [[1, 2], [3]]
    laptop_s3.put_object(Bucket="data", Key="in/c.json", Body=b'{"id": 4}\n')
    assert run() == [[4]]
    assert run() == []


def test_a_stream_without_an_end_goes_on_until_the_script_stops_it(glue_context: GlueContext, tmp_path: Path) -> None:
    spark = glue_context.spark_session
    rows: list[int] = []
    enough = threading.Event()

    def collect(batch: DataFrame, batch_id: int) -> None:
        rows.extend(row.value for row in batch.collect())
        enough.set()

    def stop() -> None:
        assert enough.wait(60)
        spark.streams.active[0].stop()

    stopper = threading.Thread(target=stop)
    stopper.start()
    frame = spark.readStream.format("rate").option("rowsPerSecond", 5).load()
    _batches.for_each_batch(frame, collect, options(str(tmp_path)))
    stopper.join()
    assert sorted(rows)[:2] == [0, 1]
    assert spark.streams.active == []


@pytest.mark.parametrize(("failures", "retries", "calls"), [(1, "3", 2), (2, "1", 2), (1, "0", 1)])
def test_a_batch_that_fails_is_tried_again(
    glue_context: GlueContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: int, retries: str, calls: int
) -> None:
    monkeypatch.setattr(_batches, "LONGEST_PAUSE", 0)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").write_text('{"id": 1}\n')
    called = []

    def fail(batch: DataFrame, batch_id: int) -> None:
        called.append(batch_id)
        if len(called) <= failures:
            raise ValueError("a dirty batch")

    frame = glue_context.spark_session.readStream.schema("id int").json(str(tmp_path / "in"))
    given = options(str(tmp_path / "checkpoint"), batchMaxRetries=retries)
    if failures > int(retries):
        with pytest.raises(Exception, match="a dirty batch"):
            _batches.for_each_batch(frame, fail, given)
    else:
        _batches.for_each_batch(frame, fail, given)
    assert called == [0] * calls


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"checkpointLocation": "x"}, "Missing windowSize argument"),
        ({"windowSize": "1 seconds"}, "Missing checkpointLocation argument"),
        (options("x", batchMaxRetries="101"), "batchMaxRetries is a number from 0 to 100, not 101"),
        (options("x"), "forEachBatch needs a streaming frame"),
    ],
)
def test_what_is_missing_is_told(glue_context: GlueContext, given: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        _batches.for_each_batch(glue_context.spark_session.range(1), lambda batch, _: None, given)
