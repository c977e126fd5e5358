"""`pullRequests: true`: the config, the rule, the build and its role."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Template

from aws_glue_cdk_baseline.config import Config, ConfigError
from aws_glue_cdk_baseline.config.source import EXAMPLE_ARN, Source
from rehearsal.actions import buildspec
from tests.apps import make_whole_app
from tests.configs import CONFIG, PIPELINE, load, make_config, make_job
from tests.unit.test_templates import lint
from tools.execution_policy import lacking

NAME = "GluePipeline-pull-requests"
ETL = f"arn:aws:codecommit:us-east-1:{PIPELINE.aws_account_id}:etl"


def config_of(folder: Path, **values: object) -> Config:
    return make_config((make_job(folder),)).model_copy(update={"pull_requests": True, **values})


def template_of(config: Config) -> Template:
    return Template.from_json(make_whole_app(config).synth().get_stack_by_name(config.names.pipeline_stack).template)


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return template_of(config_of(tmp_path, source=Source(codeCommit="etl")))


def only(template: Template, kind: str, **properties: Any) -> dict[str, Any]:
    [found] = template.find_resources(kind, {"Properties": properties}).values()
    values: dict[str, Any] = found["Properties"]
    return values


def test_the_key_is_off_unless_it_is_set(tmp_path: Path) -> None:
    assert not load(tmp_path, CONFIG).pull_requests
    assert load(tmp_path, f"pullRequests: true\n{CONFIG}").pull_requests
    template = template_of(config_of(tmp_path, pull_requests=False))
    assert template.find_resources("AWS::CodeBuild::Project", {"Properties": {"Name": NAME}}) == {}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            f"pullRequests: true\nsource: {{connectionArn: '{EXAMPLE_ARN}', repository: owner/name}}\n",
            "c.yaml:1: pullRequests: true is for a repository in CodeCommit; remove it: at GitHub,"
            " .github/workflows/pr-check.yml checks pull requests, and at other hosts their own CI with"
            " `make pr-check`",
        ),
        (
            "pullRequest: true\n",
            "c.yaml:1: pullRequest: is called `pullRequests` here; write `pullRequests: true`",
        ),
    ],
)
def test_what_it_cannot_do_is_one_line(tmp_path: Path, typed: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, typed + CONFIG)
    assert str(error.value) == said


def test_a_false_key_is_no_error_with_a_connection(tmp_path: Path) -> None:
    typed = f"pullRequests: false\nsource: {{connectionArn: '{EXAMPLE_ARN}', repository: owner/name}}\n"
    assert not load(tmp_path, typed + CONFIG).pull_requests


def test_each_commit_of_a_pull_request_of_this_repository_starts_the_build_on_it(template: Template) -> None:
    rule = only(template, "AWS::Events::Rule", EventPattern={"detail-type": ["CodeCommit Pull Request State Change"]})
    assert rule["EventPattern"] == {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Pull Request State Change"],
        "resources": [ETL],
        "detail": {"event": ["pullRequestCreated", "pullRequestSourceBranchUpdated"]},
    }
    [target] = rule["Targets"]
    # As EventBridge fills it in: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    detail = {
        "pullRequestId": "7",
        "sourceCommit": "a" * 40,
        "destinationCommit": "b" * 40,
        "destinationReference": "refs/heads/main",
    }
    text = target["InputTransformer"]["InputTemplate"]
    for name, path in target["InputTransformer"]["InputPathsMap"].items():
        text = text.replace(f"<{name}>", json.dumps(detail[path.removeprefix("$.detail.")]))
    given = json.loads(text)
    assert given["sourceVersion"] == "a" * 40
    assert {item["name"]: item["value"] for item in given["environmentVariablesOverride"]} == {
        "PULL_REQUEST": "7",
        "SOURCE_COMMIT": "a" * 40,
        "DESTINATION_COMMIT": "b" * 40,
        "DESTINATION_REFERENCE": "refs/heads/main",
    }


def test_the_build_may_clone_comment_and_log_and_nothing_else(template: Template) -> None:
    """Any branch's code runs in it: no role of a deployment, no artifact, no approval is within its reach."""
    project = only(template, "AWS::CodeBuild::Project", Name=NAME)
    role_id = project["ServiceRole"]["Fn::GetAtt"][0]
    role = template.to_json()["Resources"][role_id]["Properties"]
    [policy] = role["Policies"]
    statements = policy["PolicyDocument"]["Statement"]
    assert [(statement["Action"], statement["Effect"]) for statement in statements] == [
        (["codecommit:GitPull", "codecommit:PostCommentForPullRequest"], "Allow"),
        (["logs:CreateLogStream", "logs:PutLogEvents"], "Allow"),
    ]
    [log_id] = template.find_resources(
        "AWS::Logs::LogGroup", {"Properties": {"LogGroupName": f"/aws/codebuild/{NAME}"}}
    )
    assert [statement["Resource"] for statement in statements] == [ETL, {"Fn::GetAtt": [log_id, "Arn"]}]
    assert "ManagedPolicyArns" not in role
    attached = [
        name
        for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
        for name, item in template.find_resources(kind).items()
        if {"Ref": role_id} in item["Properties"].get("Roles", [])
    ]
    assert attached == []
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "codebuild.amazonaws.com"}
    trusting = [
        name
        for name, item in template.find_resources("AWS::IAM::Role").items()
        if role_id in json.dumps(item["Properties"]["AssumeRolePolicyDocument"])
    ]
    assert trusting == []
    assert not project["Environment"]["PrivilegedMode"]


