"""List what the jobs of a stage use: buckets, databases, connections, secrets, each with its users."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from aws_glue_cdk_baseline.config import Job, StageConfig
from tools.preflight.config_lines import ConfigLines

SHOWN = 3
# The ARN of a secret. It ends with six random characters, for which policies have `-??????` or `-*`.
SECRET = re.compile(r"(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[^*?\s]+?)(-\?{6}|-?\*)?")
SECRET_ARGUMENT = re.compile(r"--(\w+_)?secret(_(name|id|arn))?")


@dataclass
class Used:
    """Something that jobs use. `at` is where the config first names it. Some of the `jobs` may write it."""

    at: str
    jobs: list[Job] = field(default_factory=list)
    written: bool = False

    @property
    def by(self) -> str:
        """The names of the jobs, as a finding shows them."""
        names = [job.name for job in self.jobs]
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        return ", ".join(names[:SHOWN]) + more


Uses = dict[str, Used]


def used_buckets(stage: StageConfig, lines: ConfigLines) -> Uses:
    """Return the buckets of the jobs' locations."""
    found: Uses = {}
    for job in stage.jobs:
        for argument, value in job.run_arguments.items():
            if value in (*job.input_locations, *job.output_locations):
                used = _add(found, bucket_of(value), lines.of_argument(stage.name, job.name, argument), job)
                used.written |= value in job.output_locations
        if folder := job.settings.spark_ui:
            used = _add(found, bucket_of(folder), lines.of_setting(stage.name, job.name, "sparkUi"), job)
            used.written = True
    return found


def bucket_of(location: str) -> str:
    return location.removeprefix("s3://").partition("/")[0]


def used_databases(stage: StageConfig, lines: ConfigLines) -> Uses:
    """Return the databases of the Data Catalog."""
    found: Uses = {}
    for job in stage.jobs:
        for argument, value in job.arguments.items():
            if value in (*job.input_databases, *job.output_databases):
                _add(found, value, lines.of_argument(stage.name, job.name, argument), job)
    return found


def used_connections(stage: StageConfig, lines: ConfigLines) -> Uses:
    """Return the Glue connections."""
    found: Uses = {}
    for job in stage.jobs:
        for name in job.settings.connections:
            _add(found, name, lines.of_setting(stage.name, job.name, "connections"), job)
    return found


def used_security_configurations(stage: StageConfig, lines: ConfigLines) -> Uses:
    """Return Glue's security configurations."""
    found: Uses = {}
    for job in stage.jobs:
        if name := job.settings.security_configuration:
            _add(found, name, lines.of_setting(stage.name, job.name, "securityConfiguration"), job)
    return found


def used_secrets(stage: StageConfig, lines: ConfigLines) -> Uses:
    """Return the secrets: the names and ARNs in parameters called so, and the ARNs in statements."""
    found: Uses = {}
    for job in stage.jobs:
        for argument, value in job.run_arguments.items():
            if SECRET.fullmatch(value) or SECRET_ARGUMENT.fullmatch(argument):
                _add(found, value, lines.of_argument(stage.name, job.name, argument), job)
        for resource in (arn for statement in job.settings.statements for arn in statement.resources):
            if match := SECRET.fullmatch(resource):
                _add(found, match[1], lines.of_setting(stage.name, job.name, "statements"), job)
    return found


def used_keys(stage: StageConfig, lines: ConfigLines) -> Uses:
    """Return the KMS keys of `kmsKeys`."""
    found: Uses = {}
    for job in stage.jobs:
        for name, arns in job.kms_keys.items():
            for arn in arns:
                _add(found, arn, lines.of_kms_key(stage.name, name), job)
    return found


def _add(found: Uses, name: str, at: str, job: Job) -> Used:
    used = found.setdefault(name, Used(at))
    if job not in used.jobs:
        used.jobs.append(job)
    return used
