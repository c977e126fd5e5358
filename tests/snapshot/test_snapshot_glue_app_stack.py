"""The templates of the default config, as committed: a change of infrastructure shows in review (`make snapshot`).

Accounts are made up and content hashes left out, so that neither your account ids nor a script's bytes change it.
"""

import json
import re
from typing import Any

import aws_cdk as core
import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from aws_glue_cdk_baseline.config import PROJECT, Config, load_config
from aws_glue_cdk_baseline.pipeline_stack import PipelineStack
from tests.configs import PIPELINE, make_app, with_accounts

CONFIG = load_config(PROJECT / "default-config.yaml")


def synthesize(config: Config) -> core.cx_api.CloudAssembly:
    app = make_app()
    env = core.Environment(account=PIPELINE.aws_account_id, region=PIPELINE.aws_region)
    PipelineStack(app, "PipelineStack", config=config, env=env)
    return app.synth()


@pytest.fixture(scope="module")
def assembly() -> core.cx_api.CloudAssembly:
    return synthesize(with_accounts(CONFIG))


def without_hashes(template: dict[str, Any]) -> Any:
    """The template without what changes with file contents, or with a new version of the CDK CLI."""
    text = re.sub(r"[0-9a-f]{64}", "<content hash>", json.dumps(template))
    text = re.sub(r"sha512-[\w+/=]+", "sha512-<hash>", text)
    text = re.sub(r"buildspec-[0-9a-f]+", "buildspec-<content hash>", text)
    return json.loads(re.sub(r"((?:aws-cdk|cdk-assets)@)[0-9.]+", r"\1<version>", text))


@pytest.mark.parametrize("stage", [stage.deployed_as for stage in CONFIG.stages])
def test_glue_app_stack_snapshot(assembly: core.cx_api.CloudAssembly, stage: str, snapshot: SnapshotAssertion) -> None:
    template = assembly.get_nested_assembly(f"assembly-PipelineStack-{stage}").stacks[0].template
    assert without_hashes(template) == snapshot(extension_class=JSONSnapshotExtension)


def test_pipeline_stack_snapshot(assembly: core.cx_api.CloudAssembly, snapshot: SnapshotAssertion) -> None:
    template = assembly.get_stack_by_name("PipelineStack").template
    assert without_hashes(template) == snapshot(extension_class=JSONSnapshotExtension)
