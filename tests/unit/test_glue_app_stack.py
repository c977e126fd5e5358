import json
from pathlib import Path
from typing import Any

import aws_cdk as core
import pytest
from aws_cdk.assertions import Match, Template

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.config_checks.model import MAX_JOBS, Expect
from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack
from tests.configs import make_app, make_job

ENV = core.Environment(account="222222222222", region="us-east-1")


def make_stack(*jobs: Job, stage: str = "dev", tested_by: str | None = None) -> GlueAppStack:
    return GlueAppStack(make_app(), "TestGlueAppStack", stage=stage, jobs=jobs, tested_by_account=tested_by, env=ENV)


def synth(*jobs: Job, **options: Any) -> Template:
    return Template.from_stack(make_stack(*jobs, **options))


def statements(template: Template, role: str) -> list[dict[str, Any]]:
    """The policy statements of the role whose logical id begins with `role`."""
    roles = template.find_resources("AWS::IAM::Role")
    properties = next(value["Properties"] for key, value in roles.items() if key.startswith(role))
    found: list[dict[str, Any]] = properties["Policies"][0]["PolicyDocument"]["Statement"]
    return found


def test_a_job_gets_its_size_limits_and_arguments_from_the_config(tmp_path: Path) -> None:
    job = make_job(
        tmp_path,
        description="shows",
        glue_version="5.1",
        worker_type="R.2X",
        number_of_workers=7,
        timeout_minutes=90,
        max_retries=2,
        max_concurrent_runs=3,
        default_arguments={"--additional-python-modules": "pyarrow"},
    )
    synth(job).has_resource_properties(
        "AWS::Glue::Job",
        {
            "Name": "Show-dev",
            "Description": "shows",
            "GlueVersion": "5.1",
            "WorkerType": "R.2X",
            "NumberOfWorkers": 7,
            "Timeout": 90,
            "MaxRetries": 2,
            "ExecutionProperty": {"MaxConcurrentRuns": 3},
            "Command": {"Name": "glueetl", "PythonVersion": "3", "ScriptLocation": Match.string_like_regexp(r"\.py$")},
            "DefaultArguments": {
                "--input_path": "s3://data/in/",
                "--additional-python-modules": "pyarrow",
                "--enable-auto-scaling": "true",
                "--enable-continuous-cloudwatch-log": "true",
                "--custom-logGroup-prefix": "/aws-glue/jobs/dev",
            },
        },
    )


def test_left_alone_a_job_is_small_and_ends(tmp_path: Path) -> None:
    synth(make_job(tmp_path)).has_resource_properties(
        "AWS::Glue::Job",
        {"GlueVersion": "5.0", "WorkerType": "G.1X", "NumberOfWorkers": 2, "Timeout": 60, "MaxRetries": 0},
    )


def test_a_flex_job_runs_in_the_flex_class(tmp_path: Path) -> None:
    template = synth(make_job(tmp_path, execution_class="FLEX"))
    template.has_resource_properties("AWS::Glue::Job", {"ExecutionClass": "FLEX", "GlueVersion": "5.0", "Timeout": 60})


def test_a_job_has_the_four_tags_of_the_baseline(tmp_path: Path) -> None:
    synth(make_job(tmp_path)).has_resource_properties(
        "AWS::Glue::Job",
        {
            "Tags": {
                "environment": "aws://222222222222/us-east-1",
                "artifact_id": "TestGlueAppStack",
                "stack_id": {"Ref": "AWS::StackId"},
                "stack_name": "TestGlueAppStack",
            }
        },
    )


def test_a_job_is_two_resources(tmp_path: Path) -> None:
    one, three = (synth(*[make_job(tmp_path, f"Job{n}") for n in range(count)]).to_json() for count in (1, 3))
    assert len(three["Resources"]) - len(one["Resources"]) == 4


def test_the_most_jobs_fit_one_stack(tmp_path: Path) -> None:
    stack = make_stack(*[make_job(tmp_path, f"Job{n}") for n in range(MAX_JOBS)], tested_by="111111111111")
    template = Template.from_stack(stack).to_json()
    assert len(template["Resources"]) <= 500
    assert len(json.dumps(template)) < 1_000_000


def test_the_same_job_has_a_name_of_its_own_in_each_stage(tmp_path: Path) -> None:
    templates = [synth(make_job(tmp_path), stage=stage) for stage in ("dev", "prod")]
    for template, stage in zip(templates, ("dev", "prod"), strict=True):
        template.has_resource_properties("AWS::Glue::Job", {"Name": f"Show-{stage}"})
        template.has_resource_properties("AWS::Logs::LogGroup", {"LogGroupName": f"/aws-glue/jobs/{stage}/output"})


