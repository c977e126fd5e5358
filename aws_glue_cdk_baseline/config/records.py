"""The config as the rest of the app reads it: frozen, typed records, every value checked."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from aws_glue_cdk_baseline.config.model import Account, JobSettings


class Record(BaseModel):
    """A frozen record."""

    model_config = ConfigDict(frozen=True)


class Job(Record):
    """A Glue job as one stage deploys it.

    `script` is a path on this machine. `arguments` maps each argument, such as `--input_path`, to its value as typed;
    `input_locations` and `output_locations` are the `s3://` URIs among them: what the job reads, and what it writes.
    """

    name: str
    script: Path
    settings: JobSettings
    arguments: dict[str, str]
    input_locations: tuple[str, ...]
    output_locations: tuple[str, ...]


class StageConfig(Record):
    """One stage: `account` is where it is deployed, `jobs` what is deployed there.

    With `approval` the pipeline asks before it deploys; with `integration_test` it runs all jobs afterwards. The jobs'
    logs are kept for `log_retention_days`.
    """

    name: str
    account: Account
    jobs: tuple[Job, ...]
    approval: bool = False
    integration_test: bool = False
    log_retention_days: int = 30

    @property
    def deployed_as(self) -> str:
        """The name of the stage in the pipeline: DeployStaging for staging."""
        return f"Deploy{self.name[0].upper()}{self.name[1:]}"


class Config(Record):
    """The whole config, its stages in the order of the file.

    `file` is relative to the project where it lies inside, as the pipeline must find it.
    """

    file: str
    pipeline_account: Account
    stages: tuple[StageConfig, ...]

    def stage(self, name: str) -> StageConfig:
        """Return the stage called `name`. Raises KeyError where there is none."""
        return {stage.name: stage for stage in self.stages}[name]
