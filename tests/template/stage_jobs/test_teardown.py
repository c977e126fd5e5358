"""`make destroy` and `make sandbox-destroy`: what goes, who is asked, and what is left alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import Config
from tests.configs import DEV, PROD
from tests.template.stage_jobs.conftest import Aws, copy_in, deploy, outcome
from tools.job_arguments import RunError
from tools.stage_jobs.account import Caller, NoAnswerError
from tools.teardown import __main__ as command
from tools.teardown.deletion import delete_bucket, delete_stack
from tools.teardown.stacks import Resource, Stack

REGION = "ap-south-1"  # of this module alone
Run = Callable[..., tuple[int, str, str]]
DESTROY = ("destroy", "--profile", "dev", "--stage", "dev")


@pytest.fixture
def own(aws: Aws, config: Config) -> Config:
    """A config with the prefix anna, whose stages are in a Region of their own; dev is deployed by each test."""
    return copy_in(config, REGION)


@pytest.fixture
def call(run: Run, own: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command of the teardown. `run` has set up the profiles."""
    monkeypatch.setattr(command, "load_config", lambda path: own)
    monkeypatch.setattr("tools.teardown.deletion.LOOK_SECONDS", 0.1)

    def called(*arguments: str) -> tuple[int, str, str]:
        return outcome(command.main, arguments, capsys)

    return called


@pytest.fixture
def deployed(aws: Aws, own: Config) -> Iterator[Config]:
    """Deploy dev of the copy anna, beside that of the copy zoe in the same Region."""
    stages = tuple(stage.model_copy(update={"name_prefix": "zoe"}) for stage in own.stages)
    other = own.model_copy(update={"name_prefix": "zoe", "stages": stages})
    for config in (own, other):
        if names(aws).isdisjoint({config.stage("dev").names.stack}):
            deploy(aws, config, "dev")
    yield own
    api = aws.client("cloudformation", region=REGION)
    for name in names(aws):
        api.update_termination_protection(EnableTerminationProtection=False, StackName=name)
        if name.startswith("anna-"):
            api.delete_stack(StackName=name)
            api.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def names(aws: Aws) -> set[str]:
    stacks = aws.client("cloudformation", region=REGION).describe_stacks()["Stacks"]
    return {stack["StackName"] for stack in stacks}


def test_a_stage_is_shown_deleted_and_gone_and_the_other_copy_stays(call: Run, aws: Aws, deployed: Config) -> None:
    code, out, err = call(*DESTROY, "--yes")
    assert (code, err) == (0, "")
    assert "log groups, with their logs: /aws-glue/jobs/anna-dev/error, " in out
    assert [line for line in out.splitlines() if "log groups" not in line] == [
        "c.yaml: as arn:aws:iam::222222222222:user/dev",
        "dev: AWS account 222222222222 in ap-south-1",
        "  anna-DeployDev-GlueAppStack",
        "    4 jobs: anna-Broken-dev, anna-Idle-dev, anna-Quick-dev, anna-Slow-dev",
        "    5 roles, 1 key",
        "The pipeline, if there is one, deploys this stage again with the next push.",
        *[line for line in out.splitlines() if line.startswith("  anna-DeployDev-GlueAppStack DELETE")],
        *[line for line in out.splitlines() if line.startswith("  anna-DeployDev-GlueAppStack is gone, after ")],
        command.STAYS,
    ]
    assert "is gone" in out
    assert names(aws) == {"zoe-DeployDev-GlueAppStack"}
    jobs = [job["Name"] for job in aws.client("glue", region=REGION).get_jobs()["Jobs"]]
    assert sorted(jobs) == ["zoe-Broken-dev", "zoe-Idle-dev", "zoe-Quick-dev", "zoe-Slow-dev"]
    assert call(*DESTROY, "--yes") == (
        0,
        "c.yaml: as arn:aws:iam::222222222222:user/dev\nnothing of c.yaml is deployed in dev\n",
        "",
    )


def test_without_a_terminal_it_needs_yes_and_nothing_is_deleted(call: Run, aws: Aws, deployed: Config) -> None:
    code, out, err = call(*DESTROY)
    assert (code, err) == (1, "nothing was deleted: it asks first; without a terminal, give YES=1")
    assert "4 jobs" in out
    assert "anna-DeployDev-GlueAppStack" in names(aws)


@pytest.mark.parametrize(
    ("answers", "said"), [(["n"], "nothing was deleted"), ([""], "nothing was deleted"), (["y"], "")]
)
def test_at_a_terminal_the_answer_decides(
    call: Run, aws: Aws, deployed: Config, monkeypatch: pytest.MonkeyPatch, answers: list[str], said: str
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: answers.pop(0))
    assert call(*DESTROY)[2] == said
    assert ("anna-DeployDev-GlueAppStack" in names(aws)) == bool(said)


