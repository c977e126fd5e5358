"""The inputs of job runs on the laptop's S3: where each comes from, and what is missing before anything runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT, Job
from aws_glue_cdk_baseline.config.glue_arguments import LISTS
from local import sample_data
from local.catalog.tables import FOLDER, TableFiles
from local.s3.store import FileStore
from local.samples import place, split, touch
from tools.job_arguments import RunError, config_variable

Arguments = Mapping[str, str]


def input_arguments(job: Job, arguments: Arguments) -> dict[str, str]:
    """Return the arguments that name locations in S3 whose data the job reads: no libraries."""
    return {
        name: value
        for name, value in arguments.items()
        if name not in LISTS
        and value.startswith("s3")
        and "://" in value
        and (value in job.input_locations or name.startswith("--input"))
    }


def check_inputs(
    runs: Iterable[tuple[Job, Arguments]], store: FileStore, config: str, stage: Iterable[Job] = ()
) -> None:
    """Raise RunError if an input has no sample and no job has written it or will write it, a line for each.

    An input is a location, or a database of the Data Catalog.

    `stage` are all jobs of the stage, of which one may write it.
    """
    stage = list(stage)
    runs = list(runs)
    sample_data.provide([value for job, given in runs for value in input_arguments(job, given).values()], store.samples)
    written: list[str] = []
    filled: set[str] = set()
    missing = []
    for job, arguments in runs:
        for name, location in input_arguments(job, arguments).items():
            if not has_objects(store, location) and not any(touch(location, other) for other in written):
                missing.append(
                    _missing(
                        job,
                        name,
                        location,
                        store.samples,
                        config,
                        [one.name for one in stage if any(touch(location, out) for out in one.output_locations)],
                    )
                )
        try:
            missing += [_no_table(job, name, config) for name in databases_without_tables(job, store, filled)]
        except ValueError as error:  # a file that is no table
            missing.append(str(error))
        written += job.output_locations
        filled |= {*job.output_databases}
    if missing:
        raise RunError("\n".join(missing))


def has_objects(store: FileStore, location: str) -> bool:
    """Return true if a location holds an object, or if it has a sample without objects: a folder with `.gitkeep`."""
    bucket, key = split(location)
    sample = place(location, store.samples)
    below = store.below(bucket, f"{key.rstrip('/')}/" if key else "")
    is_object = key and store.find(bucket, key)
    return bool(is_object or next(below, None)) or (sample.is_dir() and any(sample.iterdir()))


def databases_without_tables(job: Job, store: FileStore, filled: Collection[str] = ()) -> list[str]:
    """Return the databases that a job reads and that have no table: no sample, and none that a job has made.

    The job itself, and those before it, may make tables in those that are `filled`. Raise ValueError for a file that is
    no table.
    """
    catalog = TableFiles(store.samples, store.out)
    known = {*filled, *job.output_databases}
    return [name for name in job.input_databases if not list(catalog.tables(name)) and name not in known]


def origin(store: FileStore, location: str) -> str:
    """Return where the content of a location comes from, for the list of arguments."""
    return "written by a job" if place(location, store.out).exists() else "sample"


def set_samples_aside(job: Job, store: FileStore) -> None:
    """Hide the samples of locations that the job only writes: what it writes wins over them."""
    for location in job.output_locations:
        if not any(touch(location, read) for read in job.input_locations):
            store.set_samples_aside(*split(location))


def _no_table(job: Job, database: str, config: str) -> str:
    return (
        f"{job.name}: the database {database} has no table on this machine; take those of the job's inputs (make sample"
        f" JOB={job.name} PROFILE=name{config_variable(config)}), put what `aws glue get-table` prints into"
        f" samples/{FOLDER}/{database}/<table>.json, or run on AWS (PROFILE=name)"
    )


def _missing(job: Job, name: str, location: str, samples: Path, config: str, writers: list[str]) -> str:
    folder = place(location, samples)
    shown = folder.relative_to(PROJECT) if folder.is_relative_to(PROJECT) else folder
    before = f" and {' and '.join(writers)} did not write it yet; run that too (UPSTREAM=1)," if writers else ";"
    return (
        f"{job.name}: {name} {location} has no sample{before} take one"
        f" (make sample JOB={job.name} PROFILE=name{config_variable(config)}), put files into {shown}, or run on AWS"
        " (PROFILE=name)"
    )
