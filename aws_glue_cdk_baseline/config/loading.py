"""The config of the whole app: accounts and jobs, read from one YAML file, typed, frozen and checked.

    config = load_config(Path("default-config.yaml"))
    config.dev.jobs[0].arguments   # {"--input_path": "s3://…"}

`python -m aws_glue_cdk_baseline.config` prints the JSON Schema that editors complete and check the file with;
`python -m aws_glue_cdk_baseline.config FILE` checks a file.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from aws_glue_cdk_baseline.config.errors import ConfigError, Problem
from aws_glue_cdk_baseline.config.jobs import Job, StageJobs
from aws_glue_cdk_baseline.config.messages import explain
from aws_glue_cdk_baseline.config.model import Account, ConfigFile, JobSettings, StageSection, partition_of
from aws_glue_cdk_baseline.config.yaml_file import YamlFile, read_yaml

__all__ = [
    "PROJECT",
    "Account",
    "Config",
    "ConfigError",
    "Job",
    "JobSettings",
    "StageConfig",
    "json_schema",
    "load_config",
]

PROJECT = Path(__file__).resolve().parents[2]
MOST_FAULTS = 1000  # ten times what is shown; each costs a look for the nearest known name


class StageConfig(BaseModel):
    """One stage: `name` is `dev` or `prod`, `account` where it is deployed, `jobs` what is deployed there.

    Their logs are kept for `log_retention_days`.
    """

    model_config = ConfigDict(frozen=True)
    name: str
    account: Account
    jobs: tuple[Job, ...]
    log_retention_days: int = 30


class Config(BaseModel):
    """The whole config. `file` is relative to the project where it lies inside, as the pipeline must find it."""

    model_config = ConfigDict(frozen=True)
    file: str
    pipeline_account: Account
    dev: StageConfig
    prod: StageConfig


def load_config(path: Path, project: Path = PROJECT) -> Config:
    """Read and check the config file at `path`; job scripts are looked for in the folder `project`.

    Raises ConfigError with every fault found, each with file:line.
    """
    name = _name(path, project)
    file = read_yaml(path, name)
    problems = list(file.problems)
    try:
        content = ConfigFile.model_validate(file.data)
    except ValidationError as error:
        content = None
        problems += explain(error.errors(include_url=False)[:MOST_FAULTS], file)
    problems += _partition_faults(content, file) if content else []
    stage_jobs = StageJobs(file, project / "aws_glue_cdk_baseline" / "job_scripts")
    dev_jobs, prod_jobs = stage_jobs.build("dev", "prod"), stage_jobs.build("prod", "dev")
    problems += stage_jobs.problems
    if problems or content is None:
        raise ConfigError(problems)
    return Config(
        file=name,
        pipeline_account=content.pipeline_account,
        dev=_stage("dev", content.dev_account, content.dev, dev_jobs),
        prod=_stage("prod", content.prod_account, content.prod, prod_jobs),
    )


def _partition_faults(content: ConfigFile, file: YamlFile) -> list[Problem]:
    """No role of one partition, such as China's, is trusted in another."""
    home = partition_of(content.pipeline_account.aws_region)
    regions = {"devAccount": content.dev_account.aws_region, "prodAccount": content.prod_account.aws_region}
    return [
        file.problem((account, "awsRegion"), f"{region} is in the AWS partition {there}, and the pipeline is in {home}")
        for account, region in regions.items()
        if (there := partition_of(region)) != home
    ]


def _stage(name: str, account: Account, section: StageSection, jobs: tuple[Job, ...]) -> StageConfig:
    return StageConfig(name=name, account=account, jobs=jobs, log_retention_days=section.log_retention_days)


def _name(path: Path, project: Path) -> str:
    """How messages and the pipeline call the file at `path`."""
    try:
        resolved = path.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, or a path that no file can have
        raise ConfigError([Problem(str(path), 1, "", "is no path of a file; name another one")]) from None
    return resolved.relative_to(project).as_posix() if resolved.is_relative_to(project) else str(path)


def json_schema() -> str:
    """The JSON Schema of the config file, as config.schema.json has it."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **ConfigFile.model_json_schema()}
    return json.dumps(schema, indent=2) + "\n"