def test_logs_are_kept_for_30_days(tmp_path: Path) -> None:
    template = synth(make_job(tmp_path))
    template.resource_count_is("AWS::Logs::LogGroup", 2)
    template.all_resources_properties("AWS::Logs::LogGroup", {"RetentionInDays": 30})


def test_a_role_may_read_its_script_and_inputs_write_its_outputs_and_log_and_no_more(tmp_path: Path) -> None:
    job = make_job(
        tmp_path, input_locations=("s3://in/a.json", "s3://in/folder/"), output_locations=("s3://out/result",)
    )
    read, write, list_in, list_out, logs = statements(synth(job), "RolesShow")
    script, *inputs = read["Resource"]
    assert read["Action"] == ["s3:GetObject"]
    assert script.startswith("arn:aws:s3:::cdk-hnb659fds-assets-222222222222-us-east-1/")
    assert script.endswith(".py")
    assert inputs == ["arn:aws:s3:::in/a.json", "arn:aws:s3:::in/a.json/*", "arn:aws:s3:::in/folder/*"]
    assert write["Action"] == ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    assert write["Resource"] == [
        "arn:aws:s3:::out/result",
        "arn:aws:s3:::out/result/*",
        "arn:aws:s3:::out/result_$folder$",
    ]
    assert [(item["Resource"], item["Condition"]["StringLike"]["s3:prefix"]) for item in (list_in, list_out)] == [
        (["arn:aws:s3:::in"], ["a.json", "a.json/*", "folder", "folder/*"]),
        (["arn:aws:s3:::out"], ["result", "result/*"]),
    ]
    assert logs["Action"] == ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    assert logs["Resource"] == ["arn:aws:logs:us-east-1:222222222222:log-group:/aws-glue/jobs/dev/*"]


def test_a_whole_bucket_may_be_a_location(tmp_path: Path) -> None:
    found = statements(synth(make_job(tmp_path, input_locations=("s3://all",))), "RolesShow")
    assert "arn:aws:s3:::all/*" in found[0]["Resource"]


def test_managed_policies_come_on_top(tmp_path: Path) -> None:
    job = make_job(tmp_path, managed_policies=("service-role/AWSGlueServiceRole", "arn:aws:iam::aws:policy/X"))
    roles = synth(job).find_resources("AWS::IAM::Role")
    policies = next(iter(roles.values()))["Properties"]["ManagedPolicyArns"]
    assert policies == ["arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole", "arn:aws:iam::aws:policy/X"]


def test_a_tested_stage_has_a_role_for_the_test_that_starts_its_own_jobs_only(tmp_path: Path) -> None:
    template = synth(make_job(tmp_path), tested_by="111111111111")
    template.has_resource_properties(
        "AWS::IAM::Role",
        {
            "RoleName": "glue-test-dev",
            "AssumeRolePolicyDocument": Match.object_like(
                {"Statement": [Match.object_like({"Principal": {"AWS": Match.any_value()}})]}
            ),
        },
    )
    listing, running = statements(template, "GlueTestRole")
    assert (listing["Action"], listing["Resource"]) == ("glue:ListJobs", "*")
    assert running["Resource"] == "arn:aws:glue:us-east-1:222222222222:job/*-dev"


def test_the_test_role_reads_the_outputs_of_which_something_is_expected_and_no_others(tmp_path: Path) -> None:
    jobs = [
        make_job(tmp_path, "Checked", output_locations=("s3://data/out/",), expect=Expect(outputRows=1)),
        make_job(tmp_path, "Other", output_locations=("s3://data/other/",)),
    ]
    _, _, reading, listing = statements(synth(*jobs, tested_by="111111111111"), "GlueTestRole")
    assert (reading["Action"], reading["Resource"]) == ("s3:GetObject", "arn:aws:s3:::data/out/*")
    assert listing["Condition"] == {"StringLike": {"s3:prefix": ["out", "out/*"]}}


def test_a_stage_that_is_not_tested_has_no_role_for_it(tmp_path: Path) -> None:
    stack = make_stack(make_job(tmp_path), stage="prod")
    with pytest.raises(ValueError, match="no integration-test role"):
        _ = stack.iam_role_arn
    roles = Template.from_stack(stack).find_resources("AWS::IAM::Role")
    assert [name[:9] for name in roles] == ["RolesShow"]
