"""Two copies of the template side by side in the same accounts and Regions, and a developer's sandbox. Slow."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aws_glue_cdk_baseline.config import PROJECT
from rehearsal.aws.cloud import Cloud, cloud
from rehearsal.aws.sessions import Session
from rehearsal.laptop import Laptop
from rehearsal.report import Console
from tools import assembly

pytestmark = pytest.mark.slow

ACCOUNT, REGION = "111111111111", "us-east-1"
PROD, ELSEWHERE = "333333333333", "eu-west-1"
PLACES = ((ACCOUNT, REGION), (ACCOUNT, ELSEWHERE), (PROD, ELSEWHERE))
# The rights that docs/operate.md names.
DEPLOY = {"Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/cdk-*"}
CLEAN_UP = {
    "Action": [
        *("codepipeline:DisableStageTransition", "logs:DescribeLogGroups", "logs:DeleteLogGroup"),
        *("s3:ListAllMyBuckets", "s3:GetBucketLocation", "s3:ListBucketVersions"),
        *("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:DeleteBucket"),
    ],
    "Resource": "*",
}
SCRIPT = "process_legislators.py"
CONFIG = f"""\
{{prefix}}
pipelineAccount: {{{{awsAccountId: "{ACCOUNT}", awsRegion: {REGION}}}}}
devAccount: {{{{awsAccountId: "{ACCOUNT}", awsRegion: {REGION}}}}}
prodAccount: {{{{awsAccountId: "{PROD}", awsRegion: {ELSEWHERE}}}}}
jobs: {{{{Clean: {{{{script: {SCRIPT}, numberOfWorkers: {{workers}}}}}}}}}}
dev: {{{{jobs: {{{{Clean: {{{{inputLocation: "s3://shop/orders/"}}}}}}}}}}}}
prod: {{{{jobs: {{{{Clean: {{{{inputLocation: "s3://shop/orders/"}}}}}}}}}}}}
"""


@dataclass
class Copies:
    """The emulated account. `laptop` deploys to it; `plain` names what the copy without a prefix has there."""

    cloud: Cloud
    laptop: Laptop
    folder: Path
    plain: frozenset[str] = frozenset()

    @property
    def owner(self) -> Session:
        return self.cloud.sessions.user(ACCOUNT, REGION)

    def config(self, prefix: str, workers: int = 2) -> str:
        file = self.folder / f"{prefix or 'plain'}.yaml"
        file.write_text(CONFIG.format(prefix=f"namePrefix: {prefix}" if prefix else "", workers=workers))
        return str(file)

    def deploy(self, prefix: str, workers: int = 2) -> None:
        """Deploy the pipeline of a copy, and its stages as the pipeline does."""
        self.laptop.deploy_pipeline(PROJECT, self.config(prefix, workers))
        stages = [stack for stack in assembly.stacks(self.laptop.assembly) if stack.staged]
        command = ["cdk", "--app", str(self.laptop.assembly), "deploy", *(stack.id for stack in stages)]
        log = self.cloud.log(f"stages-{prefix}")
        code = self.cloud.run([*command, "--require-approval", "never"], log=log, session=self.owner, cwd=PROJECT)
        assert code == 0, log.read_text(encoding="utf-8")

    def user(self, name: str, rights: list[dict[str, Any]]) -> dict[str, str]:
        """Make a user of the account with these rights, and return the variables of a command that it runs."""
        iam = self.owner.client("iam")
        iam.create_user(UserName=name)
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **right} for right in rights]}
        iam.put_user_policy(UserName=name, PolicyName="documented", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        return self.cloud.environment() | keys | {"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}

    def run(self, user: dict[str, str], module: str, prefix: str, *arguments: str) -> tuple[int, str]:
        """Run a command of tools/ for a copy."""
        command = [sys.executable, "-m", *module.split(), "--config", self.config(prefix), *arguments]
        done = subprocess.run(command, cwd=PROJECT, env=user, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def everything(self) -> dict[str, Any]:
        """Return all that is in the accounts: stacks with their resources, jobs, roles with policies, log groups."""
        found: dict[str, Any] = {}
        for account, region in PLACES:
            client = self.cloud.sessions.user(account, region).client
            stacks = client("cloudformation")
            for stack in stacks.describe_stacks()["Stacks"]:
                resources = stacks.list_stack_resources(StackName=stack["StackName"])["StackResourceSummaries"]
                found[f"{account} {region} stack {stack['StackName']}"] = [stack["StackStatus"], resources]
            for job in client("glue").get_jobs()["Jobs"]:
                found[f"{account} {region} job {job['Name']}"] = job
            for group in client("logs").describe_log_groups()["logGroups"]:
                found[f"{account} {region} log group {group['logGroupName']}"] = group
            builds = client("codebuild")
            for project in builds.list_projects()["projects"]:
                found[f"{account} {region} project {project}"] = builds.batch_get_projects(names=[project])["projects"]
            for alias in client("kms").list_aliases()["Aliases"]:
                found[f"{account} {region} alias {alias['AliasName']}"] = alias
            for rule in client("events").list_rules()["Rules"]:
                found[f"{account} {region} rule {rule['Name']}"] = rule
        for account in (ACCOUNT, PROD):
            client = self.cloud.sessions.user(account).client
            iam = client("iam")
            for role in iam.list_roles()["Roles"]:
                names = iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
                policies = [iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name) for name in names]
                found[f"{account} role {role['RoleName']}"] = [role, [policy["PolicyDocument"] for policy in policies]]
            for bucket in client("s3").list_buckets()["Buckets"]:
                found[f"{account} bucket {bucket['Name']}"] = bucket["CreationDate"]
        for record in self.cloud.records.glob("*.json"):
            found[f"record {record.name}"] = record.read_text(encoding="utf-8")
        return json.loads(json.dumps(found, default=str))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    """Two copies: one without a prefix, and one with the prefix orders."""
    folder = tmp_path_factory.mktemp("cloud")
    with cloud(folder) as running:
        made = Copies(running, Laptop(PROJECT, running, Console()), tmp_path_factory.mktemp("configs"))
        made.deploy("")
        made.plain = frozenset(made.everything())
        made.deploy("orders")
        yield made


def test_the_test_role_of_a_copy_starts_its_own_jobs_and_no_others(copies: Copies) -> None:
    sessions, jobs = copies.cloud.sessions, {"": "Clean-dev", "orders-": "orders-Clean-dev"}
    for prefix, own in jobs.items():
        build = sessions.as_service(
            f"arn:aws:iam::{ACCOUNT}:role/{prefix}glue-integration-test-dev", "codebuild.amazonaws.com", "build", REGION
        )
        role = sessions.assume(f"arn:aws:iam::{ACCOUNT}:role/{prefix}glue-test-dev", build, "test", REGION)
        for name in jobs.values():
            refused = None
            try:
                role.client("glue").get_job_runs(JobName=name)
                role.client("glue").batch_stop_job_run(JobName=name, JobRunIds=["none"])
            except ClientError as error:
                refused = error.response["Error"]["Code"]
            assert (refused is None) == (name == own), (prefix, name, refused)
            if name != own:
                with pytest.raises(ClientError, match="AccessDenied"):
                    role.client("glue").start_job_run(JobName=name)
        for other in set(jobs) - {prefix}:
            with pytest.raises(ClientError, match="AccessDenied"):
                sessions.assume(f"arn:aws:iam::{ACCOUNT}:role/{other}glue-test-dev", build, "test", REGION)


def test_a_sandbox_is_deployed_and_removed_and_the_copies_are_as_before(copies: Copies) -> None:
    anna = copies.user("anna", [DEPLOY, {"Action": "glue:GetJob*", "Resource": "*"}])
    before = copies.everything()
    code, output = copies.run(anna, "tools.sandbox", "anna", "--stage", "dev", "--yes")
    assert code == 0, output
    new = copies.everything()
    assert {name for name in new if name not in before and "anna" not in name and "sandbox" not in name} == set()
    assert {name: new[name] for name in before} == before
    job = new[f"{ACCOUNT} {REGION} job anna-Clean-dev"]
    assert job["NumberOfWorkers"] == 2
    assert not any("anna-glue-test" in name or "anna-DeployProd" in name for name in new)
    code, output = copies.run(anna, "tools.stage_jobs status", "anna")
    assert (code, "Clean  never run" in output) == (0, True), output
    code, output = copies.run(anna, "tools.sandbox", "orders", "--stage", "dev", "--yes")
    assert (code, "orders-DeployDev-GlueAppStack is there already" in output) == (1, True), output
    code, output = copies.run(anna, "tools.teardown sandbox", "anna", "--stage", "dev", "--yes")
    assert code == 0, output
    assert copies.everything() == before


def test_a_copy_is_changed_and_destroyed_and_the_other_is_as_before(copies: Copies) -> None:
    before = copies.everything()
    plain = {name: before[name] for name in copies.plain}
    assert len(before) > len(plain) + 25
    copies.deploy("orders", workers=3)
    changed = copies.everything()
    assert changed[f"{ACCOUNT} {REGION} job orders-Clean-dev"]["NumberOfWorkers"] == 3
    assert {name: changed[name] for name in copies.plain} == plain
    leaving = copies.user("leaving", [DEPLOY, CLEAN_UP])
    code, output = copies.run(leaving, "tools.teardown destroy", "orders", "--yes", "--all", "--confirm", "prod")
    assert code == 0, output
    assert "orders-GluePipeline is stopped before its stage Build\n" in output
    assert re.findall(r"^  (\S+) is gone", output, re.MULTILINE)[:4] == [
        "orders-DeployProd-GlueAppStack",
        "orders-DeployDev-GlueAppStack",
        "orders-PipelineStack",
        "orders-PipelineStack-support-eu-west-1",
    ]
    assert copies.everything() == plain
    code, output = copies.run(leaving, "tools.teardown destroy", "orders", "--yes", "--all", "--confirm", "prod")
    assert (code, "nothing of " in output) == (0, True), output
