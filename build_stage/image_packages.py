"""Packages of requirements-jobs.lock that the tests in a Glue image need: those that the image does not have."""

from __future__ import annotations

from pathlib import Path

from aws_glue_cdk_baseline.config import glue_packages
from aws_glue_cdk_baseline.config.packages import LOCK, canonical, read_lock

# As Glue installs a job's packages, for the image's user. The lock has all that they need (--no-deps).
PIP = "python3 -m pip install --user --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all:"


def image_lock(project: Path, glue_version: str) -> str:
    """Return the part of the lock for a Glue image, or an empty text if the image has everything.

    A package that Glue has stays as it is in the image, unless requirements-jobs.txt names it or something in it needs
    another version: pip in Glue does the same.
    """
    file = project / LOCK
    lock = read_lock(file)
    in_image = glue_packages.versions(glue_version)
    wanted = {
        name
        for name, package in lock.locked.items()
        if name in lock.provided or name not in in_image or not glue_packages.is_glues(name, package.version)
    }
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True) if wanted else []
    found: list[str] = []
    for line in lines:
        if not line.startswith((" ", "#")):
            kept = canonical(line.partition("==")[0]) in wanted
        found += [line] if not line.startswith("#") and kept else []
    return "".join(found)


def write_image_lock(project: Path, glue_version: str, file: Path) -> None:
    """Write the part of the lock to `file`, which the image's user can read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(image_lock(project, glue_version), encoding="utf-8")
    file.chmod(0o644)
