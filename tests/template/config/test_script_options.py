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
        "getResolvedOptions(sys.argv, ['minimum_' + 'age'])",
        "getResolvedOptions(sys.argv, ['{}_path'.format('input')])",
        "getResolvedOptions(sys.argv, [f'minimum_{name}'])",
        "params = ['a']\nparams.append('b')\ngetResolvedOptions(sys.argv, params)",
        "params = ['a']\nparams += ['b']\ngetResolvedOptions(sys.argv, params)",
        "params = ['a']\nextend(params)\ngetResolvedOptions(sys.argv, params)",
        "params = ['a']\nparams = ['b']\ngetResolvedOptions(sys.argv, params)",
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


HEAD = "import sys\nfrom awsglue.utils import GlueArgumentError, getResolvedOptions\n"
READ_X = "getResolvedOptions(sys.argv, ['x'])"
ALWAYS = {
    "a try that raises again": f"try:\n    {READ_X}\nexcept Exception as error:\n    print(error)\n    raise",
    "a try that ends the script": f"try:\n    {READ_X}\nexcept GlueArgumentError:\n    sys.exit('x is missing')",
    "a try of another error": f"try:\n    {READ_X}\nexcept KeyError:\n    pass",
    "a function that is called": f"def read():\n    return {READ_X}\ndef main():\n    read()\nmain()",
    "a function that is also called always": f"def read():\n    return {READ_X}\nif sys.argv:\n    read()\nread()",
    "a function that nobody calls": f"def main():\n    {READ_X}",
    "a method": f"class Load:\n    def run(self):\n        return {READ_X}\nLoad().run()",
    "a loop": "for name in ('x',):\n    getResolvedOptions(sys.argv, [name])",
    "a comprehension": "getResolvedOptions(sys.argv, [name for name in ('x',)])",
    "an import by another name": "from awsglue.utils import getResolvedOptions as read\nread(sys.argv, ['x'])",
    "a helper": "def read(name):\n    return getResolvedOptions(sys.argv, [name])[name]\nread('x')",
    "what comes after a check that raises": f"if '--x' not in sys.argv:\n    raise ValueError\n{READ_X}",
}
SOMETIMES = {
    "a try": f"try:\n    {READ_X}\nexcept GlueArgumentError:\n    pass",
    "a try of several errors": f"try:\n    {READ_X}\nexcept (KeyError, GlueArgumentError) as e:\n    print(e)",
    "a try of the library's error": f"try:\n    {READ_X}\nexcept awsglue.utils.GlueArgumentError:\n    pass",
    "a try of any error": f"try:\n    {READ_X}\nexcept Exception:\n    pass",
    "a try of everything": f"try:\n    {READ_X}\nexcept:\n    pass",
    "a try of the end": f"try:\n    {READ_X}\nexcept SystemExit:\n    pass",
    "suppress": f"import contextlib\nwith contextlib.suppress(GlueArgumentError):\n    {READ_X}",
    "an if expression": f"args = {READ_X} if '--x' in sys.argv else {{}}",
    "and": f"args = '--x' in sys.argv and {READ_X}",
    "a function that is called under an if": f"def read():\n    return {READ_X}\nif sys.argv:\n    read()",
    "a function that is called in a try": f"def read():\n    return {READ_X}\ntry:\n    read()\nexcept:\n    0",
    "what comes after a return": f"def read():\n    if '--x' not in sys.argv:\n        return\n    {READ_X}\nread()",
    "a helper that looks first": (
        "def read(name, default=None):\n    if f'--{name}' in sys.argv:\n"
        "        return getResolvedOptions(sys.argv, [name])[name]\n    return default\nread('x', 1)"
    ),
    "a helper that takes it from argv": (
        "getResolvedOptions(sys.argv, [])\ndef read(name):\n    flag = '--' + name\n"
        "    return sys.argv[sys.argv.index('--' + name) + 1] if '--' + name in sys.argv else None\nread(name='x')"
    ),
    "a filter in a comprehension": "getResolvedOptions(sys.argv, [n for n in ['x'] if '--{}'.format(n) in sys.argv])",
    "a list and a filter": "getResolvedOptions(sys.argv, [] + [n for n in ['x'] if '--%s' % n in sys.argv])",
    "argv itself": "getResolvedOptions(sys.argv, [])\nx = sys.argv[sys.argv.index('--x') + 1]",
}
UNKNOWN = {
    "a list and more": "getResolvedOptions(sys.argv, ['x'] + more)",
    "a name in the list": "getResolvedOptions(sys.argv, ['x', name])",
    "a second call": f"{READ_X}\ngetResolvedOptions(sys.argv, other)",
    "a helper for names that are computed": (
        f"{READ_X}\ndef read(name):\n    return getResolvedOptions(sys.argv, [name])\n"
        "for name in names():\n    read(name)"
    ),
    "all of argv": f"{READ_X}\nvalues = dict(zip(sys.argv[1::2], sys.argv[2::2]))",
    "a helper of another module": f"{READ_X}\nfrom helpers import optional\noptional(sys.argv, 'y')",
}


@pytest.mark.parametrize("way", ALWAYS)
def test_an_option_without_which_the_script_ends_is_required(tmp_path: Path, way: str) -> None:
    found = options(tmp_path, HEAD + ALWAYS[way])
    assert found is not None
    assert (list(found.required), list(found.optional), found.complete) == (["x"], [], True)


@pytest.mark.parametrize("way", SOMETIMES)
def test_an_option_without_which_the_script_goes_on_is_optional(tmp_path: Path, way: str) -> None:
    found = options(tmp_path, HEAD + SOMETIMES[way])
    assert found is not None
    assert (list(found.required), list(found.optional), found.complete) == ([], ["x"], True)


@pytest.mark.parametrize("way", UNKNOWN)
def test_what_is_known_of_the_options_is_required_beside_what_is_not_known(tmp_path: Path, way: str) -> None:
    found = options(tmp_path, HEAD + UNKNOWN[way])
    assert found is not None
    assert (list(found.required), found.complete) == (["x"], False)


@needs_the_examples
def test_the_options_of_the_example_jobs_can_be_read() -> None:
    for script in ("process_legislators.py", "join_legislators.py"):
        assert read_script_options(PROJECT / "aws_glue_cdk_baseline" / "job_scripts" / script)
