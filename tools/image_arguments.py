"""Turn a job's arguments into those of a container: files of this machine are mounted, those of the laptop's S3 too."""

from __future__ import annotations

import sys
from pathlib import Path

from aws_glue_cdk_baseline.config import Job
from build_stage.docker_command import HOME, Mount
from build_stage.docker_engine import ImageError
from local.s3.store import FileStore
from local.samples import place
from tools.run_job.inputs import input_arguments


def on_the_laptop(job: Job, arguments: dict[str, str], files: FileStore) -> dict[str, str]:
    """Return the arguments with the paths of the laptop's S3 for the job's locations, which the image does not know."""
    paths = {}
    for name, value in arguments.items():
        if name in input_arguments(job, arguments):
            written = place(value, files.out)
            paths[name] = str(written if written.exists() else place(value, files.samples))
        elif value in job.output_locations:
            paths[name] = str(place(value, files.out))
    return arguments | paths


def container_arguments(arguments: dict[str, str]) -> tuple[dict[str, str], list[Mount]]:
    """Return the arguments with their paths in the container, and the mounts for these paths."""
    values, mounts = {}, []
    for name, value in arguments.items():
        path = Path(value).absolute()
        if "://" in value or not _names_a_path(name):
            values[name] = value
            continue
        if name.startswith("--output"):
            mount = Mount(_output_folder(name, path), f"output/{name[2:]}", writable=True)
            inside = f"{mount.target}/{path.name}"
        elif path.is_dir():
            mount = Mount(path, f"input/{name[2:]}")
            inside = mount.target
        else:
            mount = Mount(path, f"input/{name[2:]}/{path.name}")
            inside = mount.target
        mounts.append(mount)
        values[name] = f"file://{HOME}/{inside}"  # the default file system of Spark in the image may be another one
    return values, mounts


def _names_a_path(argument: str) -> bool:
    return argument.startswith("--input") or "path" in argument[2:].split("_")


def _output_folder(name: str, path: Path) -> Path:
    """Return the folder to mount for an output: its parent, because a job cannot replace a folder that is mounted."""
    folder = path.parent
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o777)
    # On Linux, the user in the image has other permissions than the user of this machine. Docker Desktop maps the two.
    if sys.platform == "linux" and not folder.stat().st_mode & 0o002:
        raise ImageError(f"{name}: the image's user cannot write into {folder}; name a new folder, such as out/result")
    return folder
