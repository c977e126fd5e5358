"""Drop records that lack a value from a stream of files: an example, to be replaced by your own transformation."""

import sys
from typing import Any

from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import DataFrame

FORMAT = "json"  # of the files: json (a record a line), csv, parquet or orc
OPTIONS: dict[str, Any] = {}  # of this format; for csv: {"header": True, "sep": ","}


def read_stream(glue_context: GlueContext, folder: str) -> DataFrame:
    """Return the stream of the files in a folder. The files that are there at the start tell its columns."""
    spark = glue_context.spark_session
    columns = spark.read.format(FORMAT).options(**OPTIONS).load(folder).schema
    return spark.readStream.format(FORMAT).options(**OPTIONS).schema(columns).load(folder)


def transform(records: DataFrame) -> DataFrame:
    """Return the records that have all values."""
    return records.dropna()


def main() -> None:
    args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path"])
    output = args["output_path"].rstrip("/")
    glue_context = GlueContext(SparkContext.getOrCreate())

    def write(batch: DataFrame, batch_id: int) -> None:
        transform(batch).write.mode("append").parquet(f"{output}/")

    glue_context.forEachBatch(
        frame=read_stream(glue_context, args["input_path"]),
        batch_function=write,
        options={"windowSize": "60 seconds", "checkpointLocation": f"{output}/_checkpoint/"},
    )


if __name__ == "__main__":
    main()
