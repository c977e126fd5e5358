"""The third-party packages of the jobs on a laptop: folders of their own, beside the project's environment.

Each set of packages has a folder below `.jobs/`, named by the content of its lock or list. Nothing is made for a
project without packages. `python -m local.job_packages LOCK` prints the folder of a lock, and makes it if it is new.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.config.packages import LOCK
from local.samples import sample_of

# Where such folders are. A build of the rehearsal uses those of the laptop, by this variable.
VARIABLE = "LOCAL_FOLDERS"
PLACE = Path(os.environ.get(VARIABLE) or PROJECT)
FOLDERS = PLACE / ".jobs"
UNFINISHED = "unfinished-"
OLD_SECONDS = 3600
# --no-compile: most modules are never imported, and Python compiles the others when they are.
PIP = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-compile", "--progress-bar=off"]
HASHES = ["--require-hashes", "--only-binary=:all:", "--no-deps"]  # a lock has all packages


class PackagesError(Exception):
    """Packages cannot be installed. The message is one line."""


def has_packages(lock: Path = PROJECT / LOCK) -> bool:
    """Return true if there is a lock with packages."""
    return lock.is_file() and "==" in lock.read_text(encoding="utf-8")


def locked_folder(lock: Path = PROJECT / LOCK) -> Path | None:
    """Return the folder with the packages of a lock, or None if there are none. Raise PackagesError."""
    if not has_packages(lock):
        return None
    return _folder(lock.read_bytes(), [*HASHES, "--requirement", str(lock)], f"the packages of {lock.name}")


def folder_of(modules: Sequence[str], options: Sequence[str] = ()) -> Path:
    """Return the folder with the packages of `--additional-python-modules`, and with what they need.

    `modules` are such as scipy==1.14.1, or a wheel, here or in S3. Raise PackagesError.
    """
    given = [_wheel(item) if item.startswith("s3://") else item for item in sorted(modules)]
    files = [Path(item).read_bytes() for item in given if Path(item).is_file()]
    key = b"\0".join([*(item.encode() for item in [*sorted(modules), *options]), *files])
    return _folder(key, [*options, *given], ", ".join(sorted(modules)))


def _wheel(location: str) -> str:
    """Return the file that stands for a wheel in S3."""
    if file := sample_of(location):
        return str(file)
    place = location.removeprefix("s3://")
    raise PackagesError(f"{location} is not on this machine; put a copy at samples/{place}")


def _place(content: bytes) -> Path:
    here = f"{sys.version_info[:2]} {sysconfig.get_platform()}".encode()
    return FOLDERS / hashlib.sha256(here + b"\0" + content).hexdigest()[:16]


def _folder(content: bytes, arguments: list[str], what: str) -> Path:
    folder = _place(content)
    if folder.is_dir():
        return folder
    FOLDERS.mkdir(exist_ok=True)
    _remove_unfinished()
    # Only a whole folder gets its name, so that an interrupted installation leaves none.
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=FOLDERS) as unfinished:
        print(f"Installing {what} for the jobs (once)", file=sys.stderr, flush=True)
        install(Path(unfinished) / "packages", arguments)
        try:
            (Path(unfinished) / "packages").rename(folder)
        except OSError:  # another process was faster
            if not folder.is_dir():
                raise
    return folder


def keep(folder: Path, lock: Path) -> None:
    """Make an installed folder the one of this lock."""
    place = _place(lock.read_bytes())
    if not place.is_dir():
        FOLDERS.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=FOLDERS) as unfinished:
            shutil.move(folder, Path(unfinished) / "packages")  # it may come from another disk
            (Path(unfinished) / "packages").rename(place)


def install(folder: Path, arguments: Sequence[str], temporary: Path | None = None) -> None:
    """Install packages into a new folder with pip. Raise PackagesError with pip's last line if it fails.

    `temporary` is a folder for what pip downloads and builds, which may be large.
    """
    folder.mkdir()
    command = [*PIP, "--quiet", "--target", str(folder), *arguments]
    environment = {**os.environ, **({"TMPDIR": str(temporary)} if temporary else {})}
    result = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    if result.returncode:
        lines = [line for line in result.stdout.splitlines() if line.strip()]
        errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
        print(result.stdout, file=sys.stderr)
        raise PackagesError(f"pip: {(errors or lines or ['it failed'])[-1]}")


def _remove_unfinished() -> None:
    """Remove what an installation left that was killed. A younger one may be under way."""
    for folder in FOLDERS.glob(f"{UNFINISHED}*"):
        if time.time() - os.stat(folder).st_mtime > OLD_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    try:
        print(locked_folder(Path(sys.argv[1]).resolve()) or "")
    except PackagesError as error:
        sys.exit(str(error))
