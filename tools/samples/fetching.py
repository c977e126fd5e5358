"""Fetch samples of a job's inputs from S3 or from a folder: `make sample`."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from aws_glue_cdk_baseline.config import Job, StageConfig
from aws_glue_cdk_baseline.config.errors import did_you_mean
from local import sample_data
from local.catalog.tables import FOLDER
from local.samples import place
from tools.samples.cut import Limit
from tools.samples.folder import FolderSource
from tools.samples.locations import chosen_locations
from tools.samples.masks import Masks
from tools.samples.placing import Files, put_in_place
from tools.samples.source import SampleError, Source
from tools.samples.taking import Sample, refuse_names, take_sample

MAX_SHOWN = 60  # columns in a message


def fetch(options: Namespace, job: Job, stage: StageConfig, root: Path) -> None:
    """Take the samples, put them in place, and print what was done. Raise SampleError, and change nothing then."""
    locations, skipped = chosen_locations(job, stage, options.parameter)
    for location in locations:
        refuse_names(location)
    if options.profile and options.folder:
        raise SampleError("PROFILE and FROM are two ways to take a sample; give one of them")
    if not options.profile and not options.folder:
        _generate(job, stage, list(locations), root, options.mask)
        print_lines(skipped)
        return
    source = _source(options, stage, list(locations))
    print_lines(skipped)
    masks = Masks(options.mask)
    samples = []
    for location, parameter in locations.items():
        print(f"  {parameter} {location}", flush=True)
        samples.append(take_sample(source, location, Limit(options.rows, options.size), masks))
    _refuse_unknown(masks, samples)
    tables = _tables(options, job, stage, samples)
    replaced = put_in_place({sample.location: sample.files for sample in samples} | tables, root)
    print_report(samples, replaced, root)
    print_lines([f"{shown(table, root)}: {'replaced' if table in replaced else 'written'}" for table in tables])
    print_lines(_unmasked(masks, samples))
    if not masks:
        print("No column was masked. Before you commit them, see docs/samples.md.")


def _source(options: Namespace, stage: StageConfig, locations: list[str]) -> Source:
    if options.folder:
        print(f"Reads from {options.folder}:")
        return FolderSource(Path(options.folder).expanduser(), locations)
    from tools.samples.s3 import Access, S3Source

    access = Access(options.profile, stage.account.aws_region)
    print(f"Reads as {access.user} of account {access.account} (PROFILE={options.profile}):", flush=True)
    if access.account != stage.account.aws_account_id:
        print(f"  which is not the account of {stage.name}, {stage.account.aws_account_id}")
    return S3Source(access)


def _tables(options: Namespace, job: Job, stage: StageConfig, samples: list[Sample]) -> dict[str, Files]:
    """Return the files of the tables at the job's locations, with PROFILE; a note for a database without any."""
    databases = [*job.input_databases, *job.output_databases]
    if not options.profile or not databases:
        return {}
    from tools.samples.catalog import tables_at
    from tools.samples.s3 import Access

    sampled = [f"{sample.location.rstrip('/')}/{name}".rstrip("/") for sample in samples for name in sample.files]
    found = list(tables_at(Access(options.profile, stage.account.aws_region), job, sampled))
    for database in job.input_databases:
        if database not in {known for known, _, _ in found}:
            samples[0].note(f"the database {database} has no table whose data is at a location of {job.name}")
    return {f"table://{FOLDER}/{database}/{name}.json": {"": table.text().encode()} for database, name, table in found}


def _generate(job: Job, stage: StageConfig, locations: list[str], root: Path, mask: list[str]) -> None:
    """Write the generated data of the public example, if all locations are in it. Else raise SampleError."""
    own = [location for location in locations if not sample_data.is_public_example(location)]
    if own or mask:
        raise SampleError(
            f"{job.name} reads {', '.join(own or locations)}; give PROFILE=name to take a sample from S3 with an AWS"
            " profile, or FROM=folder to take one from files of this machine"
        )
    written = sample_data.provide(locations, root)
    for location in locations:
        state = "written" if place(location, root) in written else "there already"
        print(f"{shown(location, root)}: {state}")
    print(
        f"{job.name} reads the public example, which has generated data; PROFILE=name takes a sample of the real files."
    )


def _refuse_unknown(masks: Masks, samples: list[Sample]) -> None:
    known = list(dict.fromkeys(name for sample in samples for name in sample.columns))
    partitions = {part.split("=")[0] for sample in samples for name in sample.files for part in name.split("/")[:-1]}
    for name in masks.columns:
        if name in masks.found:
            continue
        if name in partitions:
            raise SampleError(f"MASK={name}: is in the names of the partitions, which cannot be masked; leave it out")
        shown = ", ".join(known[:MAX_SHOWN]) + (", …" if len(known) > MAX_SHOWN else "")
        hint = did_you_mean(name, known) or f"; there are: {shown or 'none'}"
        raise SampleError(f"MASK={name}: no input has this column{hint}")


def _unmasked(masks: Masks, samples: list[Sample]) -> list[str]:
    """Return a line for each column that has the name of a masked one, and is in another place."""
    last = {name.lower().rpartition(".")[2] for name in masks.columns}
    others = {
        f"{sample.location}: {column} was not masked, although a column of that name was; MASK={column} does it"
        for sample in samples
        for column in sample.columns
        if column.lower().rpartition(".")[2] in last and not masks.under(tuple(column.split(".")))
    }
    return sorted(others)


def shown(location: str, root: Path) -> str:
    """Return the path of a sample as a message shows it: `samples/bucket/key`."""
    return str(place(location, root).relative_to(root.parent))


def print_lines(lines: list[str]) -> None:
    for line in lines:
        print(line)


def print_report(samples: list[Sample], replaced: list[str], root: Path) -> None:
    """Print the table of what was written, and what a reader should know of it."""
    head = ("location", "files", "rows", "bytes", "format", "masked")
    table = [head] + [
        (
            sample.location,
            str(len(sample.files)),
            "-" if sample.rows is None else str(sample.rows),
            str(sample.size),
            ", ".join(sorted(sample.formats)),
            ", ".join(sorted(sample.masked)) or "-",
        )
        for sample in samples
    ]
    widths = [max(len(row[index]) for row in table) for index in range(len(head))]
    for row in table:
        cells = [
            cell.rjust(width) if index in (1, 2, 3) else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
    for sample in samples:
        verb = "replaced" if sample.location in replaced else "written"
        print(f"{shown(sample.location, root)}: {verb}" + (f" ({sample.read} bytes were read)" if sample.read else ""))
        print_lines(list(sample.notes))
