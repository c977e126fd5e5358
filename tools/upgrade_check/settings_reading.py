"""Read a job's own settings and its packages, and find what another Glue version breaks in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aws_glue_cdk_baseline.config import PROJECT, Job, glue_packages
from aws_glue_cdk_baseline.config.glue_versions import RUNTIMES
from aws_glue_cdk_baseline.config.packages import REQUIREMENTS, canonical, read_requirements
from aws_glue_cdk_baseline.config.shared_code import SharedCode
from aws_glue_cdk_baseline.config.spark_conf import spark_conf
from aws_glue_cdk_baseline.config.yaml_file import YamlFile
from tools.upgrade_check.ansi import OFF
from tools.upgrade_check.findings import Change, Finding
from tools.upgrade_check.platform_names import platform_names

ADDITIONAL, JARS, FORMATS = "--additional-python-modules", "--extra-jars", "--datalake-formats"
# The first versions with wheels for a Python. Older ones cannot be installed in Glue, which has no compiler.
FIRST_WHEELS = {"3.13": {"numpy": "2.1.0", "pandas": "2.2.3", "pyarrow": "18.0.0", "scipy": "1.14.1"}}
# https://docs.aws.amazon.com/glue/latest/dg/release-notes.html
TABLE_FORMATS = {
    "5.0": {"iceberg": "1.7.1", "delta": "3.3.0", "hudi": "0.15.0"},
    "5.1": {"iceberg": "1.10.0", "delta": "3.3.2", "hudi": "1.0.2"},
    "6.0": {"iceberg": "1.11.0", "delta": "4.2.0", "hudi": "1.1.1"},
}
FORMAT_NOTES = {
    "iceberg": "; a table of format version 3 cannot go back to 2, and DynamicFrames and Athena do not read its types",
}


def turns_ansi_off(job: Job) -> bool:
    """Return true if the job's argument --conf sets ANSI SQL to false."""
    return spark_conf(job.run_arguments.get("--conf", "")).get(OFF, "").lower() == "false"


def read_settings(job: Job, file: YamlFile, stage: str, change: Change) -> list[Finding]:
    """Return the findings in `defaultArguments` of a job, in the config `file`, and in its packages."""

    def line(argument: str) -> int:
        own = (stage, "jobs", job.name, "defaultArguments", argument)
        return file.line(own if own in file.lines else ("jobs", job.name, "defaultArguments", argument))

    found = [*_in_arguments(job, change, line, file.name), *_packages_of_glue(job, change)]
    return sorted({*found, *_pins(job, change, lambda name: (file.name, line(ADDITIONAL)))})


def _in_arguments(job: Job, change: Change, line: Callable[[str], int], file: str) -> Iterator[Finding]:
    arguments = job.settings.default_arguments
    for name, value in arguments.items() if change.to_spark_4 else ():
        for _, message in platform_names(value, change.target):
            yield Finding(file, line(name), f"{name}: {message}")
    for jar in filter(None, arguments.get(JARS, "").split(",") if change.to_spark_4 else ()):
        if "_2.12" not in jar and "_2.13" not in jar:
            said = f"{JARS}: {jar.strip()} must be built for Spark 4.1, Scala 2.13 and Java 17; check it"
            yield Finding(file, line(JARS), said, False)
    for name in arguments.get(FORMATS, "").split(","):
        before, after = (TABLE_FORMATS[version].get(name.strip(), "") for version in (change.source, change.target))
        if before != after:
            said = f"{FORMATS}: {name.strip()} {before} becomes {after}{FORMAT_NOTES.get(name.strip(), '')}"
            yield Finding(file, line(FORMATS), said, False)
    if ADDITIONAL in arguments and change.to_spark_4:
        said = f"{ADDITIONAL} still works on {change.target}, and is deprecated there (new: --python-virtual-env)"
        yield Finding(file, line(ADDITIONAL), said, False)


def _pins(job: Job, change: Change, own: Callable[[str], tuple[str, int]]) -> Iterator[Finding]:
    """Yield a finding for each package of the job in a version that the target's Python cannot install."""
    python = RUNTIMES[change.target].python
    if python == RUNTIMES[change.source].python:
        return
    lines = {name: pin.line for name, pin in read_requirements(PROJECT)[0].items()}
    for item in job.additional_modules:
        name, _, version = item.partition("==")
        first = FIRST_WHEELS.get(python, {}).get(canonical(name))
        if first and version and _number(version) < _number(first):
            file, line = (REQUIREMENTS, lines[canonical(name)]) if item in job.packages else own(name)
            yield Finding(file, line, f"{item} has no wheel for Python {python}; the first that has is {first}")


def _packages_of_glue(job: Job, change: Change) -> Iterator[Finding]:
    """Yield a finding for each import of a package that Glue has in another major version, or not at all."""
    before, after = (glue_packages.versions(version) for version in (change.source, change.target))
    modules = glue_packages.modules(change.source)
    for item in SharedCode(job.scripts_folder).of(job.script).outside if job.glue_packages else ():
        name = modules.get(item.module, "")
        if f"{name}=={before.get(name)}" not in job.glue_packages:
            continue
        if name not in after:
            said = f"imports {item.module}: {name} is in Glue {change.source}, and not in {change.target}"
            mend = f"add {name}=={before[name]} to {REQUIREMENTS}, and run `make lock`"
            yield Finding(item.file, item.line, f"{said}; {mend}")
        elif before[name].split(".")[0] != after[name].split(".")[0]:
            said = (
                f"imports {item.module}: {name} {before[name]} becomes {after[name]}; read what its major version broke"
            )
            yield Finding(item.file, item.line, said, False)


def for_version(job: Job, version: str) -> Job:
    """Return the job on another Glue version, with the packages that Glue has there."""
    names = [item.partition("==")[0] for item in job.glue_packages]
    there = glue_packages.versions(version)
    packages = tuple(f"{name}=={there[name]}" for name in names if name in there)
    settings = job.settings.model_copy(update={"glue_version": version})
    return job.model_copy(update={"settings": settings, "glue_packages": packages})


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
