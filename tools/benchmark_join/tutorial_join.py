"""The join as the tutorial writes it: DynamicFrames whose schema is inferred, then `show`, then `count`.

Only `make benchmark-join` uses it, to compare it with the project's own job.
"""

import sys

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import Join
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext


def read(glue_context: GlueContext, path: str) -> DynamicFrame:
    options = {"paths": [path], "recurse": True}
    return glue_context.create_dynamic_frame.from_options("s3", options, "json")


def main() -> None:
    args = getResolvedOptions(sys.argv, ["input_path_orgs", "input_path_persons", "input_path_memberships"])
    glue_context = GlueContext(SparkContext.getOrCreate())
    orgs = read(glue_context, args["input_path_orgs"]).drop_fields(["other_names", "identifiers", "links", "image"])
    orgs = orgs.rename_field("id", "org_id").rename_field("name", "org_name")
    persons = read(glue_context, args["input_path_persons"])
    memberships = read(glue_context, args["input_path_memberships"])
    persons = Join.apply(persons, memberships, ["id"], ["person_id"])
    joined = Join.apply(orgs, persons, ["org_id"], ["organization_id"]).drop_fields(["person_id", "org_id"])
    joined.toDF().show()
    print(joined.toDF().count())


if __name__ == "__main__":
    main()
