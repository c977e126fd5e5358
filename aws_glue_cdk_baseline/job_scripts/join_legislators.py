"""Join legislators, their memberships and the organizations they sat in: one row a membership, 25 columns."""

import sys

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import DataFrame


def read_json(glue_context: GlueContext, path: str) -> DynamicFrame:
    """Read the JSON Lines at `path`: a file, or a folder with all that is below it."""
    return glue_context.create_dynamic_frame.from_options(
        connection_type="s3",
        connection_options={"paths": [path], "recurse": True},
        format="json",
    )


def join_frames(orgs: DataFrame, persons: DataFrame, memberships: DataFrame) -> DataFrame:
    """Inner join: `persons.id` = `memberships.person_id` and `orgs.id` = `memberships.organization_id`.

    Persons and organizations both have `image` and `links`; the person's are kept. A membership whose person or
    organization is unknown, or null, is left out.
    """
    orgs = (
        orgs.drop("identifiers", "other_names", "image", "links")
        .withColumnRenamed("id", "org_id")
        .withColumnRenamed("name", "org_name")
    )
    return (
        memberships.join(persons, memberships["person_id"] == persons["id"])
        .join(orgs, memberships["organization_id"] == orgs["org_id"])
        .drop("person_id", "org_id")
    )


def join_legislators(
    glue_context: GlueContext, path_orgs: str, path_persons: str, path_memberships: str
) -> DynamicFrame:
    """Read the three JSON Lines inputs, each once, and join them."""
    joined = join_frames(
        orgs=read_json(glue_context, path_orgs).toDF(),
        persons=read_json(glue_context, path_persons).toDF(),
        memberships=read_json(glue_context, path_memberships).toDF(),
    )
    return DynamicFrame.fromDF(joined, glue_context, "joined")


def main() -> None:
    args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path_orgs", "input_path_persons", "input_path_memberships"])
    glue_context = GlueContext(SparkContext.getOrCreate())
    job = Job(glue_context)
    job.init(args["JOB_NAME"], args)

    joined = join_legislators(
        glue_context, args["input_path_orgs"], args["input_path_persons"], args["input_path_memberships"]
    )
    rows = joined.toDF().cache()  # shown and counted from one join
    rows.printSchema()
    rows.show()
    print(rows.count())

    job.commit()


if __name__ == "__main__":
    main()