LOG = f"arn:aws:logs:us-east-1:{PIPELINE.aws_account_id}:log-group:/aws/codebuild/{NAME}:log-stream:x"
ACCOUNT = PIPELINE.aws_account_id


@pytest.mark.parametrize(
    ("action", "arn", "allowed"),
    [
        ("codecommit:GitPull", ETL, True),
        ("codecommit:PostCommentForPullRequest", ETL, True),
        ("logs:PutLogEvents", LOG, True),
        ("codecommit:GitPull", f"{ETL}2", False),
        ("codecommit:PostCommentForPullRequest", f"{ETL}2", False),
        ("codecommit:GitPush", ETL, False),
        ("codecommit:MergePullRequestByFastForward", ETL, False),
        ("codecommit:UpdatePullRequestApprovalState", ETL, False),
        ("codecommit:UpdateComment", ETL, False),
        ("codepipeline:PutApprovalResult", f"arn:aws:codepipeline:us-east-1:{ACCOUNT}:GluePipeline", False),
        ("codebuild:StartBuild", f"arn:aws:codebuild:us-east-1:{ACCOUNT}:project/GluePipeline-selfupdate", False),
        ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-deploy-role-{ACCOUNT}-us-east-1", False),
        ("sts:AssumeRole", "arn:aws:iam::222222222222:role/glue-test-dev", False),
        ("s3:GetObject", f"arn:aws:s3:::cdk-hnb659fds-assets-{ACCOUNT}-us-east-1/x", False),
        ("logs:PutLogEvents", LOG.replace("pull-requests", "selfupdate"), False),
        ("glue:StartJobRun", f"arn:aws:glue:us-east-1:{ACCOUNT}:job/Show-dev", False),
    ],
)
def test_an_attempt_of_the_builds_role_is_allowed_or_denied(
    policy_of_the_build: dict[str, Any], action: str, arn: str, allowed: bool
) -> None:
    """IAM's rules as MiniStack evaluates them; it has no CodeCommit."""
    role = f"arn:aws:iam::{ACCOUNT}:role/PipelineStack-PullRequestsRole"
    assert (lacking([(action, arn, "")], [policy_of_the_build], role, "us-east-1") == []) is allowed


@pytest.fixture(scope="module")
def policy_of_the_build(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The policy of the build's role, with the ARN of its log group in place of the reference."""
    config = config_of(tmp_path_factory.mktemp("job"), source=Source(codeCommit="etl"))
    role = only(
        template_of(config), "AWS::IAM::Role", Description="Checks branches of pull requests; it can deploy nothing"
    )
    document: dict[str, Any] = role["Policies"][0]["PolicyDocument"]
    document["Statement"][1]["Resource"] = f"{LOG.partition(':log-stream')[0]}:*"
    return document


def test_the_log_is_encrypted_and_kept_for_a_month(template: Template) -> None:
    group = only(template, "AWS::Logs::LogGroup", LogGroupName=f"/aws/codebuild/{NAME}")
    assert group["RetentionInDays"] == 30
    key = template.to_json()["Resources"][group["KmsKeyId"]["Fn::GetAtt"][0]]["Properties"]
    arn = f"arn:aws:logs:us-east-1:{PIPELINE.aws_account_id}:log-group:/aws/codebuild/{NAME}"
    assert key["EnableKeyRotation"] is True
    assert key["KeyPolicy"]["Statement"][1]["Condition"] == {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": [arn]}}


def test_cfn_lint_has_nothing_to_say(tmp_path: Path) -> None:
    assembly = make_whole_app(config_of(tmp_path, source=Source(codeCommit="etl"))).synth()
    assert lint(Path(assembly.directory, "PipelineStack.template.json")) == ""


def test_the_build_runs_the_branchs_own_commands_with_the_config_of_the_pipeline(tmp_path: Path) -> None:
    config = config_of(tmp_path, file="my config.yaml", source=Source(codeCommit="etl"))
    project = only(template_of(config), "AWS::CodeBuild::Project", Name=NAME)
    phases = buildspec.parse(project["Source"]["BuildSpec"]).content["phases"]
    assert [command for phase in phases.values() for command in phase["commands"]] == [
        "bash tools/pr_check/install.sh",
        "python -m tools.pr_check.code_commit --config 'my config.yaml'",
    ]


def test_our_own_repository_with_a_prefix_is_checked_too(tmp_path: Path) -> None:
    template = template_of(config_of(tmp_path, name_prefix="orders"))
    [repository] = template.find_resources("AWS::CodeCommit::Repository")
    rule = only(template, "AWS::Events::Rule", EventPattern={"detail-type": ["CodeCommit Pull Request State Change"]})
    assert rule["EventPattern"]["resources"] == [{"Fn::GetAtt": [repository, "Arn"]}]
    only(template, "AWS::CodeBuild::Project", Name=f"orders-{NAME}")
