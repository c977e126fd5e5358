"""The config as the rest of the app reads it: frozen, typed records of checked values."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from aws_glue_cdk_baseline.config.errors import ErrorLine
from aws_glue_cdk_baseline.config.glue_arguments import BOOKMARK, BOOKMARK_ENABLED
from aws_glue_cdk_baseline.config.job_settings import JobSettings
from aws_glue_cdk_baseline.config.model import Account
from aws_glue_cdk_baseline.config.names import Names, StageNames, numbered
from aws_glue_cdk_baseline.config.notifications import Slack, Teams
from aws_glue_cdk_baseline.config.source import Source
from aws_glue_cdk_baseline.config.spark_conf import CONF, conf_argument

JOB_SCRIPTS = ("aws_glue_cdk_baseline", "job_scripts")


class Record(BaseModel):
    """A frozen record."""

    model_config = ConfigDict(frozen=True)


class Job(Record):
    """A Glue job as one stage deploys it.

    `script` is a path on this machine. `arguments` maps each argument, such as `--input_path`, to its value as typed.
    Of these values, the job reads the `s3://` URIs in `input_locations` and writes to those in `output_locations`. The
    same holds for the databases of the Glue Data Catalog in `input_databases` and `output_databases`.
    The script imports `shared_files`, modules and their data beside the scripts (absolute paths), and the third-party
    `packages` (`name==version`, as in requirements-jobs.txt) and `glue_packages`, which Glue has in this version. Jobs
    that it waits for are in `settings.after`. The quality rules of its output also look at the locations in
    `quality_sources`, by the names of their parameters. `kms_keys` are the ARNs of KMS keys by what they encrypt: a
    bucket of the job, or its security configuration.
    """

    name: str
    script: Path
    settings: JobSettings
    arguments: dict[str, str]
    input_locations: tuple[str, ...]
    output_locations: tuple[str, ...]
    quality_sources: dict[str, str] = {}
    kms_keys: dict[str, tuple[str, ...]] = {}
    input_databases: tuple[str, ...] = ()
    output_databases: tuple[str, ...] = ()
    shared_files: tuple[Path, ...] = ()
    packages: tuple[str, ...] = ()
    glue_packages: tuple[str, ...] = ()

    @property
    def scripts_folder(self) -> Path:
        """The folder of all job scripts, where Python finds `shared_files` by their names."""
        folders = (folder for folder in self.script.parents if folder.parts[-2:] == JOB_SCRIPTS)
        return next(folders, self.script.parent)

    @property
    def written_locations(self) -> tuple[str, ...]:
        """The locations that a run writes: `output_locations`, and the folder of Spark's event logs."""
        return (*self.output_locations, *([self.settings.spark_ui] if self.settings.spark_ui else []))

    @property
    def has_catalog_in_sql(self) -> bool:
        """True if the Data Catalog is Spark's metastore: its tables are those of Spark SQL."""
        return self.settings.default_arguments.get("--enable-glue-datacatalog", "false").lower() != "false"

    @property
    def additional_modules(self) -> tuple[str, ...]:
        """What Glue installs before the script runs: `packages`, and what `defaultArguments` names itself."""
        own = self.settings.default_arguments.get("--additional-python-modules", "").split(",")
        return tuple(dict.fromkeys([*self.packages, *(item.strip() for item in own if item.strip())]))

    @property
    def has_checked_output(self) -> bool:
        """True if the integration test looks at what its runs have written."""
        return self.settings.expect is not None and self.settings.expect.looks_at_output

    @property
    def run_arguments(self) -> dict[str, str]:
        """The arguments that a run gets from the job: Glue's own parameters, then the script's."""
        bookmark = {BOOKMARK: BOOKMARK_ENABLED} if self.settings.bookmark else {}
        conf = conf_argument(self.settings.spark_conf, self.settings.default_arguments.get(CONF, ""))
        return {**self.settings.default_arguments, **({CONF: conf} if conf else {}), **bookmark, **self.arguments}


class Recipients(Record):
    """The recipients of messages: email addresses, an existing topic of Amazon SNS (its ARN or empty), chat channels.

    A chat channel is configured for `slack_topics` or `teams_topics`, ARNs of topics in this account; if there are
    none, another stack configures the channel.
    """

    emails: tuple[str, ...] = ()
    topic_arn: str = ""
    slack: Slack | None = None
    teams: Teams | None = None
    slack_topics: tuple[str, ...] = ()
    teams_topics: tuple[str, ...] = ()

    @property
    def need_a_topic(self) -> bool:
        """True if they are reached through a topic of ours."""
        return bool(self.emails or self.slack or self.teams)


