"""What the roles of a stage with several stacks may do: the integration test's, and the job roles with the logs' key.

The emulator checks no calls of KMS: its policy evaluator decides here.
"""

from __future__ import annotations

from typing import Any

import aws_cdk as core
import pytest
from aws_cdk.assertions import Template
from ministack.core import iam_evaluator

from aws_glue_cdk_baseline.config import StageConfig
from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack
from tests.apps import make_app
from tests.configs import DEV, PIPELINE, make_job

JOB = "arn:aws:glue:us-east-1:222222222222:job/"
ROLE = "arn:aws:iam::222222222222:role/"
KEY = "arn:aws:kms:us-east-1:222222222222:key/1"
STACK = "arn:aws:cloudformation:us-east-1:222222222222:stack/"


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The resources of the first of two stacks."""
    folder = tmp_path_factory.mktemp("jobs")
    jobs = (make_job(folder), make_job(folder, "Other"))
    stage = StageConfig(name="dev", account=DEV, jobs=jobs, stacks={"Show": 1, "Other": 2}, stack_count=2)
    env = core.Environment(account=DEV.aws_account_id, region=DEV.aws_region)
    name = stage.names.stack
    stack = GlueAppStack(make_app(), "GlueAppStack", stage=stage, tested_by=PIPELINE, stack_name=name, env=env)
    return list(Template.from_stack(stack).to_json()["Resources"].values())


def policy(resources: list[dict[str, Any]], kind: str, key: str) -> dict[str, Any]:
    [found] = [item["Properties"][key] for item in resources if item["Type"] == kind]
    document: dict[str, Any] = found
    return document


def allowed(document: dict[str, Any], action: str, resource: str, principal: str = "", **context: str) -> bool:
    call = iam_evaluator.EvalContext(
        principal_arn=principal or f"{ROLE}glue-test-dev",
        principal_type="AssumedRole",
        principal_account="222222222222",
        action=action,
        resource_arn=resource,
        region="us-east-1",
        service_context={name.replace("__", ":"): value for name, value in context.items()},
    )
    decision: str = iam_evaluator.evaluate(call, [iam_evaluator.parse_policy_document(document)]).decision
    return decision == "Allow"


@pytest.mark.parametrize("action", ["StartJobRun", "GetJobRun", "GetJobRuns", "BatchStopJobRun"])
@pytest.mark.parametrize(
    ("name", "stack", "may"),
    [
        ("Show-dev", "DeployDev-GlueAppStack", True),
        ("Other-dev", "DeployDev-GlueAppStack2", True),
        ("Other-dev", "DeployDev-GlueAppStack3", False),  # no stack of this stage
        ("orders-Show-dev", "orders-DeployDev-GlueAppStack", False),  # of another copy, with a prefix
        ("Show-prod", "DeployProd-GlueAppStack", False),
        ("Show-prod", "DeployDev-GlueAppStack", False),
        ("Foreign-dev", "", False),  # of nobody's stack: it has no such tag
    ],
)
def test_the_integration_test_runs_the_jobs_of_its_stacks_alone(
    resources: list[dict[str, Any]], action: str, name: str, stack: str, may: bool
) -> None:
    document = policy(resources, "AWS::IAM::Policy", "PolicyDocument")
    tags = {"aws__resourcetag/stack_name": stack} if stack else {}
    assert allowed(document, f"glue:{action}", f"{JOB}{name}", **tags) is may


@pytest.mark.parametrize(
    ("stack", "may"),
    [("DeployDev-GlueAppStack", True), ("DeployDev-GlueAppStack2", True), ("DeployDev-GlueAppStack3", False)],
)
def test_the_integration_test_lists_its_stacks_alone(resources: list[dict[str, Any]], stack: str, may: bool) -> None:
    document = policy(resources, "AWS::IAM::Policy", "PolicyDocument")
    assert allowed(document, "cloudformation:ListStackResources", f"{STACK}{stack}/1-2-3") is may
    assert not allowed(document, "cloudformation:GetTemplate", f"{STACK}{stack}/1-2-3")


LOGS = {"kms__viaservice": "logs.us-east-1.amazonaws.com", "kms__calleraccount": "222222222222"}


@pytest.mark.parametrize(
    ("may", "role", "action", "context"),
    [
        (True, "DeployDev-GlueAppStack2-RolesOther1A2B-XYZ", "kms:GenerateDataKey", LOGS),
        (True, "DeployDev-GlueAppStack2-RolesOther1A2B-XYZ", "kms:Decrypt", LOGS),
        (False, "DeployDev-GlueAppStack2-RolesOther1A2B-XYZ", "kms:PutKeyPolicy", LOGS),
        (False, "DeployDev-GlueAppStack2-RolesOther1A2B-XYZ", "kms:Decrypt", {"kms__calleraccount": "222222222222"}),
        (False, "DeployDev-GlueAppStack2-RolesOther1A2B-XYZ", "kms:Decrypt", {**LOGS, "kms__calleraccount": "3" * 12}),
        (False, "DeployProd-GlueAppStack2-RolesOther1A2B-XYZ", "kms:Decrypt", LOGS),
        (False, "Admin", "kms:Decrypt", LOGS),
    ],
)
def test_job_roles_of_another_stack_use_the_logs_key_through_cloudwatch_logs_alone(
    resources: list[dict[str, Any]], may: bool, role: str, action: str, context: dict[str, str]
) -> None:
    key = policy(resources, "AWS::KMS::Key", "KeyPolicy")
    [statement] = [item for item in key["Statement"] if item["Principal"] == {"AWS": "*"}]
    service = "logs.us-east-1.amazonaws.com"
    statement = {**statement, "Condition": {**statement["Condition"]}}
    statement["Condition"]["StringEquals"] = {**statement["Condition"]["StringEquals"], "kms:ViaService": service}
    del statement["Principal"]  # whom the conditions leave is what this test asks
    assert allowed({"Version": "2012-10-17", "Statement": [statement]}, action, KEY, f"{ROLE}{role}", **context) is may
