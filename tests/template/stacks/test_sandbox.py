"""The stacks of a sandbox: those of one stage, with nothing that starts jobs by itself."""

from __future__ import annotations

from pathlib import Path

from aws_cdk.assertions import Template

from aws_glue_cdk_baseline.glue_app_stage import add_sandbox
from tests.apps import make_app
from tests.configs import make_job, make_stage


def test_a_sandbox_is_the_stage_alone_with_a_tag_and_without_a_test_role(tmp_path: Path) -> None:
    app = make_app()
    job = make_job(tmp_path, schedule="cron(0 3 * * ? *)")
    add_sandbox(app, make_stage(job, name_prefix="anna", integration_test=True, approval=True, schedules=True))
    (nested,) = app.synth().nested_assemblies
    (stack,) = nested.nested_assembly.stacks
    assert (stack.stack_name, stack.tags) == ("anna-DeployDev-GlueAppStack", {"sandbox": "dev"})
    assert (stack.environment.account, stack.environment.region) == ("222222222222", "us-east-1")
    template = Template.from_json(stack.template)
    assert template.find_resources("AWS::IAM::Role", {"Properties": {"RoleName": "anna-glue-test-dev"}}) == {}
    template.resource_count_is("AWS::Glue::Trigger", 0)
    template.has_resource_properties("AWS::Glue::Job", {"Name": "anna-Show-dev"})
