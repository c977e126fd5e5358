"""cfn-lint, as the tests of a project use it."""

import json
from pathlib import Path

from tests.unit.test_templates import lint


def test_cfn_lint_would_find_something(tmp_path: Path) -> None:
    broken = tmp_path / "broken.template.json"
    broken.write_text(json.dumps({"Resources": {"Job": {"Type": "AWS::Glue::Jop"}}}))
    assert "E3006" in lint(broken)
