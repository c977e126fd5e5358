"""Merge the settings of each job: those of a stage's job win over those under `jobs`, and some are added to them."""

from __future__ import annotations

from collections.abc import Callable, Collection

from aws_glue_cdk_baseline.config.errors import nearest
from aws_glue_cdk_baseline.config.glue_values import tags_error
from aws_glue_cdk_baseline.config.job_settings import LONGEST_MINUTES, JobSettings, StageJob
from aws_glue_cdk_baseline.config.model import ConfigFile
from aws_glue_cdk_baseline.config.setting_checks import setting_errors
from aws_glue_cdk_baseline.config.yaml_file import KeyPath, YamlFile

ADDED = {"default_arguments", "spark_conf", "tags"}  # those of a stage's job are added to those under `jobs`


class MergedSettings:
    """The settings of the jobs of one file. `report` gets each error, with its key path."""

    def __init__(self, file: YamlFile, content: ConfigFile, report: Callable[[KeyPath, str], None]) -> None:
        self._file, self._content, self._report = file, content, report

    def of(self, path: KeyPath, section: StageJob) -> JobSettings:
        """Return the settings of a stage's job at `path`, and report those that do not go together."""
        stage, _, name = map(str, path)
        shared = self._content.jobs.get(name, JobSettings.model_construct())
        own = (section.model_fields_set & set(JobSettings.model_fields)) - set(section.parameters)
        values = {key: getattr(shared, key) for key in shared.model_fields_set} | {
            key: getattr(section, key) for key in own
        }
        for field in ADDED & own:
            values[field] = {**getattr(shared, field), **getattr(section, field)}
        if values.get("type") == "streaming":
            values.setdefault("timeout_minutes", LONGEST_MINUTES)
        settings = JobSettings.model_construct(**values)  # both parts are validated already
        refused = self.refused(path, values)
        for fields, key, message in setting_errors(settings):
            if not refused & fields:  # one error is enough
                self._report((*(path if own & fields else ("jobs", name)), key), message)
        stage_tags = {**self._content.tags, **self._content.stages[stage].section.tags}
        if settings.tags and not tags_error(stage_tags) and (error := tags_error({**stage_tags, **settings.tags})):
            self._report((*(path if "tags" in own else ("jobs", name)), "tags"), error)
        return settings

    def refused(self, path: KeyPath, known: Collection[str]) -> set[str]:
        """Return the settings that are typed for a job, or meant by a misspelt key, and not in the model (`known`).

        They have an error already. All are Python names.
        """
        fields = {str(info.alias): field for field, info in JobSettings.model_fields.items()}
        shared = self._file.keys(("jobs", path[-1]))
        meant = [nearest(key, fields) or "" for key in shared if key not in fields]
        typed = {*self._file.keys(path), *shared, *meant}
        return {field for alias, field in fields.items() if alias in typed}.difference(known)
