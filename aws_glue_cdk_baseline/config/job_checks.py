"""Check each job of a stage: its parameters, what it expects of a run, and both against what its script reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from aws_glue_cdk_baseline.config import python_shell
from aws_glue_cdk_baseline.config.errors import ErrorLine
from aws_glue_cdk_baseline.config.job_code import JobCode
from aws_glue_cdk_baseline.config.job_settings import MAX_PARAMETERS, JobSettings, StageJob
from aws_glue_cdk_baseline.config.locations import argument_locations, location_error
from aws_glue_cdk_baseline.config.model import ConfigFile
from aws_glue_cdk_baseline.config.parameters import argument_name, parameter_error
from aws_glue_cdk_baseline.config.quality_sources import source_errors
from aws_glue_cdk_baseline.config.script_check import Elsewhere, JobInStage, abbreviation_warnings, check_script
from aws_glue_cdk_baseline.config.script_options import ScriptOptions
from aws_glue_cdk_baseline.config.script_problems import read_script
from aws_glue_cdk_baseline.config.yaml_file import KeyPath, YamlFile


class JobChecks:
    """The checks of the jobs of one file. What is wrong is added to the `errors` and `warnings` of their code."""

    def __init__(self, file: YamlFile, content: ConfigFile, code: JobCode) -> None:
        self._file, self._code = file, code
        self._stages = {name: stage.section.jobs for name, stage in content.stages.items()}
        self._options: dict[Path, ScriptOptions | None] = {}
        self.errors, self.warnings = code.errors, code.warnings

    def check(self, path: KeyPath, section: StageJob, settings: JobSettings, script: Path) -> None:
        """Report what is wrong with the parameters and the arguments of the job at `path`, and with its `expect`."""
        parameters, elsewhere = section.parameters, self._parameters_elsewhere(path)
        if len(parameters) > MAX_PARAMETERS:
            self._error(path, f"has {len(parameters)} parameters; at most {MAX_PARAMETERS}; put them into one file")
        if max(len(parameters), len(elsewhere)) > MAX_PARAMETERS:
            return
        names = list(parameters)
        for index, (parameter, value) in enumerate(parameters.items()):
            if error := parameter_error(parameter, value, names[:index]):
                self._error((*path, parameter), error)
        self._check_expect(path, section, settings)
        refused = self._refused(path, parameters)
        places = {name: self._argument_path(path, name) for name in settings.default_arguments}
        places |= {argument_name(parameter): (*path, parameter) for parameter in parameters}
        lines = {argument: self._file.line(place) for argument, place in places.items()}
        shown = self._code.shown(script)
        job = JobInStage(
            shown, settings.glue_version, parameters, settings.default_arguments, elsewhere, refused, lines
        )
        options = self._script_options(script)
        for name, message in check_script(job, options):
            is_argument = (name or "").startswith("--")
            self._error(
                self._argument_path(path, name or "") if is_argument else (*path, *([name] if name else [])), message
            )
        for argument, message in abbreviation_warnings(job, options):
            self.warnings.append(self._file.error(self._argument_path(path, argument), message))

    def _check_expect(self, path: KeyPath, section: StageJob, settings: JobSettings) -> None:
        expect = settings.expect
        if not expect:
            return
        own = "expect" in section.model_fields_set
        place: KeyPath = (*(path if own else ("jobs", path[-1])), "expect")
        if expect.looks_at_output and "outputLocation" not in section.parameters:
            message = "expect needs the location of the output; add outputLocation here, or remove expect"
            self._error(place if own else path, message)
        for number, message in source_errors(expect.quality, section.parameters):
            self._error((*place, "quality", number), message)
        if expect.max_minutes is not None and expect.max_minutes >= settings.timeout_minutes:
            message = f"a run ends at its timeoutMinutes, {settings.timeout_minutes}; make it less than that"
            self._error((*place, "maxMinutes"), f"{expect.max_minutes:g} is never exceeded: {message}")

    def locations_of_arguments(self, path: KeyPath, settings: JobSettings, script: Path) -> list[tuple[str, bool]]:
        """Return (location, written) for each place in S3 under `defaultArguments`."""
        options = self._script_options(script)
        read = options.lines if options and options.complete else None
        found = []
        for argument, place, written in argument_locations(settings.default_arguments, read):
            if error := location_error(place):
                self._error(self._argument_path(path, argument), error)
            else:
                found.append((place, written))
        return found

    def check_python_shell(self, files: Iterable[Path]) -> None:
        """Report what the files of a Python shell job have that its Python does not take."""
        for file in files:
            if file.suffix == ".py":
                found = [
                    ErrorLine(self._code.shown(file), line, "", message)
                    for line, message in python_shell.problems(file)
                ]
                self.errors += [error for error in found if error not in self.errors]

    def _argument_path(self, path: KeyPath, argument: str) -> KeyPath:
        """Return the place of an argument under `defaultArguments`: in the stage's job, or under `jobs`."""
        own: KeyPath = (*path, "defaultArguments", argument)
        return own if own in self._file.lines else ("jobs", path[-1], "defaultArguments", argument)

    def _refused(self, path: KeyPath, parameters: Mapping[str, str]) -> set[str]:
        """Return the arguments that the job has in the file and not in the model: they have an error already."""
        typed = self._file.keys(path)
        arguments = {
            key for place in (path, ("jobs", path[-1])) for key in self._file.keys((*place, "defaultArguments"))
        }
        return {*map(argument_name, set(typed) - set(parameters)), *arguments}

    def _parameters_elsewhere(self, path: KeyPath) -> Mapping[str, Elsewhere]:
        """Return the parameters that the job at `path` has in other stages, each with the first place in the file."""
        own, _, name = path
        found: dict[str, Elsewhere] = {}
        for stage, jobs in self._stages.items():
            for parameter in jobs[str(name)].parameters if stage != own and name in jobs else ():
                found.setdefault(parameter, Elsewhere(stage, self._file.line((stage, "jobs", name, parameter))))
        return found

    def _script_options(self, script: Path) -> ScriptOptions | None:
        if script not in self._options:
            options, problems = read_script(script)
            if options and self._code.has_helper_for_arguments(script):
                options = replace(options, complete=False)
            self._options[script] = options
            self.errors += [ErrorLine(self._code.shown(script), line, "", message) for line, message in problems]
        return self._options[script]

    def _error(self, path: KeyPath, message: str) -> None:
        self.errors.append(self._file.error(path, message))
