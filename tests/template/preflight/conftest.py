"""Accounts in which a deployment would work, in MiniStack with IAM enforced, and the profiles of their users."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.loaders
import botocore.session
import pytest

from aws_glue_cdk_baseline.config import PROJECT, load_config
from local.emulator import Emulator, emulator
from tests.apps import make_whole_app
from tests.configs import load
from tests.template.preflight.answers import Answers, answers
from tools import assembly
from tools.preflight import __main__ as command
from tools.preflight.quotas import DPUS, JOBS, RUNS, RUNS_OF_A_JOB
from tools.preflight.reader import READS

HOME, DEV, PROD = "111111111111", "222222222222", "333333333333"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
CONFIG = f"""\
pipelineAccount: {{awsAccountId: "{HOME}", awsRegion: us-east-1}}
devAccount: {{awsAccountId: "{DEV}", awsRegion: us-east-1}}
prodAccount: {{awsAccountId: "{PROD}", awsRegion: eu-west-1}}
source: {{codeCommit: etl, branch: develop}}
jobs:
  Clean:
    numberOfWorkers: 4
    connections: [orders-db]
dev:
  kmsKeys: {{clean-dev: KEY}}
  jobs:
    Clean:
      statements:
        - actions: [secretsmanager:GetSecretValue]
          resources: ["arn:aws:secretsmanager:us-east-1:{DEV}:secret:shop/dev-??????"]
          reason: the ARN ends with random characters
      inputLocation: s3://raw-dev/orders/
      outputLocation: s3://clean-dev/orders/
      inputDatabase: shop_dev
prod:
  jobs:
    Clean:
      inputLocation: s3://raw-prod/orders/
      outputLocation: s3://clean-prod/orders/
      inputDatabase: shop
"""
SCRIPT = """\
import sys
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path", "input_database"])
"""
PLACES = ((HOME, "us-east-1"), (HOME, "eu-west-1"), (DEV, "us-east-1"), (PROD, "eu-west-1"))
VERSION = "/cdk-bootstrap/hnb659fds/version"
Run = Callable[..., tuple[int, list[str], str]]


@dataclass(frozen=True)
class Aws:
    """The emulated AWS: clients of the administrators of its accounts, and the file of the profiles."""

    emulator: Emulator
    profiles: Path
    keys: dict[str, str]  # the KMS key of each account

    def client(self, service: str, account: str = DEV, region: str = "us-east-1") -> Any:
        keys = {"aws_access_key_id": account, "aws_secret_access_key": "emulated"}
        return boto3.Session(**keys, region_name=region).client(service, endpoint_url=self.emulator.url)


def role(name: str, *trusted: str, service: str = "") -> dict[str, Any]:
    principal = {"Service": service} if service else {"AWS": [f"arn:aws:iam::{account}:root" for account in trusted]}
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"Type": "AWS::IAM::Role", "Properties": {"RoleName": name, "AssumeRolePolicyDocument": document}}


def bootstrap(aws: Aws, account: str, region: str, *trusted: str) -> None:
    """Make what `cdk bootstrap` makes, as far as preflight looks at it, with the policies of bootstrap/."""
    end = f"{account}-{region}"
    resources = {
        "Version": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": VERSION, "Type": "String", "Value": "31"}},
        "Assets": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"cdk-hnb659fds-assets-{end}"}},
        "Deploy": role(f"cdk-hnb659fds-deploy-role-{end}", account, *trusted),
        "Publish": role(f"cdk-hnb659fds-file-publishing-role-{end}", account, *trusted),
        "Execute": role(f"cdk-hnb659fds-cfn-exec-role-{end}", service="cloudformation.amazonaws.com"),
    }
    api = aws.client("cloudformation", account, region)
    api.create_stack(
        StackName="CDKToolkit",
        TemplateBody=json.dumps({"Resources": resources}),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    api.get_waiter("stack_create_complete").wait(StackName="CDKToolkit", WaiterConfig={"Delay": 1})
    name = "deploy-pipeline-account" if account == HOME else "deploy-stage-account"
    iam, arn = aws.client("iam", account), f"arn:aws:iam::{account}:policy/{name}"
    if name not in [policy["PolicyName"] for policy in iam.list_policies(Scope="Local")["Policies"]]:
        text = (PROJECT / "bootstrap" / f"{name.removeprefix('deploy-')}.json").read_text(encoding="utf-8")
        iam.create_policy(PolicyName=name, PolicyDocument=text)
    iam.attach_role_policy(RoleName=f"cdk-hnb659fds-cfn-exec-role-{end}", PolicyArn=arn)


def make_data(aws: Aws, account: str, region: str, stage: str, database: str) -> str:
    """Make what the jobs of a stage name, and return the ARN of the key of the bucket with their output."""
    key = str(aws.client("kms", account, region).create_key()["KeyMetadata"]["Arn"])
    s3 = aws.client("s3", account, region)
    for bucket in (f"raw-{stage}", f"clean-{stage}"):
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **place)
    if stage == "dev":
        encrypt(s3, "clean-dev", key)
    glue = aws.client("glue", account, region)
    glue.create_database(DatabaseInput={"Name": database})
    properties = {"SECRET_ID": f"login/{stage}", "JDBC_CONNECTION_URL": "jdbc:postgresql://db:5432/shop"}
    connection = {"Name": "orders-db", "ConnectionType": "JDBC", "ConnectionProperties": properties}
    glue.create_connection(ConnectionInput=connection)
    for name in (f"shop/{stage}", f"login/{stage}"):
        aws.client("secretsmanager", account, region).create_secret(Name=name, SecretString="{}")
    return key


def encrypt(s3: Any, bucket: str, key: str) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})


def write_profiles(aws: Aws) -> None:
    """Make a user for each profile: administrators, users with the documented rights, and one without any."""
    documented = {"Effect": "Allow", "Action": sorted(filter(None, READS.values())), "Resource": "*"}
    users: list[tuple[str, str, dict[str, Any] | None]] = [
        *(("pipeline", HOME, None), ("dev", DEV, None), ("prod", PROD, None)),
        *(("reader", DEV, documented), ("pipeline-reader", HOME, documented)),
        *(("nobody", DEV, {}), ("pipeline-nobody", HOME, {}), ("stranger", "999999999999", None)),
    ]
    lines = []
    for name, account, statement in users:
        iam = aws.client("iam", account)
        iam.create_user(UserName=name)
        if statement is None:
            iam.attach_user_policy(UserName=name, PolicyArn=ADMINISTRATOR)
        elif statement:
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.put_user_policy(UserName=name, PolicyName="documented", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        lines += [f"[profile {name}]", f"aws_access_key_id = {key['AccessKeyId']}"]
        lines += [f"aws_secret_access_key = {key['SecretAccessKey']}"]
    aws.profiles.write_text("\n".join([*lines, ""]), encoding="utf-8")


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    folder = tmp_path_factory.mktemp("aws")
    settings = {"AUTH": "true", "REHEARSAL_KEEP": "1", "REHEARSAL_AUTHORITY": ""}
    settings |= {"REHEARSAL_RECORDS": str(folder), "REHEARSAL_LOGS": str(folder)}
    with emulator(folder, settings, module="rehearsal.ministack") as running:
        found = Aws(running, folder / "profiles", {})
        for account, region in PLACES:
            bootstrap(found, account, region, *([] if account == HOME else [HOME]))
        found.keys["dev"] = make_data(found, DEV, "us-east-1", "dev", "shop_dev")
        found.keys["prod"] = make_data(found, PROD, "eu-west-1", "prod", "shop")
        write_profiles(found)
        yield found


@pytest.fixture(scope="session")
def services() -> Callable[..., Any]:
    """One loader of the descriptions of AWS's services: a session of its own would read them again for each command."""
    return cache(botocore.loaders.create_loader)


