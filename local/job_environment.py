"""The Python path of a job's processes on a laptop: shared code and third-party packages."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT, Job
from aws_glue_cdk_baseline.config.packages import LOCK, read_lock
from local.job_packages import PackagesError, folder_of, has_packages, locked_folder

JOB_SCRIPTS = PROJECT / "aws_glue_cdk_baseline" / "job_scripts"


def python_path(job: Job) -> list[str]:
    """Return the folders for the Python path of a job's script and its workers, the first one first.

    Packages that are not on this machine yet are installed. Raise PackagesError if that fails, or if the script imports
    a package of Glue that is not locked for this machine.
    """
    locked = read_lock(PROJECT / LOCK).locked
    if missing := [pin for pin in job.glue_packages if pin.partition("==")[0] not in locked]:
        raise PackagesError(
            f"{job.script.name} imports a package that Glue {job.settings.glue_version} has, and this machine has not:"
            f" {missing[0]}; run `make lock`"
        )
    return [*additional_folders(job.additional_modules, _options(job), set(job.packages)), str(job.scripts_folder)]


def additional_folders(modules: Iterable[str], options: Iterable[str], locked: set[str]) -> list[str]:
    """Return the folders of what Glue installs for a job: its own modules, then those of the lock."""
    own = [module for module in modules if module not in locked]
    folders = [folder_of(own, list(options))] if own else []
    common = locked_folder(PROJECT / LOCK)
    return [str(folder) for folder in [*folders, *([common] if common else [])]]


def _options(job: Job) -> list[str]:
    return shlex.split(job.settings.default_arguments.get("--python-modules-installer-option", ""))


def with_path(environment: Mapping[str, str], folders: Iterable[str]) -> dict[str, str]:
    """Return `environment` with these folders first on its PYTHONPATH."""
    path = [*folders, *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    return {**environment, "PYTHONPATH": os.pathsep.join(path)}


def add_packages_to_tests(paths: Iterable[str]) -> None:
    """Let the tests of this process find the jobs' packages, and so do Spark's workers. `paths` are what pytest runs.

    They come first if only job tests run. Else they come last, so that they replace no package of the project.
    """
    folder = locked_folder(PROJECT / LOCK) if has_packages(PROJECT / LOCK) else None
    if not folder:
        return
    if all(Path(path.partition("::")[0]).resolve().is_relative_to(JOB_SCRIPTS) for path in paths):
        sys.path.insert(0, str(folder))
        os.environ.update(with_path(os.environ, [str(folder)]))
    else:
        sys.path.append(str(folder))
        os.environ["PYTHONPATH"] += os.pathsep + str(folder)
