"""The table with the records of the integration test: which stage has it, and who may do what with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as core
import pytest
from aws_cdk.assertions import Template

from aws_glue_cdk_baseline.config.job_settings import Expect
from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack
from tests.apps import make_app
from tests.configs import PIPELINE, make_job, make_stage
from tests.unit.test_templates import lint

ENV = core.Environment(account="222222222222", region="us-east-1")


def synth(folder: Path, expect: Expect | None = None, **values: Any) -> Any:
    job = make_job(folder, expect=expect)
    stage = make_stage(job, integration_test=True, **values)
    stack = GlueAppStack(make_app(), "TestGlueAppStack", stage=stage, tested_by=PIPELINE, env=ENV)
    return Template.from_stack(stack).to_json()


def tables(template: Any) -> list[Any]:
    return [item for item in template["Resources"].values() if item["Type"] == "AWS::DynamoDB::Table"]


def test_the_table_refuses_to_be_written_by_anyone_but_the_test_and_goes_with_its_stage(tmp_path: Path) -> None:
    (table,) = tables(synth(tmp_path, tests_changed_only=True, name_prefix="orders"))
    name = "orders-glue-test-records-dev"
    assert (table["Properties"]["TableName"], table["DeletionPolicy"]) == (name, "Delete")
    assert table["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["Properties"]["KeySchema"] == [{"AttributeName": "job", "KeyType": "HASH"}]
    (statement,) = table["Properties"]["ResourcePolicy"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Action"] == [
        *("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"),
        *("dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate"),
    ]
    assert statement["Resource"] == f"arn:aws:dynamodb:us-east-1:222222222222:table/{name}"
    role = "arn:aws:iam::222222222222:role/orders-glue-test-dev"
    assert statement["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": role}}


def test_the_test_may_read_and_put_records_and_no_job_may(tmp_path: Path) -> None:
    template = synth(tmp_path, tests_changed_only=True)
    named = {
        name: item["Properties"]
        for name, item in template["Resources"].items()
        if item["Type"].startswith("AWS::IAM::") and "dynamodb:" in json.dumps(item)
    }
    assert [name[:25] for name in named] == ["GlueTestRoleDefaultPolicy"]
    (policy,) = named.values()
    (statement,) = (item for item in policy["PolicyDocument"]["Statement"] if "dynamodb:" in str(item["Action"]))
    assert sorted(statement["Action"]) == ["dynamodb:PutItem", "dynamodb:Scan"]
    assert "table/glue-test-records-dev" in json.dumps(statement["Resource"])


@pytest.mark.parametrize(
    ("expect", "count"),
    [(None, 0), (Expect(outputRows=1), 0), (Expect(maxMinutes=5), 1), (Expect(maxDpuHours=0.5), 1)],
)
def test_with_all_jobs_tested_a_stage_has_the_table_where_a_job_has_a_limit(
    tmp_path: Path, expect: Expect | None, count: int
) -> None:
    template = synth(tmp_path, expect)
    assert len(tables(template)) == count
    assert ("dynamodb" in json.dumps(template)) == bool(count)


def test_cfn_lint_finds_nothing(tmp_path: Path) -> None:
    file = tmp_path / "stage.template.json"
    file.write_text(json.dumps(synth(tmp_path, tests_changed_only=True)))
    assert lint(file) == ""
