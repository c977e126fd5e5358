"""Write requirements-jobs.lock: what requirements-jobs.txt needs, and what scripts import of Glue's own packages.

Glue installs a job's packages beside its own, and keeps its own where their versions fit. So does this lock.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Container, Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path

from aws_glue_cdk_baseline.config import Config, ConfigError, glue_packages, load_config
from aws_glue_cdk_baseline.config.packages import LOCK, REQUIREMENTS, canonical, read_lock, read_requirements
from local.job_packages import HASHES, PackagesError, install, keep

GLUE = "packages-of-glue.txt"  # in the comments of the lock: what a script imports of Glue's own packages


def refresh(project: Path, config_file: Path, compile_command: list[str]) -> int:
    """Update the lock, or remove it if no script needs a package. Return an exit code; errors are printed.

    `compile_command` is `uv pip compile` with its options.
    """
    pins, errors = read_requirements(project)
    if errors:
        print(ConfigError(errors))
        return 1
    try:
        config = load_config(config_file, project, packages=False)
    except ConfigError as error:
        print(error)
        return 1
    of_glue = imported_of_glue(config, pins)
    lock = project / LOCK
    if not pins and not of_glue:
        lock.unlink(missing_ok=True)
        return 0
    with tempfile.TemporaryDirectory(prefix="lock-jobs-") as folder:
        place = Path(folder)
        inputs = {REQUIREMENTS: project / REQUIREMENTS, GLUE: place / GLUE}
        (place / GLUE).write_text("".join(f"{pin}\n" for pin in of_glue), encoding="utf-8")
        if pins:
            (place / REQUIREMENTS).write_bytes(inputs[REQUIREMENTS].read_bytes())
        # uv keeps a version of the file that it writes, if it fits.
        kept = lock.read_text(encoding="utf-8") if lock.is_file() and "--upgrade" not in compile_command else ""
        (place / LOCK).write_text(kept + "".join(preferred(config, lock if kept else None)), encoding="utf-8")
        command = [word for word in compile_command if word != "--upgrade"]
        command += ["--output-file", LOCK, *([REQUIREMENTS] if pins else []), *([GLUE] if of_glue else [])]
        if code := subprocess.run(command, cwd=place, stdout=subprocess.DEVNULL).returncode:
            return code
        try:
            install(place / "packages", [*HASHES, "--requirement", str(place / LOCK)])
        except PackagesError as error:
            print(error)
            return 1
        header = provided(pins, place / "packages", read_lock(lock).provided)
        lock.write_text(header + (place / LOCK).read_text(encoding="utf-8"), encoding="utf-8")
        keep(place / "packages", lock)
    return 0


def imported_of_glue(config: Config, pins: Container[str]) -> list[str]:
    """Return the packages of Glue that scripts import (`name==version`). Of two Glue versions, the older one counts."""
    jobs = sorted((job for stage in config.stages for job in stage.jobs), key=lambda job: job.settings.glue_version)
    found: dict[str, str] = {}
    for job in jobs:
        for pin in job.glue_packages:
            found.setdefault(pin.partition("==")[0], pin)
    return sorted(pin for name, pin in found.items() if name not in pins)


def preferred(config: Config, lock: Path | None) -> list[str]:
    """Return the lines of Glue's own versions that the lock does not have yet."""
    oldest = min(job.settings.glue_version for stage in config.stages for job in stage.jobs)
    locked = read_lock(lock).locked if lock else {}
    return [f"{name}=={version}\n" for name, version in glue_packages.versions(oldest).items() if name not in locked]


def provided(pins: Iterable[str], folder: Path, before: dict[str, tuple[str, ...]]) -> str:
    """Return a line for each package with the modules that it provides: `# PyYAML: _yaml, yaml`."""
    installed = {canonical(item.metadata["Name"]): item for item in distributions(path=[str(folder)])}
    lines = []
    for name in sorted(pins):
        # A marker may leave a package out on this machine.
        modules = modules_of(installed[name]) if name in installed else before.get(name) or [name.replace("-", "_")]
        lines.append(f"# {name}: {', '.join(modules)}\n")
    return "".join(lines)


def modules_of(package: Distribution) -> list[str]:
    """Return the names of the modules that an installed package provides."""
    found = set()
    for file in package.files or ():
        first, *below = file.parts
        name = first if below else re.sub(r"(\.abi3|\.cpython-[\w-]+)?\.(py|so)$", "", first)
        if name.isidentifier() and (not below or file.suffix in (".py", ".so", ".pyi")):
            found.add(name)
    return sorted(found - {"__pycache__", "bin"})
