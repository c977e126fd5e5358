import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from awsglue.context import GlueContext
from pyspark.sql import DataFrame
from stream_script import FORMAT, OPTIONS, main, transform

WHOLE = ("1", "Zoë")


@pytest.fixture
def records(glue_context: GlueContext) -> DataFrame:
    """Two records, of which one lacks its name."""
    return glue_context.spark_session.createDataFrame([WHOLE, ("2", None)], "id string, name string")


def test_a_record_that_lacks_a_value_is_dropped(records: DataFrame) -> None:
    assert [tuple(row) for row in transform(records).collect()] == [WHOLE]


def test_each_batch_is_added_to_the_output(
    records: DataFrame, glue_context: GlueContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, output = str(tmp_path / "input"), str(tmp_path / "output")
    records.write.options(**OPTIONS).format(FORMAT).save(folder)

    def two_batches(
        context: GlueContext, frame: DataFrame, batch_function: Callable[[DataFrame, int], None], options: Any
    ) -> None:
        assert frame.isStreaming
        batch_function(records, 0)
        batch_function(records, 1)

    monkeypatch.setattr(GlueContext, "forEachBatch", two_batches)
    monkeypatch.setattr(sys, "argv", ["script", "--JOB_NAME", "test", "--input_path", folder, "--output_path", output])
    main()
    written = glue_context.spark_session.read.parquet(output)
    assert [tuple(row) for row in written.collect()] == [WHOLE, WHOLE]
