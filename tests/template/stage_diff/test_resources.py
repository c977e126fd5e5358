"""Resources that are made, deleted, replaced or changed, and what is lost with them."""

from typing import Any

import cfnlint
import pytest

from tests.template.stage_diff.small_templates import changed, resource, stack
from tools.stage_diff import replacement
from tools.stage_diff.comparison import compare
from tools.stage_diff.replacement import Replaced, replaced

OUTPUT = {"LogGroupName": "/aws-glue/jobs/prod/output", "RetentionInDays": 30}
ORDERS = {"DatabaseName": "shop", "TableInput": {"Name": "orders", "Parameters": {"classification": "parquet"}}}


def logs(**properties: Any) -> dict[str, Any]:
    return resource("Output", "AWS::Logs::LogGroup", **(OUTPUT | properties))


def table(name: str = "Orders", **attributes: Any) -> dict[str, Any]:
    made = resource(name, "AWS::Glue::Table", **ORDERS)
    return {name: {**made[name], **attributes}}


def one(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> tuple[str, str, str, tuple[str, ...]]:
    """Return what happens to the only changed resource, how it is shown, how it is changed, and its lines."""
    found = changed(before, after).resources
    assert len(found) == 1
    return found[0].what, found[0].shown, found[0].how, found[0].lines


def test_a_resource_that_is_made() -> None:
    shown = "AWS::Logs::LogGroup `Output (/aws-glue/jobs/prod/output)`"
    assert one([], [logs()]) == ("made", shown, "", ())


def test_a_resource_that_is_changed_in_place() -> None:
    found = one([logs()], [logs(RetentionInDays=7)])
    assert (found[0], *found[2:]) == ("changed", "is changed in place", ("RetentionInDays: `30` -> `7`",))


def stages(*names: str, **actions: str) -> dict[str, Any]:
    """Return a pipeline of stages, each with one action."""
    items = [
        {"Name": name, "Actions": [{"Name": "Deploy", "RunOrder": 1, "Region": actions.get(name, "eu-west-1")}]}
        for name in names
    ]
    return resource("Pipeline", "AWS::CodePipeline::Pipeline", Stages=items)


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (
            stages("Dev", "Prod"),
            stages("Dev", "Prod", Prod="x"),
            "Stages[Prod].Actions[Deploy].Region: `eu-west-1` -> `x`",
        ),
        (stages("Dev", "Prod"), stages("Prod", "Dev"), 'Stages in order: `["Dev", "Prod"]` -> `["Prod", "Dev"]`'),
        (
            stages("Dev", "Test", "Prod"),
            stages("Dev", "Prod"),
            'Stages[Test]: `{"Actions": [{"Name": "Deploy", "Region": "eu-west-1", "RunOrder": 1}], "Name": "Test"}`'
            " is removed",
        ),
    ],
)
def test_items_of_a_list_are_compared_by_their_names(before: Any, after: Any, line: str) -> None:
    assert one([before], [after])[3] == (line,)


@pytest.mark.parametrize(
    ("kind", "lost"),
    [
        ("AWS::Glue::Table", "the table is gone for every query; its files in S3 stay"),
        ("AWS::Logs::LogGroup", "all logs in it are lost"),
        ("AWS::KMS::Key", "what it has encrypted cannot be read any more, 7 to 30 days later"),
    ],
)
def test_a_deleted_resource_with_data_is_marked(kind: str, lost: str) -> None:
    thing = resource("Thing", kind)
    assert changed([thing], []).warnings == [f"{kind} `Thing` is deleted: {lost}"]
    thing["Thing"]["DeletionPolicy"] = "Retain"
    kept = changed([thing], [])
    assert (kept.warnings, kept.resources[0].what) == ([], "kept")


def test_a_deleted_table_is_named_as_in_a_query() -> None:
    assert changed([table()], []).warnings == [
        "AWS::Glue::Table `Orders (shop.orders)` is deleted: the table is gone for every query; its files in S3 stay"
    ]


def test_a_resource_without_data_is_deleted_without_a_mark() -> None:
    found = changed([resource("Topic", "AWS::SNS::Topic")], [])
    assert (found.warnings, found.resources[0].what) == ([], "deleted")


