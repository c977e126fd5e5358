"""IAM is tried out: every role of the deployed app makes calls that it may make, and calls that it may not."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from tests.configs import needs_the_examples
from tests.template.iam import attempts
from tests.template.iam.attempts import FOREIGN, Attempt
from tests.template.iam.deployed import Deployed, Role, deployed

pytestmark = pytest.mark.slow
DEV, PROD, HOME = "DeployDev-GlueAppStack", "DeployProd-GlueAppStack", "PipelineStack"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed(tmp_path_factory.mktemp("cloud")) as running:
        place = running.stacks[DEV].environment
        s3 = running.cloud.sessions.user(place.account, place.region).client("s3")
        s3.create_bucket(Bucket=FOREIGN)
        s3.put_object(Bucket=FOREIGN, Key="x", Body=b"secret")
        yield running


def all_roles(app: Deployed) -> list[Role]:
    return [role for stack in (HOME, DEV, PROD) for role in app.roles(stack)]


def build_role(app: Deployed, part_of_id: str) -> Role:
    return next(
        role for role in app.roles(HOME) if part_of_id in role.logical_id and role.service == "codebuild.amazonaws.com"
    )


def everything(app: Deployed) -> Iterator[Attempt]:
    roles = all_roles(app)
    tester, synth = build_role(app, "IntegrationTest"), build_role(app, "CdkSynth")
    test_role = next(role.arn for role in roles if role.arn.endswith(":role/glue-test-dev"))
    for stack in (DEV, PROD):
        yield from attempts.job_attempts(app, stack)
    yield from attempts.test_role_attempts(app, DEV, tester)
    yield from attempts.builder_attempts(app, tester, "the build of the integration test", {test_role}, roles)
    yield from attempts.builder_attempts(app, synth, "the build of the synth", set(), roles)
    for stack in (HOME, DEV):
        yield from attempts.outsider_attempts(app, app.stacks[stack].environment.account, roles)


def test_every_attempt_ends_as_it_should(app: Deployed) -> None:
    made = [(attempt, attempt.was_allowed()) for attempt in everything(app)]
    wrong = [f"{one.who} {one.what}: {'allowed' if was else 'denied'}" for one, was in made if was != one.allowed]
    counts = Counter("allowed" if was else "denied" for _, was in made)
    print(f"{len(made)} attempts: {counts['allowed']} allowed, {counts['denied']} denied, {len(wrong)} unexpectedly")
    assert wrong == []
    assert len(made) >= 40
    assert min(counts.values()) >= 10


# What docs/operate.md says that the commands on the deployed jobs need.
OPERATOR = [
    *("glue:GetJob", "glue:GetJobRun", "glue:GetJobRuns", "glue:StartJobRun", "logs:FilterLogEvents"),
    *("cloudformation:GetTemplate", "cloudformation:ListStackResources", "logs:DescribeLogGroups"),
    *("iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"),
]


@needs_the_examples
def test_a_user_with_the_documented_rights_starts_a_job_and_sees_its_log_its_status_and_its_drift(
    app: Deployed,
) -> None:
    place = app.stacks[DEV].environment
    iam = app.cloud.sessions.user(place.account, place.region).client("iam")
    iam.create_user(UserName="operator")
    statement = {"Effect": "Allow", "Action": OPERATOR, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="operator", PolicyName="operate", PolicyDocument=document)
    key = iam.create_access_key(UserName="operator")["AccessKey"]
    keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    def run(*arguments: str) -> tuple[int, list[str]]:
        command = [sys.executable, "-m", "tools.stage_jobs", *arguments]
        environment = app.cloud.environment() | keys
        result = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
        assert result.stderr == ""
        return result.returncode, result.stdout.splitlines()

    code, started = run("start", "ProcessLegislators")
    assert code == 0
    assert started[-1].startswith("ProcessLegislators-dev SUCCEEDED after ")
    code, log = run("logs", "ProcessLegislators")
    assert code == 0
    assert {"root", "1961"} <= set(log)
    code, table = run("status", "ProcessLegislators")
    assert (code, table[2].split()[:2]) == (0, ["ProcessLegislators", "SUCCEEDED"])
    assert run("cost")[0] == 0
    # The rehearsal acts for AWS's services: it has added itself to the trust policies of their roles, by hand.
    code, drift = run("drift")
    assert [line for line in drift[1:-2] if not line.endswith("(its trust policy was changed)")] == []
    assert code == 1
