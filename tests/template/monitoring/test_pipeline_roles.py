"""IAM is tried out for what tells of the pipeline: its function's role, and the role of its chat channels."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from aws_cdk import Stack
from constructs import Construct

from aws_glue_cdk_baseline.config.names import Names
from aws_glue_cdk_baseline.monitoring.pipeline_messages import PipelineMessages
from rehearsal.aws.cloud import Cloud, cloud
from tests.configs import PIPELINE, make_recipients
from tests.template.iam.attempts import Attempt
from tests.template.monitoring.deployed_stage import deploy_stack
from tools.execution_policy import lacking

NAME = "glue-notifications-pipeline"
ROLE = f"arn:aws:iam::{PIPELINE.aws_account_id}:role/{NAME}"
TOPIC = f"arn:aws:sns:{PIPELINE.aws_region}:{PIPELINE.aws_account_id}:{NAME}"


class Messages(Stack):
    """The part of the pipeline's stack that tells."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        PipelineMessages(
            self, "Messages", names=Names(), recipients=make_recipients(PIPELINE, NAME), config_file="c.yaml"
        )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with cloud(tmp_path_factory.mktemp("cloud")) as emulated:
        emulated.emulator.wait_until_ready()
        deploy_stack(emulated, PIPELINE, "Messages", Messages)
        yield emulated


def attempts(running: Cloud) -> Iterator[Attempt]:
    region = PIPELINE.aws_region
    function = running.sessions.as_service(ROLE, "lambda.amazonaws.com", "attempt", region)
    chat = running.sessions.as_service(f"{ROLE}-chat", "chatbot.amazonaws.com", "attempt", region)
    for who, session, allowed in (("the function", function, True), ("a chat channel", chat, False)):
        publish = partial(session.client("sns").publish, TopicArn=TOPIC, Message="x")
        yield Attempt(who, "publishes", allowed, publish)
        yield Attempt(who, "lists roles", False, session.client("iam").list_roles)
        yield Attempt(who, "looks at a job", False, partial(session.client("glue").get_job, JobName="x"))
        yield Attempt(who, "lists buckets", False, session.client("s3").list_buckets)


def test_every_attempt_ends_as_it_should(running: Cloud) -> None:
    made = [(attempt, attempt.was_allowed()) for attempt in attempts(running)]
    wrong = [f"{one.who} {one.what}: {'allowed' if was else 'denied'}" for one, was in made if was != one.allowed]
    assert wrong == []
    assert (len(made), sum(was for _, was in made)) == (8, 1)


@pytest.mark.parametrize(
    ("action", "pipeline", "allowed"),
    [
        ("ListActionExecutions", "GluePipeline", True),
        ("ListActionExecutions", "other", False),
        ("StartPipelineExecution", "GluePipeline", False),
        ("PutApprovalResult", "GluePipeline/DeployProd/Approval", False),
        ("GetPipeline", "GluePipeline", False),
    ],
)
def test_the_function_only_looks_at_its_own_pipeline(running: Cloud, action: str, pipeline: str, allowed: bool) -> None:
    """The emulator has no CodePipeline: its policy evaluator decides on the policy of the deployed role."""
    iam = running.sessions.user(PIPELINE.aws_account_id, PIPELINE.aws_region).client("iam")
    policy = iam.get_role_policy(RoleName=NAME, PolicyName="Messages")["PolicyDocument"]
    arn = f"arn:aws:codepipeline:{PIPELINE.aws_region}:{PIPELINE.aws_account_id}:{pipeline}"
    denied = lacking([(f"codepipeline:{action}", arn, "")], [policy], ROLE, PIPELINE.aws_region)
    assert (denied == []) == allowed
