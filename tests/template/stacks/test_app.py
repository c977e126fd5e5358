"""The app as the CDK CLI starts it."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import aws_cdk as core
import pytest

from aws_glue_cdk_baseline.config import PROJECT, Config, ConfigError, load_config
from aws_glue_cdk_baseline.config.errors import ErrorLine
from tests.configs import make_config
from tools.synth import synthesize


def run_app(outdir: Path, config: Path) -> subprocess.CompletedProcess[str]:
    context = json.loads((PROJECT / "cdk.json").read_text(encoding="utf-8"))["context"] | {"config": str(config)}
    environment = {**os.environ, "CDK_OUTDIR": str(outdir), "CDK_CONTEXT_JSON": json.dumps(context)}
    return subprocess.run([sys.executable, "app.py"], cwd=PROJECT, env=environment, capture_output=True, text=True)


def test_a_faulty_config_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("")
    result = run_app(tmp_path / "out", tmp_path / "empty.yaml")
    assert result.returncode == 1
    assert result.stderr == f"{tmp_path}/empty.yaml:1: the file is empty; start from default-config.yaml\n"


def test_another_config_is_synthesized_without_a_warning_but_that_it_lies_outside(tmp_path: Path) -> None:
    config = tmp_path / "other.yaml"
    default = PROJECT / "default-config.yaml"
    dev = load_config(default).stages[0].account
    config.write_text(default.read_text(encoding="utf-8").replace(dev.aws_account_id, "999999999999"))
    result = run_app(tmp_path / "out", config)
    assert result.returncode == 0, result.stderr
    written = [*(tmp_path / "out").rglob("*.template.json"), tmp_path / "out" / "manifest.json"]
    assert any("999999999999" in file.read_text(encoding="utf-8") for file in written)
    assert f"{config} lies outside this project" in result.stderr
    assert result.stderr.count("WARNING") == 1


def test_warnings_are_printed_before_the_synth(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*arguments: object, **values: object) -> None:
        raise ConfigError([ErrorLine("c.yaml", 2, "", "refused")])

    config = make_config(()).model_copy(update={"warnings": (ErrorLine("c.yaml", 1, "dev", "may be wrong"),)})
    monkeypatch.setattr("aws_glue_cdk_baseline.config.load_config", lambda *arguments, **values: config)
    monkeypatch.setattr("aws_glue_cdk_baseline.pipeline_stack.PipelineStack", refused)
    with pytest.raises(SystemExit, match=r"c\.yaml:2: refused"):
        runpy.run_path(str(PROJECT / "app.py"), run_name="__main__")
    assert capsys.readouterr().err == "warning: c.yaml:1: dev: may be wrong\n"


@pytest.mark.parametrize(("context", "saved"), [({}, ["c.yaml"]), ({"record": "no"}, [])])
def test_the_record_of_stacks_is_saved_unless_a_command_only_looks(
    context: dict[str, str], saved: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    app = core.App(context={"config": "c.yaml", **context})

    def save(config: Config, file: Path) -> None:
        found.append(str(file))

    def refused(*arguments: object, **values: object) -> None:
        raise ConfigError([])

    monkeypatch.setattr("aws_cdk.App", lambda: app)
    monkeypatch.setattr("aws_glue_cdk_baseline.config.load_config", lambda *arguments, **values: make_config(()))
    monkeypatch.setattr("aws_glue_cdk_baseline.config.save_record", save)
    monkeypatch.setattr("aws_glue_cdk_baseline.pipeline_stack.PipelineStack", refused)
    with pytest.raises(SystemExit):
        runpy.run_path(str(PROJECT / "app.py"), run_name="__main__")
    assert found == saved


def test_a_synth_of_a_command_that_only_looks_leaves_the_record(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    for checks in (False, True):
        synthesize(PROJECT, Path("c.yaml"), tmp_path, checks_record=checks)
    assert ["record=no" in command for command in commands] == [True, False]


def test_the_entry_point_only_composes() -> None:
    assert len((PROJECT / "app.py").read_text(encoding="utf-8").splitlines()) <= 30
