"""Check a job's parameters against the options that its script reads, and against the same job in other stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from aws_glue_cdk_baseline.config.abbreviations import abbreviated, stand_ins
from aws_glue_cdk_baseline.config.errors import nearest
from aws_glue_cdk_baseline.config.glue_arguments import RESERVED_OPTIONS
from aws_glue_cdk_baseline.config.job_settings import JobSettings
from aws_glue_cdk_baseline.config.known_keys import about_key, is_unmistakable
from aws_glue_cdk_baseline.config.parameters import (
    argument_name,
    dash_error,
    has_parameter,
    is_database,
    is_output,
    parameter_name,
    snake_case,
)
from aws_glue_cdk_baseline.config.script_options import SUPPLIED_BY_GLUE, ScriptOptions

SETTINGS = tuple(field.alias or name for name, field in JobSettings.model_fields.items())


@dataclass(frozen=True)
class Elsewhere:
    """A parameter's place in another stage of the file."""

    stage: str
    line: int


@dataclass(frozen=True)
class JobInStage:
    """A job in one stage, as far as it is checked: its parameters here, and those that it has `elsewhere`.

    `refused` are the arguments that are here too, and have an error already. `lines` has the line of each argument.
    """

    script: str  # its path in messages
    glue_version: str
    parameters: Mapping[str, str]
    default_arguments: Mapping[str, str]
    elsewhere: Mapping[str, Elsewhere]
    refused: Set[str]
    lines: Mapping[str, int]

    @property
    def takes_abbreviations(self) -> bool:
        """Return true where getResolvedOptions takes any unique beginning of a name for the name, unasked."""
        return self.glue_version.startswith("5.")


def check_script(job: JobInStage, options: ScriptOptions | None) -> Iterator[tuple[str | None, str]]:
    """Yield (parameter, message) for each error of a parameter, and (None, message) for each error of the whole job.

    An argument under `defaultArguments` is named as it is there (`--input`). A misspelt parameter is one error: it is
    not also reported as missing.
    """
    if options is None:
        yield from _misspelt_settings(job)
        yield from _missing_here(job, {}, set())
        return
    meant: set[str] = set()
    if options.complete:
        for parameter in job.parameters:
            if argument_name(parameter)[2:] not in options.lines and not _is_of_tables(parameter, job):
                message, option = _unread(job, options, parameter)
                meant |= {option} if option else set()
                yield parameter, message
    else:
        yield from _misspelt_settings(job, options.lines)
    yield from _missing_here(job, options.lines if options.complete else {}, meant)
    supplied = _supplied(job) | meant | {argument_name(parameter)[2:] for parameter in job.elsewhere}
    supplied |= {option for option, _ in _abbreviations(job, options).values()}
    for option, line in options.required.items():
        if option not in supplied:
            yield None, _missing(job, options, option, line)
    yield from _misread(job, options)


def abbreviation_warnings(job: JobInStage, options: ScriptOptions | None) -> Iterator[tuple[str, str]]:
    """Yield (argument, message) for each argument that supplies an option whose name it only begins, as on Glue 5."""
    if options and job.takes_abbreviations:
        for argument, (option, line) in _abbreviations(job, options).items():
            read = f"is read as --{option} by getResolvedOptions in {job.script}:{line}"
            yield argument, f"{argument} {read}, and Glue 6.0 takes no beginning of a name; write --{option}"


def _abbreviations(job: JobInStage, options: ScriptOptions) -> dict[str, tuple[str, int]]:
    """Return the option and its line for each argument under `defaultArguments` that supplies it by its beginning.

    A parameter has no such right: its name is more likely misspelt.
    """
    if not (job.takes_abbreviations or options.abbreviates):
        return {}
    elsewhere = {argument_name(parameter)[2:] for parameter in job.elsewhere}
    missing = [option for option in options.required if option not in _supplied(job) | elsewhere]
    return stand_ins(job.default_arguments, options.calls, missing)


def _is_of_tables(parameter: str, job: JobInStage) -> bool:
    """Return true for a location that the script need not read: the data of tables in a database of the job."""
    databases = [name for name in job.parameters if is_database(name)]
    if is_output(parameter):
        databases = [name for name in databases if is_output(name)]
    return bool(databases) and snake_case(parameter).split("_")[:2] in (["input", "location"], ["output", "location"])


