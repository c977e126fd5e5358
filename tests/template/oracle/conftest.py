"""AWS's own Python library of Glue 5.1 and 6.0, fetched once from the package index, in a folder of these tests."""

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from local.spark import GLUE_LIBS
from tests.template.rehearsal.projects import environment

HERE = Path(__file__).resolve().parent
FOLDER = PROJECT / ".local" / "oracle"
PYTHONS = {"5.1": "3.11", "6.0": "3.13"}  # what each version of the library says that it needs
SPARKS = {"5.1": "", "6.0": "4.1.1"}  # the Spark that both libraries are made to believe in


@dataclass(frozen=True)
class Both:
    """Glue's library and the stand-in, of one Glue version."""

    version: str
    library: Path

    def ask(self, question: str, **more: Any) -> tuple[Any, Any]:
        """Return the answers of Glue's library and of the stand-in, each from a process of its own."""
        request = json.dumps({"ask": question, "pretend": SPARKS[self.version], **more})
        return self._answer(self.library, request), self._answer(GLUE_LIBS, request)

    def _answer(self, folder: Path, request: str) -> Any:
        result = subprocess.run(
            [sys.executable, "library.py"],
            input=request,
            cwd=HERE,
            env={**environment(), "PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)


@pytest.fixture(scope="session", params=PYTHONS)
def both(request: pytest.FixtureRequest) -> Both:
    version = str(request.param)
    wheel = fetched(version)
    library = FOLDER / wheel.stem
    if not library.is_dir():
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(library)
    return Both(version, library)


def fetched(version: str) -> Path:
    """Return the wheel of the lock file. pip fetches it where it is not there, and where its hash is another one."""
    lock = HERE / f"glue-{version}.lock"
    digest = re.findall(r"sha256:(\w+)", lock.read_text(encoding="utf-8"))[0]
    folder = FOLDER / version
    for wheel in folder.glob("*.whl"):
        if hashlib.sha256(wheel.read_bytes()).hexdigest() == digest:
            return wheel
        wheel.unlink()
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    command += ["--only-binary=:all:", f"--python-version={PYTHONS[version]}", "-r", str(lock), "-d", str(folder)]
    result = subprocess.run(command, env=os.environ, capture_output=True, text=True)
    if result.returncode:
        said = result.stderr.strip().splitlines()[-1:] or ["pip said nothing"]
        pytest.fail(f"{lock.name}: pip cannot fetch this package; these tests need the network once: {said[0]}", False)
    return next(folder.glob("*.whl"))
