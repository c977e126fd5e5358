"""Read a job's script and the modules that it imports, and find what another Glue version breaks in them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.config.imports import read_imports
from aws_glue_cdk_baseline.config.removed_modules import BROUGHT_BACK_BY, import_error, removed
from tools.upgrade_check.ansi import is_switched_off, may_be_refused
from tools.upgrade_check.findings import Change, Finding
from tools.upgrade_check.options import abbreviated_options
from tools.upgrade_check.platform_names import platform_names
from tools.upgrade_check.source_file import SourceFile
from tools.upgrade_check.spark_names import spark_names


def read_code(
    job: Job, arguments: Mapping[str, str], change: Change, *, ansi: bool = True, packages: Collection[str] = ()
) -> list[Finding]:
    """Return the findings in the script of a job and in its shared modules.

    Without `ansi` the job turns it off. `packages` are those of requirements-jobs.txt: they may bring a module back.
    """
    files = [job.script, *(file for file in job.shared_files if file.suffix == ".py" and file != job.script)]
    sources: list[SourceFile] = []
    found: list[Finding] = []
    for file in files:
        name = shown(job, file)
        try:
            sources.append(SourceFile(name, file))
        except SyntaxError as error:  # a module of a package that the job does not import: the config reads the others
            said = f"not valid Python, and not read: {error.msg}"
            found.append(Finding(name, error.lineno or 1, said, False))
    found += _removed_modules(sources, change, packages)
    ansi = ansi and not any(map(is_switched_off, sources))
    for source in sources if change.to_spark_4 else ():
        found += _in_file(source, arguments, change, ansi)
    return sorted(set(found))


def shown(job: Job, file: Path) -> str:
    """Return the name of a file of a job in messages, such as job_scripts/clean.py."""
    folder = job.scripts_folder.parent
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.name


def _removed_modules(sources: Iterable[SourceFile], change: Change, packages: Collection[str]) -> Iterator[Finding]:
    imports = [(source.name, item) for source in sources for item in read_imports(source.file).imports]
    imported = {item.top for _, item in imports}
    for name, item in imports:
        gone = removed(item.top, change.target)
        if not gone or item.optional or removed(item.top, change.source):
            continue
        if gone.package not in packages and BROUGHT_BACK_BY.get(item.top) not in imported:
            yield Finding(name, item.line, import_error(item.top, gone, change.target))


def _in_file(source: SourceFile, arguments: Mapping[str, str], change: Change, ansi: bool) -> Iterator[Finding]:
    for line, message, breaks in spark_names(read_imports(source.file).imports, change.target):
        yield Finding(source.name, line, message, breaks)
    yield from abbreviated_options(source, arguments, change)
    for text in source.texts():
        for index, message in platform_names(str(text.value), change.target):
            yield Finding(source.name, source.line_in(text, index), message)
    for line, message in _java_classes(source, change.target):
        yield Finding(source.name, line, message)
    for line, message in may_be_refused(source) if ansi else ():
        yield Finding(source.name, line, message, False)


def _java_classes(source: SourceFile, target: str) -> Iterator[tuple[int, str]]:
    """Yield (line, message) for each Java class by `_jvm` that the target has no more: `sc._jvm.com.amazonaws.…`."""
    inner = {id(node.value) for node in source.nodes if isinstance(node, ast.Attribute)}
    for node in source.nodes:
        if isinstance(node, ast.Attribute) and id(node) not in inner:
            for _, message in platform_names(ast.unparse(node).partition("_jvm.")[2], target):
                yield node.lineno, message
