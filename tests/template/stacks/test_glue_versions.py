"""The Glue version of a job in the templates: a stage may be on another one than the next stage."""

import json
from pathlib import Path
from typing import Any

import yaml

from aws_glue_cdk_baseline.config import PROJECT, Config, load_config
from tests.apps import make_whole_app
from tests.configs import CONFIG, load, needs_the_examples
from tests.unit.test_templates import lint

DEV_ON_6 = CONFIG.replace("inputLocation: s3://dev-data", "glueVersion: '6.0'\n      inputLocation: s3://dev-data")


def stages(config: Config) -> tuple[dict[str, Any], list[Path]]:
    """Return the properties of each Glue job by its name, and the templates of the stages."""
    app = make_whole_app(config).synth()
    stacks = [app.get_nested_assembly(f"assembly-PipelineStack-Deploy{stage}").stacks[0] for stage in ("Dev", "Prod")]
    resources = [resource for stack in stacks for resource in stack.template["Resources"].values()]
    jobs = [resource["Properties"] for resource in resources if resource["Type"] == "AWS::Glue::Job"]
    return {job["Name"]: job for job in jobs}, [Path(stack.template_full_path) for stack in stacks]


def test_dev_is_on_6_0_and_prod_on_the_default_and_the_jobs_differ_in_nothing_else(tmp_path: Path) -> None:
    jobs, templates = stages(load(tmp_path, DEV_ON_6))
    assert {name: job["GlueVersion"] for name, job in jobs.items()} == {
        "Show-dev": "6.0",
        "Join-dev": "5.1",
        "Show-prod": "5.1",
        "Join-prod": "5.1",
    }
    older, _ = stages(load(tmp_path, CONFIG))
    assert jobs["Show-dev"] | {"GlueVersion": "5.1"} == older["Show-dev"]
    assert lint(*templates) == ""


def test_a_stage_may_have_another_version_than_the_one_for_all_stages_also_in_the_flex_class(tmp_path: Path) -> None:
    text = CONFIG.replace("numberOfWorkers: 4", "{glueVersion: 5.0, executionClass: FLEX}")
    text = text.replace("minimumAge: 21", "minimumAge: 21\n      glueVersion: 6.0")
    jobs, templates = stages(load(tmp_path, text))
    assert {name: (job["GlueVersion"], job.get("ExecutionClass")) for name, job in jobs.items()} == {
        "Show-dev": ("5.1", None),
        "Join-dev": ("6.0", "FLEX"),
        "Show-prod": ("5.1", None),
        "Join-prod": ("5.0", "FLEX"),
    }
    assert lint(*templates) == ""


@needs_the_examples
def test_the_example_jobs_are_on_6_0_where_their_blocks_say_so(tmp_path: Path) -> None:
    data = yaml.load((PROJECT / "default-config.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    for name in ("ProcessLegislators", "JoinLegislators"):
        data["jobs"][name]["glueVersion"] = "6.0"
    file = tmp_path / "six.yaml"
    file.write_text(json.dumps(data), encoding="utf-8")  # JSON is YAML too
    jobs, templates = stages(load_config(file))
    examples = [f"{name}-{stage}" for name in ("ProcessLegislators", "JoinLegislators") for stage in ("dev", "prod")]
    assert [jobs[name]["GlueVersion"] for name in examples] == ["6.0"] * 4
    assert lint(*templates) == ""
