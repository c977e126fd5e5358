"""The versions of the CDK: those that this project pins, and others in a temporary folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from aws_glue_cdk_baseline.config.errors import did_you_mean
from tools.job_arguments import RunError

# The packages that make the templates, as requirements.txt names them, and what reads them, as package.json does.
# They are installed together, since they share one folder: a package of the CDK does not find another elsewhere.
PYTHON = ("aws-cdk-lib", "aws-cdk.aws-glue-alpha", "constructs")
NPM = ("aws-cdk", "cdk-assets")
# requirements.txt says why the alpha is not upgraded: a newer one prints warnings. npm's `latest` of aws-cdk may be
# another line: this project's CLI is that of CDK 2.
STAYS = ("aws-cdk.aws-glue-alpha",)
LATEST = {"aws-cdk": "aws-cdk@2", "cdk-assets": "cdk-assets@latest"}
UNREACHABLE = re.compile(
    r"from versions: none|Max retries|NewConnectionError|Temporary failure|Connection refused|timed out"
    r"|ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|E403|ProxyError"
)
SECONDS = 600  # of an installation


@dataclass(frozen=True)
class Installed:
    """The CDK of a synth: its versions by package, the folder of its Python packages, and that of its npm packages."""

    versions: Mapping[str, str]
    python: Path | None
    npm: Path

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables with which `cdk synth` takes it."""
        path = {"PATH": os.pathsep.join([str(self.npm / ".bin"), str(Path(sys.executable).parent), os.environ["PATH"]])}
        return {**path, **({"PYTHONPATH": str(self.python)} if self.python else {})}


def pinned(project: Path) -> Installed:
    """Return the CDK that a project pins and has installed."""
    lines = (project / "requirements.txt").read_text(encoding="utf-8").splitlines()
    requirements = [Requirement(text) for line in lines if (text := line.partition("#")[0].strip())]
    versions = {item.name: str(item.specifier).removeprefix("==") for item in requirements if item.name in PYTHON}
    npm = json.loads((project / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    return Installed({**versions, **{name: npm[name] for name in NPM}}, None, project / "node_modules")


def wanted(given: Sequence[str], pins: Mapping[str, str]) -> dict[str, str]:
    """Return the version of each package to compare with; an empty one is the newest.

    `given` are requirements such as `aws-cdk-lib==2.275.0`; packages that it does not name keep their pins. Without
    any, all but STAYS get the newest. Raise RunError if one is none of this project's.
    """
    if not given:
        return {name: version if name in STAYS else "" for name, version in pins.items()}
    found = dict(pins)
    for text in given:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            raise RunError(f"{text!r} is not a version; write such as aws-cdk-lib==2.275.0") from None
        names = [name for name in pins if canonicalize_name(name) == canonicalize_name(requirement.name)]
        if not names:
            hint = did_you_mean(requirement.name, list(pins)) or f"; it has: {', '.join(pins)}"
            raise RunError(f"{requirement.name} is not a package that makes the templates{hint}")
        version = re.fullmatch(r"===?([\w.+!-]+)", str(requirement.specifier))
        if requirement.specifier and not version:
            raise RunError(f"{text!r} is not one version; write such as {names[0]}=={pins[names[0]]}")
        found[names[0]] = version[1] if version else ""
    return found


def install(versions: Mapping[str, str], now: Installed, folder: Path) -> Installed:
    """Install what differs from `now` into a new folder, and return it. Raise RunError if that fails.

    Nothing of this project is changed: neither its virtual environment nor node_modules.
    """
    changed = [name for name, version in versions.items() if version != now.versions[name]]
    found, python, npm = dict(now.versions), now.python, now.npm
    if any(name in PYTHON for name in changed):
        python = folder / "python"
        packages = [f"{name}=={versions[name]}" if versions[name] else name for name in PYTHON]
        options = ["--disable-pip-version-check", "--no-compile", "--only-binary=:all:", "--retries", "2"]
        _run([sys.executable, "-m", "pip", "install", "--quiet", *options, "--target", str(python), *packages])
        there = {canonicalize_name(item.name): item.version for item in distributions(path=[str(python)])}
        found |= {name: there[canonicalize_name(name)] for name in PYTHON}
    if any(name in NPM for name in changed):
        place = folder / "npm"
        packages = [f"{name}@{versions[name]}" if versions[name] else LATEST[name] for name in NPM]
        options = ["--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts", "--loglevel=error"]
        _run(["npm", "install", "--prefix", str(place), "--fetch-retries=1", *options, *packages])
        npm = place / "node_modules"
        for name in NPM:
            found[name] = str(json.loads((npm / name / "package.json").read_text(encoding="utf-8"))["version"])
    return Installed(found, python, npm)


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise RunError(f"{command[0]} is not installed; `make synth` installs it") from None
    except subprocess.TimeoutExpired:
        raise RunError(f"{_registry(command)} did not answer within {SECONDS // 60} minutes; try again") from None
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}"
        errors = [line for line in said.splitlines() if re.match(r"\s*(ERROR|npm error)", line)] or [said.strip()]
        # npm says first what is wrong, and pip last, unless versions do not fit together.
        first = command[0] == "npm" or "Cannot install" in errors[0]
        reason = re.sub(r"^\s*(ERROR:|npm error)\s*", "", errors[0 if first else -1])
        if UNREACHABLE.search(said):
            raise RunError(f"{_registry(command)} cannot be reached: {reason}")
        raise RunError(f"{_registry(command)}: {reason}")


def _registry(command: Sequence[str]) -> str:
    return "the registry of npm" if command[0] == "npm" else "the registry of Python packages"
