"""Which Glue versions each file of the job tests runs on: those of the jobs that it tests."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from aws_glue_cdk_baseline.config.loading import PROJECT
from aws_glue_cdk_baseline.config.records import JOB_SCRIPTS, Config, Job
from aws_glue_cdk_baseline.config.shared_code import SharedCode

SCRIPTS = PROJECT.joinpath(*JOB_SCRIPTS)
TESTS = SCRIPTS / "tests"
CONFIG = "JOB_CONFIG"  # a variable: the config file of the job tests, where it is not default-config.yaml


def config_file() -> Path:
    """Return the config file of the job tests."""
    return PROJECT / os.environ.get(CONFIG, "default-config.yaml")


def glue_versions(config: Config) -> list[str]:
    """Return the Glue versions of all jobs of all stages, the oldest first."""
    return sorted({job.settings.glue_version for job in _jobs(config)})


def versions_by_file(config: Config, scripts: Path = SCRIPTS) -> dict[Path, frozenset[str]]:
    """Return the Glue versions on which each test file in the folder `tests` of `scripts` runs.

    They are those that its jobs have in any stage. A file that tests no job runs on every version of the config.
    """
    shared, jobs = SharedCode(scripts), _jobs(config)
    return {
        file: frozenset(job.settings.glue_version for job in _tested(file, jobs, shared) or jobs)
        for file in sorted((scripts / "tests").rglob("test_*.py"))
    }


def files_left_out(config: Config, glue_version: str, scripts: Path = SCRIPTS) -> list[Path]:
    """Return the test files that do not run on a Glue version."""
    return [file for file, versions in versions_by_file(config, scripts).items() if glue_version not in versions]


def _tested(file: Path, jobs: Sequence[Job], shared: SharedCode) -> list[Job]:
    """Return the jobs of the script that a file is named after, `test_<script>.py`.

    If there is none: the jobs whose script it imports or names, else those that are shipped with what it imports.
    """
    if named := [job for job in jobs if f"test_{job.script.stem}" == file.stem]:
        return named
    imported = set(shared.of(file).files)
    text = file.read_text(encoding="utf-8", errors="replace")
    run = {job.script for job in jobs if any(f"{quote}{job.script.name}{quote}" in text for quote in "\"'")}
    return [job for job in jobs if job.script in imported | run] or [
        job for job in jobs if imported.intersection(job.shared_files)
    ]


def _jobs(config: Config) -> list[Job]:
    return [job for stage in config.stages for job in stage.jobs]
