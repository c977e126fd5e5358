"""IAM is tried out: every role of the deployed app makes calls that it may make, and calls that it may not."""

from collections import Counter
from collections.abc import Iterator

import pytest

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
