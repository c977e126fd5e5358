"""A stage of 2,000 jobs and 1,000 triggers, Glue's quotas of an account: it fits every limit of AWS."""

from __future__ import annotations

import json
import resource
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import Config, load_config
from aws_glue_cdk_baseline.config.model import MAX_JOBS
from aws_glue_cdk_baseline.config.schedules import MOST_TRIGGERS
from aws_glue_cdk_baseline.permissions.role_size import LIMIT, role_size_error
from aws_glue_cdk_baseline.pipeline.asset_publishing import ASSETS_AT_ONCE, together
from tests.apps import make_whole_app
from tests.configs import CONFIG, SHOW, make_project
from tools.assembly import Stack, stacks

RESOURCES, TEMPLATE_BYTES = 500, 1_000_000  # of a stack of CloudFormation
ACTIONS, ALL_ACTIONS = 50, 1000  # of a stage, and of a pipeline, in CodePipeline
BUILDSPEC = 25_600  # characters in a project of CodeBuild
MANAGED_POLICIES, MANAGED_POLICY = 10, 6144  # of a role, and the characters of one
ARGUMENT = 131_072  # characters in one argument of a command, in Linux


@dataclass(frozen=True)
class Large:
    """The config, its assembly, and the templates of its stacks by their names."""

    config: Config
    assembly: Path
    stacks: dict[str, Stack]

    def found(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """Return (stack, properties) of each resource of a type."""
        return [
            (name, item.get("Properties", {}))
            for name, stack in self.stacks.items()
            for item in stack.template["Resources"].values()
            if item["Type"] == kind
        ]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Large:
    folder = tmp_path_factory.mktemp("large")
    names = [f"LoadCustomerOrders{number}FromWarehouse" for number in range(MAX_JOBS)]
    scripts = {f"load_customer_orders{number}_from_warehouse.py": f"{SHOW}# {number}\n" for number in range(MAX_JOBS)}
    make_project(folder, scripts)
    first, second = names[: MOST_TRIGGERS // 2], names[-MOST_TRIGGERS // 2 :]  # in other stacks
    jobs = "".join(f"  {name}: {{schedule: cron(0 3 * * ? *)}}\n" for name in first)
    jobs += "".join(f"  {name}: {{after: {other}}}\n" for name, other in zip(second, first, strict=True))
    stage = "".join(f"    {name}:\n      inputLocation: s3://lake/landing/{name}/orders/\n" for name in names)
    accounts = CONFIG[: CONFIG.index("prodAccount")]
    (folder / "c.yaml").write_text(
        f"{accounts}jobs:\n{jobs}dev:\n  integrationTest: all\n  schedules: true\n  jobs:\n{stage}"
    )
    started = time.monotonic()
    config = load_config(folder / "c.yaml", project=folder, check_job=role_size_error)
    loaded = time.monotonic()
    assembly = Path(make_whole_app(config).synth().directory)
    memory = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(
        f"\n{MAX_JOBS} jobs: the config in {loaded - started:.1f} s, the synth in {time.monotonic() - loaded:.1f} s,"
        f" at most {memory // 1024} MB in this process"
    )
    return Large(config, assembly, {stack.name: stack for stack in stacks(assembly)})


pytestmark = pytest.mark.slow


def test_every_job_and_trigger_is_in_one_stack_and_no_stack_is_too_large(large: Large) -> None:
    jobs = [properties["Name"] for _, properties in large.found("AWS::Glue::Job")]
    triggers = [properties["Name"] for _, properties in large.found("AWS::Glue::Trigger")]
    assert (len(jobs), len(set(jobs))) == (MAX_JOBS, MAX_JOBS)
    assert (len(triggers), len(set(triggers))) == (MOST_TRIGGERS, MOST_TRIGGERS)
    assert len(large.config.stages[0].stack_names) == 10
    for name, stack in large.stacks.items():
        assert len(stack.template["Resources"]) <= RESOURCES, name
    sizes = {file.name: file.stat().st_size for file in large.assembly.rglob("*.template.json")}
    assert max(sizes.values()) <= TEMPLATE_BYTES, sizes
    assert len(sizes) == len(large.stacks) == 1 + 10 + 5


def test_the_pipeline_stays_within_its_actions_and_its_buildspecs(large: Large) -> None:
    [(_, pipeline)] = large.found("AWS::CodePipeline::Pipeline")
    actions = Counter({stage["Name"]: len(stage["Actions"]) for stage in pipeline["Stages"]})
    assert max(actions.values()) <= ACTIONS
    assert actions.total() <= ALL_ACTIONS
    for _, project in large.found("AWS::CodeBuild::Project"):
        assert len(str(project["Source"].get("BuildSpec", ""))) <= BUILDSPEC


def test_the_policies_of_every_role_fit(large: Large) -> None:
    for kind, most in (("AWS::IAM::Policy", LIMIT), ("AWS::IAM::ManagedPolicy", MANAGED_POLICY)):
        for name, properties in large.found(kind):
            assert len(json.dumps(properties["PolicyDocument"], separators=(",", ":"))) <= most, name
    assert len(large.found("AWS::IAM::ManagedPolicy")) <= MANAGED_POLICIES


def test_the_assets_of_a_stack_are_published_by_one_command(large: Large) -> None:
    [file] = large.assembly.glob("buildspec-*-FileAsset.yaml")
    commands = json.loads(file.read_text())["phases"]["build"]["commands"]
    published = [word for command in commands for word in command.split(" publish ")[1].split()]
    assert (len(published), len(set(published))) == (MAX_JOBS, MAX_JOBS)
    assert len(commands) == 10
    assert max(map(len, commands)) < ARGUMENT
    [(_, project)] = [item for item in large.found("AWS::CodeBuild::Project") if file.name in str(item)]
    assert project["TimeoutInMinutes"] == 480


def test_commands_of_other_kinds_stay_and_long_ones_are_split() -> None:
    start = 'cdk-assets --path "a/b.assets.json" --verbose publish'
    commands = ["echo 1", *(f'{start} "{number}:x"' for number in range(ASSETS_AT_ONCE + 1))]
    first, second, other = together(commands)
    assert first.startswith(f'{start} "0:x" "1:x" ')
    assert (second, other) == (f'{start} "{ASSETS_AT_ONCE}:x"', "echo 1")
