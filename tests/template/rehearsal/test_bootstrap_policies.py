"""The policies in bootstrap/ are enough to deploy this app, and no wider than it needs."""

import json
from collections.abc import Iterator
from fnmatch import fnmatch, fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from aws_glue_cdk_baseline.config import PROJECT, Config, Job, load_config
from aws_glue_cdk_baseline.config.source import Source
from aws_glue_cdk_baseline.config.stage_values import MAX_PREFIX
from tests.apps import make_whole_app
from tests.configs import PROD, with_monitoring, with_stage
from tools.assembly import stacks
from tools.deployment_calls import SCHEMAS, calls_of, needed
from tools.execution_policy import lacking
from tools.resource_arns import made_name

Calls = list[tuple[str, str, str]]
FILES = ["pipeline-account", "stage-account"]
CONNECTION = "arn:aws:codestar-connections:us-east-1:123456789101:connection/example"
# The pipeline of a project at GitHub, and of one in an existing CodeCommit repository
OTHER_SOURCES = (Source(connectionArn=CONNECTION, repository="owner/name"), Source(codeCommit="etl", branch="develop"))


LONGEST_STAGE = "s" + 19 * "x"
LONGEST_PREFIX = MAX_PREFIX * "p"


def _with(job: Job, name: str, **settings: Any) -> Job:
    return job.model_copy(update={"name": name, "settings": job.settings.model_copy(update=settings)})


def copies() -> Iterator[Config]:
    """Yield a config with more jobs than fit into one role and prod in another Region, and then its variants.

    Prod has a chain with a schedule, and its approval shows changes. The last ones have a prefix. CloudFormation cuts
    the names that it makes from the names of their stacks.
    """
    config = load_config(PROJECT / "default-config.yaml")
    [job, *_] = config.stages[0].jobs
    jobs = [job.model_copy(update={"name": f"{'J' * 97}{number:03}"}) for number in range(100)]
    config = with_stage(config, config.stages[0].name, jobs=jobs, tests_changed_only=True)
    first, second = jobs[0], config.stages[-1].jobs[0]
    chain = (
        _with(second, name=first.name, schedule="cron(0 3 * * ? *)"),
        _with(second, name="Next", after=(first.name,)),
    )
    config = with_stage(config, config.stages[-1].name, account=PROD, jobs=chain, schedules=True, shows_changes=True)
    assert PROD.aws_region != config.pipeline_account.aws_region
    yield config
    yield with_monitoring(config).model_copy(update={"pull_requests": True})
    two_stacks = {job.name: 1 + (number == 99) for number, job in enumerate(jobs)}
    yield with_stage(config, config.stages[0].name, stacks=two_stacks, stack_count=2, trigger_stack_count=1)
    yield from (config.model_copy(update={"stages": config.stages[-1:], "source": source}) for source in OTHER_SOURCES)
    for prefix in ("a", LONGEST_PREFIX):
        names = [LONGEST_STAGE, *(stage.name for stage in config.stages[1:])]
        stages = tuple(
            stage.model_copy(update={"name_prefix": prefix, "name": name})
            for stage, name in zip(config.stages, names, strict=True)
        )
        update = {"name_prefix": prefix, "stages": stages, "pull_requests": True}
        yield with_monitoring(config.model_copy(update=update))


@pytest.fixture(scope="module")
def calls() -> dict[str, Calls]:
    """By policy, the calls that the stacks of the copies need."""
    found: dict[str, Calls] = {name: [] for name in FILES}
    for config in copies():
        for stack in stacks(Path(make_whole_app(config).synth().directory)):
            name = "stage-account" if stack.staged else "pipeline-account"
            found[name] += list(needed(stack.template, stack.name, stack.environment))
    return found


def test_the_pipelines_bucket_in_another_region_is_deployed_with_it(calls: dict[str, Calls]) -> None:
    in_other_region = [(kind, arn) for _, arn, kind in calls["pipeline-account"] if PROD.aws_region in arn]
    assert ("AWS::KMS::Key", f"arn:aws:kms:{PROD.aws_region}:123456789101:key/EXAMPLE") in in_other_region


