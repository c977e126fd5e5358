"""Run a job on two Glue versions, each in a copy of out/ that is gone after the check: nothing else is written."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from aws_glue_cdk_baseline.config import Job, StageConfig
from local.catalog.tables import TableFiles
from local.s3.store import FileStore
from local.samples import below
from tools.rows import hidden
from tools.run_job import inputs
from tools.run_job.job_process import Run, run_job
from tools.upgrade_check.printed import Printed, read_printed
from tools.upgrade_check.script_reading import shown
from tools.upgrade_check.settings_reading import for_version

CALLED = re.compile(r"was called from\n(.+?):(\d+)")  # Spark 4 knows which expression failed
TRACEBACK = re.compile(r'^ *File "(.+?)", line (\d+)', re.MULTILINE)


@dataclass(frozen=True)
class VersionRun:
    """A run of a job on a Glue version, what it printed, and the S3 that it left."""

    version: str
    run: Run
    text: str
    store: FileStore

    @property
    def printed(self) -> Printed:
        return read_printed(self.text)

    def remove(self) -> None:
        """Remove what the run wrote, when all is known of it."""
        shutil.rmtree(self.store.out, ignore_errors=True)

    @property
    def reason(self) -> str:
        """Return why the run failed, in one line, with the line of the script if it is known."""
        job = self.run.job
        own = {str(file): file for file in (job.script, *job.shared_files)}
        named = [*TRACEBACK.findall(self.text), *CALLED.findall(self.text)]
        places = [(own[file], line) for file, line in named if file in own]
        where = f"{shown(job, places[-1][0])}:{places[-1][1]}: " if places else ""
        return f"{where}{self.run.reason or f'exit code {self.run.code}'}"


def run_on(
    version: str, job: Job, stage: StageConfig, arguments: Mapping[str, str], start: FileStore, folder: Path
) -> VersionRun:
    """Run the job on a Glue version, from the S3 `start`, which stays as it is. `folder` gets what the run writes."""
    store = FileStore(start.samples, copy_of(start.out, folder))
    on_version = for_version(job, version)
    inputs.set_samples_aside(on_version, store)
    with tempfile.TemporaryFile() as output:
        run = run_job(on_version, stage.names.job(job.name), arguments, store, output=output)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    return VersionRun(version, run, text, store)


def copy_of(out: Path, folder: Path) -> Path:
    """Make `folder` a copy of `out`, of links where that is possible: a store replaces files, and changes none."""
    if out.is_dir():
        shutil.copytree(out, folder, copy_function=_link)
    else:
        folder.mkdir(parents=True)
    return folder


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without links
        shutil.copy2(source, target)


def written_locations(runs: list[VersionRun]) -> list[str]:
    """Return the locations to compare: the job's outputs, and every other folder that one of its runs wrote to."""
    job = runs[0].run.job
    written = [uri for run in runs for uri in run.run.written]
    outputs = [output for output in job.output_locations if any(below(uri, output) for uri in written)]
    others = {uri.rpartition("/")[0] + "/" for uri in written if not any(below(uri, output) for output in outputs)}
    tops = sorted(folder for folder in others if not any(below(folder, top) for top in others - {folder}))
    return [*dict.fromkeys(outputs), *tops]


class Dataset(NamedTuple):
    """What is compared: all files at a location, or those of one folder below it, whose partitions are no folders."""

    location: str
    folder: str | None = None

    @property
    def name(self) -> str:
        return f"{self.location.rstrip('/')}/{self.folder}/" if self.folder else self.location

    def files(self, store: FileStore) -> list[tuple[str, Path]]:
        """Return the files in a store, each with its key below the location."""
        found = files_at(self.location, store)
        return found if self.folder is None else [one for one in found if _folder(one[0]) == self.folder]


def datasets(location: str, one: FileStore, other: FileStore) -> list[Dataset]:
    """Return what to compare at a location: each folder by itself, if both stores have the same ones."""
    folders = [
        sorted({_folder(key) for key, _ in files_at(location, store) if not hidden(key)}) for store in (one, other)
    ]
    return [Dataset(location, name) for name in folders[0]] if folders[0] == folders[1] else [Dataset(location)]


def _folder(key: str) -> str:
    """Return the folder of a key without those of partitions: `big/day=1/part-0` is in `big`."""
    return "/".join(takewhile(lambda part: "=" not in part, key.split("/")[:-1]))


def files_at(location: str, store: FileStore) -> list[tuple[str, Path]]:
    """Return the files at a location and below it, each with its key there."""
    bucket, _, key = location.partition("://")[2].partition("/")
    if key and (entry := store.find(bucket, key.rstrip("/"))):
        return [(entry.key.rpartition("/")[2], store.fetch(entry))]
    prefix = f"{key.rstrip('/')}/" if key else ""
    return [(entry.key.removeprefix(prefix), store.fetch(entry)) for entry in store.below(bucket, prefix)]


def table_text(name: str, store: FileStore) -> str:
    """Return a table of the Data Catalog (`database.table`) as text, its partitions in order, or an empty text."""
    database, _, table = name.partition(".")
    found = dict(TableFiles(store.samples, store.out).tables(database)).get(table)
    if found is None:
        return ""
    return found._replace(partitions=tuple(sorted(found.partitions, key=lambda item: item["Values"]))).text()


def local_outputs(job: Job, arguments: Mapping[str, str]) -> list[str]:
    """Return the arguments by which both runs would write to one folder of this machine."""
    return [
        name
        for name, value in arguments.items()
        if name.startswith("--output") and "://" not in value and value != job.run_arguments.get(name)
    ]
