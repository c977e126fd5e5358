"""The shape of the config file: the whole, its accounts and its stages. job_settings.py has the keys of a job.

config.schema.json is made from both.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from aws_glue_cdk_baseline.config.glue_values import BucketOrName, KmsKeys, Tags
from aws_glue_cdk_baseline.config.job_settings import JobSettings, StageJob
from aws_glue_cdk_baseline.config.job_values import JobName
from aws_glue_cdk_baseline.config.notifications import Notifications, StageNotifications, or_none
from aws_glue_cdk_baseline.config.regions import Region
from aws_glue_cdk_baseline.config.section import Section
from aws_glue_cdk_baseline.config.source import Source
from aws_glue_cdk_baseline.config.stage_values import AccountId, Approval, NamePrefix, RetentionDays, StageName

MAX_JOBS = 2000  # of a stage; Glue's quota for an account: https://docs.aws.amazon.com/general/latest/gr/glue.html


class Account(Section):
    """An AWS account and Region. The CDK calls the pair an environment."""

    aws_account_id: AccountId = Field(description="12 digits; quotes are optional, leading zeros are kept")
    aws_region: Region = Field(description="such as us-east-1")


def _nothing_is_empty(value: Any) -> Any:
    return {} if value is None else value


class StageSection(Section):
    """A stage: the jobs that it deploys, and how the pipeline deploys and tests them."""

    jobs: dict[JobName, Annotated[StageJob, BeforeValidator(_nothing_is_empty)]] = Field(
        min_length=1, max_length=MAX_JOBS, description="what the stage deploys: each job, with its parameters"
    )
    approval: Approval | None = Field(
        None,
        description="true: the pipeline asks before it deploys; changes: and shows what it would change; default: true"
        " for prod and for the last stage",
    )
    integration_test: Literal["all", "changed", "none"] | None = Field(
        None,
        description="the jobs that run after a deployment: all, or those that changed since they passed; default: all,"
        " and none in the last stage",
    )
    schedules: bool | None = Field(
        None,
        description="true: its jobs start by their schedules; default: false in the first stage, true in the others",
    )
    rollback: bool = Field(
        False, description="true: where a deployment fails, the stage returns to its last good one; default: false"
    )
    log_retention_days: RetentionDays = Field(30, description="how many days the logs of its jobs are kept; default 30")
    tags: Tags = Field(default_factory=dict, description="tags of all that is deployed in this stage")
    kms_keys: dict[BucketOrName, KmsKeys] = Field(
        default_factory=dict, description="as kmsKeys of the whole file; a name in both has the keys that are here"
    )
    notifications: StageNotifications | None = Field(
        None,
        description="who gets the stage's messages; default: those of the whole config; none: nobody",
        json_schema_extra=or_none,
    )
    dashboard: bool = Field(False, description="a CloudWatch dashboard of the runs of its jobs; default false")


class StageInFile(Section):
    """A stage and its account: the keys `<stage>` and `<stage>Account` of the file, side by side."""

    account: Account
    section: StageSection


class ConfigFile(Section):
    """The whole file. parsing.py has paired each stage with its account."""

    pipeline_account: Account = Field(description="hosts the Git repository and the pipeline")
    name_prefix: NamePrefix = Field("", description="begins every name: several copies of the template in one account")
    source: Source = Field(
        default_factory=Source, description="the Git repository; default: one in CodeCommit, which the pipeline has"
    )
    pull_requests: bool = Field(
        False, description="true: a build checks each pull request in CodeCommit, and comments on it; default false"
    )
    tags: Tags = Field(default_factory=dict, description="tags of all that is deployed, in every stage")
    kms_keys: dict[BucketOrName, KmsKeys] = Field(
        default_factory=dict,
        description="the KMS keys of buckets, and of security configurations: each an ARN, or a list",
    )
    notifications: Notifications | None = Field(
        None, description="who gets the messages of the pipeline, and of each stage without its own"
    )
    jobs: dict[JobName, Annotated[JobSettings, BeforeValidator(_nothing_is_empty)]] = Field(
        default_factory=dict,
        max_length=2 * MAX_JOBS,
        description="the settings of each job, once for all stages; leave out a job that needs only the defaults",
    )
    stages: dict[StageName, StageInFile]


# The keys of the file that are neither a stage nor its account.
TOP_KEYS = tuple(str(field.alias) for name, field in ConfigFile.model_fields.items() if name != "stages")


# Values in quotes, and the words of YAML 1.1, which editors read as text.
_TYPED = {
    "integer": "^[+]?[0-9]+$",
    "number": "^[0-9.]+(e-?[0-9]+)?$",
    "boolean": "^([Tt]rue|TRUE|[Ff]alse|FALSE|[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF)$",
}


def _as_typed(schema: Any) -> Any:
    """Return a JSON Schema of what may be typed: a number may be in quotes, and no key may be empty.

    Pydantic lets those keys be empty that are optional.
    """
    if isinstance(schema, list):
        return [_as_typed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _as_typed(value) for key, value in schema.items() if (key, value) != ("default", None)}
    if isinstance(kind := found.get("type"), str) and kind in _TYPED:
        found |= {"type": [kind, "string"], "pattern": _TYPED[kind]}
    kinds = [kind for kind in found.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del found["anyOf"]
        return {**kinds[0], **found}
    return {**found, "anyOf": kinds} if kinds else found


def json_schema() -> str:
    """Return the JSON Schema of the config file, as config.schema.json has it."""
    schema = ConfigFile.model_json_schema()
    del schema["properties"]["stages"], schema["$defs"]["StageInFile"]
    schema["required"] = ["pipelineAccount"]
    schema["patternProperties"] = {
        "^(?!pipelineAccount$)[a-z][A-Za-z0-9]{0,19}Account$": {"$ref": "#/$defs/Account"},
        f"^(?!({'|'.join(sorted(TOP_KEYS))})$|[A-Za-z0-9]+Account$)[a-z][A-Za-z0-9]{{0,19}}$": {
            "$ref": "#/$defs/StageSection"
        },
    }
    schema = _as_typed(schema)
    for section in (schema, schema["$defs"]["StageSection"]):  # a job may have nothing below it
        jobs = section["properties"]["jobs"]
        jobs["additionalProperties"] = {"anyOf": [jobs["additionalProperties"], {"type": "null"}]}
    schema["description"] = "Accounts, jobs and stages. A stage is a section and its account, as dev and devAccount."
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2) + "\n"
