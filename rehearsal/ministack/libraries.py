"""What Glue fetches for a job before its script runs: the zips of `--extra-py-files`, and packages."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import boto3

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.config.packages import read_packages
from local.job_environment import additional_folders, with_path


def add_libraries(arguments: list[str], folder: Path) -> None:
    """Put the libraries that a run's arguments name on the Python path of this process and of Spark's workers.

    They are fetched into `folder` with the credentials of this process, which are those of the job's role. Raise
    ClientError if the role cannot read one, and PackagesError if a package cannot be installed.
    """
    given = dict(zip(arguments[::2], arguments[1::2], strict=False))
    files = [_fetched(item, folder) for item in _items(given.get("--extra-py-files", ""))]
    modules = [
        str(_fetched(item, folder)) if item.startswith("s3://") else item
        for item in _items(given.get("--additional-python-modules", ""))
    ]
    locked = {str(pin) for pin in read_packages(PROJECT).pins.values()}
    options = shlex.split(given.get("--python-modules-installer-option", ""))
    folders = additional_folders(modules, options, locked)
    path = [*(str(file if file.suffix in (".zip", ".egg", ".whl") else file.parent) for file in files), *folders]
    sys.path[1:1] = path  # sys.path[0] becomes the script's folder
    os.environ.update(with_path(os.environ, path))


def _items(value: str) -> list[str]:
    return [item.strip() for item in value.split(",") if item.strip()]


def _fetched(location: str, folder: Path) -> Path:
    bucket, _, key = location.removeprefix("s3://").partition("/")
    file = folder / "libraries" / Path(key).name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    return file
