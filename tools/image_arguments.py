"""Turn a job's arguments into those of a container: mount the files, and replace public files by sample data."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from build_stage.docker_command import HOME, Mount
from build_stage.docker_engine import ImageError
from tools.run_job import sample_files, with_sample_data


def make_sample_data(arguments: dict[str, str], folder: Path) -> None:
    """Print the arguments, and write the sample data that they need to `folder`: all files or none."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        with_sample_data(arguments, Path(fresh))
        for file in Path(fresh).iterdir():
            file.chmod(0o644)  # the user in the image is not the owner of the file
            file.replace(folder / file.name)
    folder.chmod(0o755)


def container_arguments(arguments: dict[str, str], sample_folder: Path) -> tuple[dict[str, str], list[Mount]]:
    """Return the arguments with their paths in the container, and the mounts for these paths."""
    values, mounts = {}, []
    for name, value in (arguments | sample_files(arguments, sample_folder)).items():
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