def _misread(job: JobInStage, options: ScriptOptions) -> Iterator[tuple[str | None, str]]:
    """Yield an error for each argument that getResolvedOptions reads as another one, or not at all."""
    parameters = {argument_name(parameter): parameter for parameter in job.parameters}
    read = [argument for argument in parameters if argument[2:] in options.lines or not options.complete]
    if job.takes_abbreviations or options.abbreviates:
        given = [argument for argument in job.default_arguments if argument not in _abbreviations(job, options)]
        for argument, message in abbreviated([*given, *read], options.calls, job.script, job.lines):
            yield parameters.get(argument or "", argument), message
    if job.takes_abbreviations and options.needs_glue_6:
        said = (
            f"{job.script}:{options.needs_glue_6} gives allow_abbrev to getResolvedOptions, which has it from Glue 6.0"
        )
        yield None, f"{said} on, and the job is on {job.glue_version}; remove it there, or set glueVersion"
    for argument, value in job.default_arguments.items():
        if argument[2:] in options.lines and (error := dash_error(value)):
            yield argument, error


def _supplied(job: JobInStage) -> set[str]:
    arguments = {*map(argument_name, job.parameters), *job.default_arguments, *job.refused}
    return {argument[2:] for argument in arguments} | SUPPLIED_BY_GLUE | RESERVED_OPTIONS


def _missing(job: JobInStage, options: ScriptOptions, option: str, line: int) -> str:
    name = parameter_name(option)
    given = [argument for argument in sorted(_supplied(job) - options.lines.keys()) if option.startswith(argument)]
    short = ""
    if given and not (job.takes_abbreviations or options.abbreviates):
        short = f" (Glue {job.glue_version} does not take --{given[-1]} for it)"
    if has_parameter(option):
        return f"{name} is missing: {job.script}:{line} reads --{option} and nothing supplies it{short}; add it"
    return (
        f"--{option} is missing: {job.script}:{line} reads it{short}, and a parameter would arrive as"
        f" {argument_name(name)}; read that there, or supply it under `defaultArguments:`"
    )


def _same_words(name: str) -> str:
    return name.replace("_", "").lower()


def _unread(job: JobInStage, options: ScriptOptions, parameter: str) -> tuple[str, str | None]:
    """Return the message for a parameter that the script does not read, and the option that was probably meant."""
    unsupplied = [option for option in options.lines if option not in _supplied(job)]
    if known := about_key(parameter, "job"):
        return known, None
    for option in unsupplied:
        if not has_parameter(option) and _same_words(option) == _same_words(parameter):
            arrives = (
                f"arrives as {argument_name(parameter)}, and {job.script}:{options.lines[option]} reads --{option}"
            )
            return f"{arrives}; read {argument_name(parameter)} there, or move it to `defaultArguments:`", option
    free = {parameter_name(option, job.elsewhere): option for option in unsupplied if has_parameter(option)}
    meant = nearest(parameter, [*free, *(setting for setting in SETTINGS if setting not in job.parameters)])
    read = [parameter_name(option, job.parameters) for option in options.lines if option not in SUPPLIED_BY_GLUE]
    place = f"{job.script}:{min(options.lines.values(), default=1)}"
    hint = (
        f"; did you mean {meant}?" if meant else f"; it reads {', '.join(read) or 'none'}; remove it or read it there"
    )
    message = f"is neither a setting nor a parameter that the script reads ({place}){hint}"
    return message, free.get(meant) if meant else None


def _missing_here(job: JobInStage, lines: Mapping[str, int], meant: set[str]) -> Iterator[tuple[None, str]]:
    """Yield an error for each parameter that only other stages have. `lines` are the script's options, if known."""
    supplied = _supplied(job)
    for parameter, place in job.elsewhere.items():
        option = argument_name(parameter)[2:]
        unread = option not in lines if lines else _meant_setting(parameter)
        if option in supplied or option in meant or unread:
            continue
        reader = f"{job.script}:{lines[option]} reads --{option} and " if option in lines else ""
        yield None, f"{parameter} is missing: {reader}{place.stage} has it on line {place.line}; add it"


def _misspelt_settings(job: JobInStage, lines: Mapping[str, int] | None = None) -> Iterator[tuple[str, str]]:
    """Yield an error for each parameter that is almost the name of a setting, or a property of a Glue job.

    Nothing else can be checked if the script may read more than the options in `lines`.
    """
    for parameter in job.parameters:
        if argument_name(parameter)[2:] in (lines or {}):
            continue
        if (known := about_key(parameter, "job")) and is_unmistakable(parameter):
            yield parameter, known
        elif meant := _meant_setting(parameter):
            yield parameter, f"reads like a misspelt setting; did you mean {meant}?"


def _meant_setting(parameter: str) -> str | None:
    if setting := JobSettings.model_fields.get(parameter):  # typed in snake_case, such as number_of_workers
        return setting.alias
    meant = nearest(parameter, SETTINGS)
    near = meant and abs(len(meant) - len(parameter)) <= 1 and meant[:4].lower() == parameter[:4].lower()
    return meant if near else None