class StageConfig(Record):
    """One stage: the pipeline deploys its `jobs` to its `account`.

    With `approval` the pipeline waits for a person before it deploys, and if it `shows_changes`, it has compared the
    stage with what is deployed before that. With `integration_test` it runs all jobs after the deployment, or with
    `tests_changed_only` those that have changed since they passed. With `rollback` a stage that fails returns to its
    last good deployment. With `schedules` its jobs start by their schedules, and after each other. CloudWatch keeps the
    jobs' logs for `log_retention_days`. `name_prefix` and `config_file` are those of the config. Everything that the
    stage deploys has the `tags`. `recipients` are told of failed runs; with a `dashboard` CloudWatch shows the runs.

    Its jobs are in `stack_count` stacks. If one stack does not hold jobs and triggers, `stacks` has the number of the
    stack of each job, from 1, and the triggers are in `trigger_stack_count` stacks of their own.
    """

    name: str
    account: Account
    jobs: tuple[Job, ...]
    approval: bool = False
    shows_changes: bool = False
    integration_test: bool = False
    tests_changed_only: bool = False
    rollback: bool = False
    schedules: bool = False
    log_retention_days: int = 30
    name_prefix: str = ""
    config_file: str = "default-config.yaml"
    recipients: Recipients | None = None
    dashboard: bool = False
    tags: dict[str, str] = {}
    stacks: dict[str, int] = {}
    stack_count: int = 1
    trigger_stack_count: int = 0

    def jobs_in(self, stack: int) -> tuple[Job, ...]:
        """Return the jobs in one of the stage's stacks, by its number."""
        return tuple(job for job in self.jobs if self.stacks.get(job.name, 1) == stack)

    @property
    def stack_names(self) -> tuple[str, ...]:
        """The names of the stacks with its jobs: DeployDev-GlueAppStack, DeployDev-GlueAppStack2 and so on."""
        return tuple(numbered(self.names.stack, number) for number in range(1, self.stack_count + 1))

    @property
    def trigger_stack_names(self) -> tuple[str, ...]:
        """The names of the stacks that have only triggers: none if one stack holds jobs and triggers."""
        return tuple(numbered(self.names.trigger_stack, number) for number in range(1, self.trigger_stack_count + 1))

    @property
    def all_stack_names(self) -> tuple[str, ...]:
        """The names of all its stacks: with its jobs, with its triggers, and the one that watches them."""
        watching = (self.names.monitoring_stack,) if self.is_watched else ()
        return (*self.stack_names, *self.trigger_stack_names, *watching)

    @property
    def names(self) -> StageNames:
        """The physical names of what the stage deploys."""
        return StageNames(self.name_prefix, self.name)

    @property
    def keeps_test_records(self) -> bool:
        """True if the integration test records what passed and how long it took."""
        limited = (job.settings.expect and job.settings.expect.limits_runs for job in self.jobs)
        return self.integration_test and (self.tests_changed_only or any(limited))

    @property
    def is_watched(self) -> bool:
        """True if it has a stack that tells of its runs or shows them."""
        return self.recipients is not None or self.dashboard

    def as_sandbox(self) -> StageConfig:
        """Return the stage as a developer deploys it alone: nothing starts its jobs by itself, and nobody is told."""
        off = dict.fromkeys(("approval", "shows_changes", "integration_test", "schedules", "dashboard"), False)
        return self.model_copy(update={**off, "trigger_stack_count": 0, "recipients": None})


class Config(Record):
    """The whole config, its stages in the order of the file.

    `file` is the path of the config file: relative to the project if it is inside, so that the pipeline finds it.
    `tags` are those of the pipeline's own resources. `warnings` are for a person to read; the config can be deployed
    all the same. `recipients` are told of failed executions of the pipeline, and of approvals that wait. With
    `pull_requests` a build checks each pull request of the repository, which is in CodeCommit.
    """

    file: str
    pipeline_account: Account
    tags: dict[str, str] = {}
    stages: tuple[StageConfig, ...]
    warnings: tuple[ErrorLine, ...] = ()
    name_prefix: str = ""
    source: Source = Source()
    recipients: Recipients | None = None
    pull_requests: bool = False

    @property
    def names(self) -> Names:
        """The physical names of what is deployed to the pipeline's account."""
        return Names(self.name_prefix)

    def stage(self, name: str) -> StageConfig:
        """Return the stage called `name`. Raise KeyError if there is none."""
        return {stage.name: stage for stage in self.stages}[name]
