"""A rehearsed job run fetches its libraries before its script runs."""

import io
import os
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

from local import job_environment, job_packages
from local.job_packages import PackagesError
from rehearsal.ministack import libraries
from tests.wheels import make_wheel, use_only


class Store:
    """A client of S3 that has these objects, by bucket/key."""

    def __init__(self, **objects: bytes) -> None:
        self.objects = objects

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(self.objects[f"{Bucket}/{Key}"])}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a job run, in a project without requirements-jobs.txt, with no package index."""
    use_only(tmp_path / "wheels", monkeypatch)
    make_wheel(tmp_path / "elsewhere", "sizes", "1.0", {"sizes.py": ""})
    wheel = (tmp_path / "elsewhere" / "sizes-1.0-py3-none-any.whl").read_bytes()
    store = Store(**{"assets/abc.zip": b"zip", "code/one.py": b"py", "code/sizes-1.0-py3-none-any.whl": wheel})
    monkeypatch.setattr(boto3, "client", lambda service: store)
    monkeypatch.setattr(libraries, "PROJECT", tmp_path)
    monkeypatch.setattr(job_packages, "FOLDERS", tmp_path / "jobs")
    monkeypatch.setattr(job_environment, "locked_folder", lambda _: None)
    monkeypatch.setattr(sys, "path", ["script", "rest"])
    monkeypatch.setenv("PYTHONPATH", "glue_libs")
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


def test_zips_and_modules_come_before_everything_else(run: Path) -> None:
    libraries.add_libraries(["--a", "1", "--extra-py-files", "s3://assets/abc.zip,s3://code/one.py"], run)
    path = [f"{run}/libraries/abc.zip", f"{run}/libraries"]
    assert sys.path == ["script", *path, "rest"]
    assert os.environ["PYTHONPATH"].split(":") == [*path, "glue_libs"]
    assert (run / "libraries" / "abc.zip").read_bytes() == b"zip"


def test_packages_and_wheels_are_installed_into_a_folder_of_their_own(run: Path, tmp_path: Path) -> None:
    make_wheel(tmp_path / "wheels", "units", "1.0", {"units.py": ""})
    modules = "units==1.0,s3://code/sizes-1.0-py3-none-any.whl"
    libraries.add_libraries(["--additional-python-modules", modules], run)
    _, folder, _ = sys.path
    assert {path.name for path in Path(folder).glob("*.py")} == {"units.py", "sizes.py"}
    assert Path(folder).parent == tmp_path / "jobs"


def test_a_package_that_cannot_be_installed_is_the_reason_of_the_failure(run: Path) -> None:
    with pytest.raises(PackagesError, match=r"^pip: No matching distribution found for nothing==1$"):
        libraries.add_libraries(["--additional-python-modules", "nothing==1"], run)


def test_a_run_without_libraries_keeps_its_path(run: Path) -> None:
    libraries.add_libraries(["--JOB_NAME", "Show-dev"], run)
    assert sys.path == ["script", "rest"]
