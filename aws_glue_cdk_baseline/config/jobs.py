"""From a stage's section of the config to its jobs: settings merged, parameters turned into arguments, all checked."""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from aws_glue_cdk_baseline.config.errors import Problem, did_you_mean
from aws_glue_cdk_baseline.config.model import (
    MAX_JOBS,
    MAX_PARAMETERS,
    JobSettings,
    StageJob,
    is_job_name,
)
from aws_glue_cdk_baseline.config.parameters import (
    argument_name,
    is_location,
    is_output,
    parameter_fault,
    snake_case,
)
from aws_glue_cdk_baseline.config.script_check import JobInStage, check_script
from aws_glue_cdk_baseline.config.script_options import ScriptOptions, read_script_options
from aws_glue_cdk_baseline.config.yaml_file import Data, KeyPath, YamlFile
from aws_glue_cdk_baseline.permissions.role_size import role_fault

Settings = TypeVar("Settings", bound=JobSettings)


class Job(BaseModel):
    """A Glue job as one stage deploys it.

    `script` is a path on this machine. `arguments` maps each argument, such as `--input_path`, to its value as typed;
    `input_locations` and `output_locations` are the `s3://` URIs among them: what the job reads, and what it writes.
    """

    model_config = ConfigDict(frozen=True)
    name: str
    script: Path
    settings: JobSettings
    arguments: dict[str, str]
    input_locations: tuple[str, ...]
    output_locations: tuple[str, ...]


