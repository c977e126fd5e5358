"""`forEachBatch`: a function for each batch of a stream, by Spark's own structured streaming.

A run on the laptop has to end. A stream of files ends when the files that are there have been read. Another one, such
as Spark's source `rate`, goes on as in Glue, until it is stopped: by Ctrl-C, by the job's timeout, or by the script
(`spark.streams.active[0].stop()`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql.streaming import DataStreamWriter, StreamingQuery

BatchFunction = Callable[[DataFrame, int], object]
RETRIES, MOST_RETRIES = 3, 100  # Glue's default, and its limit
LONGEST_PAUSE = 5  # seconds before a batch is tried again


def for_each_batch(frame: DataFrame, batch_function: BatchFunction, options: Mapping[str, Any]) -> None:
    """Call `batch_function(frame, batch_id)` for each batch that has rows, until the stream ends.

    A batch that fails is tried again, `batchMaxRetries` times in a row; then its exception ends the run.
    """
    for name in ("windowSize", "checkpointLocation"):
        if name not in options:
            raise ValueError(f"Missing {name} argument")
    retries = int(options.get("batchMaxRetries", RETRIES))
    if not 0 <= retries <= MOST_RETRIES:
        raise ValueError(f"batchMaxRetries is a number from 0 to {MOST_RETRIES}, not {retries}")
    if not frame.isStreaming:
        raise ValueError("forEachBatch needs a streaming frame, such as spark.readStream returns")
    attempts = Attempts(batch_function, options)
    while True:
        try:
            _run(_writer(frame, attempts, options).start())
            return
        except Exception:
            attempts.failed += 1
            if attempts.failed > retries:
                raise
            logging.getLogger("GlueLogger").warning("the batch failed: attempt %s of %s", attempts.failed, retries)
            time.sleep(min(attempts.failed, LONGEST_PAUSE))


class Attempts:
    """Calls the function for a batch, and counts how often in a row that `failed`."""

    def __init__(self, batch_function: BatchFunction, options: Mapping[str, Any]) -> None:
        self.failed = 0
        self._function = batch_function
        self._persists = str(options.get("persistDataFrame", "true")).lower() != "false"
        self._level = getattr(StorageLevel, str(options.get("storageLevel", "MEMORY_AND_DISK")).upper())

    def __call__(self, batch: DataFrame, batch_id: int) -> None:
        if self._persists:
            batch.persist(self._level)
        try:
            if batch.take(1):  # a batch without rows is no batch, as in Glue
                self._function(batch, batch_id)
            self.failed = 0
        finally:
            if self._persists:
                batch.unpersist()


def _writer(frame: DataFrame, attempts: Attempts, options: Mapping[str, Any]) -> DataStreamWriter:
    writer = frame.writeStream.foreachBatch(attempts).option("checkpointLocation", options["checkpointLocation"])
    if _is_of_files(frame):
        return writer.trigger(availableNow=True)
    return writer.trigger(processingTime=str(options["windowSize"]))


def _is_of_files(frame: DataFrame) -> bool:
    plan: Any = frame._jdf
    return "FileSource[" in plan.queryExecution().analyzed().toString()


def _run(query: StreamingQuery) -> None:
    """Wait for the end of a stream. Stop it if this is interrupted."""
    try:
        query.awaitTermination()
    finally:
        query.stop()
