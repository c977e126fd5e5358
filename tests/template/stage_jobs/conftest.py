"""Jobs deployed to MiniStack, IAM enforced, and the AWS profiles of users with and without rights."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as core
import boto3
import pytest
from aws_cdk.assertions import Template

from aws_glue_cdk_baseline.config import Config, Job
from aws_glue_cdk_baseline.glue_app_stage import GlueAppStage
from local.emulator import Emulator, emulator
from tests.apps import make_app
from tests.configs import DEV, PROD, make_config, make_job
from tools.stage_jobs import __main__ as command

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
# The user of each profile: its account, and what it may do.
USERS = (
    ("dev", DEV, ADMINISTRATOR),
    ("prod", PROD, ADMINISTRATOR),
    ("nobody", DEV, ""),
    ("reader", DEV, "glue:GetJob*"),
)
# How each job runs in the emulator: tests/template/scale/emulated_jobs.py reads these arguments.
JOBS = {
    "Quick": {"--seconds": "1", "--input_path": "s3://data/in/"},
    "Broken": {"--seconds": "0", "--end": "FAILED", "--message": "ValueError: no column\n  order_id"},
    "Slow": {"--seconds": "20"},
    "Idle": {},
}


@dataclass(frozen=True)
class Aws:
    """The emulated AWS: a client of an account's administrator by service, and the file of the profiles."""

    emulator: Emulator
    profiles: Path

    def client(self, service: str, account: str = DEV.aws_account_id, region: str = DEV.aws_region) -> Any:
        keys = {"aws_access_key_id": account, "aws_secret_access_key": "emulated"}
        return boto3.Session(**keys, region_name=region).client(service, endpoint_url=self.emulator.url)


def make_jobs(folder: Path) -> tuple[Job, ...]:
    settings: dict[str, dict[str, object]] = {
        "Broken": {"security_configuration": "ours"},
        "Idle": {"queuing": True, "max_concurrent_runs": 3, "max_duration_minutes": 20, "execution_class": "STANDARD"},
    }
    return tuple(
        make_job(folder, name, arguments=arguments, timeout_minutes=30, **settings.get(name, {}))
        for name, arguments in JOBS.items()
    )


def write_profiles(aws: Aws) -> None:
    """Make a user for each profile of USERS, and profiles that serve nobody."""
    lines = [
        *("[profile unknown]", "aws_access_key_id = AKNOBODY", "aws_secret_access_key = x"),
        *("[profile sso]", "sso_start_url = https://x.awsapps.com/start", "sso_region = us-east-1"),
        *("sso_account_id = 222222222222", "sso_role_name = reader"),
    ]
    for name, account, policy in USERS:
        iam = aws.client("iam", account.aws_account_id)
        iam.create_user(UserName=name)
        if policy.startswith("arn:"):
            iam.attach_user_policy(UserName=name, PolicyArn=policy)
        elif policy:
            statement = {"Effect": "Allow", "Action": policy, "Resource": "*"}
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.put_user_policy(UserName=name, PolicyName="some", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        lines += [f"[profile {name}]", f"aws_access_key_id = {key['AccessKeyId']}"]
        lines += [f"aws_secret_access_key = {key['SecretAccessKey']}"]
    aws.profiles.write_text("\n".join([*lines, ""]), encoding="utf-8")


def deploy(aws: Aws, config: Config, stage: str) -> None:
    """Create the stacks of a stage, in their order."""
    found = config.stage(stage)
    account, region = found.account.aws_account_id, found.account.aws_region
    env = core.Environment(account=account, region=region)
    name, tester = found.names.pipeline_stage, config.pipeline_account
    built = GlueAppStage(make_app(), name, stage=found, tested_by=tester, env=env)
    ssm = aws.client("ssm", account, region)
    ssm.put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String", Overwrite=True)
    api = aws.client("cloudformation", account, region)
    for stack in (child for child in built.node.children if isinstance(child, core.Stack)):
        template = json.dumps(Template.from_stack(stack).to_json())
        api.create_stack(StackName=stack.stack_name, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"])
        api.get_waiter("stack_create_complete").wait(StackName=stack.stack_name, WaiterConfig={"Delay": 1})


def outcome(
    main: Callable[[list[str]], int], arguments: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    """Run the `main` of a command and return its exit code, stdout and stderr."""
    try:
        code = main(list(arguments))
    except SystemExit as ended:
        said = capsys.readouterr()
        return 1, said.out, said.err + str(ended.code)
    said = capsys.readouterr()
    return code, said.out, said.err


def copy_in(config: Config, region: str, **values: object) -> Config:
    """Return the config with the prefix anna, its stages in a Region of dev's account. Prod has an approval."""
    place = DEV.model_copy(update={"aws_region": region})
    stages = tuple(
        stage.model_copy(update={"name_prefix": "anna", "account": place, "approval": stage.name == "prod"})
        for stage in config.stages
    )
    return config.model_copy(update={"name_prefix": "anna", "stages": stages, **values})


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    return make_config(make_jobs(tmp_path_factory.mktemp("scripts")))


@pytest.fixture(scope="session")
def aws(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    folder = tmp_path_factory.mktemp("aws")
    module = "tests.template.scale.emulated_jobs"
    with emulator(folder, {"AUTH": "true", "REHEARSAL_RECORDS": str(folder)}, module=module) as running:
        found = Aws(running, folder / "profiles")
        write_profiles(found)
        deploy(found, config, "dev")
        yield found


@pytest.fixture
def run(
    aws: Aws, config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs a command: it returns the exit code, stdout and stderr."""
    for name, value in aws.emulator.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(aws.profiles))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(aws.profiles) + "-none")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(command, "load_config", lambda path: config)

    def called(*arguments: str) -> tuple[int, str, str]:
        return outcome(command.main, arguments, capsys)

    return called
