"""A stage whose jobs are spread over several stacks: what they share is in the first, and none refers to another."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aws_cdk as core
import pytest
from aws_cdk.assertions import Template

from aws_glue_cdk_baseline.config import ConfigError, Job, StageConfig
from aws_glue_cdk_baseline.config.job_settings import Expect
from aws_glue_cdk_baseline.config.names import numbered
from aws_glue_cdk_baseline.config.stacks import template_size
from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack
from aws_glue_cdk_baseline.glue_app_stage import GlueAppStage
from aws_glue_cdk_baseline.pipeline.integration_test import MAX_READING
from aws_glue_cdk_baseline.pipeline.template_size import refuse_large_templates
from aws_glue_cdk_baseline.pipeline_stack import PipelineStack
from tests.apps import make_app
from tests.configs import DEV, PIPELINE, make_config, make_job, with_stage

PLACE = "arn:aws:glue:us-east-1:222222222222:job/"
THREE = {"stacks": {"Show": 1, "Other": 2}, "stack_count": 3}


def templates(*jobs: Job, **values: Any) -> list[Mapping[str, Any]]:
    stage = StageConfig(name="dev", account=DEV, jobs=jobs, **values)
    env = core.Environment(account=DEV.aws_account_id, region=DEV.aws_region)
    built = GlueAppStage(make_app(), "DeployDev", stage=stage, tested_by=PIPELINE, env=env)
    names = [numbered("GlueAppStack", number) for number in range(1, stage.stack_count + 1)]
    names += [numbered("GlueTriggerStack", number) for number in range(1, stage.trigger_stack_count + 1)]
    return [Template.from_stack(built.node.find_child(name)).to_json() for name in names]  # type: ignore[arg-type]


def of_kind(template: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    return [item.get("Properties", {}) for item in template["Resources"].values() if item["Type"] == kind]


def role_statements(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    kinds = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
    found = [item for kind in kinds for item in of_kind(template, kind)]
    return [statement for item in found for statement in item["PolicyDocument"]["Statement"]]


@pytest.fixture
def three(tmp_path: Path) -> list[Mapping[str, Any]]:
    return templates(make_job(tmp_path), make_job(tmp_path, "Other"), **THREE)


def test_each_job_is_in_its_stack_and_a_stack_without_jobs_stays(three: list[Mapping[str, Any]]) -> None:
    jobs = [[job["Name"] for job in of_kind(template, "AWS::Glue::Job")] for template in three]
    assert jobs == [["Show-dev"], ["Other-dev"], []]
    assert [item["Type"] for item in three[2]["Resources"].values()] == ["AWS::CloudFormation::WaitConditionHandle"]


def test_what_jobs_share_is_in_the_first_stack_and_no_stack_refers_to_another(three: list[Mapping[str, Any]]) -> None:
    for kind, number in {"AWS::KMS::Key": 1, "AWS::Logs::LogGroup": 2}.items():
        assert [len(of_kind(template, kind)) for template in three] == [number, 0, 0]
    assert [template.get("Outputs") for template in three] == [None, None, None]
    assert "Fn::ImportValue" not in json.dumps(three)


def test_a_job_of_another_stack_logs_to_the_stages_groups_with_their_key(three: list[Mapping[str, Any]]) -> None:
    first, other = (of_kind(template, "AWS::Glue::Job")[0]["DefaultArguments"] for template in three[:2])
    assert other["--custom-logGroup-prefix"] == first["--custom-logGroup-prefix"] == "/aws-glue/jobs/dev"
    assert other["--continuous-log-logGroup"] == "/aws-glue/jobs/dev/output"
    role = next(item for item in of_kind(three[1], "AWS::IAM::Role") if "Policies" in item)
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    [logging] = [item for item in statements if "logs:PutLogEvents" in item["Action"]]
    group = "arn:aws:logs:us-east-1:222222222222:log-group:/aws-glue/jobs/dev/output"
    assert [group, f"{group}:*"] == logging["Resource"][:2]
    [*_, for_roles] = of_kind(three[0], "AWS::KMS::Key")[0]["KeyPolicy"]["Statement"]
    assert for_roles["Principal"] == {"AWS": "*"}
    assert for_roles["Condition"] == {
        "StringEquals": {
            "kms:CallerAccount": "222222222222",
            "kms:ViaService": {"Fn::Join": ["", ["logs.us-east-1.", {"Ref": "AWS::URLSuffix"}]]},
        },
        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/DeployDev-GlueAppStack*"},
    }


def test_the_first_stack_keeps_its_resources_when_others_are_added(tmp_path: Path) -> None:
    show, other = make_job(tmp_path), make_job(tmp_path, "Other")
    [alone], several = templates(show), templates(show, other, **THREE)
    assert several[0]["Resources"].keys() == alone["Resources"].keys()
    changed = {name for name, item in alone["Resources"].items() if several[0]["Resources"][name] != item}
    assert sorted(alone["Resources"][name]["Type"] for name in changed) == ["AWS::IAM::Policy", "AWS::KMS::Key"]
    assert "AWS::Glue::Job" not in {alone["Resources"][name]["Type"] for name in changed}


def test_the_test_role_runs_the_jobs_of_its_stacks_alone(three: list[Mapping[str, Any]]) -> None:
    listing, running = role_statements(three[0])
    names = ["DeployDev-GlueAppStack", "DeployDev-GlueAppStack2", "DeployDev-GlueAppStack3"]
    arn = "arn:aws:cloudformation:us-east-1:222222222222:stack/"
    assert (listing["Action"], listing["Resource"]) == (
        "cloudformation:ListStackResources",
        [f"{arn}{name}/*" for name in names],
    )
    assert running["Resource"] == f"{PLACE}*-dev"
    assert running["Condition"] == {"StringEquals": {"aws:ResourceTag/stack_name": names}}
    tags = [job["Tags"]["stack_name"] for template in three for job in of_kind(template, "AWS::Glue::Job")]
    assert tags == names[:2]


@pytest.mark.parametrize(
    ("count", "folders", "resources"),
    [
        (2, "", {"arn:aws:s3:::lake/a/b/c/d/Job0/*", "arn:aws:s3:::lake/a/b/c/d/Job1/*"}),
        (1500, "", {"arn:aws:s3:::lake/a/b/c/*"}),
        (1500, "{}/", {"arn:aws:s3:::lake/*"}),
    ],
)
def test_the_test_role_reads_outputs_and_if_they_are_too_many_the_folders_above(
    tmp_path: Path, count: int, folders: str, resources: set[str]
) -> None:
    job = make_job(tmp_path, expect=Expect(outputRows=1))
    jobs = [
        job.model_copy(
            update={
                "name": f"Job{n}",
                "output_locations": (f"s3://lake/{folders.format(n)}a/b/c/d/Job{n}/",),
            }
        )
        for n in range(count)
    ]
    # Only the first stack is synthesized: the others have all jobs but one.
    placed = {job.name: 2 for job in jobs} | {"Job0": 1}
    stage = StageConfig(name="dev", account=DEV, jobs=tuple(jobs), stacks=placed, stack_count=2)
    env = core.Environment(account=DEV.aws_account_id, region=DEV.aws_region)
    stack = GlueAppStack(make_app(), "Stack", stage=stage, tested_by=PIPELINE, env=env)
    template = Template.from_stack(stack).to_json()
    reading = [item for item in role_statements(template) if item["Action"] == "s3:GetObject"]
    arns = [item["Resource"] for item in reading]
    found = {arn for each in arns for arn in ([each] if isinstance(each, str) else each)}
    assert found == resources
    assert sum(len(json.dumps(item)) for item in role_statements(template)) <= MAX_READING + 2_000
    assert len(of_kind(template, "AWS::IAM::ManagedPolicy")) <= 10


def test_triggers_are_in_stacks_of_their_own_each_with_the_jobs_of_two(tmp_path: Path) -> None:
    jobs = [
        make_job(tmp_path, "A", schedule="cron(0 3 * * ? *)"),
        make_job(tmp_path, "B", after=("A",)),
        make_job(tmp_path, "C", after=("A", "B")),
        make_job(tmp_path, "D"),
    ]
    stacks = {"A": 3, "B": 1, "C": 2, "D": 1}
    found = templates(*jobs, stacks=stacks, stack_count=3, trigger_stack_count=2, schedules=True)
    names = [[trigger["Name"] for trigger in of_kind(template, "AWS::Glue::Trigger")] for template in found]
    assert names == [[], [], [], ["B-dev-after", "C-dev-after"], ["A-dev-schedule"]]
    [behind] = [item for item in of_kind(found[3], "AWS::Glue::Trigger") if item["Name"] == "C-dev-after"]
    assert [item["JobName"] for item in behind["Predicate"]["Conditions"]] == ["A-dev", "B-dev"]
    assert behind["Tags"]["stack_name"] == "DeployDev-GlueTriggerStack"
    off = templates(*jobs, stacks=stacks, stack_count=3, trigger_stack_count=2)
    assert [of_kind(template, "AWS::Glue::Trigger") for template in off] == [[]] * 5
    assert all(template["Resources"] for template in off)


def test_the_pipeline_deploys_the_first_stack_then_the_others_together_then_tests_all(tmp_path: Path) -> None:
    jobs = (make_job(tmp_path), make_job(tmp_path, "Other"))
    config = with_stage(make_config(jobs), "dev", **THREE, trigger_stack_count=2)
    home = core.Environment(account=PIPELINE.aws_account_id, region=PIPELINE.aws_region)
    template = Template.from_stack(PipelineStack(make_app(), "PipelineStack", config=config, env=home)).to_json()
    [pipeline] = of_kind(template, "AWS::CodePipeline::Pipeline")
    [stage] = [stage for stage in pipeline["Stages"] if stage["Name"] == "DeployDev"]
    order: dict[int, list[str]] = {}
    for action in stage["Actions"]:
        order.setdefault(action["RunOrder"], []).append(action["Name"])
    assert [sorted(names) for _, names in sorted(order.items())] == [
        ["GlueAppStack.Prepare"],
        ["GlueAppStack.Deploy"],
        ["GlueAppStack2.Prepare", "GlueAppStack3.Prepare"],
        ["GlueAppStack2.Deploy", "GlueAppStack3.Deploy"],
        ["GlueTriggerStack.Prepare", "GlueTriggerStack2.Prepare"],
        ["GlueTriggerStack.Deploy", "GlueTriggerStack2.Deploy"],
        ["IntegrationTest"],
    ]
    specs = [item["Source"].get("BuildSpec", "") for item in of_kind(template, "AWS::CodeBuild::Project")]
    [command] = [c for s in specs if "--stage-name" in s for c in json.loads(s)["phases"]["build"]["commands"]]
    words = shlex.split(command)
    assert words[words.index("--stacks") + 1] == "3"


def test_the_estimate_of_a_jobs_size_is_at_most_a_tenth_below_and_never_above(tmp_path: Path) -> None:
    folder, file = "s3://company-data-lake/landing/orders/2026/", "s3://company-data-lake/reference/countries.json"
    jobs = [
        make_job(tmp_path, arguments={}, input_locations=()),
        make_job(tmp_path, "LoadCustomerOrdersFromTheWarehouse", input_locations=(file,)),
        make_job(tmp_path, "Clean", input_locations=(folder,), output_locations=(folder.replace("landing", "clean"),)),
        make_job(
            tmp_path, "Many", input_locations=tuple(f"{folder}{n}/" for n in range(9)), output_locations=(folder,)
        ),
        make_job(tmp_path, "Long", arguments={f"--option_{n}": "x" * 50 for n in range(40)}),
    ]
    first = make_job(tmp_path, "First")
    alone, *others = (len(json.dumps(templates(first, *more), separators=(",", ":"))) for more in ((), *zip(jobs)))
    estimates = {job.name: template_size(job) / (size - alone) for job, size in zip(jobs, others, strict=True)}
    assert all(0.9 <= estimate <= 1 for estimate in estimates.values()), list(estimates.values())


def test_a_template_that_cloudformation_would_refuse_is_one_line(tmp_path: Path) -> None:
    job = make_job(tmp_path, arguments={f"--option_{n}": "x" * 10_000 for n in range(99)})
    config = make_config((job, job.model_copy(update={"name": "Other"})))
    home = core.Environment(account=PIPELINE.aws_account_id, region=PIPELINE.aws_region)
    app = make_app()
    PipelineStack(app, "PipelineStack", config=config, env=home)
    with pytest.raises(ConfigError) as raised:
        refuse_large_templates(app.synth(), config)
    first, _ = str(raised.value).splitlines()
    assert first.startswith("c.yaml:1: dev: the template of DeployDev-GlueAppStack has ")
    assert first.endswith(
        " bytes, and CloudFormation takes 1000000; give jobs that are not deployed yet another stack: a line"
        " `dev/Other 2` in c.stacks.txt does that"
    )
