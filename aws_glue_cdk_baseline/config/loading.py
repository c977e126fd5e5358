"""Load a config file: read, parse and check it, and build its records."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from aws_glue_cdk_baseline.config.bookmark_reads import bookmark_warnings
from aws_glue_cdk_baseline.config.chains import after_errors
from aws_glue_cdk_baseline.config.errors import MAX_SHOWN, ConfigError, ErrorLine
from aws_glue_cdk_baseline.config.glue_values import tags_error
from aws_glue_cdk_baseline.config.jobs import JobCheck, StageJobs
from aws_glue_cdk_baseline.config.kms_keys import key_errors
from aws_glue_cdk_baseline.config.messages import typed_path
from aws_glue_cdk_baseline.config.model import ConfigFile
from aws_glue_cdk_baseline.config.names import Names
from aws_glue_cdk_baseline.config.packages import read_packages
from aws_glue_cdk_baseline.config.parsing import parse
from aws_glue_cdk_baseline.config.recipients import PIPELINE, recipient_errors, recipients
from aws_glue_cdk_baseline.config.records import Config, Job, StageConfig
from aws_glue_cdk_baseline.config.regions import partition_of
from aws_glue_cdk_baseline.config.schedules import schedule_errors, schedule_warnings
from aws_glue_cdk_baseline.config.stack_record import with_stacks
from aws_glue_cdk_baseline.config.stage_values import CHANGES
from aws_glue_cdk_baseline.config.unordered_reads import unordered_reads
from aws_glue_cdk_baseline.config.yaml_file import YamlFile, read_yaml

PROJECT = Path(__file__).resolve().parents[2]
NOT_IN_CODECOMMIT = (
    "true is for a repository in CodeCommit; remove it: at GitHub, .github/workflows/pr-check.yml checks pull requests,"
    " and at other hosts their own CI with `make pr-check`"
)


def load_config(
    path: Path, project: Path = PROJECT, check_job: JobCheck = lambda job: None, *, packages: bool = True
) -> Config:
    """Read and check the config file at `path`, whose job scripts are in the folder `project`.

    `check_job` is called for each job without errors; it returns why the job cannot be deployed, or None. Without
    `packages` requirements-jobs.txt and its lock are not read: `make lock` is about to write the lock. Raise
    ConfigError with every error, each with file:line.
    """
    name = _name(path, project)
    file = read_yaml(path, name)
    content, errors = parse(file)
    errors += file.errors
    if content is None:
        raise ConfigError(errors)
    wrong_chains = after_errors(content, file)
    errors += [*_partition_errors(content, file), *_name_errors(content, file), *wrong_chains]
    errors += _source_errors(content, file)
    errors += recipient_errors(content, file)
    stage_jobs = StageJobs(file, content, project, check_job, read_packages(project) if packages else None)
    jobs = {stage: stage_jobs.build(stage) for stage in content.stages}
    errors += stage_jobs.errors
    stages = _stages(content, jobs, name)
    if not wrong_chains:
        errors += schedule_errors(stages, file)
    errors += [*_tag_errors(content, file), *([] if errors else key_errors(content, jobs, file))]
    if errors:
        raise ConfigError(errors)
    config = Config(
        file=name,
        pipeline_account=content.pipeline_account,
        name_prefix=content.name_prefix,
        source=content.source,
        pull_requests=content.pull_requests,
        tags=content.tags,
        recipients=recipients(content).get(PIPELINE),
        stages=stages,
        warnings=tuple(
            sorted(
                {
                    *stage_jobs.warnings,
                    *(line for stage in jobs for line in unordered_reads(stage, jobs[stage], file)),
                    *(line for stage in jobs for line in bookmark_warnings(jobs[stage])),
                    *schedule_warnings(stages, file, datetime.now(UTC)),
                }
            )
        ),
    )
    return with_stacks(config, path)


def _stages(content: ConfigFile, jobs: Mapping[str, tuple[Job, ...]], config_file: str) -> tuple[StageConfig, ...]:
    """Return the records of the stages, with what depends on their order: the first is tested, the last is approved."""
    first, last = next(iter(content.stages), ""), next(reversed(content.stages), "")
    told = recipients(content)
    return tuple(
        StageConfig(
            name=stage,
            name_prefix=content.name_prefix,
            config_file=config_file,
            account=found.account,
            jobs=jobs[stage],
            approval=bool(stage in ("prod", last) if found.section.approval is None else found.section.approval),
            shows_changes=found.section.approval == CHANGES,
            integration_test=(found.section.integration_test or ("none" if stage == last else "all")) != "none",
            tests_changed_only=found.section.integration_test == "changed",
            schedules=found.section.schedules if found.section.schedules is not None else stage != first,
            rollback=found.section.rollback,
            log_retention_days=found.section.log_retention_days,
            tags={**content.tags, **found.section.tags},
            recipients=told.get(stage),
            dashboard=found.section.dashboard,
        )
        for stage, found in content.stages.items()
    )


def print_warnings(config: Config) -> None:
    """Print the warnings of a config to stderr, one line each, as `warning: file:line: ...`."""
    for warning in config.warnings[:MAX_SHOWN]:
        print(f"warning: {warning}", file=sys.stderr)
    for warning in config.warnings[MAX_SHOWN : MAX_SHOWN + 1]:
        print(f"warning: {replace(warning, where='', message='there are more warnings')}", file=sys.stderr)


def _partition_errors(content: ConfigFile, file: YamlFile) -> list[ErrorLine]:
    """Return an error for each stage in another AWS partition: roles are not trusted across partitions."""
    home = partition_of(content.pipeline_account.aws_region)
    regions = {name: stage.account.aws_region for name, stage in content.stages.items()}
    return [
        file.error(
            typed_path(("stages", name, "account", "awsRegion")),
            f"{region} is in the AWS partition {there}, and the pipeline is in {home}",
        )
        for name, region in regions.items()
        if (there := partition_of(region)) != home
    ]


def _source_errors(content: ConfigFile, file: YamlFile) -> list[ErrorLine]:
    """Return an error if the pipeline's account cannot use the repository of `source`, or check its pull requests."""
    home = content.pipeline_account
    names = Names(content.name_prefix)
    problem = content.source.problem(home.aws_account_id, partition_of(home.aws_region), names.repository)
    errors = [file.error(("source", problem[0]), problem[1])] if problem else []
    if content.pull_requests and content.source.connection_arn:
        errors.append(file.error(("pullRequests",), NOT_IN_CODECOMMIT))
    return errors


def _tag_errors(content: ConfigFile, file: YamlFile) -> list[ErrorLine]:
    """Return an error for the tags that one resource cannot have: those of the file, and those of each stage."""
    if error := tags_error(content.tags):
        return [file.error(("tags",), error)]
    return [
        file.error((name, "tags"), error)
        for name, stage in content.stages.items()
        if stage.section.tags and (error := tags_error({**content.tags, **stage.section.tags}))
    ]


def _name_errors(content: ConfigFile, file: YamlFile) -> list[ErrorLine]:
    """Return an error for each two stages whose names differ in case only: their roles would have the same name."""
    seen: dict[str, str] = {}
    return [
        file.error((name,), f"differs from the stage {first} in capital letters only; choose another name")
        for name in content.stages
        if (first := seen.setdefault(name.lower(), name)) != name
    ]


def _name(path: Path, project: Path) -> str:
    """Return the file's name in messages and in the pipeline: relative to the project if it is inside."""
    try:
        resolved = path.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, or a path that cannot exist
        raise ConfigError([ErrorLine(str(path), 1, "", "is not a path of a file; name another file")]) from None
    return resolved.relative_to(project).as_posix() if resolved.is_relative_to(project) else str(path)
