"""`rollback: true`: the stage of the pipeline returns to its last good execution where it fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import Config, ConfigError
from tests.apps import make_whole_app
from tests.configs import CONFIG, load, make_config, make_job, with_stage
from tests.unit.test_templates import lint


def pipeline_of(config: Config) -> tuple[list[dict[str, Any]], dict[str, int], str]:
    """Return the stages of the pipeline, the days that its artifacts are kept by stack, and what cfn-lint says."""
    assembly = make_whole_app(config).synth()
    days, stages = {}, []
    for stack in assembly.stacks:
        for item in stack.template["Resources"].values():
            if item["Type"] == "AWS::S3::Bucket":
                (rule,) = item["Properties"]["LifecycleConfiguration"]["Rules"]
                days[stack.stack_name] = rule["ExpirationInDays"]
            if item["Type"] == "AWS::CodePipeline::Pipeline":
                assert item["Properties"]["PipelineType"] == "V2"  # the other type cannot roll back
                stages = item["Properties"]["Stages"]
    return stages, days, lint(*sorted(Path(assembly.directory).glob("PipelineStack*.template.json")))


def test_only_that_stage_rolls_back_and_its_approval_is_a_stage_of_its_own(tmp_path: Path) -> None:
    config = with_stage(make_config((make_job(tmp_path),)), "prod", rollback=True)
    stages, days, found = pipeline_of(config)
    assert {stage["Name"]: stage["OnFailure"] for stage in stages if "OnFailure" in stage} == {
        "DeployProd": {"Result": "ROLLBACK"}
    }
    assert [(stage["Name"], [action["Name"] for action in stage["Actions"]]) for stage in stages[4:]] == [
        ("DeployDev", ["GlueAppStack.Prepare", "GlueAppStack.Deploy", "IntegrationTest"]),
        ("ApproveProd", ["Approval"]),
        ("DeployProd", ["Prepare", "Deploy"]),
    ]
    assert days == {"PipelineStack": 365, "PipelineStack-support-eu-west-1": 365}
    assert found == ""


def test_a_tested_stage_without_an_approval_rolls_back_its_deployment_with_its_test(tmp_path: Path) -> None:
    stages, _, found = pipeline_of(with_stage(make_config((make_job(tmp_path),)), "dev", rollback=True))
    dev = next(stage for stage in stages if stage["Name"] == "DeployDev")
    assert dev["OnFailure"] == {"Result": "ROLLBACK"}
    assert [stage["Name"] for stage in stages[3:]] == ["Assets", "DeployDev", "DeployProd"]
    assert found == ""


def test_without_it_nothing_rolls_back_and_artifacts_expire_sooner(tmp_path: Path) -> None:
    stages, days, _ = pipeline_of(make_config((make_job(tmp_path),)))
    assert [stage["Name"] for stage in stages if "OnFailure" in stage] == []
    assert set(days.values()) == {30}


def test_the_key_is_read_and_other_names_of_it_are_told(tmp_path: Path) -> None:
    config = load(tmp_path, CONFIG.replace("prod:\n", "prod:\n  rollback: true\n"))
    assert [stage.rollback for stage in config.stages] == [False, True]
    with pytest.raises(ConfigError, match=r"prod\.onFailure: is called `rollback` here; write `rollback: true`"):
        load(tmp_path, CONFIG.replace("prod:\n", "prod:\n  onFailure: rollback\n"))
    with pytest.raises(ConfigError, match=r"prod\.rollback"):
        load(tmp_path, CONFIG.replace("prod:\n", "prod:\n  rollback: often\n"))
