"""`approval: changes`: the step before the approval, the approval's text, and the two roles."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as core
import pytest
from aws_cdk.assertions import Match, Template

from aws_glue_cdk_baseline.config import StageConfig
from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack
from aws_glue_cdk_baseline.pipeline.approval import MOST_FILES
from tests.apps import make_app
from tests.configs import DEV, PIPELINE, make_job, make_stage
from tests.template.stacks.test_pipeline_stack import Synthesized
from tests.unit.test_templates import lint
from tools.list_stages import stages

SHOWS: dict[str, dict[str, object]] = {"dev": {}, "prod": {"approval": True, "shows_changes": True}}
BUCKET = "arn:aws:s3:::cdk-hnb659fds-assets-222222222222-us-east-1"
STACK = "arn:aws:cloudformation:us-east-1:222222222222:stack"


@pytest.fixture(scope="module")
def shows(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    return Synthesized(tmp_path_factory.mktemp("jobs"), stages=SHOWS)


def test_the_changes_are_shown_after_the_assets_and_before_the_approval(shows: Synthesized) -> None:
    assert stages(shows.template.to_json())[2:] == [
        ("UpdatePipeline", ["SelfMutate"]),
        ("Assets", ["FileAssets"]),
        ("DeployDev", ["Prepare", "Deploy"]),
        ("DeployProd", ["ShowChanges", "Approval", "GlueAppStack.Prepare", "GlueAppStack.Deploy"]),
    ]
    actions = shows.actions()
    orders = {name: action["RunOrder"] for name, action in actions.items() if name.startswith("DeployProd/")}
    assert list(orders.values()) == [1, 2, 3, 4]


def test_the_approval_has_the_text_of_the_build(shows: Synthesized) -> None:
    actions = shows.actions()
    namespace = actions["DeployProd/ShowChanges"]["Namespace"]
    assert actions["DeployProd/Approval"]["Configuration"] == {"CustomData": f"#{{{namespace}.CHANGES}}"}
    spec = shows.buildspec("DeployProdShowChanges")
    assert spec["env"] == {"exported-variables": ["CHANGES"]}
    assert spec["artifacts"] == {"base-directory": "changes", "files": ["**/*"]}
    assert spec["phases"]["install"]["commands"][1:] == [
        "pip install --require-hashes --only-binary=:all: -r tools/stage_diff/requirements.lock"
    ]
    assert spec["phases"]["build"]["commands"] == [
        "python -m tools.stage_diff --config c.yaml --stage prod --assembly synthesized"
        " --role arn:aws:iam::222222222222:role/glue-diff-prod --output changes",
        'export CHANGES="$(cat changes/approval.txt)"',
    ]


def test_the_build_gets_the_source_and_what_was_synthesized_from_it(shows: Synthesized) -> None:
    actions = shows.actions()
    inputs = [item["Name"] for item in actions["DeployProd/ShowChanges"]["InputArtifacts"]]
    synth = actions["Build/CdkSynth_UnitTest"]
    assert inputs == [item["Name"] for item in (*synth["InputArtifacts"], *synth["OutputArtifacts"])]
    link = shows.buildspec("DeployProdShowChanges")["phases"]["install"]["commands"][0]
    assert link.endswith(f'ln -s -- "$CODEBUILD_SRC_DIR_{inputs[1]}" "synthesized"')


def test_cfn_lint_finds_nothing(shows: Synthesized) -> None:
    assert lint(*sorted(Path(shows.assembly.directory).rglob("*.template.json"))) == ""


def test_with_a_rollback_both_are_in_a_stage_before_it(tmp_path: Path) -> None:
    """So neither is part of the way back, which needs no approval."""
    rolls_back = Synthesized(tmp_path, stages={"dev": {}, "prod": {**SHOWS["prod"], "rollback": True}})
    assert stages(rolls_back.template.to_json())[5:] == [
        ("ApproveProd", ["ShowChanges", "Approval"]),
        ("DeployProd", ["Prepare", "Deploy"]),
    ]
    namespace = rolls_back.actions()["ApproveProd/ShowChanges"]["Namespace"]
    assert rolls_back.actions()["ApproveProd/Approval"]["Configuration"]["CustomData"] == f"#{{{namespace}.CHANGES}}"
    assert "--stage prod " in rolls_back.buildspec("ApproveProdShowChanges")["phases"]["build"]["commands"][0]


def own_statements(synthesized: Synthesized) -> list[dict[str, Any]]:
    """Return the statements that name their resources, and not only a resource of the pipeline's stack."""
    policies = synthesized.template.find_resources("AWS::IAM::Policy")
    (found,) = [item for name, item in policies.items() if name.startswith("ProdShowChangesRole")]
    statements = found["Properties"]["PolicyDocument"]["Statement"]
    return [statement for statement in statements if isinstance(statement["Resource"], str)]


def test_the_role_of_the_build_may_assume_one_role_and_ask_about_its_pipeline(shows: Synthesized) -> None:
    shows.template.has_resource_properties("AWS::IAM::Role", {"RoleName": "glue-show-changes-prod"})
    assert own_statements(shows) == [
        {
            "Action": "sts:AssumeRole",
            "Effect": "Allow",
            "Resource": "arn:aws:iam::222222222222:role/glue-diff-prod",
        },
        {
            "Action": "codepipeline:GetPipelineState",
            "Effect": "Allow",
            "Resource": "arn:aws:codepipeline:us-east-1:111111111111:GluePipeline",
        },
    ]


