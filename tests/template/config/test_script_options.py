from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.config.script_options import ScriptOptions, read_script_options
from tests.configs import needs_the_examples


def options(tmp_path: Path, source: str) -> ScriptOptions | None:
    script = tmp_path / "script.py"
    script.write_text(source)
    return read_script_options(script)


def test_a_literal_list_is_read_with_its_lines(tmp_path: Path) -> None:
    found = options(tmp_path, "args = getResolvedOptions(sys.argv, [\n    'JOB_NAME',\n    'input_path',\n])\n")
    assert found == ScriptOptions(required={"JOB_NAME": 2, "input_path": 3}, optional={})


@pytest.mark.parametrize(
    "source",
    [
        "args = utils.getResolvedOptions(sys.argv, ('input_path',))",
        "args = getResolvedOptions(args=sys.argv, options=['input_path'])",
        "OPTIONS: list[str] = ['input_path']; args = getResolvedOptions(sys.argv, OPTIONS)",
    ],
)
def test_other_spellings_of_a_literal_list_are_read(tmp_path: Path, source: str) -> None:
    assert options(tmp_path, source) == ScriptOptions(required={"input_path": 1}, optional={})


@pytest.mark.parametrize(
    "source",
    [
        "print('reads nothing')",
        "getResolvedOptions(sys.argv, names())",
        "getResolvedOptions(sys.argv, ['a'] + more)",
        "getResolvedOptions(sys.argv, ['a', name])",
        "params = ['a']\nparams.append('b')\ngetResolvedOptions(sys.argv, params)",
        "params = ['a']\nparams += ['b']\ngetResolvedOptions(sys.argv, params)",
        "params = ['a']\nextend(params)\ngetResolvedOptions(sys.argv, params)",
        "params = ['a']\nparams = ['b']\ngetResolvedOptions(sys.argv, params)",
        "getResolvedOptions(sys.argv, ['a'])\ngetResolvedOptions(sys.argv, other)",
    ],
)
def test_what_is_not_literal_is_not_guessed(tmp_path: Path, source: str) -> None:
    assert options(tmp_path, source) is None


def test_an_option_asked_for_under_an_if_is_optional(tmp_path: Path) -> None:
    source = (
        "args = getResolvedOptions(sys.argv, ['input_path'])\n"
        "if '--output_path' in sys.argv:\n"
        "    args |= getResolvedOptions(sys.argv, ['output_path'])\n"
    )
    assert options(tmp_path, source) == ScriptOptions(required={"input_path": 1}, optional={"output_path": 3})


def test_the_main_guard_makes_nothing_optional(tmp_path: Path) -> None:
    source = "if __name__ == '__main__':\n    args = getResolvedOptions(sys.argv, ['input_path'])\n"
    assert options(tmp_path, source) == ScriptOptions(required={"input_path": 2}, optional={})


@needs_the_examples
def test_the_options_of_the_example_jobs_can_be_read() -> None:
    for script in ("process_legislators.py", "join_legislators.py"):
        assert read_script_options(PROJECT / "aws_glue_cdk_baseline" / "job_scripts" / script)