@pytest.fixture(scope="session")
def others() -> Iterator[Answers]:
    with answers() as found:
        yield found


@pytest.fixture
def lacking_services(others: Answers) -> Answers:
    """What MiniStack lacks, as it is where a deployment would work."""
    quotas = {JOBS: 1000, RUNS: 50, RUNS_OF_A_JOB: 1000, DPUS: 300}
    others.say("ListServiceQuotas", Quotas=[{"QuotaCode": code, "Value": value} for code, value in quotas.items()])
    others.say("GetRepository", repositoryMetadata={"repositoryName": "etl"})
    others.say("GetBranch", branch={"branchName": "develop"})
    others.say(
        "GetConnection",
        Connection={"ConnectionName": "acme", "ConnectionStatus": "AVAILABLE", "ProviderType": "GitHub"},
    )
    others.called.clear()
    return others


@pytest.fixture(scope="session")
def config_file(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    load(folder, CONFIG.replace("KEY", aws.keys["dev"]), {"clean.py": SCRIPT})
    return folder / "c.yaml"


@pytest.fixture(scope="session")
def stacks(config_file: Path) -> list[assembly.Stack]:
    config = load_config(config_file, config_file.parent)
    return list(assembly.stacks(Path(make_whole_app(config).synth().directory)))


@pytest.fixture
def run(
    aws: Aws,
    config_file: Path,
    lacking_services: Answers,
    stacks: list[assembly.Stack],
    services: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Return a function that runs the command with a config: it returns the exit code, the lines and the errors."""
    for name, value in {**aws.emulator.environment(), **lacking_services.variables()}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(botocore.session, "create_loader", services)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(aws.profiles))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(aws.profiles) + "-none")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def called(*arguments: str, text: str = "", stacks: list[assembly.Stack] = stacks) -> tuple[int, list[str], str]:
        good = config_file.read_text(encoding="utf-8")
        try:
            config = load(config_file.parent, text.replace("KEY", aws.keys["dev"]) or good, {"clean.py": SCRIPT})
            monkeypatch.setattr(command, "load_config", lambda path: config)
            monkeypatch.setattr(command, "synthesized", lambda config: stacks)  # what a test changes is not in them
            code = command.main(["--config", str(config_file), *arguments])
        except SystemExit as ended:
            said = capsys.readouterr()
            return 1, said.out.splitlines(), said.err + str(ended.code)
        finally:
            config_file.write_text(good, encoding="utf-8")
        said = capsys.readouterr()
        return code, said.out.splitlines(), said.err

    return called