def test_a_stage_with_an_approval_asks_for_its_name_also_with_yes(
    call: Run, aws: Aws, deployed: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages = tuple(stage.model_copy(update={"approval": True}) for stage in deployed.stages)
    monkeypatch.setattr(command, "load_config", lambda path: deployed.model_copy(update={"stages": stages}))
    assert call(*DESTROY, "--yes")[2] == (
        "nothing was deleted: dev has an approval; without a terminal, give CONFIRM=dev"
    )
    assert call(*DESTROY, "--yes", "--confirm", "prod test")[0] == 1
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: "yes")
    assert call(*DESTROY, "--yes")[2] == "nothing was deleted: that is not dev"
    monkeypatch.setattr("builtins.input", lambda question: "dev")
    assert call(*DESTROY, "--yes")[0] == 0
    assert "anna-DeployDev-GlueAppStack" not in names(aws)


def test_a_protected_stack_is_named_before_anything_is_asked(call: Run, aws: Aws, deployed: Config) -> None:
    api = aws.client("cloudformation", region=REGION)
    api.update_termination_protection(EnableTerminationProtection=True, StackName="anna-DeployDev-GlueAppStack")
    assert call(*DESTROY, "--yes")[2] == (
        "nothing was deleted: anna-DeployDev-GlueAppStack has termination protection; turn it off in CloudFormation"
        " first"
    )


def test_a_stack_of_another_app_with_the_same_name_is_left_alone(call: Run, aws: Aws, own: Config) -> None:
    api = aws.client("cloudformation", region=REGION)
    topic = '{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}'
    api.create_stack(StackName="anna-DeployProd-GlueAppStack", TemplateBody=topic)
    code, _, err = call("destroy", "--profile", "dev", "--stage", "prod", "--yes", "--confirm", "prod")
    api.delete_stack(StackName="anna-DeployProd-GlueAppStack")
    assert (code, err) == (
        1,
        "nothing was deleted: prod: anna-DeployProd-GlueAppStack is not of this template: it has no log group"
        " /aws-glue/jobs/anna-prod/…",
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["destroy", "--profile", "dev"],
            "PROFILE=dev reaches AWS account 222222222222; the pipeline is in 111111111111: name a profile of that"
            " account with PROFILE=, or delete one stage of this account: STAGE=dev",
        ),
        (
            ["destroy", "--profile", "prod", "--stage", "dev"],
            "PROFILE=prod reaches AWS account 333333333333; dev is in 222222222222, and the pipeline in 111111111111:"
            " name a profile of one of them with PROFILE=",
        ),
        (["destroy", "--profile", "dev", "--stage", "test"], "c.yaml has no stage 'test'; it has: dev, prod"),
        ([*DESTROY, "--all"], "ALL=1 is about the pipeline's buckets and logs; leave out STAGE, or ALL"),
        (
            [*DESTROY, "--yes", "--skip", "dev"],
            "SKIP is about the stages of a whole copy, and STAGE is one; leave out one of them",
        ),
        (
            ["destroy", "--profile", "dev", "--stage", "test prod"],
            "c.yaml has no stage 'test prod'; it has: dev, prod",
        ),
        (
            ["destroy", "--profile", "reader", "--stage", "dev", "--yes"],
            "nothing was deleted: dev: the stacks: access denied: arn:aws:iam::222222222222:user/reader may not"
            " cloudformation:DescribeStacks",
        ),
        (
            ["sandbox", "--profile", "dev", "--stage", "dev", "--yes"],
            "nothing was deleted: anna-DeployDev-GlueAppStack was not deployed by make sandbox; make destroy deletes"
            " what a pipeline has deployed",
        ),
        (["remove"], "'remove' is not a command; it is one of: destroy, sandbox"),
    ],
)
def test_what_cannot_be_deleted_is_one_line(call: Run, deployed: Config, arguments: list[str], said: str) -> None:
    code, _, err = call(*arguments)
    assert code == 1
    assert err.startswith(said)
    assert "\n" not in err


