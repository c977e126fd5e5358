"""Keep each record of the input once: an example, to be replaced by your own transformation."""

import sys
from typing import Any

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import DataFrame

FORMAT = "json"  # of the input: json (a record a line), csv, parquet or orc
OPTIONS: dict[str, Any] = {}  # of this format; for csv: {"withHeader": True, "separator": ","}


def read_records(glue_context: GlueContext, path: str) -> DataFrame:
    """Read the records at `path`: a file, or a folder with its subfolders.

    Raise ValueError if there are none: for Glue, a path that does not exist is only an empty input.
    """
    frame = glue_context.create_dynamic_frame.from_options(
        connection_type="s3",
        connection_options={"paths": [path], "recurse": True},
        format=FORMAT,
        format_options=OPTIONS,
    ).toDF()
    if not frame.columns:
        raise ValueError(f"no records in {path}")
    return frame


def transform(records: DataFrame) -> DataFrame:
    """Return each record once."""
    return records.dropDuplicates()


def write_parquet(frame: DataFrame, path: str) -> None:
    """Write `frame` to the folder `path` and replace its content: a second run does not double the rows."""
    frame.write.mode("overwrite").parquet(path)


def main() -> None:
    args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path"])
    if any(argument.split("=")[0] == "--output_path" for argument in sys.argv):
        args |= getResolvedOptions(sys.argv, ["output_path"])
    glue_context = GlueContext(SparkContext.getOrCreate())
    job = Job(glue_context)
    job.init(args["JOB_NAME"], args)

    result = transform(read_records(glue_context, args["input_path"])).cache()  # read once, used three times
    if "output_path" in args:
        write_parquet(result, args["output_path"])
    result.show()
    print(result.count())

    job.commit()


if __name__ == "__main__":
    main()
