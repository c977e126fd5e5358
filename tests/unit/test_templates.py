"""cfn-lint on every template of the default config, with all rules."""

import subprocess
import sys
from pathlib import Path

from tests.whole_app import WholeApp


def lint(*templates: Path) -> str:
    """Return the output of cfn-lint."""
    command = [str(Path(sys.executable).parent / "cfn-lint"), *map(str, templates)]
    return subprocess.run(command, capture_output=True, text=True).stdout


def test_cfn_lint_finds_nothing(whole_app: WholeApp) -> None:
    templates = sorted(Path(whole_app.assembly.directory).rglob("*.template.json"))
    stages = whole_app.config.stages
    # The last stage is in another Region: one template more, for the pipeline's artifacts there.
    stacks = sum(stage.stack_count + stage.trigger_stack_count + stage.is_watched for stage in stages)
    assert len(templates) == 1 + stacks + (len(stages) > 1)
    assert lint(*templates) == ""