def test_what_fails_on_the_way_is_told_with_what_is_still_there_and_goes_on_later(
    call: Run, aws: Aws, deployed: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(stack: Stack) -> None:
        raise RunError(f"{stack.name} could not be deleted (DELETE_FAILED):\n  Key: it is in use")

    with monkeypatch.context() as failing:
        failing.setattr(command, "delete_stack", refused)
        assert call(*DESTROY, "--yes")[2] == (
            "anna-DeployDev-GlueAppStack could not be deleted (DELETE_FAILED):\n  Key: it is in use\n"
            "still there: anna-DeployDev-GlueAppStack; make destroy goes on from here"
        )
    assert call(*DESTROY, "--yes")[0] == 0
    assert "anna-DeployDev-GlueAppStack" not in names(aws)


def test_ctrl_c_is_exit_code_130_and_says_what_goes_on(
    call: Run, deployed: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(stack: Stack) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "delete_stack", interrupted)
    code, _, err = call(*DESTROY, "--yes")
    assert (code, err) == (
        130,
        "\ninterrupted; CloudFormation may go on with the last stack: make destroy goes on later\n",
    )


def test_ctrl_c_at_a_question_says_that_nothing_was_deleted(
    call: Run, deployed: Config, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(question: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", interrupted)
    code, _, err = call(*DESTROY)
    assert (code, err) == (130, "\ninterrupted; nothing was deleted\n")
    assert "anna-DeployDev-GlueAppStack" in names(aws)


def test_a_stage_that_cannot_be_reached_stops_it_unless_it_is_skipped(
    call: Run, own: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = PROD.model_copy(update={"aws_region": REGION})
    stages = (own.stage("dev"), own.stage("prod").model_copy(update={"account": elsewhere}))
    home = DEV.model_copy(update={"aws_region": REGION})
    config = own.model_copy(update={"stages": stages, "pipeline_account": home})
    monkeypatch.setattr(command, "load_config", lambda path: config)
    _, _, err = call("destroy", "--profile", "dev", "--yes")
    assert err.startswith(
        "nothing was deleted: prod: AWS account 333333333333 in ap-south-1 cannot be reached: access denied:"
        " arn:aws:iam::222222222222:user/dev may not sts:AssumeRole"
    )
    assert err.endswith("; delete it with a profile of its account (make destroy STAGE=prod PROFILE=…), then the"
                        " others without it (SKIP=prod)")  # fmt: skip
    assert "\n" not in err
    code, out, err = call("destroy", "--profile", "dev", "--yes", "--skip", "prod")
    assert (code, err) == (0, "")
    assert "nothing of c.yaml is deployed\n" in out


class Scripted:
    """A caller whose describe_stacks answers come one after the other. It remembers the calls."""

    def __init__(self, *statuses: str) -> None:
        self.statuses, self.calls = list(statuses), list[str]()

    def call(self, service: str, operation: str, about: str = "", **parameters: Any) -> Any:
        self.calls.append(operation)
        if operation == "describe_stacks":
            status = self.statuses.pop(0)
            if status == "no answer":
                raise NoAnswerError("no answer")
            return {"Stacks": [{"StackStatus": status}]}
        return {}

    def pages(self, *given: Any, **parameters: Any) -> Iterator[Any]:
        for name, kind, status, reason in (
            ("Key", "AWS::KMS::Key", "DELETE_FAILED", "it is in use"),
            ("Stack", "AWS::CloudFormation::Stack", "DELETE_IN_PROGRESS", ""),
            ("Old", "AWS::KMS::Key", "DELETE_FAILED", "of an earlier try"),
        ):
            yield {
                "LogicalResourceId": name,
                "ResourceType": kind,
                "ResourceStatus": status,
                "ResourceStatusReason": reason,
            }


def stack_of(caller: Scripted) -> Stack:
    now = datetime.now(UTC)
    resources = (Resource("AWS::Glue::Job", "A-dev", kept=False),)
    return Stack("Stack", "arn:Stack", "CREATE_COMPLETE", now, False, False, resources, {}, caller)  # type: ignore[arg-type]


def test_a_stack_that_cannot_be_deleted_is_told_with_the_reasons_of_this_try() -> None:
    caller = Scripted("DELETE_IN_PROGRESS", "DELETE_FAILED")
    with pytest.raises(RunError) as error:
        delete_stack(stack_of(caller), sleep=lambda seconds: None)
    assert str(error.value) == "Stack could not be deleted (DELETE_FAILED):\n  Key: it is in use"


def test_a_lost_answer_does_not_end_the_waiting_but_many_do(capsys: pytest.CaptureFixture[str]) -> None:
    caller = Scripted("no answer", "DELETE_IN_PROGRESS", "no answer", "DELETE_COMPLETE")
    delete_stack(stack_of(caller), sleep=lambda seconds: None)
    assert caller.calls == ["delete_stack", *["describe_stacks"] * 4]
    assert capsys.readouterr().out.splitlines()[-1] == "  Stack is gone, after 0 s"
    with pytest.raises(NoAnswerError):
        delete_stack(stack_of(Scripted(*["no answer"] * 10)), sleep=lambda seconds: None)


def test_a_pipeline_is_stopped_before_its_build_stage(own: Config, capsys: pytest.CaptureFixture[str]) -> None:
    caller = Scripted()
    command._stop_pipeline(caller, own)  # type: ignore[arg-type]
    assert caller.calls == ["disable_stage_transition"]
    assert capsys.readouterr().out == "anna-GluePipeline is stopped before its stage Build\n"


def test_a_bucket_is_emptied_of_all_versions_and_deleted(aws: Aws, call: Run) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="artifacts")
    s3.put_bucket_versioning(Bucket="artifacts", VersioningConfiguration={"Status": "Enabled"})
    for _ in range(2):
        s3.put_object(Bucket="artifacts", Key="a", Body=b"1")
    s3.delete_object(Bucket="artifacts", Key="a")
    caller = Caller("dev", DEV.aws_region)
    delete_bucket(caller, "artifacts")
    assert "artifacts" not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    delete_bucket(caller, "artifacts")  # again is no error
