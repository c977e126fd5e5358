"""Build the jobs of each stage from the parsed file: merge settings, turn parameters into arguments, check both."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

from aws_glue_cdk_baseline.config import python_shell
from aws_glue_cdk_baseline.config.errors import ErrorLine, did_you_mean, nearest
from aws_glue_cdk_baseline.config.glue_values import tags_error
from aws_glue_cdk_baseline.config.job_code import JobCode
from aws_glue_cdk_baseline.config.job_settings import MAX_PARAMETERS, JobSettings, StageJob
from aws_glue_cdk_baseline.config.kms_keys import keys_of
from aws_glue_cdk_baseline.config.locations import argument_locations, location_error
from aws_glue_cdk_baseline.config.model import MAX_JOBS, ConfigFile
from aws_glue_cdk_baseline.config.packages import JobPackages
from aws_glue_cdk_baseline.config.parameters import (
    argument_name,
    is_database,
    is_location,
    is_output,
    parameter_error,
    snake_case,
)
from aws_glue_cdk_baseline.config.quality_sources import quality_sources, source_errors
from aws_glue_cdk_baseline.config.records import Job
from aws_glue_cdk_baseline.config.script_check import Elsewhere, JobInStage, abbreviation_warnings, check_script
from aws_glue_cdk_baseline.config.script_options import ScriptOptions
from aws_glue_cdk_baseline.config.script_problems import read_script
from aws_glue_cdk_baseline.config.setting_checks import LONGEST_MINUTES, setting_errors
from aws_glue_cdk_baseline.config.yaml_file import KeyPath, YamlFile

ADDED = {"default_arguments", "spark_conf", "tags"}  # those of a stage's job are added to those under `jobs`
# Returns why a job cannot be deployed, or None. The caller supplies it: this package does not know IAM roles.
JobCheck = Callable[[Job], str | None]


class StageJobs:
    """Builds the jobs of every stage of one file and collects their `errors` and `warnings`."""

    def __init__(
        self, file: YamlFile, content: ConfigFile, project: Path, check_job: JobCheck, packages: JobPackages | None
    ) -> None:
        scripts_folder = project / "aws_glue_cdk_baseline" / "job_scripts"
        self._file, self._scripts_folder, self._check_job = file, scripts_folder, check_job
        self._options: dict[Path, ScriptOptions | None] = {}
        self._content, self._shared = content, content.jobs
        self._stages = {name: stage.section.jobs for name, stage in content.stages.items()}
        self._code = JobCode(scripts_folder, self._all_scripts(), packages)
        self.errors, self.warnings = self._code.errors, self._code.warnings
        self._meant = set[str]()  # jobs whose settings are under a misspelt name
        self._check_listed()

    def build(self, stage: str) -> tuple[Job, ...]:
        """Return the jobs of `stage`. Each is also compared with the same job in the other stages."""
        jobs = []
        for name, section in self._stages[stage].items():
            path = (stage, "jobs", name)
            settings = self._merged_settings(path, name, section)
            if script := self._script(path, settings.script or f"{snake_case(name)}.py"):
                errors = len(self.errors)
                self._check(path, section, settings, script)
                job = _job(
                    name, script, settings, _parameters(section), self._locations_of_arguments(path, settings, script)
                )
                found = len(self.errors)
                needs = self._code.needs(script, settings, partial(self._error, path))
                if "type" in self._refused_settings(path, name, settings.model_fields_set):
                    del self.errors[found:]  # what it may import depends on its type
                if settings.is_shell:
                    self._check_python_shell([script, *needs.shared_files])
                job = job.model_copy(update={**vars(needs), "kms_keys": keys_of(job, self._kms_keys(stage))})
                # A job with errors may have locations that the check cannot read.
                if len(self.errors) == errors and (error := self._check_job(job)):
                    self._error(path, error)
                jobs.append(job)
        self._check_after_streaming(stage, jobs)
        return tuple(jobs)

    def _check_after_streaming(self, stage: str, jobs: Iterable[Job]) -> None:
        """Report each job that waits for the end of a streaming job."""
        streaming = {job.name for job in jobs if job.settings.is_streaming}
        for job in jobs:
            for name in [] if job.settings.is_streaming else streaming.intersection(job.settings.after):
                own: KeyPath = (stage, "jobs", job.name, "after")
                place = own if own in self._file.lines else ("jobs", job.name, "after")
                self._error(place, f"{name} is a streaming job, which does not end; remove it here")

    def _check_python_shell(self, files: Iterable[Path]) -> None:
        """Report what the files of a Python shell job have that its Python does not take."""
        for file in files:
            if file.suffix == ".py":
                shown = file.relative_to(self._scripts_folder.parent).as_posix()
                found = [ErrorLine(shown, line, "", message) for line, message in python_shell.problems(file)]
                self.errors += [error for error in found if error not in self.errors]

    def _kms_keys(self, stage: str) -> dict[str, tuple[str, ...]]:
        return {**self._content.kms_keys, **self._content.stages[stage].section.kms_keys}

    def _check_listed(self) -> None:
        """Report each job under `jobs` that no stage lists: otherwise it would silently not be deployed."""
        listed = set()
        for key, section in self._file.data.items() if isinstance(self._file.data, dict) else ():
            names = section.get("jobs") if key != "jobs" and isinstance(section, dict) else None
            listed |= set(names) if isinstance(names, dict) else set()
        places = " or ".join(f"{stage}.jobs" for stage in self._stages)
        for name in self._shared:
            if name not in listed and listed:
                if meant := nearest(name, sorted(listed - self._shared.keys())[:MAX_JOBS]):
                    self._meant.add(meant)
                hint = did_you_mean(name, sorted(listed)[:MAX_JOBS]) or f"; list it under {places}, or remove it"
                self._error(("jobs", name), f"no stage lists this job{hint}")

    def _all_scripts(self) -> set[Path]:
        names = {
            section.script or getattr(self._shared.get(name), "script", None) or f"{snake_case(name)}.py"
            for jobs in self._stages.values()
            for name, section in jobs.items()
        }
        return {self._scripts_folder / name for name in names}

    def _merged_settings(self, path: KeyPath, name: str, section: StageJob) -> JobSettings:
        shared = self._shared.get(name, JobSettings.model_construct())
        own = (section.model_fields_set & set(JobSettings.model_fields)) - set(_parameters(section))
        values = {key: getattr(shared, key) for key in shared.model_fields_set} | {
            key: getattr(section, key) for key in own
        }
        for field in ADDED & own:
            values[field] = {**getattr(shared, field), **getattr(section, field)}
        if values.get("type") == "streaming":
            values.setdefault("timeout_minutes", LONGEST_MINUTES)
        settings = JobSettings.model_construct(**values)  # both parts are validated already
        refused = self._refused_settings(path, name, values)
        for fields, key, message in setting_errors(settings):
            if not refused & fields:  # one error is enough
                self._error((*(path if own & fields else ("jobs", name)), key), message)
        stage_tags = {**self._content.tags, **self._content.stages[str(path[0])].section.tags}
        if settings.tags and not tags_error(stage_tags) and (error := tags_error({**stage_tags, **settings.tags})):
            self._error((*(path if "tags" in own else ("jobs", name)), "tags"), error)
        return settings

    def _refused_settings(self, path: KeyPath, name: str, known: Collection[str]) -> set[str]:
        """Return the settings that are typed for a job, or meant by a misspelt key, and not in the model (`known`).

        They have an error already. All are Python names.
        """
        fields = {str(info.alias): field for field, info in JobSettings.model_fields.items()}
        shared = self._file.keys(("jobs", name))
        meant = [nearest(key, fields) or "" for key in shared if key not in fields]
        typed = {*self._file.keys(path), *shared, *meant}
        return {field for alias, field in fields.items() if alias in typed}.difference(known)

    def _script(self, path: KeyPath, relative: str) -> Path | None:
        script = self._scripts_folder / relative
        if script.is_file():
            return script
        if path[-1] in self._meant:
            return None  # its settings are under the misspelt name
        known = self._known_scripts
        hint = did_you_mean(relative, known) or f"; write it, or name another one with `script:` ({', '.join(known)})"
        self._error(path, f"the job has no script: {self._scripts_folder.name}/{relative} does not exist{hint}")
        return None

    @cached_property
    def _known_scripts(self) -> list[str]:
        return sorted(found.name for found in self._scripts_folder.glob("*.py") if found.name != "__init__.py")

    def _check(self, path: KeyPath, section: StageJob, settings: JobSettings, script: Path) -> None:
        parameters, elsewhere = _parameters(section), self._parameters_elsewhere(path)
        if len(parameters) > MAX_PARAMETERS:
            self._error(path, f"has {len(parameters)} parameters; at most {MAX_PARAMETERS}; put them into one file")
        if max(len(parameters), len(elsewhere)) > MAX_PARAMETERS:
            return
        shown_script = script.relative_to(self._scripts_folder.parent).as_posix()
        refused = self._refused(path, parameters)
        places = {name: self._argument_path(path, name) for name in settings.default_arguments}
        places |= {argument_name(parameter): (*path, parameter) for parameter in parameters}
        lines = {argument: self._file.line(place) for argument, place in places.items()}
        job = JobInStage(
            shown_script, settings.glue_version, parameters, settings.default_arguments, elsewhere, refused, lines
        )
        names = list(parameters)
        for index, (parameter, value) in enumerate(parameters.items()):
            if error := parameter_error(parameter, value, names[:index]):
                self._error((*path, parameter), error)
        if settings.expect and settings.expect.looks_at_output and "outputLocation" not in parameters:
            message = "expect needs the location of the output; add outputLocation here, or remove expect"
            self._error((*path, "expect") if "expect" in section.model_fields_set else path, message)
        for number, message in source_errors(settings.expect.quality, parameters) if settings.expect else ():
            place = path if "expect" in section.model_fields_set else ("jobs", path[-1])
            self._error((*place, "expect", "quality", number), message)
        minutes = settings.expect.max_minutes if settings.expect else None
        if minutes is not None and minutes >= settings.timeout_minutes:
            place = path if "expect" in section.model_fields_set else ("jobs", path[-1])
            message = f"a run ends at its timeoutMinutes, {settings.timeout_minutes}; make it less than that"
            self._error((*place, "expect", "maxMinutes"), f"{minutes:g} is never exceeded: {message}")
        options = self._script_options(script)
        for name, message in check_script(job, options):
            is_argument = (name or "").startswith("--")
            self._error(
                self._argument_path(path, name or "") if is_argument else (*path, *([name] if name else [])), message
            )
        for argument, message in abbreviation_warnings(job, options):
            self.warnings.append(self._file.error(self._argument_path(path, argument), message))

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

    def _locations_of_arguments(self, path: KeyPath, settings: JobSettings, script: Path) -> list[tuple[str, bool]]:
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

    def _parameters_elsewhere(self, path: KeyPath) -> Mapping[str, Elsewhere]:
        """Return the parameters that the job at `path` has in other stages, each with the first place in the file."""
        own, _, name = path
        found: dict[str, Elsewhere] = {}
        for stage, jobs in self._stages.items():
            for parameter in _parameters(jobs.get(str(name))) if stage != own else ():
                found.setdefault(parameter, Elsewhere(stage, self._file.line((stage, "jobs", name, parameter))))
        return found

    def _script_options(self, script: Path) -> ScriptOptions | None:
        if script not in self._options:
            options, problems = read_script(script)
            if options and self._code.has_helper_for_arguments(script):
                options = replace(options, complete=False)
            self._options[script] = options
            shown_script = script.relative_to(self._scripts_folder.parent).as_posix()
            self.errors += [ErrorLine(shown_script, line, "", message) for line, message in problems]
        return self._options[script]

    def _error(self, path: KeyPath, message: str) -> None:
        self.errors.append(self._file.error(path, message))


def _parameters(section: StageJob | None) -> dict[str, str]:
    return dict((section.__pydantic_extra__ if section else None) or {})


def _job(
    name: str, script: Path, settings: JobSettings, parameters: dict[str, str], others: list[tuple[str, bool]]
) -> Job:
    databases = [(value, is_output(key)) for key, value in parameters.items() if is_database(key)]
    locations = [(value, is_output(key)) for key, value in parameters.items() if is_location(key, value)] + others
    return Job(
        name=name,
        script=script,
        settings=settings,
        arguments={argument_name(key): value for key, value in parameters.items()},
        input_locations=tuple(dict.fromkeys(place for place, written in locations if not written)),
        output_locations=tuple(dict.fromkeys(place for place, written in locations if written)),
        quality_sources=quality_sources(settings.expect.quality, parameters) if settings.expect else {},
        input_databases=tuple(dict.fromkeys(name for name, written in databases if not written)),
        output_databases=tuple(dict.fromkeys(name for name, written in databases if written)),
    )
