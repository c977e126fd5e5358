"""`make sandbox`: what it refuses, what it asks, and the commands of the CDK that it runs.

tests/template/rehearsal/test_copies.py deploys one.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from aws_glue_cdk_baseline.config import Config
from tests.template.stage_jobs.conftest import Aws, copy_in, deploy, outcome
from tools import sandbox

REGION = "ap-south-2"  # of this module alone
Run = Callable[..., tuple[int, str, str]]
DEPLOY = ("--profile", "dev", "--stage", "dev", "--config", "mine.yaml")


@pytest.fixture
def own(aws: Aws, config: Config) -> Config:
    ssm = aws.client("ssm", region=REGION)
    ssm.put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String", Overwrite=True)
    return copy_in(config, REGION, file="mine.yaml")


@pytest.fixture
def cdk() -> list[tuple[str, ...]]:
    """The commands of the CDK that were run."""
    return []


@pytest.fixture
def call(
    run: Run,
    own: Config,
    cdk: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Return a function that runs `make sandbox` without the CDK. `run` has set up the profiles."""
    monkeypatch.setattr(sandbox, "load_config", lambda path: own)

    def noted(*arguments: str) -> int:
        cdk.append(arguments)
        return 0

    monkeypatch.setattr(sandbox, "_cdk", noted)

    def called(*arguments: str) -> tuple[int, str, str]:
        return outcome(sandbox.main, arguments, capsys)

    return called


def test_it_says_what_and_whose_deploys_one_stage_and_prints_the_next_commands(
    call: Run, cdk: list[tuple[str, ...]]
) -> None:
    code, out, err = call(*DEPLOY, "--yes")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "dev: AWS account 222222222222 in ap-south-2, as arn:aws:iam::222222222222:user/dev",
        "creates anna-DeployDev-GlueAppStack, a sandbox: anna-Quick-dev, anna-Broken-dev, anna-Slow-dev, anna-Idle-dev",
        "They name no output",
        "Its jobs start only when you start them: no schedule, no integration test, no pipeline.",
        "anna-DeployDev-GlueAppStack is deployed. Next:",
        "  make start JOB=Quick STAGE=dev CONFIG=mine.yaml PROFILE=dev",
        "  make status STAGE=dev CONFIG=mine.yaml PROFILE=dev",
        "  make sandbox-destroy STAGE=dev CONFIG=mine.yaml PROFILE=dev",
    ]
    synth, deployed = cdk
    assert synth[:2] == ("synth", "--quiet")
    assert synth[-4:] == ("--context", "config=mine.yaml", "--context", "sandbox=dev")
    assert deployed[:2] == ("--app", synth[3])
    assert deployed[2:] == (
        *("deploy", "DeployDev/*", "--require-approval", "never", "--progress", "events", "--profile", "dev"),
    )


def test_without_a_prefix_it_is_refused(
    call: Run, own: Config, cdk: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "load_config", lambda path: own.model_copy(update={"name_prefix": ""}))
    code, _, err = call(*DEPLOY, "--yes")
    assert (code, cdk) == (1, [])
    assert err.startswith("nothing was deployed: mine.yaml has no namePrefix, so this would be the stage that its")


def test_a_stage_with_an_approval_is_refused_unless_it_is_named(call: Run, cdk: list[tuple[str, ...]]) -> None:
    prod = ("--profile", "dev", "--stage", "prod", "--config", "mine.yaml", "--yes")
    assert call(*prod)[2] == "nothing was deployed: prod has an approval; without a terminal, give CONFIRM=prod"
    assert [command[0] for command in cdk] == ["synth"]
    assert call(*prod, "--confirm", "prod")[0] == 0


def test_without_a_terminal_it_needs_yes(call: Run, cdk: list[tuple[str, ...]]) -> None:
    assert call(*DEPLOY)[2] == "nothing was deployed: it asks first; without a terminal, give YES=1"
    assert [command[0] for command in cdk] == ["synth"]


def test_what_a_pipeline_has_deployed_is_not_overwritten(
    call: Run, own: Config, aws: Aws, cdk: list[tuple[str, ...]]
) -> None:
    deploy(aws, own, "dev")
    code, _, err = call(*DEPLOY, "--yes")
    api = aws.client("cloudformation", region=REGION)
    api.delete_stack(StackName="anna-DeployDev-GlueAppStack")
    api.get_waiter("stack_delete_complete").wait(
        StackName="anna-DeployDev-GlueAppStack", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    assert (code, cdk) == (1, [])
    assert err == (
        "nothing was deployed: anna-DeployDev-GlueAppStack is there already, deployed by a pipeline; a sandbox needs"
        " another namePrefix"
    )


def test_an_account_without_bootstrap_is_one_line(call: Run, aws: Aws, cdk: list[tuple[str, ...]]) -> None:
    aws.client("ssm", region=REGION).delete_parameter(Name="/cdk-bootstrap/hnb659fds/version")
    assert call(*DEPLOY, "--yes")[2] == (
        "nothing was deployed: aws://222222222222/ap-south-2 is not bootstrapped for the CDK; docs/operate.md#bootstrap"
        " has the commands"
    )
    assert cdk == []


def test_a_failure_of_the_cdk_is_an_exit_code_and_one_line(call: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_cdk", lambda *arguments: 0 if arguments[0] == "synth" else 3)
    code, _, err = call(*DEPLOY, "--yes")
    assert (code, err) == (1, "cdk deploy ended with exit code 3; make sandbox again goes on from what is there")
    monkeypatch.setattr(sandbox, "_cdk", lambda *arguments: 1)
    assert call(*DEPLOY, "--yes")[2] == "nothing was deployed: the synth failed"


def test_ctrl_c_while_the_cdk_deploys_is_exit_code_130_and_says_what_goes_on(
    call: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: str) -> int:
        if arguments[0] == "synth":
            return 0
        raise KeyboardInterrupt

    monkeypatch.setattr(sandbox, "_cdk", interrupted)
    code, _, err = call(*DEPLOY, "--yes")
    assert code == 130
    assert err == "\ninterrupted; if CloudFormation has begun, it goes on: make sandbox again shows it\n"
