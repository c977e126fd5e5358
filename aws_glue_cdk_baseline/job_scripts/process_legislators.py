"""Show a JSON Lines file of legislators: its schema, some rows and the number of rows."""

import sys

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext


def read_json(glue_context: GlueContext, path: str) -> DynamicFrame:
    """Read JSON Lines from `path`: a file, or a folder with its subfolders."""
    return glue_context.create_dynamic_frame.from_options(
        connection_type="s3",
        connection_options={"paths": [path], "recurse": True},
        format="json",
    )


def main() -> None:
    args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path"])
    glue_context = GlueContext(SparkContext.getOrCreate())
    job = Job(glue_context)
    job.init(args["JOB_NAME"], args)

    persons = read_json(glue_context, args["input_path"]).toDF().cache()  # one read for show() and count()
    persons.printSchema()
    persons.show()
    print(persons.count())

    job.commit()


if __name__ == "__main__":
    main()
