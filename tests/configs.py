"""Configs for the tests. They do not depend on default-config.yaml, which is the user's."""

from __future__ import annotations

from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import (
    PROJECT,
    Account,
    Config,
    Job,
    JobSettings,
    Recipients,
    StageConfig,
    load_config,
)
from aws_glue_cdk_baseline.config.notifications import Slack, Teams
from aws_glue_cdk_baseline.permissions.role_size import role_size_error

PIPELINE = Account(awsAccountId="111111111111", awsRegion="us-east-1")
DEV = Account(awsAccountId="222222222222", awsRegion="us-east-1")
PROD = Account(awsAccountId="333333333333", awsRegion="eu-west-1")


def has_the_examples() -> bool:
    """Return true if the project still has the two example jobs. Users may remove them."""
    scripts = PROJECT / "aws_glue_cdk_baseline" / "job_scripts"
    text = (PROJECT / "default-config.yaml").read_text(encoding="utf-8")
    names = {"ProcessLegislators": "process_legislators.py", "JoinLegislators": "join_legislators.py"}
    return all(f"{job}:" in text and (scripts / script).is_file() for job, script in names.items())


needs_the_examples = pytest.mark.skipif(not has_the_examples(), reason="the example jobs were removed")

JOIN = """\
import sys
from awsglue.utils import getResolvedOptions

args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path_orgs", "minimum_age"])
"""
SHOW = """\
import sys
from awsglue.utils import getResolvedOptions
OPTIONS = ["JOB_NAME", "input_path"]
args = getResolvedOptions(sys.argv, OPTIONS)
"""
CONFIG = """\
pipelineAccount: {awsAccountId: "111111111111", awsRegion: us-east-1}
devAccount: {awsAccountId: "222222222222", awsRegion: us-east-1}
prodAccount: {awsAccountId: "333333333333", awsRegion: eu-west-1}
jobs:
  Join:
    numberOfWorkers: 4
dev:
  jobs:
    Show:
      inputLocation: s3://dev-data/persons.json
    Join:
      inputLocationOrgs: s3://dev-data/orgs/
      minimumAge: 21
prod:
  jobs:
    Show:
      inputLocation: s3://prod-data/persons.json
    Join:
      inputLocationOrgs: s3://prod-data/orgs/
      minimumAge: 021
      numberOfWorkers: 8
"""


def make_project(folder: Path, scripts: dict[str, str] | None = None) -> Path:
    """Return a project folder with job scripts: those of CONFIG, unless others are given."""
    job_scripts = folder / "aws_glue_cdk_baseline" / "job_scripts"
    job_scripts.mkdir(parents=True, exist_ok=True)
    for name, text in (scripts or {"join.py": JOIN, "show.py": SHOW}).items():
        (job_scripts / name).write_text(text, encoding="utf-8")
    return folder


def load(folder: Path, text: str | bytes, scripts: dict[str, str] | None = None) -> Config:
    """Load `text` as the file c.yaml of a project in `folder`."""
    make_project(folder, scripts)
    file = folder / "c.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_config(file, project=folder, check_job=role_size_error)


def make_job(folder: Path, name: str = "Show", **values: object) -> Job:
    """Return a job with a script in `folder`. `values` are settings by their Python names, or fields of Job."""
    script = folder / f"{name.lower()}.py"
    script.write_text(SHOW, encoding="utf-8")
    fields: dict[str, object] = {
        "name": name,
        "script": script,
        "arguments": {"--input_path": "s3://data/in/"},
        "input_locations": ("s3://data/in/",),
        "output_locations": (),
        "quality_sources": {},
        "kms_keys": {},
        "input_databases": (),
        "output_databases": (),
    }
    fields |= {key: values.pop(key) for key in fields if key in values}
    return Job.model_validate({**fields, "settings": JobSettings.model_construct(**values)})  # type: ignore[arg-type]


SLACK = Slack(workspaceId="T0123ABCD", channelId="C0123ABCD")
TEAMS = Teams(
    tenantId="12345678-1234-1234-1234-1234567890ab",
    teamId="87654321-1234-1234-1234-1234567890ab",
    channelId="19:abc@thread.tacv2",
)


def make_recipients(account: Account, topic: str, **values: object) -> Recipients:
    """Return recipients by email, Slack and Teams; their own topic is called `topic`, in `account`."""
    arn = f"arn:aws:sns:{account.aws_region}:{account.aws_account_id}:{topic}"
    all_ways = {"emails": ("team@example.com",), "slack": SLACK, "teams": TEAMS}
    return Recipients.model_validate({**all_ways, "slack_topics": (arn,), "teams_topics": (arn,), **values})


def with_monitoring(config: Config) -> Config:
    """Return the config with every way of being told, for the pipeline and each stage, and with dashboards."""
    stages = tuple(
        stage.model_copy(
            update={"recipients": make_recipients(stage.account, stage.names.notifications), "dashboard": True}
        )
        for stage in config.stages
    )
    told = make_recipients(config.pipeline_account, config.names.notifications)
    return config.model_copy(update={"stages": stages, "recipients": told})


def make_stage(*jobs: Job, name: str = "dev", **values: object) -> StageConfig:
    """Return a stage in the account of dev. `values` are other fields of StageConfig."""
    return StageConfig.model_validate({"name": name, "account": DEV, "jobs": jobs, **values})


def make_config(jobs: tuple[Job, ...], dev: Account = DEV, prod: Account = PROD, file: str = "c.yaml") -> Config:
    """Return a config whose two stages, dev and prod, deploy the same jobs."""
    return Config(
        file=file,
        pipeline_account=PIPELINE,
        stages=(
            StageConfig(name="dev", account=dev, jobs=jobs, integration_test=True),
            StageConfig(name="prod", account=prod, jobs=jobs, approval=True),
        ),
    )


def with_accounts(config: Config) -> Config:
    """Return the config with invented accounts: 111111111111 for the pipeline, then 222222222222 and so on.

    The last stage is in another Region.
    """
    regions = [*[DEV.aws_region] * (len(config.stages) - 1), PROD.aws_region]
    stages = tuple(
        stage.model_copy(update={"account": Account(awsAccountId=str(number) * 12, awsRegion=region)})
        for number, (stage, region) in enumerate(zip(config.stages, regions, strict=True), start=2)
    )
    return config.model_copy(update={"pipeline_account": PIPELINE, "stages": stages})


def with_stage(config: Config, name: str, **values: object) -> Config:
    """Return the config with other values in the stage called `name`."""
    stages = tuple(stage.model_copy(update=values) if stage.name == name else stage for stage in config.stages)
    return config.model_copy(update={"stages": stages})


def with_prefix(config: Config, prefix: str) -> Config:
    """Return another copy of the config, whose names begin with `prefix`."""
    stages = tuple(stage.model_copy(update={"name_prefix": prefix}) for stage in config.stages)
    return config.model_copy(update={"name_prefix": prefix, "stages": stages})
