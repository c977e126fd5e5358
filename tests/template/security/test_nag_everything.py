"""cdk-nag on configs that use every key: each finding is acknowledged, and the rules let the synth pass."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aws_cdk as core
import pytest
from aws_cdk import Validations
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

from aws_glue_cdk_baseline.config import Config, JobSettings, StageConfig
from aws_glue_cdk_baseline.config.job_settings import Expect
from aws_glue_cdk_baseline.config.records import Record
from aws_glue_cdk_baseline.config.source import Source
from aws_glue_cdk_baseline.config.statements import PolicyStatement
from aws_glue_cdk_baseline.permissions.connections import DESCRIBE
from tests.apps import make_app, make_whole_app
from tests.configs import DEV, PIPELINE, PROD, make_config, make_job, with_monitoring, with_prefix, with_stage
from tests.security.findings import Finding, acknowledge, find
from tests.security.job_acknowledgements import job_acknowledgements
from tests.security.monitoring_acknowledgements import monitoring_acknowledgements
from tests.security.pipeline_acknowledgements import pipeline_acknowledgements

WIDE = PolicyStatement(
    actions=("cloudwatch:PutMetricData",),
    resources=("*", "arn:aws:sqs:us-east-1:222222222222:terms-*"),
    conditions={"StringEquals": {"cloudwatch:namespace": ("Legislators",)}},
    reason="CloudWatch knows no resources for metrics, and the queues are made by day",
)
CONNECTED = Source(
    connectionArn=f"arn:aws:codeconnections:us-east-1:{PIPELINE.aws_account_id}:connection/0a1b-EXAMPLE",
    repository="acme/data/orders.jobs",
)
KEY = "arn:aws:kms:us-east-1:222222222222:key/1234"
JOBS: dict[str, dict[str, object]] = {
    "Plain": {"input_locations": ("s3://data/a.json", "s3://data/folder/", "s3://data/either", "s3://whole")},
    "Writes": {
        "arguments": {"--output_path": "s3://data/out/"},
        "output_locations": ("s3://data/out/",),
        "expect": Expect(outputRows=1, maxMinutes=5, quality=['ReferentialIntegrity "id" "inputLocation.id" = 1.0']),
        "quality_sources": {"inputLocation": "s3://data/in/known.json", "inputLocationOrders": "s3://data/orders/"},
    },
    "Tables": {"input_databases": ("shop",), "output_databases": ("clean", "shop")},
    "Wide": {"statements": (WIDE,), "managed_policies": ("AmazonSQSReadOnlyAccess",)},
    "Bookmarks": {"bookmark": True},
    "Scheduled": {"schedule": "cron(0 3 * * ? *)"},
    "Behind": {"after": ("Scheduled",)},
    "Shell": {"type": "pythonshell", "max_capacity": 1.0, "security_configuration": "our-configuration"},
    "Stream": {"type": "streaming", "maintenance_window": "Sun:3"},
    "Settings": {
        "input_locations": ("s3://data/in/",),
        "output_locations": ("s3://encrypted/out/",),
        "kms_keys": {"data": (KEY,), "encrypted": (KEY,), "our-configuration": (KEY,)},
        "observability": True,
        "spark_ui": "s3://encrypted/events/",
        "spark_conf": {"spark.sql.shuffle.partitions": "64"},
        "queuing": True,
        "connections": ("orders-db", "our vpc"),
        "security_configuration": "our-configuration",
        "tags": {"Team": "data"},
    },
}


def everything(folder: Path, dev_account: bool = True) -> Config:
    """Make a config with every setting that widens a role, in two Regions.

    Dev has an account of its own, and the copy a prefix; or dev is in the pipeline's account.
    """
    jobs = tuple(make_job(folder, name, **values) for name, values in JOBS.items())
    config = make_config(jobs, dev=DEV if dev_account else PIPELINE, prod=PROD)
    config = with_stage(config, "prod", schedules=True, rollback=True, shows_changes=True)
    config = with_stage(config, "dev", tests_changed_only=True)
    config = with_monitoring(config)
    if dev_account:
        return with_prefix(config.model_copy(update={"source": CONNECTED}), "elevenchars")
    return config.model_copy(update={"source": Source(codeCommit="etl"), "pull_requests": True})


def four_stages(folder: Path) -> Config:
    """Return a config of four stages, of which the first three are tested."""
    jobs = (make_job(folder, "Plain", **JOBS["Plain"]),)
    names = ("dev", "test", "staging", "prod")
    stages = tuple(StageConfig(name=name, account=DEV, jobs=jobs, integration_test=name != "prod") for name in names)
    return make_config(jobs).model_copy(update={"stages": stages})


def spread(folder: Path) -> Config:
    """Return everything, with the jobs of dev in two stacks and their triggers in a third one."""
    stacks = {"stacks": {name: number % 2 + 1 for number, name in enumerate(JOBS)}, "stack_count": 2}
    triggers = {"schedules": True, "trigger_stack_count": 1}
    return with_stage(everything(folder), "dev", **stacks, **triggers, approval=True, shows_changes=True)


def many_jobs(folder: Path) -> Config:
    """Return a config of one watched stage, whose jobs' ARNs do not fit into the role of its function."""
    jobs = tuple(make_job(folder, f"{'J' * 98}{number}", **JOBS["Plain"]) for number in range(10, 50))
    config = with_monitoring(make_config(jobs))
    return config.model_copy(update={"stages": config.stages[-1:]})


