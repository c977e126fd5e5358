"""Check what each job's script imports, and collect what its job needs: files beside it and third-party packages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from aws_glue_cdk_baseline.config import glue_packages
from aws_glue_cdk_baseline.config.errors import ErrorLine, did_you_mean
from aws_glue_cdk_baseline.config.glue_versions import DEFAULT
from aws_glue_cdk_baseline.config.job_settings import JobSettings
from aws_glue_cdk_baseline.config.packages import REQUIREMENTS, JobPackages, canonical
from aws_glue_cdk_baseline.config.removed_modules import BROUGHT_BACK_BY, import_error, removed
from aws_glue_cdk_baseline.config.shared_code import Code, Outside, SharedCode

ADDITIONAL = "--additional-python-modules"
READ_ARGUMENTS = (b"sys.argv", b"getResolvedOptions")
# With one of these, a job has modules that are not known here.
BRINGS_MODULES = (ADDITIONAL, "--extra-py-files", "--python-modules-installer-option", "--python-virtual-env")
# Modules in this folder: on a laptop, tests would import these in place of the user's.
OF_THE_PROJECT = frozenset(
    {"app", "aws_glue_cdk_baseline", "build_stage", "conftest", "local", "rehearsal", "tests", "tools"}
)
OLD_TEST = Path("tests", "test_imports.py")


@dataclass(frozen=True)
class Needs:
    """Needs of a job beside its script: files, packages to install, and packages that Glue has (`name==version`)."""

    shared_files: tuple[Path, ...] = ()
    packages: tuple[str, ...] = ()
    glue_packages: tuple[str, ...] = ()


class JobCode:
    """The code of all jobs of a project. `scripts` are the jobs' own scripts, in the folder `folder`.

    Without `packages` those that are not Glue's are not checked.
    """

    def __init__(self, folder: Path, scripts: Iterable[Path], packages: JobPackages | None) -> None:
        self.errors: list[ErrorLine] = []
        self.warnings: list[ErrorLine] = []
        self._shared = SharedCode(folder)
        self._packages, self._all_known = packages or JobPackages(), packages is not None
        self._scripts = frozenset(scripts)
        self.errors += self._packages.errors
        for name in self._shared.names:
            place = self._shared.place(name)
            if place and place not in self._scripts and (owner := _owner_at_once(name)):
                self._refuse_name(place, owner)
        self._check_old_test(folder / OLD_TEST)

    def shown(self, file: Path) -> str:
        """Return the name of a file in messages, such as job_scripts/clean.py."""
        return self._shared.shown(file)

    def has_helper_for_arguments(self, script: Path) -> bool:
        """Return true if a shared module of the script reads arguments: it may read any."""
        modules = (file for file in self._shared.of(script).files if file.suffix == ".py" and file not in self._scripts)
        return any(name in file.read_bytes() for file in modules for name in READ_ARGUMENTS)

    def needs(self, script: Path, settings: JobSettings, report: Callable[[str], None]) -> Needs:
        """Return what a job needs. `report` gets the errors of the job; those of a script go to `errors`."""
        code = self._shared.of(script)
        self.errors += code.errors
        self.warnings += code.dynamic
        for name in {file.relative_to(self._shared.folder).parts[0].removesuffix(".py") for file in code.files}:
            self._check_name(name)
        wanted = dict[str, None]()
        of_glue = dict[str, None]()
        unknown = list[Outside]()
        shipped, versions = (table(settings.runtime) for table in (glue_packages.modules, glue_packages.versions))
        imported = {item.module for item in code.outside}
        for item in code.outside:
            module = item.module
            gone = removed(module, settings.runtime) if BROUGHT_BACK_BY.get(module) not in imported else None
            if (module in sys.stdlib_module_names and not gone) or module in glue_packages.BUILT_IN:
                continue
            if packages := self._packages.modules.get(module):
                wanted |= dict.fromkeys(packages)
            elif gone and gone.package in self._packages.pins:  # on the laptop's Python, a marker leaves it out
                wanted[gone.package] = None
            elif package := shipped.get(module):
                of_glue[package] = None
                if self._all_known and package not in glue_packages.AWS_SDK | self._packages.locked.keys():
                    said = f"{package} is in {settings.runs_on}; {_get(package, settings)}"
                    self.warnings.append(ErrorLine(item.file, item.line, "", said))
            elif not item.optional:
                unknown.append(item)
        self._check_unknown(unknown, code, script, settings)
        to_install = self._install(list(wanted), settings, report)
        if settings.is_shell:  # its versions are too old for the Python of this laptop
            versions = glue_packages.versions(DEFAULT)
        provided = sorted(name for name in of_glue if name not in glue_packages.AWS_SDK and name in versions)
        return Needs(tuple(code.files), to_install, tuple(f"{name}=={versions[name]}" for name in provided))

    def _install(self, wanted: list[str], settings: JobSettings, report: Callable[[str], None]) -> tuple[str, ...]:
        """Return the packages of requirements-jobs.txt that are installed for a job."""
        own = additional_modules(settings)
        shipped = glue_packages.versions(settings.runtime)
        found = []
        for name in sorted(wanted):
            pin = self._packages.pins[name]
            given = next((item for item in own if canonical(item.partition("==")[0]) == name), None)
            if given and given.partition("==")[2] != pin.version:
                report(f"{ADDITIONAL} has {given}, and {REQUIREMENTS}:{pin.line} has {pin}; remove it here")
            if settings.runtime not in pin.glue_versions:
                said = f"imports {pin.name}, which {REQUIREMENTS}:{pin.line} leaves out in {settings.runs_on}"
                report(f"{said}; change its marker")
            if (glues := shipped.get(name)) and glues != pin.version:
                said = f"{pin} replaces {name}=={glues}, which {settings.runs_on} has"
                self._warn(pin.line, said)
            found.append(str(pin))
        if found:
            self._warn_of_sdk(wanted, settings)
        return tuple(found)

    def _warn_of_sdk(self, wanted: list[str], settings: JobSettings) -> None:
        """Warn of packages that need an AWS SDK for Python other than Glue's."""
        for name in sorted(glue_packages.AWS_SDK & self._packages.locked.keys() - set(wanted)):
            locked, glues = self._packages.locked[name], glue_packages.versions(settings.runtime).get(name)
            user = next((user for user in locked.via if not user.startswith("-")), "a package")
            pin = self._packages.pins.get(canonical(user))
            if glues and locked.version != glues:
                said = f"{user} pulls in {name}=={locked.version}, and {settings.runs_on} has {glues}"
                self._warn(pin.line if pin else 1, said)

    def _warn(self, line: int, message: str) -> None:
        self.warnings.append(ErrorLine(REQUIREMENTS, line, "", message))

    def _check_unknown(self, unknown: list[Outside], code: Code, script: Path, settings: JobSettings) -> None:
        """Report the modules that Glue will not find, each once."""
        if self._packages.errors or not self._all_known:  # such as a package that is not locked yet
            return
        seen = {canonical(item.module) for item in code.outside}
        names = {canonical(item.partition("==")[0]) for item in additional_modules(settings)}
        others = any(settings.default_arguments.get(name) for name in BRINGS_MODULES[1:])
        for item in [] if others else unknown:
            if gone := removed(item.module, settings.runtime):
                if not any(item.module in name or name == gone.package for name in names):
                    message = import_error(item.module, gone, settings.runtime)
                    self.errors.append(ErrorLine(item.file, item.line, "", message))
            # Packages that the code does not import may provide modules of another name, as PyYAML does.
            elif not names - seen and canonical(item.module) not in names:
                self.errors.append(ErrorLine(item.file, item.line, "", self._not_found(item, script, settings)))

    def _not_found(self, item: Outside, script: Path, settings: JobSettings) -> str:
        name, folder = item.module, self._shared.folder
        beside = script.parent / f"{name}.py"
        if script.parent != folder and beside.is_file():
            inside = ".".join([*script.parent.relative_to(folder).parts, name])
            return f"imports {name}, which is not in {folder.name}/ itself; import {inside}, or move {name}.py there"
        hint = did_you_mean(name, [*self._shared.names, *self._packages.modules])
        return (
            f"imports {name}, which {settings.runs_on} does not have{hint}; add {name}==VERSION to"
            f" {REQUIREMENTS} and run `make lock`, or write {folder.name}/{name}.py"
        )

    def _check_name(self, name: str) -> None:
        place = self._shared.place(name)
        package = next(iter(self._packages.modules.get(name, ())), glue_packages.all_modules().get(name))
        owner = _owner_at_once(name)
        if not owner and package:
            owner = f"the package {package}"
        if not owner and name in OF_THE_PROJECT:
            owner = f"{name} of this project, which tests would import in its place"
        if place and owner:
            self._refuse_name(place, owner)

    def _refuse_name(self, place: Path, owner: str) -> None:
        message = f"has the name of {owner}; give it another one"
        self.errors.append(ErrorLine(self._shared.shown(place), 1, "", message))

    def _check_old_test(self, file: Path) -> None:
        """Warn of the test of before, which knows neither shared code nor requirements-jobs.txt."""
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.is_file() else []
        for number, line in enumerate(lines, start=1):
            if line.startswith("IN_GLUE = "):
                said = f"knows neither shared code nor {REQUIREMENTS}; remove this file: the synth checks the imports"
                self.warnings.append(ErrorLine(self._shared.shown(file), number, "", said))


def _get(package: str, settings: JobSettings) -> str:
    """Return how a laptop gets a package that a job has in AWS."""
    if not settings.is_shell or package in glue_packages.versions(DEFAULT):
        return "run `make lock`, and this laptop has it too"
    return f"to run the job on this laptop, add {package}==VERSION to {REQUIREMENTS}, which then replaces it"


def additional_modules(settings: JobSettings) -> tuple[str, ...]:
    """Return what a job names itself in its `defaultArguments`, such as scipy==1.14.1 or a wheel in S3."""
    parts = settings.default_arguments.get(ADDITIONAL, "").split(",")
    return tuple(part.strip() for part in parts if part.strip())


def _owner_at_once(name: str) -> str:
    """Return whose name it is, if everything on the laptop would import the user's file in its place."""
    if name in sys.stdlib_module_names:
        return "a module of Python's standard library"
    if name in glue_packages.BUILT_IN | glue_packages.AWS_SDK:
        return f"Glue's {name}"
    return ""
