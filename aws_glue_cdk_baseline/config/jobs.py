"""Build the jobs of each stage from the parsed file: find the script of each, and turn its parameters into arguments.

merged_settings.py merges their settings, job_checks.py checks them, and job_code.py finds what their scripts import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, partial
from pathlib import Path

from aws_glue_cdk_baseline.config.errors import did_you_mean, nearest
from aws_glue_cdk_baseline.config.job_checks import JobChecks
from aws_glue_cdk_baseline.config.job_code import JobCode
from aws_glue_cdk_baseline.config.job_settings import JobSettings
from aws_glue_cdk_baseline.config.kms_keys import keys_of
from aws_glue_cdk_baseline.config.merged_settings import MergedSettings
from aws_glue_cdk_baseline.config.model import MAX_JOBS, ConfigFile
from aws_glue_cdk_baseline.config.packages import JobPackages
from aws_glue_cdk_baseline.config.parameters import argument_name, is_database, is_location, is_output, snake_case
from aws_glue_cdk_baseline.config.quality_sources import quality_sources
from aws_glue_cdk_baseline.config.records import Job
from aws_glue_cdk_baseline.config.yaml_file import KeyPath, YamlFile

# Returns why a job cannot be deployed, or None. The caller supplies it: this package does not know IAM roles.
JobCheck = Callable[[Job], str | None]


class StageJobs:
    """Builds the jobs of every stage of one file and collects their `errors` and `warnings`."""

    def __init__(
        self, file: YamlFile, content: ConfigFile, project: Path, check_job: JobCheck, packages: JobPackages | None
    ) -> None:
        scripts_folder = project / "aws_glue_cdk_baseline" / "job_scripts"
        self._file, self._scripts_folder, self._check_job = file, scripts_folder, check_job
        self._content, self._shared = content, content.jobs
        self._stages = {name: stage.section.jobs for name, stage in content.stages.items()}
        self._code = JobCode(scripts_folder, self._all_scripts(), packages)
        self.errors, self.warnings = self._code.errors, self._code.warnings
        self._settings, self._checks = MergedSettings(file, content, self._error), JobChecks(file, content, self._code)
        self._meant = set[str]()  # jobs whose settings are under a misspelt name
        self._check_listed()

    def build(self, stage: str) -> tuple[Job, ...]:
        """Return the jobs of `stage`. Each is also compared with the same job in the other stages."""
        jobs = []
        for name, section in self._stages[stage].items():
            path = (stage, "jobs", name)
            settings = self._settings.of(path, section)
            if script := self._script(path, settings.script or f"{snake_case(name)}.py"):
                errors = len(self.errors)
                self._checks.check(path, section, settings, script)
                others = self._checks.locations_of_arguments(path, settings, script)
                job = _job(name, script, settings, section.parameters, others)
                found = len(self.errors)
                needs = self._code.needs(script, settings, partial(self._error, path))
                if "type" in self._settings.refused(path, settings.model_fields_set):
                    del self.errors[found:]  # what it may import depends on its type
                if settings.is_shell:
                    self._checks.check_python_shell([script, *needs.shared_files])
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

    def _script(self, path: KeyPath, relative: str) -> Path | None:
        script = self._scripts_folder / relative
        if script.is_file():
            return script
        if path[-1] in self._meant:
            return None  # its settings are under the misspelt name
        known = self._known_scripts
        hint = did_you_mean(relative, known) or f"; write it, or name another one with `script:` ({', '.join(known)})"
        places: tuple[KeyPath, ...] = ((*path, "script"), ("jobs", path[-1], "script"))
        place = next((place for place in places if place in self._file.lines), path)
        self._error(place, f"the job has no script: {self._scripts_folder.name}/{relative} does not exist{hint}")
        return None

    @cached_property
    def _known_scripts(self) -> list[str]:
        return sorted(found.name for found in self._scripts_folder.glob("*.py") if found.name != "__init__.py")

    def _error(self, path: KeyPath, message: str) -> None:
        self.errors.append(self._file.error(path, message))


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
