"""A job's arguments as the Glue image needs them: files of this machine are lent to the container, and named as it sees
them; the public us-legislators files are replaced by sample data.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from build_stage.docker_command import HOME, Mount
from build_stage.docker_engine import ImageError
from tools.run_job import stand_ins, with_sample_data


def make_sample_data(arguments: dict[str, str], folder: Path) -> None:
    """Print the arguments; put the sample data that stands in for some of them into `folder`, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        with_sample_data(arguments, Path(fresh))
        for file in Path(fresh).iterdir():
            file.chmod(0o644)  # the image's user is not the one who made it
            file.replace(folder / file.name)
    folder.chmod(0o755)


def lend(arguments: dict[str, str], sample_folder: Path) -> tuple[dict[str, str], list[Mount]]:
    """The arguments as a script in the container reads them, and the mounts that they need."""
    values, mounts = {}, []
    for name, value in (arguments | stand_ins(arguments, sample_folder)).items():
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
        values[name] = f"file://{HOME}/{inside}"  # Spark's own file system may be another in the image
    return values, mounts


def _names_a_path(argument: str) -> bool:
    return argument.startswith("--input") or "path" in argument[2:].split("_")


def _output_folder(name: str, path: Path) -> Path:
    """The folder around an output, since a job that replaces its output cannot remove what is mounted itself."""
    folder = path.parent
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o777)
    # On Linux the image's user is another one here; Docker Desktop hides the difference.
    if sys.platform == "linux" and not folder.stat().st_mode & 0o002:
        raise ImageError(f"{name}: the image's user may not write into {folder}; name a new folder, such as out/result")
    return folder