class StageJobs:
    """Builds the jobs of every stage of one config file; `problems` collects what is wrong with them.

    It leaves out what the model refuses (config.py reports that), so that one run shows every fault of the file.
    """

    def __init__(self, file: YamlFile, scripts_folder: Path) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._scripts_folder = scripts_folder
        self._options: dict[Path, ScriptOptions | None] = {}
        self._shared = _valid_sections(JobSettings, file.data, "jobs")
        self._stages = {stage: _valid_sections(StageJob, file.data, stage, "jobs") for stage in ("dev", "prod")}
        self._check_listed()

    def build(self, stage: str, other_stage: str) -> tuple[Job, ...]:
        """The jobs of `stage`; each is compared with the same job of `other_stage`, where it has one."""
        jobs = []
        for name, section in self._stages[stage].items():
            path = (stage, "jobs", name)
            settings = self._merged_settings(path, name, section)
            if script := self._script(path, settings.script or f"{snake_case(name)}.py"):
                other = _parameters(self._stages[other_stage].get(name))
                other_lines = {key: self._file.line((other_stage, "jobs", name, key)) for key in other}
                faults = len(self.problems)
                self._check(path, section, settings, script, other_stage, other_lines)
                job = _job(name, script, settings, _parameters(section))
                if len(self.problems) == faults:  # else a location may be anything
                    self._check_role(path, job)
                jobs.append(job)
        return tuple(jobs)

    def _check_listed(self) -> None:
        """A section under `jobs` that no stage lists would be lost without a word."""
        listed = {name for stage in self._stages for name in _section(self._file.data, stage, "jobs")}
        for name in self._shared:
            if name not in listed and listed:
                hint = (
                    did_you_mean(name, sorted(listed)[:MAX_JOBS])
                    or "; list it under dev.jobs or prod.jobs, or remove it"
                )
                self._problem(("jobs", name), f"no stage lists this job{hint}")

    def _merged_settings(self, path: KeyPath, name: str, section: StageJob) -> JobSettings:
        shared = self._shared.get(name, JobSettings.model_construct())
        own = (section.model_fields_set & set(JobSettings.model_fields)) - set(_parameters(section))
        values = {key: getattr(shared, key) for key in shared.model_fields_set} | {
            key: getattr(section, key) for key in own
        }
        settings = JobSettings.model_construct(**values)  # both halves are validated already
        if settings.execution_class == "FLEX" and settings.worker_type not in ("G.1X", "G.2X"):
            place = path if own & {"execution_class", "worker_type"} else ("jobs", name)
            message = f"FLEX runs on workers of type G.1X or G.2X, not {settings.worker_type}; change one of the two"
            self._problem((*place, "executionClass"), message)
        return settings

    def _script(self, path: KeyPath, relative: str) -> Path | None:
        script = self._scripts_folder / relative
        if script.is_file():
            return script
        known = self._known_scripts
        hint = did_you_mean(relative, known) or f"; write it, or name another one with `script:` ({', '.join(known)})"
        self._problem(path, f"the job has no script: {self._scripts_folder.name}/{relative} does not exist{hint}")
        return None

    @cached_property
    def _known_scripts(self) -> list[str]:
        return sorted(found.name for found in self._scripts_folder.glob("*.py") if found.name != "__init__.py")

    def _check(
        self,
        path: KeyPath,
        section: StageJob,
        settings: JobSettings,
        script: Path,
        other_stage: str,
        other_parameters: dict[str, int],
    ) -> None:
        parameters = _parameters(section)
        if len(parameters) > MAX_PARAMETERS:
            self._problem(path, f"has {len(parameters)} parameters; at most {MAX_PARAMETERS}; put them into one file")
        if max(len(parameters), len(other_parameters)) > MAX_PARAMETERS:
            return
        shown_script = script.relative_to(self._scripts_folder.parent).as_posix()
        job = JobInStage(shown_script, parameters, settings.default_arguments, other_stage, other_parameters)
        names = list(parameters)
        for index, (parameter, value) in enumerate(parameters.items()):
            if fault := parameter_fault(parameter, value, names[:index]):
                self._problem((*path, parameter), fault)
        if settings.expect and "outputLocation" not in parameters:
            message = "rows are expected of a job without outputLocation; add outputLocation here, or remove expect"
            self._problem((*path, "expect") if "expect" in section.model_fields_set else path, message)
        for fault_of, message in check_script(job, self._script_options(script, shown_script)):
            self._problem((*path, fault_of) if fault_of else path, message)

    def _check_role(self, path: KeyPath, job: Job) -> None:
        if fault := role_fault(job.input_locations, job.output_locations, job.settings.statements):
            self._problem(path, fault)

    def _script_options(self, script: Path, shown_script: str) -> ScriptOptions | None:
        if script not in self._options:
            try:
                self._options[script] = read_script_options(script)
            except SyntaxError as error:
                self._options[script] = None
                self.problems.append(Problem(shown_script, error.lineno or 1, "", f"not valid Python: {error.msg}"))
            except OSError as error:
                self._options[script] = None
                self.problems.append(Problem(shown_script, 1, "", f"cannot be read: {error.strerror}; mend the file"))
        return self._options[script]

    def _problem(self, path: KeyPath, message: str) -> None:
        self.problems.append(self._file.problem(path, message))


def _section(data: Data, *keys: str) -> dict[str, Data]:
    """What lies below `keys`; nothing where that is no section."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def _valid_sections(model: type[Settings], data: Data, *keys: str) -> dict[str, Settings]:
    """The jobs below `keys` as `model` has them, as many as may be, without the names and values that it refuses."""
    sections = {}
    named = ((name, section) for name, section in _section(data, *keys).items() if is_job_name(name))
    for name, section in islice(named, 2 * MAX_JOBS):
        values = dict(section) if isinstance(section, dict) else {}
        try:
            sections[name] = model.model_validate(values)
        except ValidationError as error:
            refused = {str(fault["loc"][0]) for fault in error.errors()}
            kept = {key: value for key, value in values.items() if key not in refused}
            sections[name] = model.model_validate(kept)
    return sections


def _parameters(section: StageJob | None) -> dict[str, str]:
    return dict((section.__pydantic_extra__ if section else None) or {})


def _job(name: str, script: Path, settings: JobSettings, parameters: dict[str, str]) -> Job:
    locations = [(key, value) for key, value in parameters.items() if is_location(key, value)]
    return Job(
        name=name,
        script=script,
        settings=settings,
        arguments={argument_name(key): value for key, value in parameters.items()},
        input_locations=tuple(value for key, value in locations if not is_output(key)),
        output_locations=tuple(value for key, value in locations if is_output(key)),
    )