def test_a_log_group_with_another_name_is_replaced_and_marked() -> None:
    found = changed([logs()], [logs(LogGroupName="/other")])
    assert found.warnings == ["AWS::Logs::LogGroup `Output (/other)` is replaced: all logs in it are lost"]
    assert found.resources[0].lines == ("LogGroupName: `/aws-glue/jobs/prod/output` -> `/other`",)


def test_what_names_a_replaced_resource_may_be_replaced_too() -> None:
    def topic(name: str) -> list[dict[str, Any]]:
        subscription = resource("Mail", "AWS::SNS::Subscription", TopicArn={"Ref": "Topic"}, Protocol="email")
        return [resource("Topic", "AWS::SNS::Topic", TopicName=name), subscription]

    found = changed(topic("a"), topic("b")).resources
    assert [(item.resource.id, item.how) for item in found] == [("Topic", "is replaced"), ("Mail", "may be replaced")]


@pytest.mark.parametrize(
    ("kind", "paths", "expected"),
    [
        ("AWS::Glue::Table", ["TableInput.Parameters.x"], Replaced.NO),
        ("AWS::Glue::Table", ["TableInput.Name"], Replaced.YES),
        ("AWS::Glue::Job", ["DefaultArguments.--x", "Name"], Replaced.YES),
        ("AWS::Glue::Trigger", ["Type"], Replaced.YES),
        ("AWS::IAM::Role", ["RoleName"], Replaced.YES),
        ("AWS::Events::Rule", ["EventBusName"], Replaced.MAYBE),
        ("AWS::Made::Up", ["Name"], Replaced.UNKNOWN),
        ("Custom::Thing", ["ServiceToken"], Replaced.YES),
        ("Custom::Thing", ["Other"], Replaced.NO),
        ("AWS::Logs::LogGroup", [], Replaced.NO),
    ],
)
def test_what_a_change_of_properties_does(kind: str, paths: list[str], expected: Replaced) -> None:
    assert replaced(kind, paths) == expected


def test_the_file_has_what_the_schemas_of_the_installed_cfn_lint_say() -> None:
    fresh = replacement.read_schemas(replacement.schemas_of(cfnlint))
    assert replacement.known() == fresh, "python -m tools.stage_diff.replacement writes it again"


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ({"DeletionPolicy": "Delete"}, {"DeletionPolicy": "Retain"}, "DeletionPolicy: `Delete` -> `Retain`"),
        ({}, {"DependsOn": ["Database"]}, 'DependsOn: `["Database"]` is new'),
        ({}, {"Metadata": {"Owner": "me", "aws:cdk:path": "x"}}, "Metadata.Owner: `me` is new"),
    ],
)
def test_attributes_of_a_resource(before: dict[str, Any], after: dict[str, Any], line: str) -> None:
    assert one([table(**before)], [table(**after)])[3] == (line,)


def test_the_cdks_own_notes_are_no_change() -> None:
    assert changed([table(Metadata={"aws:cdk:path": "a"})], [table(Metadata={"aws:cdk:path": "b"})]).is_empty
    versions = [{"BootstrapVersion": {"Type": "String"}}, {}]
    found = compare(*([stack(table(), Parameters=item, Rules={"CheckBootstrapVersion": item})] for item in versions))
    assert found.is_empty


def test_all_other_sections_of_a_template_are_compared() -> None:
    before, after = (
        stack(table(), Outputs={"Url": {"Value": value}}, Parameters={"P": {"Type": "String", "Default": value}})
        for value in "ab"
    )
    assert compare([before], [after]).rest == (
        "DeployProd-GlueAppStack: Outputs.Url.Value: `a` -> `b`",
        "DeployProd-GlueAppStack: Parameters.P.Default: `a` -> `b`",
    )


def test_references_are_compared_by_what_they_say() -> None:
    joined = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":", {"Ref": "Other"}]]}
    before = resource("Topic", "AWS::SNS::Topic", DisplayName=joined)
    after = resource("Topic", "AWS::SNS::Topic", DisplayName={"Fn::Sub": "arn:${AWS::Partition}:${Other}"})
    assert changed([before], [after]).is_empty


def test_resources_of_several_stacks_are_matched_by_stack_and_id() -> None:
    before = [stack(table(), name="One"), stack(table(), name="Two")]
    after = [stack(table(), name="One"), stack(name="Two"), stack(logs(), name="Three")]
    found = compare(before, after).resources
    assert [(item.what, item.resource.stack.name) for item in found] == [("made", "Three"), ("deleted", "Two")]
