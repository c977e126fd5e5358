"""Find abbreviated options: Glue 5 reads an argument as any option whose name begins like it, and Glue 6.0 does not."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from aws_glue_cdk_baseline.config.abbreviations import ALWAYS_GIVEN
from aws_glue_cdk_baseline.config.glue_arguments import PARSER_OPTIONS
from aws_glue_cdk_baseline.config.option_finder import OPTION, READER
from aws_glue_cdk_baseline.config.script_options import read_script_options
from tools.upgrade_check.findings import Change, Finding
from tools.upgrade_check.source_file import SourceFile

ALLOWED = "allow_abbrev"


def abbreviated_options(file: SourceFile, arguments: Iterable[str], change: Change) -> Iterator[Finding]:
    """Yield a finding for each argument (`--input`) of a job that a file reads by an abbreviation of its option."""
    calls = [node for node in file.nodes if isinstance(node, ast.Call) and _name(node) == READER]
    strict = [call for call in calls if not _allows(call)]
    if not strict:
        return
    options = read_script_options(file.file)
    if options is None or len(options.calls) < len(strict):
        yield Finding(
            file.name,
            strict[0].lineno,
            f"{READER} gets names that are known only when it runs; on {change.target} an argument must have the whole"
            f" name of its option, or, there alone, pass {ALLOWED}=True",
            False,
        )
    if options is None:
        return
    allowing = [range(call.lineno, (call.end_lineno or call.lineno) + 1) for call in calls if _allows(call)]
    given = {argument.removeprefix("--") for argument in arguments} | ALWAYS_GIVEN
    written = {name: line for call in strict for name, line in _given_in(call)}
    named = {name: line for name, line in options.lines.items() if not any(name in call for call in options.calls)}
    for call in options.calls:
        if any(line in lines for line in call.values() for lines in allowing):
            continue
        for name in sorted(given | written.keys()):
            yield from _finding(file, name, call, change, given | written.keys(), certain=True)
        for name in sorted(named.keys() - given - written.keys()):
            yield from _finding(file, name, call, change, given, certain=False)


def _finding(
    file: SourceFile, name: str, call: Mapping[str, int], change: Change, given: Iterable[str], *, certain: bool
) -> Iterator[Finding]:
    known = {*call, *PARSER_OPTIONS}
    meant = sorted(option for option in known if option.startswith(name))
    if name in known or len(meant) != 1:
        return
    option = meant[0]
    if option not in call:
        what = f'args["{option.replace("-", "_")}"] no longer gets its value'
    elif option in given:
        what = f"--{option} then has its own value alone"
    else:
        what = f'the run ends with "the following arguments are required: --{option}"'
    yield Finding(
        file.name,
        call.get(option, min(call.values())),
        f"{'' if certain else 'where it is given, '}--{name} is read as --{option} on Glue {change.source}, which takes"
        f" abbreviations; on {change.target} {what}; give --{option}, or, on {change.target} alone, pass"
        f" {ALLOWED}=True",
        certain and option not in given,
    )


def _given_in(call: ast.Call) -> Iterator[tuple[str, int]]:
    """Yield the options in the arguments that a call itself makes up, as in `sys.argv + ["--day", day]`."""
    for node in ast.walk(call.args[0]) if call.args else ():
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and (found := OPTION.fullmatch(text.partition("=")[0])):
            yield found[1], node.lineno  # type: ignore[attr-defined]


def _allows(call: ast.Call) -> bool:
    return any(
        keyword.arg == ALLOWED and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
        for keyword in call.keywords
    )


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