def policy(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((PROJECT / "bootstrap" / f"{name}.json").read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize("name", FILES)
def test_a_policy_is_enough(calls: dict[str, Calls], name: str) -> None:
    assert lacking(calls[name], [policy(name)], "arn:aws:iam::123456789102:role/cfn-exec", "us-east-1") == []


@pytest.mark.parametrize("name", FILES)
def test_a_call_that_iam_cannot_restrict_to_a_resource_is_about_all(calls: dict[str, Calls], name: str) -> None:
    """cfn-lint has the resource types of each action: https://docs.aws.amazon.com/service-authorization/"""
    services = json.loads((SCHEMAS.parent / "AdditionalSpecs" / "Policies.json").read_text(encoding="utf-8"))
    wrong = set()
    for action, arn, _ in calls[name]:
        service, _, operation = action.partition(":")
        known = services[service]["Actions"].get(operation.lower())
        if known is not None and not known.get("Resources") and arn != "*":
            wrong.add(action)
    assert wrong == set()


@pytest.mark.parametrize("name", FILES)
def test_a_policy_allows_no_action_that_nothing_needs(calls: dict[str, Calls], name: str) -> None:
    if name == "pipeline-account":
        passed = [call for call in calls[name] if call[0] == "codestar-connections:PassConnection"]
        assert passed
        # The service has two names: https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html
        calls[name].append(("codeconnections:PassConnection", *passed[0][1:]))
    allowed = {action for statement in policy(name)["Statement"] for action in statement["Action"]}
    assert {action for action in allowed if not any(fnmatch(call, action) for call, _, _ in calls[name])} == set()


@pytest.mark.parametrize("name", FILES)
def test_a_policy_names_no_resources_that_nothing_is_called_by(calls: dict[str, Calls], name: str) -> None:
    both_names = ("arn:aws:codeconnections:", "arn:aws:s3:::cdk-")  # a service with two names; what the CDK uploads
    named = {arn for statement in policy(name)["Statement"] for arn in statement["Resource"] if arn != "*"}
    named = {arn for arn in named if not arn.startswith(both_names)}
    assert {arn for arn in named if not any(fnmatchcase(used, arn) for _, used, _ in calls[name])} == set()


@pytest.mark.parametrize(
    ("stack", "logical_id", "kind", "made"),
    [  # as CloudFormation made them: https://github.com/KensioSoftware/yulin/issues/1113
        (
            "ChineseboostAnalyticsStack",
            "RainlyticsSummariesJobFunctionServiceRole",
            "AWS::IAM::Role",
            "ChineseboostAnalyticsStac-RainlyticsSummariesJobFun-",
        ),
        (
            "chineseboostanalyticsstack",
            "rainlyticslogsbucket8df4aaaa",
            "AWS::S3::Bucket",
            "chineseboostanalyticsstac-rainlyticslogsbucket8df4-",
        ),
        (
            "ChineseboostAnalyticsStack",
            "RainlyticsSummariesJobLogs1C6CB09C",
            "AWS::Logs::LogGroup",
            "ChineseboostAnalyticsStack-RainlyticsSummariesJobLogs1C6CB09C-",
        ),
    ],
)
def test_a_name_is_cut_as_cloudformation_cuts_it(stack: str, logical_id: str, kind: str, made: str) -> None:
    assert made_name(stack, logical_id, kind)[:-12] == made


@pytest.mark.parametrize("name", FILES)
def test_a_policy_is_no_longer_than_iam_allows(name: str) -> None:
    assert len(json.dumps(policy(name), separators=(",", ":"))) <= 6144


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("partition", ["aws", "aws-us-gov"])
def test_a_policy_is_not_longer_than_iam_takes(name: str, partition: str) -> None:
    """White space does not count: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    text = json.dumps(policy(name), separators=(",", ":")).replace("arn:aws:", f"arn:{partition}:")
    assert len(text) <= 6144


@pytest.mark.parametrize("name", FILES)
def test_only_what_has_no_resource_of_its_own_is_allowed_on_all(name: str) -> None:
    on_all = [statement for statement in policy(name)["Statement"] if "*" in statement["Resource"]]
    assert [statement["Sid"] for statement in on_all] == ["WithoutResource"]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("action", "arn"),
    [
        ("iam:CreateUser", "arn:aws:iam::123456789102:user/x"),
        ("iam:CreateRole", "arn:aws:iam::123456789102:role/Admin"),
        ("iam:CreateRole", "arn:aws:iam::123456789102:role/shop-DeployRole"),
        ("iam:PassRole", "arn:aws:iam::123456789102:role/Admin"),
        ("codebuild:UpdateProject", "arn:aws:codebuild:us-east-1:123456789102:project/shop-build"),
        ("s3:GetObject", "arn:aws:s3:::customer-data/x"),
        ("s3:GetObject", "arn:aws:s3:::data-pipeline/x"),
        ("kms:Decrypt", "arn:aws:kms:us-east-1:123456789102:key/EXAMPLE"),
        ("glue:StartJobRun", "arn:aws:glue:us-east-1:123456789102:job/x"),
        ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789102:function:glue-notifications-dev"),
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:us-east-1:123456789102:function:x"),
        ("sns:Publish", "arn:aws:sns:us-east-1:123456789102:glue-notifications-dev"),
        ("sqs:ReceiveMessage", "arn:aws:sqs:us-east-1:123456789102:glue-notifications-dev-failed"),
        ("iam:CreateServiceLinkedRole", "arn:aws:iam::123456789102:role/aws-service-role/x.amazonaws.com/X"),
    ],
)
def test_what_this_app_never_does_is_not_allowed(name: str, action: str, arn: str) -> None:
    role = "arn:aws:iam::123456789102:role/cfn-exec"
    assert len(lacking([(action, arn, "")], [policy(name)], role, "us-east-1")) == 1


def test_a_policy_that_lacks_an_action_is_told(calls: dict[str, Calls]) -> None:
    less = policy("stage-account")
    less["Statement"][0]["Action"].remove("glue:CreateJob")
    line = lacking(calls["stage-account"], [less], "arn:aws:iam::123456789102:role/cfn-exec", "us-east-1")[0]
    assert line.startswith(
        "access denied: arn:aws:iam::123456789102:role/cfn-exec may not glue:CreateJob on arn:aws:glue"
    )


def test_the_calls_of_a_type_are_those_of_cfn_lints_schemas() -> None:
    for kind in ("AWS::Glue::Job", "AWS::IAM::Role", "AWS::CodePipeline::Pipeline", "Custom::Made"):
        handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema.get("handlers", {})
        names = ("create", "read", "update", "delete")
        listed = {call for name in names for call in handlers.get(name, {}).get("permissions", [])}
        assert set(calls_of(kind)) == listed
    assert calls_of("Nobody::Knows::It") == ()
