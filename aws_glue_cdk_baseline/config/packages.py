"""Read requirements-jobs.txt and its lock: the third-party packages that job scripts may import.

People edit requirements-jobs.txt. `make lock` writes requirements-jobs.lock: every package that these need, with
hashes. At its top is a line for each package of requirements-jobs.txt with its modules: `# PyYAML: yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from aws_glue_cdk_baseline.config import glue_packages
from aws_glue_cdk_baseline.config.errors import ErrorLine, shown
from aws_glue_cdk_baseline.config.glue_versions import PYTHONS

REQUIREMENTS, LOCK = "requirements-jobs.txt", "requirements-jobs.lock"
ALLOWED = "allowed: an exact version, such as requests==2.32.3"
# For which a marker such as `; sys_platform == "linux"` is evaluated, with the Python of the Glue version.
GLUE = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "sys_platform": "linux",
}
_COMMENT = re.compile(r"(^|\s)#.*")
_PROVIDED = re.compile(r"# ([\w.-]+): ([\w, ]+)")
_LOCKED = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\[[\w,.-]+\])?==([\w.+!]+)")
_HASH = re.compile(r"\s+--hash=(\S+)")
_VIA = re.compile(r"\s+# via (.*)")


@dataclass(frozen=True)
class Pin:
    """A line of requirements-jobs.txt. `name` is as typed, with an extra; `glue_versions` are those that it is for."""

    name: str
    version: str
    line: int
    glue_versions: frozenset[str] = frozenset(PYTHONS)

    def __str__(self) -> str:
        return f"{self.name}=={self.version}"


@dataclass(frozen=True)
class Locked:
    """A package in the lock: its version, its line, the packages that need it, and the hashes of its files."""

    version: str
    line: int
    via: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()


@dataclass
class LockFile:
    """The packages in the lock, by their canonical names, and the modules that those of requirements-jobs.txt provide.

    `lines` are the places of the latter.
    """

    locked: dict[str, Locked] = field(default_factory=dict)
    provided: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


@dataclass
class JobPackages:
    """The packages of the two files, by their canonical names, and the packages that provide each module.

    Several packages may share a module: `google` is in each package of Google Cloud.
    """

    pins: dict[str, Pin] = field(default_factory=dict)
    locked: dict[str, Locked] = field(default_factory=dict)
    modules: dict[str, tuple[str, ...]] = field(default_factory=dict)
    errors: list[ErrorLine] = field(default_factory=list)


def canonical(name: str) -> str:
    """Return a package's name in the form by which names are compared: `Foo.Bar_baz[extra]` -> foo-bar-baz."""
    return re.sub(r"[-_.]+", "-", name.partition("[")[0].strip()).lower()


def read_packages(project: Path) -> JobPackages:
    """Return the packages of a project, and every error of the two files."""
    pins, errors = read_requirements(project)
    lock = read_lock(project / LOCK)
    modules: dict[str, tuple[str, ...]] = {}
    for package, names in lock.provided.items():
        for name in names if package in pins else ():
            modules[name] = (*modules.get(name, ()), package)
    if not errors:
        errors = [*_differences(pins, lock), *_pulled_in(pins, lock)]
    return JobPackages(pins, lock.locked, modules, errors)


def read_requirements(project: Path) -> tuple[dict[str, Pin], list[ErrorLine]]:
    """Return the packages of requirements-jobs.txt by their canonical names, and its errors."""
    pins: dict[str, Pin] = {}
    errors = []
    for number, text in _lines(project / REQUIREMENTS):
        pin = _pin(text, number)
        if isinstance(pin, Pin) and (first := pins.get(canonical(pin.name))):
            pin = f"{pin.name} is also on line {first.line}; remove one"
        if isinstance(pin, str):
            errors.append(ErrorLine(REQUIREMENTS, number, "", pin))
        else:
            pins[canonical(pin.name)] = pin
    return pins, errors


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """Yield each line that is not a comment or empty, with its number."""
    text = file.read_text(encoding="utf-8-sig", errors="replace") if file.is_file() else ""
    for number, line in enumerate(text.splitlines(), start=1):
        if stripped := _COMMENT.sub("", line).strip():
            yield number, stripped


def _pin(text: str, number: int) -> Pin | str:
    """Return the package of a line, or what is wrong with it."""
    from packaging.requirements import InvalidRequirement, Requirement  # a project without packages needs no such time

    if text.startswith("-"):
        return f"{shown(text)} is an option of pip; {ALLOWED}"
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        return f"{shown(text)} is not a package ({str(error).splitlines()[0]}); {ALLOWED}"
    if requirement.url:
        return f"{requirement.name} comes from an address, which cannot be locked; {ALLOWED}"
    versions = list(requirement.specifier)
    if len(versions) != 1 or versions[0].operator != "==" or "*" in versions[0].version:
        return f"{shown(text)} is not one version; {ALLOWED}"
    if canonical(requirement.name) in glue_packages.REPLACING:
        return f"{requirement.name} would replace Glue's own; remove it: jobs and the laptop have it"
    if len(requirement.extras) > 1:
        return f"{shown(text)} has more than one extra, which --additional-python-modules cannot name; keep one"
    name = requirement.name + "".join(f"[{extra}]" for extra in requirement.extras)
    marker = requirement.marker
    for_versions = frozenset(version for version in PYTHONS if marker is None or marker.evaluate(_glue(version)))
    return Pin(name, versions[0].version, number, for_versions)


def _glue(version: str) -> dict[str, str]:
    """Return what the markers of packages may ask for, in a Glue version."""
    python = PYTHONS[version]
    full = f"{python}.0"
    return {**GLUE, "python_version": python, "python_full_version": full, "implementation_version": full}


def read_lock(file: Path) -> LockFile:
    """Return the content of a lock, which may be missing."""
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    found = LockFile()
    last = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _PROVIDED.fullmatch(line):
            name = canonical(match[1])
            found.provided[name], found.lines[name] = tuple(re.findall(r"\w+", match[2])), number
        elif match := _LOCKED.match(line):
            last = canonical(match[1])
            found.locked[last] = Locked(match[2], number)
        elif last and (match := _VIA.fullmatch(line)):
            found.locked[last] = replace(found.locked[last], via=tuple(match[1].split(", ")))
        elif last and (match := _HASH.match(line)):
            found.locked[last] = replace(found.locked[last], hashes=(*found.locked[last].hashes, match[1]))
    return found


def _differences(pins: dict[str, Pin], lock: LockFile) -> Iterator[ErrorLine]:
    for name, pin in pins.items():
        locked = lock.locked.get(name)
        if locked is None or locked.version != pin.version or name not in lock.provided:
            yield ErrorLine(REQUIREMENTS, pin.line, "", f"{pin} is not in {LOCK}; run `make lock`")
    for name, line in lock.lines.items():
        if name not in pins:
            yield ErrorLine(LOCK, line, "", f"{name} is not in {REQUIREMENTS} any more; run `make lock`")


def _pulled_in(pins: dict[str, Pin], lock: LockFile) -> Iterator[ErrorLine]:
    """Yield an error for each package that would replace Spark or Glue's library."""
    for name in sorted(glue_packages.REPLACING & lock.locked.keys()):
        by = [user for user in lock.locked[name].via if not user.startswith("-")]
        pin = pins.get(canonical(by[0])) if by else None
        message = (
            f"{by[0] if by else 'a package'} pulls in {name}, which would replace Glue's own; take another package"
        )
        yield ErrorLine(REQUIREMENTS, pin.line if pin else 1, "", message)
