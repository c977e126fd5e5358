"""The triggers of a stage in its template: one a chain with a schedule, one a job with `after`, and none when off."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as core
import pytest
from aws_cdk.assertions import Template

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack
from tests.apps import make_app, make_whole_app
from tests.configs import make_config, make_job, make_stage, with_stage
from tests.unit.test_templates import lint
from tools.list_stages import started_by_schedules

DAILY = "cron(0 3 * * ? *)"
ENV = core.Environment(account="222222222222", region="us-east-1")


@pytest.fixture
def jobs(tmp_path: Path) -> list[Job]:
    def job(name: str, *after: str, schedule: str | None = None) -> Job:
        return make_job(tmp_path, name, after=after, schedule=schedule)

    first = [job("Load", schedule=DAILY), job("Refunds", schedule=DAILY)]
    return [*first, job("Clean", "Load", "Refunds"), job("Alone"), job("Weekly", schedule="cron(0 4 ? * MON *)")]


def template(jobs: list[Job], **stage: Any) -> Template:
    stack = GlueAppStack(make_app(), "Test", stage=make_stage(*jobs, name="prod", **stage), env=ENV)
    return Template.from_stack(stack)


def resources(jobs: list[Job], kind: str, **stage: Any) -> dict[str, dict[str, Any]]:
    found = template(jobs, **stage).to_json()["Resources"]
    return {logical_id: item for logical_id, item in found.items() if item["Type"] == kind}


def test_a_chain_has_one_trigger_by_its_schedule_and_one_for_each_job_after_others(jobs: list[Job]) -> None:
    found = resources(jobs, "AWS::Glue::Trigger", schedules=True)
    tags = {"environment", "artifact_id", "stack_id", "stack_name"}
    assert all(set(item["Properties"].pop("Tags")) == tags for item in found.values())
    assert [item["Properties"] for item in found.values()] == [
        {
            "Name": "Load-prod-schedule",
            "Type": "SCHEDULED",
            "Schedule": DAILY,
            "Actions": [{"JobName": "Load-prod"}, {"JobName": "Refunds-prod"}],
            "StartOnCreation": True,
        },
        {
            "Name": "Weekly-prod-schedule",
            "Type": "SCHEDULED",
            "Schedule": "cron(0 4 ? * MON *)",
            "Actions": [{"JobName": "Weekly-prod"}],
            "StartOnCreation": True,
        },
        {
            "Name": "Clean-prod-after",
            "Type": "CONDITIONAL",
            "Predicate": {
                "Logical": "AND",
                "Conditions": [
                    {"LogicalOperator": "EQUALS", "JobName": "Load-prod", "State": "SUCCEEDED"},
                    {"LogicalOperator": "EQUALS", "JobName": "Refunds-prod", "State": "SUCCEEDED"},
                ],
            },
            "Actions": [{"JobName": "Clean-prod"}],
            "StartOnCreation": True,
        },
    ]


def test_a_trigger_is_made_after_the_jobs_that_it_names(jobs: list[Job]) -> None:
    names = {
        logical_id: item["Properties"]["Name"]
        for logical_id, item in resources(jobs, "AWS::Glue::Job", schedules=True).items()
    }
    triggers = resources(jobs, "AWS::Glue::Trigger", schedules=True).values()
    waits = {item["Properties"]["Name"]: {names[job] for job in item["DependsOn"]} for item in triggers}
    assert waits == {
        "Load-prod-schedule": {"Load-prod", "Refunds-prod"},
        "Weekly-prod-schedule": {"Weekly-prod"},
        "Clean-prod-after": {"Load-prod", "Refunds-prod", "Clean-prod"},
    }


def test_a_stage_with_schedules_off_has_no_trigger_and_else_the_same_resources(jobs: list[Job]) -> None:
    assert resources(jobs, "AWS::Glue::Trigger") == {}
    for kind in ("AWS::Glue::Job", "AWS::IAM::Role"):
        assert resources(jobs, kind) == resources(jobs, kind, schedules=True)


def test_tags_of_your_own_are_on_triggers_too(jobs: list[Job]) -> None:
    found = resources(jobs, "AWS::Glue::Trigger", schedules=True, tags={"team": "orders"})
    assert [item["Properties"]["Tags"]["team"] for item in found.values()] == ["orders"] * 3


def test_a_prefix_is_in_every_name_of_a_trigger(jobs: list[Job]) -> None:
    found = resources(jobs, "AWS::Glue::Trigger", schedules=True, name_prefix="orders")
    assert [item["Properties"]["Name"] for item in found.values()] == [
        "orders-Load-prod-schedule",
        "orders-Weekly-prod-schedule",
        "orders-Clean-prod-after",
    ]
    assert found[next(iter(found))]["Properties"]["Actions"][0] == {"JobName": "orders-Load-prod"}


def test_cfn_lint_finds_nothing_in_a_stack_with_triggers(jobs: list[Job], tmp_path: Path) -> None:
    file = tmp_path / "triggers.template.json"
    file.write_text(json.dumps(template(jobs, schedules=True).to_json()), encoding="utf-8")
    assert lint(file) == ""


def test_make_synth_lists_what_starts_by_itself_in_each_stage(jobs: list[Job]) -> None:
    app = make_whole_app(with_stage(make_config(tuple(jobs)), "prod", schedules=True))
    folder = Path(app.synth().directory)
    assert started_by_schedules(folder, "DeployProd") == [
        f"{DAILY} starts Load-prod, Refunds-prod",
        "cron(0 4 ? * MON *) starts Weekly-prod",
    ]
    assert started_by_schedules(folder, "DeployDev") == []
