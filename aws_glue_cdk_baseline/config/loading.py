"""Load a config file: read, parse, check, and build its records."""

from __future__ import annotations

from pathlib import Path

from aws_glue_cdk_baseline.config.errors import ConfigError, ErrorLine
from aws_glue_cdk_baseline.config.jobs import JobCheck, StageJobs
from aws_glue_cdk_baseline.config.model import ConfigFile
from aws_glue_cdk_baseline.config.parsing import parse
from aws_glue_cdk_baseline.config.records import Config, StageConfig
from aws_glue_cdk_baseline.config.values import partition_of
from aws_glue_cdk_baseline.config.yaml_file import YamlFile, read_yaml

PROJECT = Path(__file__).resolve().parents[2]


def load_config(path: Path, project: Path = PROJECT, check_job: JobCheck = lambda job: None) -> Config:
    """Read and check the config file at `path`; job scripts are looked for in the folder `project`.

    `check_job` returns why a job that is right in itself cannot be deployed, or None. Raises ConfigError with every
    error found, each with file:line.
    """
    name = _name(path, project)
    file = read_yaml(path, name)
    content, errors = parse(file)
    errors += file.errors
    if content is None:
        raise ConfigError(errors)
    errors += [*_partition_errors(content, file), *_name_errors(content, file)]
    stage_jobs = StageJobs(file, content, project / "aws_glue_cdk_baseline" / "job_scripts", check_job)
    jobs = {stage: stage_jobs.build(stage) for stage in content.stages}
    errors += stage_jobs.errors
    if errors:
        raise ConfigError(errors)
    last = list(content.stages)[-1]
    return Config(
        file=name,
        pipeline_account=content.pipeline_account,
        stages=tuple(
            StageConfig(
                name=stage,
                account=found.account,
                jobs=jobs[stage],
                approval=found.section.approval if found.section.approval is not None else stage in ("prod", last),
                integration_test=(found.section.integration_test or ("none" if stage == last else "all")) == "all",
                log_retention_days=found.section.log_retention_days,
            )
            for stage, found in content.stages.items()
        ),
    )


def _partition_errors(content: ConfigFile, file: YamlFile) -> list[ErrorLine]:
    """Return the stages in another partition, such as China's: no role of one partition is trusted in another."""
    home = partition_of(content.pipeline_account.aws_region)
    regions = {f"{name}Account": stage.account.aws_region for name, stage in content.stages.items()}
    return [
        file.error((account, "awsRegion"), f"{region} is in the AWS partition {there}, and the pipeline is in {home}")
        for account, region in regions.items()
        if (there := partition_of(region)) != home
    ]


def _name_errors(content: ConfigFile, file: YamlFile) -> list[ErrorLine]:
    """Return the stages whose names differ in case only: the names of roles, made of them, do not differ then."""
    seen: dict[str, str] = {}
    return [
        file.error((name,), f"is a stage as {first} is, but for capital letters; choose another name")
        for name in content.stages
        if (first := seen.setdefault(name.lower(), name)) != name
    ]


def _name(path: Path, project: Path) -> str:
    """Return the name by which messages and the pipeline call the file at `path`."""
    try:
        resolved = path.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, or a path that no file can have
        raise ConfigError([ErrorLine(str(path), 1, "", "is no path of a file; name another one")]) from None
    return resolved.relative_to(project).as_posix() if resolved.is_relative_to(project) else str(path)
