import subprocess
from pathlib import Path
from typing import Any

import pytest

from rehearsal.actions import buildspec
from rehearsal.actions.build import failure
from rehearsal.actions.buildspec import Buildspec
from rehearsal.model import ActionFailed


def run(spec: dict[str, Any], folder: Path) -> tuple[int, list[str]]:
    """The exit code and what the commands printed."""
    text = Buildspec({"version": "0.2", **spec}).script(str(folder / "exports"))
    result = subprocess.run(["bash", "-c", text], capture_output=True, text=True, cwd=folder)
    return result.returncode, [
        line for line in result.stdout.splitlines() if not line.startswith("[Container] Running")
    ]


def phases(**commands: list[str]) -> dict[str, Any]:
    return {"phases": {phase: {"commands": lines} for phase, lines in commands.items()}}


def test_all_commands_share_one_shell(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    spec = phases(install=["export WHO='the House'", "cd sub"], build=['echo "$WHO in ${PWD##*/}"'])
    assert run(spec, tmp_path) == (0, ["the House in sub"])


def test_a_failed_command_ends_its_phase(tmp_path: Path) -> None:
    code, lines = run(phases(build=["echo one", "exit_with() { return 3; }; exit_with", "echo two"]), tmp_path)
    assert code == 3
    assert lines == ["one", "[Container] Phase build failed: exit status 3 of: exit_with() { return 3; }; exit_with"]


def test_the_reason_of_a_failed_build_has_the_beginning_of_a_long_command(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(
        f"one\n[Container] Phase build failed: exit status 1 of: python test.py {'x ' * 99}\n"
    )
    reason = failure(tmp_path / "log")
    assert reason.startswith("Phase build failed: exit status 1 of: python test.py x x")
    assert (reason[-3:], len(reason) <= 160) == ("x …", True)


def test_after_a_failed_build_post_build_runs_and_after_a_failed_install_it_does_not(tmp_path: Path) -> None:
    code, lines = run(phases(build=["false"], post_build=["echo cleaning"]), tmp_path)
    assert (code, lines[-1]) == (1, "cleaning")
    code, lines = run(phases(install=["false"], build=["echo no"], post_build=["echo cleaning"]), tmp_path)
    assert (code, lines) == (1, ["[Container] Phase install failed: exit status 1 of: false"])


def test_finally_runs_whatever_came_of_the_phase(tmp_path: Path) -> None:
    spec = {"phases": {"build": {"commands": ["false"], "finally": ["echo finally"]}}}
    assert run(spec, tmp_path)[1][-1] == "finally"


def test_exported_variables_are_written_with_their_values(tmp_path: Path) -> None:
    run({"env": {"exported-variables": ["SEATS"]}, **phases(build=["export SEATS='435\nand 100'"])}, tmp_path)
    assert (tmp_path / "exports").read_text() == "SEATS\x00435\nand 100\x00"


@pytest.mark.parametrize("text", ["version: 0.1", "[]", "a: b: c"])
def test_what_is_no_buildspec_of_version_02_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ActionFailed) as raised:
        buildspec.parse(text)
    assert "buildspec" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_buildspec_may_be_json_or_yaml() -> None:
    assert buildspec.parse('{"version": "0.2"}') == buildspec.parse("version: '0.2'") == Buildspec({"version": "0.2"})


def collect(artifacts: dict[str, Any], source: Path, target: Path) -> None:
    Buildspec({"artifacts": artifacts}).collect("Synth_Output", source, target)


def test_output_files_are_those_below_the_base_directory(tmp_path: Path) -> None:
    for name in ("cdk.out/manifest.json", "cdk.out/deep/.hidden", "other"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    collect({"base-directory": "cdk.out", "files": ["**/*"]}, tmp_path, tmp_path / "out")
    found = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert found == ["deep/.hidden", "manifest.json"]


def test_outputs_that_the_build_did_not_make_fail_it(tmp_path: Path) -> None:
    with pytest.raises(ActionFailed, match=r"have the base-directory 'cdk\.out', which the build did not make"):
        collect({"base-directory": "cdk.out", "files": ["**/*"]}, tmp_path, tmp_path / "a")
    with pytest.raises(ActionFailed, match="no file matches"):
        collect({"files": ["*.json"]}, tmp_path, tmp_path / "b")
