"""cfn-lint on every template of the default config, as it is and with prod in another Region; no rule is left out."""

import json
import subprocess
import sys
from pathlib import Path

import aws_cdk as core
import pytest

from aws_glue_cdk_baseline.config import PROJECT, load_config
from aws_glue_cdk_baseline.pipeline_stack import PipelineStack
from tests.configs import PROD, make_app, with_stage


def lint(*templates: Path) -> str:
    """What cfn-lint prints."""
    command = [str(Path(sys.executable).parent / "cfn-lint"), *map(str, templates)]
    return subprocess.run(command, capture_output=True, text=True).stdout


@pytest.fixture(scope="module", params=["default-config.yaml", "other Regions"])
def templates(request: pytest.FixtureRequest) -> list[Path]:
    app = make_app()
    config = load_config(PROJECT / "default-config.yaml")
    if request.param == "other Regions":
        config = with_stage(config, config.stages[-1].name, account=PROD)
    home = config.pipeline_account
    env = core.Environment(account=home.aws_account_id, region=home.aws_region)
    PipelineStack(app, "PipelineStack", config=config, env=env)
    return sorted(Path(app.synth().directory).rglob("*.template.json"))


def test_cfn_lint_finds_nothing(templates: list[Path]) -> None:
    assert len(templates) >= 3  # one more for the artifacts in each other Region
    assert lint(*templates) == ""


def test_cfn_lint_would_find_something(tmp_path: Path) -> None:
    broken = tmp_path / "broken.template.json"
    broken.write_text(json.dumps({"Resources": {"Job": {"Type": "AWS::Glue::Jop"}}}))
    assert "E3006" in lint(broken)
