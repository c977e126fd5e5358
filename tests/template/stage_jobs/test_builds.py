"""`make cost PIPELINE_PROFILE=…`: the builds of the last pushes.

The emulator has no CodePipeline: its answers are given.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Template
from botocore.exceptions import ClientError

from aws_glue_cdk_baseline.config import StageConfig
from aws_glue_cdk_baseline.pipeline_stack import PipelineStack
from tests.apps import make_app
from tests.configs import PIPELINE, make_config, make_job
from tools.job_arguments import RunError
from tools.stage_jobs.account import MissingError, StageAccount
from tools.stage_jobs.builds import OTHERS, SYNTH, last_builds, prices_alone

STARTED = datetime(2026, 11, 27, 3, tzinfo=UTC)


def action(execution: str, name: str, seconds: float, provider: str = "CodeBuild", status: str = "Succeeded") -> Any:
    return {
        "pipelineExecutionId": execution,
        "stageName": name,
        "actionName": "Act",
        "status": status,
        "startTime": STARTED,
        "lastUpdateTime": STARTED + timedelta(seconds=seconds),
        "input": {"actionTypeId": {"provider": provider}, "configuration": {"ProjectName": f"{name}-project"}},
    }


class Answers(StageAccount):
    """An account whose pipeline has run `actions`, the newest first."""

    def __init__(self, *actions: Any) -> None:
        self.actions = actions

    def call(self, service: str, operation: str, about: str = "", *, once: bool = False, **parameters: Any) -> Any:
        if operation == "list_action_executions":
            if parameters["pipelineName"] != "GluePipeline":
                raise MissingError("no such pipeline")
            return {"actionExecutionDetails": list(self.actions)}
        assert (operation, service) == ("batch_get_projects", "codebuild")
        kinds = {"Build-project": SYNTH, "Update-project": OTHERS, "Odd-project": "BUILD_GENERAL1_2XLARGE"}
        return {"projects": [{"name": n, "environment": {"computeType": kinds[n]}} for n in parameters["names"]]}


def test_a_push_costs_the_minutes_that_have_begun_and_the_median_of_the_last_pushes_is_told() -> None:
    pushes = [
        action("3", "Update", 10),
        *(action("3", "Deploy", 900, "CloudFormation"), action("3", "Build", 241)),
        *(action("2", "Update", 130), action("2", "Build", 600, status="Failed")),
        *(action("1", "Build", 180), action("1", "Build", 5000, status="InProgress")),
    ]
    assert last_builds(Answers(*pushes), "GluePipeline") == [
        "Its builds: $0.0600, the median of the last 3 pushes",
        "  Build / Act: 5 min on general1.medium, $0.0500",
        "  Update / Act: 2 min on general1.small, $0.0100",
    ]


def test_older_pushes_than_the_last_five_do_not_count() -> None:
    pushes = [action(str(number), "Build", 60 * number) for number in range(20, 0, -1)]
    assert last_builds(Answers(*pushes), "GluePipeline")[1] == "  Build / Act: 18 min on general1.medium, $0.180"


def test_a_size_without_a_known_price_a_pipeline_that_has_not_run_and_one_that_there_is_not() -> None:
    assert last_builds(Answers(action("1", "Odd", 1)), "GluePipeline") == [
        "Its builds: unknown, the last push",
        "  Odd / Act: 1 min on general1.2xlarge, unknown",
    ]
    assert last_builds(Answers(), "GluePipeline") == ["Its builds: GluePipeline has not run yet."]
    assert last_builds(Answers(), "orders-GluePipeline") == [
        "Its builds: orders-GluePipeline is not deployed in this account and Region."
    ]


def test_what_codepipeline_answers_for_a_pipeline_that_is_not_there() -> None:
    answer = {"Error": {"Code": "PipelineNotFoundException", "Message": "Account has no pipeline with that name"}}
    error = Answers()._explained("codepipeline", ClientError(answer, "ListActionExecutions"), "GluePipeline")
    assert isinstance(error, MissingError)


def test_without_a_profile_the_prices_are_those_of_the_sizes_that_the_pipeline_has(tmp_path: Path) -> None:
    config = make_config((make_job(tmp_path),))
    env = {"account": PIPELINE.aws_account_id, "region": PIPELINE.aws_region}
    template = Template.from_stack(PipelineStack(make_app(), "PipelineStack", config=config, env=env))
    projects = template.find_resources("AWS::CodeBuild::Project")
    sizes = {name: item["Properties"]["Environment"]["ComputeType"] for name, item in projects.items()}
    assert {name for name, size in sizes.items() if size == SYNTH} == {name for name in sizes if "CdkSynth" in name}
    assert set(sizes.values()) == {SYNTH, OTHERS}
    assert prices_alone() == [
        "Its builds: the Build stage on general1.medium at $0.0100 a minute, the others on general1.small at $0.0050 a"
        " minute;",
        "PIPELINE_PROFILE= adds the minutes of the last pushes.",
    ]


def test_the_profile_is_one_of_the_pipelines_account(run: Callable[..., tuple[int, str, str]]) -> None:
    code, _, err = run("cost", "--pipeline-profile", "dev")
    assert code == 1
    assert "PROFILE=dev reaches AWS account 222222222222, as arn:aws:iam::222222222222:user/dev; pipeline is" in err
    assert StageConfig(name="pipeline", account=PIPELINE, jobs=()).account == PIPELINE
    with pytest.raises(RunError, match="there is no such AWS profile"):
        StageAccount(StageConfig(name="pipeline", account=PIPELINE, jobs=()), "c.yaml", "none")
