"""The templates of the default config are those that were committed, so that a review shows each change.

`make snapshot` updates them. Accounts are invented and content hashes are left out: a snapshot does not change with
your account ids or with the content of a script.
"""

import json
import re
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from aws_glue_cdk_baseline.config import PROJECT, load_config
from tests.whole_app import WholeApp

STAGES = [stage.names.pipeline_stage for stage in load_config(PROJECT / "default-config.yaml").stages]
HOW = "the template differs from its snapshot: run `make snapshot`, and commit what it changes"


def without_hashes(template: dict[str, Any]) -> Any:
    """Return the template without content hashes and without the versions of the CDK's tools."""
    text = re.sub(r"[0-9a-f]{64}", "<content hash>", json.dumps(template))
    text = re.sub(r"sha512-[\w+/=]+", "sha512-<hash>", text)
    text = re.sub(r"buildspec-[0-9a-f]+", "buildspec-<content hash>", text)
    return json.loads(re.sub(r"((?:aws-cdk|cdk-assets)@)[0-9.]+", r"\1<version>", text))


@pytest.mark.parametrize("stage", STAGES)
def test_glue_app_stack_snapshot(whole_app: WholeApp, stage: str, snapshot: SnapshotAssertion) -> None:
    stacks = whole_app.assembly.get_nested_assembly(f"assembly-PipelineStack-{stage}").stacks
    for stack in sorted(stacks, key=lambda stack: stack.stack_name):  # more than one if the stage has many jobs
        assert without_hashes(stack.template) == snapshot(extension_class=JSONSnapshotExtension), HOW


def test_pipeline_stack_snapshot(whole_app: WholeApp, snapshot: SnapshotAssertion) -> None:
    template = whole_app.assembly.get_stack_by_name(whole_app.config.names.pipeline_stack).template
    assert without_hashes(template) == snapshot(extension_class=JSONSnapshotExtension), HOW