def test_without_the_key_nothing_of_it_is_deployed(tmp_path: Path) -> None:
    without = Synthesized(tmp_path, stages={"dev": {}, "prod": {"approval": True}})
    assert "how-changes" not in json.dumps(without.template.to_json()).replace("ShowChanges", "Show-changes")
    assert "Configuration" not in without.actions()["DeployProd/Approval"]


def stage_template(stage: StageConfig) -> Template:
    place = core.Environment(account=DEV.aws_account_id, region=DEV.aws_region)
    stack = GlueAppStack(make_app(), "DeployDev-GlueAppStack", stage=stage, shown_to=PIPELINE, env=place)
    return Template.from_stack(stack)


def diff_statements(template: Template) -> list[dict[str, Any]]:
    policies = template.find_resources("AWS::IAM::Policy").items()
    (policy,) = [item for name, item in policies if name.startswith("GlueDiffRole")]
    found: list[dict[str, Any]] = policy["Properties"]["PolicyDocument"]["Statement"]
    return found


def test_the_role_of_the_stage_reads_its_stack_and_its_own_scripts(tmp_path: Path) -> None:
    shared = tmp_path / "shared.py"
    shared.write_text("A = 1\n")
    jobs = make_job(tmp_path, "One"), make_job(tmp_path, "Two").model_copy(update={"shared_files": (shared,)})
    (tmp_path / "two.py").write_text("import shared\n")
    template = stage_template(make_stage(*jobs))
    scripts, *_ = template.find_resources("AWS::Glue::Job").values()
    stacks, files = diff_statements(template)
    assert stacks == {
        "Action": ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"],
        "Effect": "Allow",
        "Resource": f"{STACK}/DeployDev-GlueAppStack/*",
    }
    assert files["Action"] == "s3:GetObject"
    location = scripts["Properties"]["Command"]["ScriptLocation"].removeprefix("s3://")
    assert f"arn:aws:s3:::{location}" in files["Resource"]
    assert [name.rpartition(".")[2] for name in files["Resource"]].count("zip") == 1
    assert len(files["Resource"]) == 3


def test_the_role_of_the_stage_trusts_the_role_of_the_build_alone(tmp_path: Path) -> None:
    role = {"RoleName": "glue-diff-dev", "AssumeRolePolicyDocument": Match.any_value()}
    found = stage_template(make_stage(make_job(tmp_path))).find_resources("AWS::IAM::Role", {"Properties": role})
    ((statement,),) = [item["Properties"]["AssumeRolePolicyDocument"]["Statement"] for item in found.values()]
    assert statement == {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Condition": {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/glue-show-changes-dev"}},
    }


def test_more_scripts_than_a_role_can_name_are_read_by_their_ending(tmp_path: Path) -> None:
    jobs = [make_job(tmp_path, f"Job{number}") for number in range(MOST_FILES + 1)]
    for job in jobs:
        job.script.write_text(f"# {job.name}\n")
    assert diff_statements(stage_template(make_stage(*jobs)))[-1] == {
        "Action": "s3:GetObject",
        "Effect": "Allow",
        "Resource": [f"{BUCKET}/*.py", f"{BUCKET}/*.zip"],
    }


def test_all_stacks_of_a_stage_are_read(tmp_path: Path) -> None:
    jobs = [make_job(tmp_path, name) for name in ("One", "Two")]
    several = make_stage(*jobs, stacks={"One": 1, "Two": 2}, stack_count=2, trigger_stack_count=1)
    stacks, files = diff_statements(stage_template(several))
    names = ("DeployDev-GlueAppStack", "DeployDev-GlueAppStack2", "DeployDev-GlueTriggerStack")
    assert stacks["Resource"] == [f"{STACK}/{name}/*" for name in names]
    assert files["Resource"] == [f"{BUCKET}/*.py", f"{BUCKET}/*.zip"]


def test_the_role_reads_each_stack_that_the_stage_deploys(tmp_path: Path) -> None:
    several = {"stacks": {"Job0": 1, "Job1": 2}, "stack_count": 2, "trigger_stack_count": 1, "dashboard": True}
    prod = {**SHOWS["prod"], **several, "schedules": True}
    assembly = Synthesized(tmp_path, jobs=2, stages={"dev": {}, "prod": prod}).assembly
    made = assembly.get_nested_assembly("assembly-PipelineStack-DeployProd").stacks
    first = next(stack for stack in made if stack.stack_name == "DeployProd-GlueAppStack")
    policies = [item for name, item in first.template["Resources"].items() if name.startswith("GlueDiffRoleDefault")]
    read = policies[0]["Properties"]["PolicyDocument"]["Statement"][0]["Resource"]
    assert len(made) == 4
    assert sorted(read) == sorted(f"{STACK}/{stack.stack_name}/*" for stack in made)


def test_names_have_the_prefix(tmp_path: Path) -> None:
    template = stage_template(make_stage(make_job(tmp_path), name_prefix="orders"))
    template.has_resource_properties("AWS::IAM::Role", {"RoleName": "orders-glue-diff-dev"})
