"""The emulator evaluates the synthesized trust policy of the test role for several callers."""

from __future__ import annotations

import aws_cdk as core
import pytest
from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext, evaluate_trust_policy

from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack
from rehearsal.ministack import iam
from tests.apps import make_app
from tests.configs import PIPELINE, make_job, make_stage

ENV = core.Environment(account="222222222222", region="us-east-1")


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    job = make_job(tmp_path_factory.mktemp("job"))
    app = make_app()
    GlueAppStack(app, "Stack", stage=make_stage(job), tested_by=PIPELINE, env=ENV)
    resources = app.synth().get_stack_by_name("Stack").template["Resources"].values()
    role = next(item["Properties"] for item in resources if item.get("Properties", {}).get("RoleName"))
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.parametrize(
    ("caller", "kind", "allowed"),
    [
        ("arn:aws:sts::111111111111:assumed-role/glue-integration-test-dev/AWSCodeBuild", "AssumedRole", True),
        ("arn:aws:sts::111111111111:assumed-role/glue-integration-test-prod/AWSCodeBuild", "AssumedRole", False),
        ("arn:aws:sts::111111111111:assumed-role/CdkSynth/glue-integration-test-dev", "AssumedRole", False),
        ("arn:aws:sts::222222222222:assumed-role/glue-integration-test-dev/AWSCodeBuild", "AssumedRole", False),
        ("arn:aws:iam::111111111111:user/glue-integration-test-dev", "User", False),
        ("arn:aws:iam::111111111111:root", "Root", False),
    ],
)
def test_only_the_role_of_the_integration_test_is_let_in(
    monkeypatch: pytest.MonkeyPatch, trust: dict[str, object], caller: str, kind: str, allowed: bool
) -> None:
    monkeypatch.setattr(iam_evaluator, "_resolve_condition_key", iam_evaluator._resolve_condition_key)
    iam.resolve_condition_keys()
    context = EvalContext(
        principal_arn=caller,
        principal_type=kind,
        principal_account=caller.split(":")[4],
        action="sts:AssumeRole",
        resource_arn="arn:aws:iam::222222222222:role/glue-test-dev",
        region="us-east-1",
    )
    assert bool(evaluate_trust_policy(trust, caller, context)) is allowed
