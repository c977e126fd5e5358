"""The inputs of the jobs that a rehearsal will run: which samples are missing, and which runs need them.

The config says it before anything runs. An app without such a config has no missing samples: its inputs are what its
templates say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aws_glue_cdk_baseline.config import Config, ConfigError, Job, StageConfig, load_config
from aws_glue_cdk_baseline.config.chains import all_upstream
from aws_glue_cdk_baseline.config.job_tests import glue_versions
from aws_glue_cdk_baseline.config.yaml_file import YamlFile, read_yaml
from local import sample_data
from local.catalog.tables import FOLDER, files_of, read_table
from local.samples import place, sample_of, touch
from rehearsal.actions import source
from rehearsal.model import RehearsalError
from rehearsal.samples import PUBLIC_BUCKETS
from tools.job_arguments import config_variable

SHOWN = 3  # names in a line
DEFAULT_CONFIG = "default-config.yaml"
DATABASE = "the database "
SKIPS = "REHEARSAL_SKIPS"  # the variable from which the integration test knows the jobs to leave out


@dataclass(frozen=True)
class Missing:
    """An input of a job that has no sample, and that no job before it writes. `at` is its place in the config.

    `location` is in S3, or it is `the database …`, whose tables are missing.
    """

    at: str
    stage: str
    job: str
    location: str
    folder: Path  # for its sample, as a person may type it
    writer: str = ""  # a job of the stage that writes it, and does not come before the job

    def __str__(self) -> str:
        variables = f"JOB={self.job}{config_variable(self.at.rpartition(':')[0])}"
        if self.location.startswith(DATABASE):
            return (
                f"{self.at}: {self.job} reads {self.location}, and there is no table of it: get those of its inputs"
                f" (make sample {variables} PROFILE=…), or put what `aws glue get-table` prints into {self.folder}"
            )
        after = f"let it come after {self.writer}, which writes it (`after: {self.writer}`), or " if self.writer else ""
        return (
            f"{self.at}: {self.job} reads {self.location}, and there is no sample of it: {after}"
            f"get one (make sample {variables} PROFILE=…, or made-up rows: make new-sample {variables}), "
            f"or put files into {self.folder}"
        )


@dataclass(frozen=True)
class Inputs:
    """The inputs as they are known before the rehearsal, and the folder of its `samples`.

    `before` has the locations that the jobs before each job write, by the name of the deployed job.
    """

    samples: Path
    missing: tuple[Missing, ...] = ()
    before: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    skips: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # stage of the pipeline -> job -> reason
    glue_versions: tuple[str, ...] = ()  # of the jobs, as far as the config says them

    def variables(self, stage: str) -> dict[str, str]:
        """Return the variables with which the builds of a stage of the pipeline leave out jobs."""
        skips = self.skips.get(stage)
        return {SKIPS: json.dumps(skips)} if skips else {}


def read(project: Path, config: str = "") -> Inputs:
    """Return the inputs of the jobs in the config of `project`, as its files are now.

    Raise RehearsalError for a file in `samples/.catalog/` that is no table.
    """
    samples, file = project / "samples", project / (config or DEFAULT_CONFIG)
    if not file.is_file():
        return Inputs(samples)
    try:
        loaded = load_config(file, project)
    except ConfigError:  # the synth reports its errors, or the config is that of another kind of app
        return Inputs(samples)
    tested = [stage for stage in loaded.stages if stage.integration_test]
    sample_data.provide([place for stage in tested for job in stage.jobs for place in job.input_locations], samples)
    for job in (job for stage in tested for job in stage.jobs):
        for table in (
            path for name in (*job.input_databases, *job.output_databases) for path in files_of(samples, name)
        ):
            try:
                read_table(table)
            except ValueError as error:
                raise RehearsalError(str(error)) from None
    missing = tuple(_missing(loaded, tested, samples, file))
    return Inputs(
        samples,
        missing,
        {
            stage.names.job(job): written_by(before)
            for stage in loaded.stages
            for job, before in all_upstream(stage.jobs).items()
        },
        {stage.names.pipeline_stage: skips for stage in tested if (skips := _skips(stage, missing))},
        tuple(glue_versions(loaded)),
    )


def written_by(jobs: Iterable[Job]) -> tuple[str, ...]:
    """Return the locations that jobs write."""
    return tuple(location for job in jobs for location in job.output_locations)


def not_committed(project: Path, folder: str) -> str:
    """Return a line that names samples which are not in the last commit, or an empty text.

    Those of public buckets do not count: they are generated where they are missing.
    """
    if not (project / folder).is_dir():
        return ""
    public = tuple(f"{folder}/{bucket}/" for bucket in PUBLIC_BUCKETS)
    names = [name for name in source.uncommitted(project, folder) if not name.startswith(public)]
    if not names:
        return ""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    count = "1 sample is" if len(names) == 1 else f"{len(names)} samples are"
    return f"{count} not in the last commit, and used all the same: {', '.join(names[:SHOWN])}{more}"


def _deployed(job: Job, stage: StageConfig) -> str:
    return stage.names.job(job.name)


def _missing(config: Config, tested: Iterable[StageConfig], samples: Path, file: Path) -> Iterator[Missing]:
    lines = read_yaml(file, config.file)
    for stage in tested:
        before = all_upstream(stage.jobs)
        for job in stage.jobs:
            written = written_by(before[job.name])
            for location in dict.fromkeys(job.input_locations):
                if sample_of(location, samples) or any(touch(location, other) for other in written):
                    continue
                yield Missing(
                    at=f"{config.file}:{_line(lines, stage.name, job.name, location)}",
                    stage=stage.names.pipeline_stage,
                    job=job.name,
                    location=location,
                    folder=place(location, Path(samples.name)),
                    writer=next(_writers(location, job, stage), ""),
                )
            made = {name for one in (job, *before[job.name]) for name in one.output_databases}
            for database in job.input_databases:
                if database not in made and not files_of(samples, database):
                    yield Missing(
                        at=f"{config.file}:{_line(lines, stage.name, job.name, database)}",
                        stage=stage.names.pipeline_stage,
                        job=job.name,
                        location=f"{DATABASE}{database}",
                        folder=Path(samples.name) / FOLDER / database / "<table>.json",
                    )


def _line(file: YamlFile, stage: str, job: str, given: str) -> int:
    """Return the line of the parameter with this value, or that of the job."""
    path, data = (stage, "jobs", job), file.data
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    for parameter, value in data.items() if isinstance(data, dict) else ():
        if value == given:
            return file.line((*path, parameter))
    return file.line(path)


def _writers(location: str, job: Job, stage: StageConfig) -> Iterator[str]:
    for other in stage.jobs:
        if other.name != job.name and any(touch(location, output) for output in other.output_locations):
            yield other.name


def _skips(stage: StageConfig, missing: Iterable[Missing]) -> dict[str, str]:
    """Return the reason for each job of a stage that cannot run without samples, or after such a job."""
    reasons: dict[str, str] = {}
    for item in missing:
        if item.stage == stage.names.pipeline_stage:
            reasons.setdefault(item.job, f"no sample of {item.location}")
    skips, before = {}, all_upstream(stage.jobs)
    for job in stage.jobs:
        earlier = [other.name for other in before[job.name] if other.name in reasons]
        if reason := reasons.get(job.name) or (f"after {earlier[0]}, which is skipped" if earlier else ""):
            skips[_deployed(job, stage)] = reason
    return skips
