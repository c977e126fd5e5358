"""Join legislators, their memberships and the organizations of these: one row for each membership, 25 columns.

The job shows the result and counts its rows. With `--output_path` it also writes the result as Parquet, partitioned by
`org_name`, so that Athena can read it. Each run replaces the output of the run before.
"""

import sys

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

# A declared schema saves a read of every input, which inference would need. Other fields are not read.
PERSONS = """
    id string, name string, sort_name string, given_name string, family_name string, gender string, image string,
    birth_date string, death_date string,
    links array<struct<note: string, url: string>>, images array<struct<url: string>>,
    identifiers array<struct<scheme: string, identifier: string>>,
    other_names array<struct<note: string, name: string, lang: string>>,
    contact_details array<struct<type: string, value: string>>
"""
MEMBERSHIPS = """
    person_id string, organization_id string, on_behalf_of_id string, area_id string, role string,
    legislative_period_id string, start_date string, end_date string
"""
# Without image, links, identifiers and other_names: persons have these fields too, and theirs are kept.
ORGANIZATIONS = "id string, name string, classification string, type string, seats bigint"
SCHEMAS = (ORGANIZATIONS, PERSONS, MEMBERSHIPS)
KEYS = (["id"], ["id"], ["person_id", "organization_id"])
SHOWN_FROM = 1000  # memberships to join for the 20 rows that are shown: joining all of them would take longer


def read_json(glue_context: GlueContext, path: str, schema: str) -> DataFrame:
    """Read JSON Lines from `path`: a file, or a folder with its subfolders.

    A line that is not a JSON object fails the run. So does a path that does not exist.
    """
    reader = glue_context.spark_session.read.schema(schema).option("recursiveFileLookup", True)
    return reader.json(path, mode="FAILFAST")


def join_frames(orgs: DataFrame, persons: DataFrame, memberships: DataFrame) -> DataFrame:
    """Inner join: `persons.id` = `memberships.person_id` and `orgs.id` = `memberships.organization_id`.

    A membership without a known person and organization is left out. An id that occurs twice gives two rows.
    """
    orgs = orgs.withColumnsRenamed({"id": "org_id", "name": "org_name"})
    return (
        memberships.join(persons, memberships["person_id"] == persons["id"])
        .join(orgs, memberships["organization_id"] == orgs["org_id"])
        .drop("person_id", "org_id")
    )


def join_legislators(
    glue_context: GlueContext, path_orgs: str, path_persons: str, path_memberships: str
) -> DynamicFrame:
    """Read the three JSON Lines inputs and join them."""
    frames = read_inputs(glue_context, path_orgs, path_persons, path_memberships)
    return DynamicFrame.fromDF(join_frames(*frames), glue_context, "joined")


def read_inputs(glue_context: GlueContext, *paths: str) -> list[DataFrame]:
    """Read organizations, persons and memberships, in this order."""
    return [read_json(glue_context, path, schema) for path, schema in zip(paths, SCHEMAS, strict=True)]


def check_keys(frames: list[DataFrame], paths: list[str]) -> None:
    """Raise ValueError for an input of which no record has its join key. An empty input is allowed."""
    for frame, path, keys in zip(frames, paths, KEYS, strict=True):
        for key in keys:
            if frame.where(F.col(key).isNotNull()).isEmpty() and not frame.isEmpty():
                raise ValueError(f"{path}: no record has the field {key!r}, by which it is joined")


def write_parquet(joined: DataFrame, path: str, input_paths: list[str]) -> None:
    """Replace the files at `path` with the rows. Raise ValueError if an input is among these files."""
    for input_path in input_paths:
        if f"{input_path.rstrip('/')}/".startswith(f"{path.rstrip('/')}/"):
            raise ValueError(f"the output {path} would replace the input {input_path}; name another folder")
    joined.write.mode("overwrite").partitionBy("org_name").parquet(path)


def main() -> None:
    args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path_orgs", "input_path_persons", "input_path_memberships"])
    if any(argument.split("=")[0] == "--output_path" for argument in sys.argv):
        args |= getResolvedOptions(sys.argv, ["output_path"])
    glue_context = GlueContext(SparkContext.getOrCreate())
    job = Job(glue_context)
    job.init(args["JOB_NAME"], args)

    inputs = [args["input_path_orgs"], args["input_path_persons"], args["input_path_memberships"]]
    frames = read_inputs(glue_context, *inputs)
    joined = join_frames(*frames)
    count = joined.count()
    if not count:  # a wrong input is the likely reason
        check_keys(frames, inputs)
    if "output_path" in args:
        write_parquet(joined, args["output_path"], inputs)
    joined.printSchema()
    orgs, persons, memberships = frames
    join_frames(orgs, persons, memberships.limit(SHOWN_FROM)).show()
    print(count)

    job.commit()


if __name__ == "__main__":
    main()
