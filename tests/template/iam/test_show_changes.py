"""IAM is tried out for `approval: changes`: what the roles of the build and of the stage may do, and what not."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import aws_cdk as core
import pytest
from aws_cdk.assertions import Template

from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack
from rehearsal.aws.cloud import Cloud, cloud
from rehearsal.aws.sessions import Session
from rehearsal.ministack.codepipeline import ended_actions
from tests.apps import make_app
from tests.configs import PIPELINE, PROD, make_job, make_stage
from tests.template.iam.attempts import FOREIGN, Attempt, read, write
from tests.template.stacks.test_pipeline_stack import Synthesized
from tests.template.stacks.test_show_changes import SHOWS, own_statements

STACK, OTHER = "DeployProd-GlueAppStack", "DeployProd-GlueAppStackOther"
BUILD, STAGE = "glue-show-changes-prod", "glue-diff-prod"
ROLE = f"arn:aws:iam::{PROD.aws_account_id}:role/{STAGE}"
TRUST = {"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}
ASSUME = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}


class Roles:
    """The deployed stack of a stage, and the build's role in the pipeline's account, beside another one."""

    def __init__(self, running: Cloud, folder: Path) -> None:
        self._cloud = running
        self.script = self._deploy(folder)
        shows = Synthesized(folder, prod=PROD, stages={**SHOWS, "prod": {**SHOWS["prod"], "account": PROD}})
        self.build = self._role(BUILD, own_statements(shows))
        self.other = self._role("other-build", [ASSUME])

    def _deploy(self, folder: Path) -> tuple[str, str]:
        """Deploy the stage's stack, and return bucket and key of its script."""
        stage = make_stage(make_job(folder), name="prod", account=PROD)
        place = core.Environment(account=PROD.aws_account_id, region=PROD.aws_region)
        stack = GlueAppStack(make_app(), STACK, stage=stage, shown_to=PIPELINE, env=place)
        template = Template.from_stack(stack).to_json()
        owner = self._cloud.sessions.user(PROD.aws_account_id, PROD.aws_region)
        owner.client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String")
        api = owner.client("cloudformation")
        for name, body in ((STACK, template), (OTHER, {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}})):
            api.create_stack(StackName=name, TemplateBody=json.dumps(body), Capabilities=["CAPABILITY_NAMED_IAM"])
            api.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
        (job,) = [item["Properties"] for item in template["Resources"].values() if item["Type"] == "AWS::Glue::Job"]
        bucket, _, key = job["Command"]["ScriptLocation"].removeprefix("s3://").partition("/")
        s3 = owner.client("s3")
        for name, found in ((bucket, (key, "other.py", "other.zip")), (FOREIGN, ("x",))):
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": PROD.aws_region})
            for each in found:
                s3.put_object(Bucket=name, Key=each, Body=b"text")
        return bucket, key

    def _role(self, name: str, statements: list[dict[str, Any]]) -> Session:
        iam = self._cloud.sessions.user(PIPELINE.aws_account_id).client("iam")
        trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName="Own", PolicyDocument=document)
        return self._cloud.sessions.as_service(arn, "codebuild.amazonaws.com", "attempt", PIPELINE.aws_region)

    def assume(self, role: str, caller: Session) -> Session:
        return self._cloud.sessions.assume(role, caller, "attempt", PROD.aws_region)

    def administrator(self, account: str) -> Session:
        return self._cloud.sessions.user(account)


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roles]:
    folder = tmp_path_factory.mktemp("cloud")
    with cloud(folder) as running:
        running.emulator.wait_until_ready()
        yield Roles(running, folder)


def attempts(roles: Roles) -> Iterator[Attempt]:
    by = "the build"
    yield Attempt(by, "assumes the stage's role", True, partial(roles.assume, ROLE, roles.build))
    test_role = ROLE.replace("diff", "test")
    yield Attempt(by, "assumes the test's role", False, partial(roles.assume, test_role, roles.build))
    pipeline = roles.build.client("codepipeline")
    yield Attempt(by, "asks about its pipeline", True, partial(state, pipeline, "GluePipeline"))
    yield Attempt(by, "asks about another one", False, partial(state, pipeline, "OtherPipeline"))
    yield Attempt(by, "reads data", False, read(roles.build.client("s3"), FOREIGN, "x"))
    for who, caller in (
        ("another build", roles.other),
        ("an administrator", roles.administrator(PIPELINE.aws_account_id)),
    ):
        yield Attempt(who, "assumes the stage's role", False, partial(roles.assume, ROLE, caller))
    by, session = "the stage's role", roles.assume(ROLE, roles.build)
    stacks, s3, glue, iam = map(session.client, ("cloudformation", "s3", "glue", "iam"))
    for name, may in ((STACK, True), (OTHER, False)):
        yield Attempt(by, f"reads the template of {name}", may, partial(stacks.get_template, StackName=name))
        yield Attempt(by, f"describes {name}", may, partial(stacks.describe_stacks, StackName=name))
    yield Attempt(by, "deletes its stack", False, partial(stacks.delete_stack, StackName=STACK))
    yield Attempt(by, "lists the resources of its stack", False, partial(stacks.list_stack_resources, StackName=STACK))
    bucket, key = roles.script
    yield Attempt(by, "reads the script of a job", True, read(s3, bucket, key))
    yield Attempt(by, "changes the script of a job", False, write(s3, bucket, key))
    for other in ("other.py", "other.zip"):
        yield Attempt(by, f"reads {other} of another app", False, read(s3, bucket, other))
    yield Attempt(by, "lists the bucket of the assets", False, partial(s3.list_objects_v2, Bucket=bucket))
    yield Attempt(by, "reads data", False, read(s3, FOREIGN, "x"))
    yield Attempt(by, "starts a job", False, partial(glue.start_job_run, JobName="Show-prod"))
    yield Attempt(by, "lists roles", False, iam.list_roles)


def state(api: Any, name: str) -> None:
    """Ask for the state of a pipeline. That it does not exist means that the call was allowed."""
    try:
        api.get_pipeline_state(name=name)
    except api.exceptions.PipelineNotFoundException:
        return


def test_every_attempt_ends_as_it_should(roles: Roles) -> None:
    made = [(attempt, attempt.was_allowed()) for attempt in attempts(roles)]
    wrong = [f"{one.who} {one.what}: {'allowed' if was else 'denied'}" for one, was in made if was != one.allowed]
    assert wrong == []
    assert [was for _, was in made].count(True) == 5


def test_the_record_of_actions_has_how_each_ended_the_last_time(tmp_path: Path) -> None:
    file = tmp_path / "actions.jsonl"
    assert ended_actions(file) == {}
    lines = [{"stage": "DeployProd", "action": "Deploy", "outcome": outcome} for outcome in ("failed", "succeeded")]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert ended_actions(file) == {("DeployProd", "Deploy"): "succeeded"}
