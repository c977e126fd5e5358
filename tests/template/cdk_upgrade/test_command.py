"""`make cdk-upgrade-check` with small stand-ins for pip, npm, cdk and cdk-assets: no network."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from tests.template.stage_diff.small_templates import resource
from tools.cdk_upgrade import __main__ as command
from tools.cdk_upgrade import versions
from tools.cdk_upgrade.versions import install, pinned, wanted
from tools.job_arguments import RunError

PINS = pinned(PROJECT)
LOG = "AWS::Logs::LogGroup"


def write_assembly(folder: Path, *resources: dict[str, Any], schema: int = 54) -> None:
    folder.mkdir(parents=True)
    template = {"Resources": {name: item for each in resources for name, item in each.items()}}
    properties = {"templateFile": "S.template.json", "stackName": "S"}
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111111111111/us-east-1",
        "properties": properties,
    }
    (folder / "S.template.json").write_text(json.dumps(template))
    (folder / "S.assets.json").write_text(json.dumps({"version": f"{schema}.0.0", "files": {}}))
    (folder / "manifest.json").write_text(json.dumps({"version": f"{schema}.0.0", "artifacts": {"S": stack}}))


@pytest.fixture
def upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that runs the command: the templates of both synths, and what cdk-assets reads, are given."""

    def tools(folder: Path, reads: int) -> Path:
        program = folder / ".bin" / "cdk-assets"
        program.parent.mkdir(parents=True)
        program.write_text(
            f"#!{sys.executable}\nimport json, sys\n"
            "found = int(json.load(open(sys.argv[2]))['version'].split('.')[0])\n"
            f"if found > {reads}:\n"
            f"    sys.exit('Cloud assembly schema version mismatch: Maximum schema version supported is {reads}.x.x,"
            " but found 55.0.0')\n"
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return folder

    def run(
        before: list[Any],
        after: list[Any] | RunError,
        *arguments: str,
        schema: int = 54,
        reads: tuple[int, int] = (54, 54),
    ) -> tuple[int, str]:
        now = versions.Installed(PINS.versions, None, tools(tmp_path / "now", reads[0]))
        newer = {**PINS.versions, "aws-cdk-lib": "2.300.0", "cdk-assets": "9.9.9"}
        then = versions.Installed(newer, tmp_path / "python", tools(tmp_path / "then", reads[1]))
        seen = []

        def synthesize(project: Path, config: Path, output: Path, variables: dict[str, str] | None = None) -> None:
            seen.append(variables)
            if variables is None:
                write_assembly(output, *before)
            elif isinstance(after, RunError):
                raise after
            else:
                write_assembly(output, *after, schema=schema)

        monkeypatch.setattr(command, "pinned", lambda project: now)
        monkeypatch.setattr(command, "install", lambda wanted, pins, folder: then)
        monkeypatch.setattr(command, "synthesize", synthesize)
        code = command.main([*arguments])
        assert seen[0] is None
        assert seen[1] is not None
        assert seen[1]["PYTHONPATH"] == str(tmp_path / "python")
        assert seen[1]["PATH"].startswith(f"{tmp_path / 'then'}{os.sep}.bin")
        return code, capsys.readouterr().out

    return run


def test_nothing_changes(upgrade: Any, tmp_path: Path) -> None:
    same = [resource("Log", LOG, LogGroupName="/a")]
    code, text = upgrade(same, same, "--output", str(tmp_path / "out.md"))
    assert code == 0
    assert text.splitlines()[:3] == [
        f"aws-cdk-lib 2.300.0 writes schema 54 of the cloud assembly; cdk-assets {PINS.versions['cdk-assets']} reads it"
        " (pinned), cdk-assets 9.9.9 reads it (newer)",
        "",
        "# Upgrade of the CDK: nothing changes in any template",
    ]
    assert f"| aws-cdk-lib | {PINS.versions['aws-cdk-lib']} | 2.300.0 |" in text
    assert (tmp_path / "out.md").read_text() == text


def test_a_change_in_place_is_fine_and_a_replacement_is_not(upgrade: Any) -> None:
    code, text = upgrade(
        [resource("Log", LOG, LogGroupName="/a", RetentionInDays=1)],
        [resource("Log", LOG, LogGroupName="/a", RetentionInDays=3)],
    )
    assert code == 0
    assert "# Upgrade of the CDK: no resource is replaced or removed, 1 other change" in text
    assert "- S: AWS::Logs::LogGroup `Log (/a)` is changed in place\n  - RetentionInDays: `1` -> `3`\n" in text


def test_a_replaced_resource_is_the_exit_code_1(upgrade: Any) -> None:
    code, text = upgrade([resource("Log", LOG, LogGroupName="/a")], [resource("Log", LOG, LogGroupName="/b")])
    assert code == 1
    assert "# Upgrade of the CDK: 1 resource replaced or removed, 0 other changes\n\n## Replaced or removed\n" in text


@pytest.mark.parametrize(
    ("reads", "code", "said"),
    [
        ((54, 54), 1, "reads up to 54 (pinned), cdk-assets 9.9.9 reads up to 54 (newer): it cannot be deployed"),
        ((54, 55), 0, "reads up to 54 (pinned), cdk-assets 9.9.9 reads it (newer): take cdk-assets 9.9.9 with it"),
    ],
)
def test_a_schema_that_cdk_assets_does_not_read_is_the_first_line(
    upgrade: Any, reads: tuple[int, int], code: int, said: str
) -> None:
    ended, text = upgrade([], [], schema=55, reads=reads)
    assert ended == code
    assert text.splitlines()[0] == (
        f"aws-cdk-lib 2.300.0 writes schema 55 of the cloud assembly; cdk-assets {PINS.versions['cdk-assets']} {said}"
    )


def test_an_app_that_does_not_synthesize_is_a_result(upgrade: Any) -> None:
    code, text = upgrade([], RunError("Traceback\nTypeError: no X\npython3 app.py: Subprocess exited with error 1"))
    assert code == 1
    assert text.startswith("# Upgrade of the CDK: the app does not synthesize: TypeError: no X\n")
    assert text.endswith("    Traceback\n    TypeError: no X\n")


def test_the_pins_are_those_of_the_project() -> None:
    assert set(PINS.versions) == {"aws-cdk-lib", "aws-cdk.aws-glue-alpha", "constructs", "aws-cdk", "cdk-assets"}
    assert all(version[0].isdigit() for version in PINS.versions.values())


def test_without_versions_the_newest_are_wanted_but_of_the_alpha() -> None:
    newest = dict.fromkeys(PINS.versions, "")
    alpha = {"aws-cdk.aws-glue-alpha": PINS.versions["aws-cdk.aws-glue-alpha"]}
    assert wanted([], PINS.versions) == newest | alpha
    assert wanted(["AWS_CDK_lib==2.9.0", "cdk-assets"], PINS.versions) == {
        **PINS.versions,
        "aws-cdk-lib": "2.9.0",
        "cdk-assets": "",
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("aws-cdk-lib>=2", "'aws-cdk-lib>=2' is not one version; write such as aws-cdk-lib=="),
        ("aws-cdk-lib==2.*", "'aws-cdk-lib==2.*' is not one version; write such as aws-cdk-lib=="),
        ("aws-cdk-lib=2", "'aws-cdk-lib=2' is not a version; write such as aws-cdk-lib==2.275.0"),
        ("aws-cdk-libs==2.1.0", "aws-cdk-libs is not a package that makes the templates; did you mean aws-cdk-lib?"),
    ],
)
def test_what_is_no_version_is_one_line(given: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([given]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines()[0].startswith(said)


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (
            "WARNING: Retrying: NewConnectionError\nERROR: Could not find a version (from versions: none)\n"
            "ERROR: No matching distribution found for aws-cdk-lib",
            "the registry of Python packages cannot be reached: No matching distribution found for aws-cdk-lib",
        ),
        (
            "ERROR: Could not find a version that satisfies aws-cdk-lib==9 (from versions: 2.0.0, 2.1.0)\n"
            "ERROR: No matching distribution found for aws-cdk-lib==9",
            "the registry of Python packages: No matching distribution found for aws-cdk-lib==9",
        ),
        (
            "ERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies.\n"
            "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io",
            "the registry of Python packages: Cannot install a==1 and b==2 because these package versions have"
            " conflicting dependencies.",
        ),
    ],
)
def test_a_registry_that_cannot_be_reached_is_told_from_a_version_that_does_not_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, said: str
) -> None:
    pip = tmp_path / "pip"
    pip.write_text(f"#!{sys.executable}\nimport sys\nsys.exit({output!r})\n")
    pip.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(pip))
    with pytest.raises(RunError) as error:
        install({**PINS.versions, "aws-cdk-lib": "9"}, PINS, tmp_path)
    assert str(error.value) == said