def acknowledged(config: Config) -> tuple[core.App, set[Finding], dict[Finding, str]]:
    """Return the app with acknowledgements, the findings before them, and the reasons."""
    app = make_whole_app(config)
    app.synth()
    found = find(app)
    reasons = {
        **pipeline_acknowledgements(config),
        **job_acknowledgements(config),
        **monitoring_acknowledgements(config),
    }
    for finding in found:
        if reason := reasons.get(finding.anywhere):
            acknowledge(app, finding, reason)
    return app, found, reasons


@pytest.fixture(
    scope="module",
    params=[
        "everything",
        "everything, dev in the pipeline's account",
        "everything, dev in two stacks",
        "four stages, three tested",
        "many jobs",
    ],
)
def case(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[core.App, set[Finding], dict[Finding, str]]:
    folder = tmp_path_factory.mktemp("jobs")
    if request.param == "many jobs":
        return acknowledged(many_jobs(folder))
    if request.param == "four stages, three tested":
        return acknowledged(four_stages(folder))
    if request.param == "everything, dev in two stacks":
        return acknowledged(spread(folder))
    return acknowledged(everything(folder, dev_account=request.param == "everything"))


Case = tuple[core.App, set[Finding], dict[Finding, str]]


def test_nothing_is_found_that_is_not_acknowledged(case: Case) -> None:
    app, found, _ = case
    left = find(app)
    print(f"\n{len(found)} findings, {len(left)} of them not acknowledged")
    assert len(found) > 50
    assert left == set()


def test_nothing_is_acknowledged_that_is_not_found(case: Case) -> None:
    _, found, reasons = case
    assert set(reasons) - {finding.anywhere for finding in found} == set()


def test_the_rules_run_with_the_synth_and_let_it_pass(tmp_path: Path) -> None:
    app, _, _ = acknowledged(everything(tmp_path))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth(force=True)


def test_each_key_of_the_config_is_switched_on(tmp_path: Path) -> None:
    """A new key is switched on above, or named here because no rule looks at it."""
    configs = [everything(tmp_path), everything(tmp_path, dev_account=False), spread(tmp_path)]
    stages = [stage for config in configs for stage in config.stages]
    on = set[str]().union(*(job.settings.model_fields_set for stage in stages for job in stage.jobs))
    sizes = {"worker_type", "number_of_workers", "timeout_minutes", "max_duration_minutes", "execution_class"}
    runs = {"glue_version", "max_retries", "max_concurrent_runs"}
    in_the_job = {"script", "default_arguments"}  # they arrive as its files and locations
    assert JobSettings.model_fields.keys() - on == {"description", *sizes, *runs, *in_the_job}
    assert left_off(stages) == {"config_file", "log_retention_days", "tags"}
    assert left_off(configs) == {"tags", "warnings"}


def left_off(records: Sequence[Record]) -> set[str]:
    """Return the fields that have their default in each of the records."""
    fields = type(records[0]).model_fields.items()
    return {name for name, field in fields if all(getattr(record, name) == field.default for record in records)}


def test_the_rules_would_find_something() -> None:
    app = make_app()
    s3.Bucket(core.Stack(app, "Stack"), "Bucket")
    assert {finding.rule for finding in find(app)} == {"AwsSolutions-S1", "AwsSolutions-S10"}


def test_no_statement_of_ours_is_on_every_resource(tmp_path: Path) -> None:
    cdks_own = {  # by CDK Pipelines itself: pipeline_acknowledgements.py
        ("GluePipelineUpdatePipelineSelfMutationRoleDefaultPolicy", "cloudformation:DescribeStacks s3:ListBucket"),
    }
    # These know no resource, and no policy can say more than this: docs/security.md. Each has a condition.
    unavoidable = {("RolesSettings", "cloudwatch:PutMetricData"), ("RolesSettings", " ".join(DESCRIBE))}
    jobs = [make_job(tmp_path, name, **values) for name, values in JOBS.items() if name != "Wide"]
    assert on_every_resource(make_config(tuple(jobs), prod=DEV)) == cdks_own | unavoidable


def on_every_resource(config: Config) -> set[tuple[str, str]]:
    """Return the logical id (without its hash) and the actions of each statement on `*` in a role of the app.

    Key policies are not included: there `*` means the key itself.
    """
    templates = list(Path(make_whole_app(config).synth().directory).rglob("*.template.json"))
    assert len(templates) == 3
    found, policies = set(), 0
    for file in templates:
        for logical_id, item in json.loads(file.read_text())["Resources"].items():
            properties = item.get("Properties", {})
            documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
            if item["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
                documents.append(properties["PolicyDocument"])
            policies += len(documents)
            statements = [statement for document in documents for statement in document["Statement"]]
            found |= {
                (logical_id[:-8], " ".join(as_list(statement["Action"])))
                for statement in statements
                if "*" in as_list(statement["Resource"])
            }
    assert policies >= 10  # of the jobs, the test role, and the roles of the pipeline
    return found


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
