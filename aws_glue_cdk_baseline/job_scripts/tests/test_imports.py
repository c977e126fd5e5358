import ast
import sys
from pathlib import Path

import pytest

SCRIPTS = sorted(Path(__file__).parent.parent.glob("*.py"))
IN_GLUE = {"awsglue", "boto3", "botocore", "pyspark"}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_job_imports_only_what_glue_has(script: Path) -> None:
    """A job needs `defaultArguments: {--additional-python-modules: …}` for other packages; add these to IN_GLUE."""
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(script.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [item.name for item in node.names])
    }
    assert imported <= IN_GLUE | set(sys.stdlib_module_names)
