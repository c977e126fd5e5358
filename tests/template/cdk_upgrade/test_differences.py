"""Two synths compared: what is lost comes first, then each changed property."""

from __future__ import annotations

from typing import Any

from tests.template.stage_diff.small_templates import job, resource, role, stack
from tools.cdk_upgrade.differences import Difference, differences

LOGS = "AWS::Logs::LogGroup"
LOST_LOGS = "all logs in it are lost"


def compared(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[Difference]:
    return differences([stack(*before)], [stack(*after)])


def at(path: str, made: dict[str, Any]) -> dict[str, Any]:
    """Return a resource with the path of its construct."""
    return {name: {**item, "Metadata": {"aws:cdk:path": path}} for name, item in made.items()}


def test_equal_templates_have_no_difference() -> None:
    same = [job("Clean"), role("Clean"), resource("Log", LOGS, LogGroupName="/a")]
    assert compared(same, same) == []


def test_a_replaced_resource_comes_before_changed_ones() -> None:
    found = compared(
        [role("Clean", Description="a"), resource("Log", LOGS, LogGroupName="/a", RetentionInDays=30)],
        [role("Clean", Description="b"), resource("Log", LOGS, LogGroupName="/b", RetentionInDays=30)],
    )
    assert found == [
        Difference(
            True,
            f"DeployProd-GlueAppStack: {LOGS} `Log (/b)` is replaced: {LOST_LOGS}",
            ("LogGroupName: `/a` -> `/b`",),
        ),
        Difference(
            False,
            "DeployProd-GlueAppStack: AWS::IAM::Role `RoleClean` is changed in place",
            ("Description: `a` -> `b`",),
        ),
    ]


def test_another_logical_id_of_the_same_construct_is_told_as_such() -> None:
    found = compared(
        [at("Stack/Log/Resource", resource("LogAAAA", LOGS, LogGroupName="/a"))],
        [at("Stack/Log/Resource", resource("LogBBBB", LOGS, LogGroupName="/a"))],
    )
    assert found == [
        Difference(
            True,
            f"DeployProd-GlueAppStack: {LOGS} `LogAAAA (/a)` gets the logical id LogBBBB: a new one is made, and this"
            f" one is deleted: {LOST_LOGS}",
        )
    ]


def test_a_resource_that_leaves_the_template_or_comes_into_it() -> None:
    kept = {name: {**item, "DeletionPolicy": "Retain"} for name, item in resource("Kept", LOGS).items()}
    found = compared([resource("Queue", "AWS::SQS::Queue"), kept], [resource("Topic", "AWS::SNS::Topic")])
    name = "DeployProd-GlueAppStack"
    assert [(item.is_lost, item.text) for item in found] == [
        (True, f"{name}: AWS::SQS::Queue `Queue` leaves the template, and is deleted: its messages are lost"),
        (True, f"{name}: {LOGS} `Kept` leaves the template, and stays in the account"),
        (False, f"{name}: AWS::SNS::Topic `Topic` is new"),
    ]


def test_properties_and_other_attributes_of_a_job_are_named() -> None:
    after = job("Clean", NumberOfWorkers=5)
    after["Clean1"]["DeletionPolicy"] = "Retain"
    assert compared([job("Clean")], [after]) == [
        Difference(
            False,
            "DeployProd-GlueAppStack: AWS::Glue::Job `Clean1 (Clean-prod)` is changed in place",
            ("NumberOfWorkers: `2` -> `5`", "DeletionPolicy: `Retain` is new"),
        )
    ]


def test_a_job_that_leaves_the_template_loses_its_runs() -> None:
    [gone] = compared([job("Clean")], [])
    assert gone.is_lost
    assert gone.text.endswith("is deleted: its runs are no longer listed, and its bookmark is lost")


def test_stacks_and_the_rest_of_a_template() -> None:
    topic = resource("Topic", "AWS::SNS::Topic")
    old = [stack(topic, Outputs={"Arn": {"Value": "a"}}), stack(name="Old")]
    new = [stack(topic, Outputs={"Arn": {"Value": "b"}}), stack(name="New")]
    assert differences(old, new) == [
        Difference(True, "stack Old is no longer made"),
        Difference(
            False, "DeployProd-GlueAppStack: the rest of the template changes", ("Outputs.Arn.Value: `a` -> `b`",)
        ),
        Difference(False, "stack New is new"),
    ]
