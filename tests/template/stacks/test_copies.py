"""Two copies of the template in one account, with everything switched on: no resource has the same name in both.

tests/template/rehearsal/test_copies.py deploys two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import Config
from tests.apps import make_whole_app
from tests.configs import with_prefix
from tests.template.security.test_nag_everything import everything
from tools.assembly import stacks
from tools.list_stages import copy_of

# Keys that end like the key of a name, and name something inside another resource.
NO_NAMES = {"PolicyName", "MetricName"}


def names(config: Config) -> dict[tuple[str, str, str], Any]:
    """Return the names in the templates by stack, logical id and property, and the names of the stacks."""
    found: dict[tuple[str, str, str], Any] = {}
    for stack in stacks(Path(make_whole_app(config).synth().directory)):
        found[stack.id, "", "StackName"] = stack.name
        for logical_id, item in stack.template["Resources"].items():
            for key, value in item.get("Properties", {}).items():
                if key.endswith("Name") and key not in NO_NAMES and isinstance(value, str):
                    found[stack.id, logical_id, key] = value
        for export in (output.get("Export", {}).get("Name") for output in stack.template.get("Outputs", {}).values()):
            found[stack.id, "", f"Export {export}"] = export
    return found


@pytest.mark.parametrize("dev_account", [True, False])
def test_no_name_is_the_same_in_two_copies(tmp_path: Path, dev_account: bool) -> None:
    plain = everything(tmp_path, dev_account=dev_account)
    copies = [names(with_prefix(plain, prefix)) for prefix in ("", "orders", "order")]
    assert copies[0].keys() == copies[1].keys() == copies[2].keys()
    assert len(copies[0]) > 40
    assert [place for place in copies[0] if len({copy[place] for copy in copies}) < 3] == []


def test_the_synth_names_the_copy() -> None:
    def pipeline(name: str) -> dict[str, Any]:
        return {"Resources": {"P": {"Type": "AWS::CodePipeline::Pipeline", "Properties": {"Name": name}}}}

    assert copy_of(pipeline("orders-GluePipeline")) == "  orders-GluePipeline, in the stack orders-PipelineStack"
    assert copy_of(pipeline("GluePipeline")) == ""
