"""Make up samples of a job's inputs, by the schema in its script or of a catalog table: `make new-sample`."""

from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path
from typing import Any

import pyarrow as pa

from aws_glue_cdk_baseline.config import Job, StageConfig
from aws_glue_cdk_baseline.config.parameters import argument_name, snake_case
from tools.samples.fetching import print_lines, print_report
from tools.samples.formats import CODECS, KINDS
from tools.samples.locations import chosen_locations
from tools.samples.made_files import FORMATS, made_file
from tools.samples.made_values import MadeRows
from tools.samples.placing import put_in_place
from tools.samples.schemas import SchemaError
from tools.samples.script_reads import Read, ScriptReads, read_script
from tools.samples.source import SampleError
from tools.samples.taking import Sample, refuse_names


def invent(options: Namespace, job: Job, stage: StageConfig, root: Path) -> None:
    """Make up the samples, put them in place, and print what was done. Raise SampleError, and change nothing then."""
    if options.folder or options.mask:
        raise SampleError("FROM and MASK are for `make sample`; made-up rows need neither")
    locations, skipped = chosen_locations(job, stage, options.parameter)
    try:
        script = read_script(job.script)
    except SchemaError as error:
        raise SampleError(str(error)) from None
    access = None
    if options.profile:
        from tools.samples.s3 import Access

        access = Access(options.profile, stage.account.aws_region)
        print(f"Reads the Data Catalog as {access.user} of account {access.account} (PROFILE={options.profile}):")
    print_lines(skipped)
    samples = []
    for location, parameter in locations.items():
        refuse_names(location)
        read, origin, partitions = _read_of(script, parameter, job), job.script.name, list[str]()
        if (read is None or read.schema is None) and access:
            from tools.samples.catalog import table_read

            if found := table_read(access, location, job.arguments):
                name, table, partitions = found
                read, origin = table, f"the table {name}"
        if read is None or read.schema is None:
            raise SampleError(_missing(job, location, parameter, script, bool(access)))
        print(f"  {parameter} {location}: by the schema of {origin}")
        samples.append(_sample(location, read, partitions, options))
    replaced = put_in_place({sample.location: sample.files for sample in samples}, root)
    print_report(samples, replaced, root)


def _read_of(script: ScriptReads, parameter: str, job: Job) -> Read | None:
    """Return the read of a parameter's location, with the schema that is likely its own if the read names none."""
    option = argument_name(parameter).removeprefix("--")
    only = len(set(job.input_locations)) == 1
    own = {name.removeprefix("--") for name in job.arguments}
    reads = [read for read in script.reads if read.options & own == {option}]
    read = next((read for read in reads if read.schema is not None), reads[0] if reads else None)
    if read and read.schema is not None:
        return read
    unused = [read for read in script.reads if not read.options & own and read.schema is not None]
    if only and not read and len(unused) == 1:
        return unused[0]
    words = set(option.split("_")) - {"input", "path"}
    named = [schema for name, schema in script.schemas.items() if words & _stems(name)]
    schemas = named if len(named) == 1 else list(script.schemas.values()) if only else []
    if len(schemas) != 1:
        return read
    return Read(0, {option}, schemas[0], read.format if read else "", read.settings if read else {"header": "true"})


def _stems(name: str) -> set[str]:
    words = snake_case(name).lower().split("_")
    return {*words, *(f"{word}s" for word in words)}


def _missing(job: Job, location: str, parameter: str, script: ScriptReads, asked_catalog: bool) -> str:
    names = ", ".join(script.schemas)
    found = f"has the schemas {names}, and none of them is clearly its own" if names else "has no schema for it"
    catalog = "no table of the catalog is there" if asked_catalog else "PROFILE=name looks for a table of the catalog"
    return (
        f"{location}: {job.script.name} {found}: write `spark.read.schema(…)` with a StructType or a DDL text where it"
        f" reads {argument_name(parameter)}, or take other inputs with PARAMETER=; {catalog}"
    )


def _sample(location: str, read: Read, partitions: list[str], options: Namespace) -> Sample:
    assert read.schema is not None
    name = location.rstrip("/").rpartition("/")[2]
    kind, codec = _format_of(name)
    is_file = bool(kind) and not location.endswith("/") and not partitions
    sample = Sample(location, rows=options.rows)
    if not kind:
        kind = read.format if read.format in FORMATS else "" if read.format in ("", "table", "text") else read.format
    if not kind:
        kind = "json"
        sample.note(f"{location}: its format is not known, so it is JSON lines; name the file in it as you need it")
    settings = {**read.settings, **({"sep": "\t"} if name.lower().endswith((".tsv", ".tsv.gz")) else {})}
    rows = MadeRows(read.schema, name, options.rows, options.seed).rows()
    schema = pa.schema([column for column in read.schema if column.name not in partitions])
    for folder, group in _by_partition(rows, partitions).items():
        file = "" if is_file else f"{folder}sample.{kind}"
        sample.files[file] = made_file(group, schema, kind, codec if is_file else "", settings)
    sample.formats.add(f"{kind}.{codec}" if codec and is_file else kind)
    if sample.size > options.size:
        raise SampleError(
            f"{location}: {options.rows} rows have {sample.size:,} bytes; make fewer, or give a larger MB="
        )
    return sample


def _format_of(name: str) -> tuple[str, str]:
    *parts, last = name.lower().split(".")
    codec = CODECS.get(last, "") if parts else ""
    return KINDS.get(parts[-1] if codec else last if parts else "", ""), codec


def _by_partition(rows: list[dict[str, Any]], partitions: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows by their folder, such as `day=2026-01-01/`, without the columns in its name: two folders."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for index, row in enumerate(rows):
        values = rows[index % 2]  # of two rows, so that there are few folders
        folder = "".join(f"{name}={_folder_value(values[name])}/" for name in partitions)
        groups.setdefault(folder, []).append({name: value for name, value in row.items() if name not in partitions})
    return groups


def _folder_value(value: Any) -> str:
    return "__HIVE_DEFAULT_PARTITION__" if value is None else re.sub(r"[/=:%\s]", "-", str(value))
