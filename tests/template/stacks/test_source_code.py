"""The files that the Git repository starts with; they depend on nothing but the folder's content."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import aws_cdk as core
import pytest

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.jobs.scripts import ScriptAssets
from aws_glue_cdk_baseline.pipeline import source_code
from aws_glue_cdk_baseline.pipeline.secret_scan import CredentialError

NOT_COPIED = shutil.ignore_patterns(
    ".git", "node_modules", "cdk.out", "reports", "pyvenv.cfg", ".venv", "venv", ".*_cache"
)
PLANTED = [
    ".env",
    ".env.local",
    "id.pem",
    ".git/config",
    ".git/HEAD",
    "my-python/pyvenv.cfg",
    "my-python/lib/site.py",
    "tools/nested env/pyvenv.cfg",
    "tools/nested env/bin/activate",
    "node_modules/aws-cdk/index.js",
    "cdk.out/manifest.json",
    "aws_glue_cdk_baseline/__pycache__/x.pyc",
    "reports/cdk.xml",
    "conda-env/conda-meta/history",
    "conda-env/bin/python",
    "keys/tls.key",
    "frontend/node_modules/x/index.js",
    "earlier-output/cdk.out",
    "earlier-output/asset.1/app.py",
]
KEY_ID = "AK" + "IA" + "Q3EGRTZ7UVPWXYAB"  # in two parts, so that this file has none in it


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    (folder / "jobs").mkdir(parents=True)
    for name, text in {".gitignore": (PROJECT / ".gitignore").read_text(), "app.py": "1", "jobs/a.py": "2"}.items():
        (folder / name).write_text(text)
    monkeypatch.setattr(source_code, "PROJECT", folder)
    return folder


def asset_of(project: Path, outdir: Path | None = None) -> tuple[str, list[str]]:
    """The hash of the asset and the files in it."""
    app = core.App(outdir=str(outdir or project / "cdk.out"))
    stack = core.Stack(app, "Test")
    core.CfnWaitConditionHandle(stack, "Any")  # a template has at least one resource
    asset = source_code.source_code(stack, "SourceCode")
    staged = Path(app.synth().directory) / f"asset.{asset.asset_hash}"
    return asset.asset_hash, sorted(str(file.relative_to(staged)) for file in staged.rglob("*") if file.is_file())


def test_only_the_projects_own_files_get_in(project: Path) -> None:
    clean_hash, files = asset_of(project)
    assert files == [".gitignore", "app.py", "jobs/a.py"]
    for name in PLANTED:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("planted")
    assert asset_of(project, outdir=project.parent / "out") == (clean_hash, files)


def git(project: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(project), *arguments], check=True, capture_output=True)


def test_what_git_ignores_by_other_rules_than_the_projects_stays_out(project: Path) -> None:
    clean_hash, files = asset_of(project)
    git(project, "init")
    (project / ".git/info/exclude").write_text("/notes*\n")
    for name, text in {
        "notes [1].txt": KEY_ID,
        "scratch/.gitignore": "*",  # as the caches and environments of some tools have it
        "scratch/keys.txt": KEY_ID,
        "jobs/deep/.gitignore": "/data/\n.gitignore\n",
        "jobs/deep/data/keys.txt": KEY_ID,
    }.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    git(project, "add", "app.py")
    assert asset_of(project, outdir=project.parent / "out") == (
        clean_hash,
        files,
    )  # CDK reads a path once for each outdir


def refused(project: Path) -> str:
    with pytest.raises(CredentialError) as raised:
        asset_of(project)
    return str(raised.value).split(", and would")[0]


@pytest.mark.parametrize("in_git", [True, False])
def test_a_file_about_to_be_packed_that_looks_like_a_credential_stops_the_synth(project: Path, in_git: bool) -> None:
    if in_git:
        git(project, "init")
    (project / "jobs/b.py").write_text(f"\nkey = '{KEY_ID}'\n")
    assert refused(project) == "jobs/b.py:2: looks like an AWS access key id"


def test_a_file_that_git_tracks_stops_the_synth_though_it_is_ignored(project: Path) -> None:
    git(project, "init")
    (project / ".env").write_text("A=1")
    asset_of(project)
    git(project, "add", "--force", ".env")
    assert refused(project) == ".env:1: looks like environment variables by its name"


def test_a_job_script_that_git_ignores_is_looked_at_as_well(project: Path) -> None:
    (project / "ignored.py").write_text(f"key = '{KEY_ID}'")
    with pytest.raises(CredentialError, match=r"ignored\.py:1: looks like an AWS access key id"):
        ScriptAssets(core.Stack(), "Scripts").upload(project / "ignored.py")


def test_without_staging_nothing_is_packed(project: Path) -> None:
    app = core.App(outdir=str(project / "cdk.out"), context={"aws:cdk:disable-asset-staging": True})
    with pytest.raises(CredentialError, match=r"^\.gitignore:1: has no effect with --no-staging: all of this folder"):
        source_code.source_code(core.Stack(app, "Test"), "SourceCode")


def test_without_a_gitignore_all_is_the_projects_own(project: Path) -> None:
    (project / ".gitignore").unlink()
    assert asset_of(project, outdir=project.parent / "out")[1] == ["app.py", "jobs/a.py"]


def test_in_a_folder_of_another_repository_its_rules_hold(project: Path) -> None:
    git(project.parent, "init")
    (project.parent / ".gitignore").write_text("*.local\n")
    (project / "x.local").write_text(KEY_ID)
    assert "x.local" not in asset_of(project, outdir=project.parent / "out")[1]


def test_the_synth_ends_with_one_line_and_exit_code_1(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(PROJECT, copy, ignore=NOT_COPIED)
    (copy / "notes.txt").write_text(f"for the demo: {KEY_ID}\n")
    command = [sys.executable, "app.py"]
    run = subprocess.run(command, cwd=copy, env=environment(tmp_path / "out"), capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.startswith("notes.txt:1: looks like an AWS access key id, and would go to the Git repository; ")
    assert run.stderr.count("\n") == 1


def test_the_folder_that_synth_writes_to_is_left_out(project: Path) -> None:
    hash_of_default, files = asset_of(project)
    assert asset_of(project, outdir=project / "out") == (hash_of_default, files)


def test_the_hash_follows_the_content_alone(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = [asset_of(project)[0]]
    for name, text in (("same", "1"), ("other", "one")):  # a copy each: CDK hashes a path once in a process
        copy = Path(shutil.copytree(project, project.with_name(name), ignore=NOT_COPIED, copy_function=shutil.copyfile))
        (copy / "app.py").write_text(text)
        monkeypatch.setattr(source_code, "PROJECT", copy)
        hashes.append(asset_of(copy)[0])
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.slow
def test_two_synths_and_one_of_a_copy_say_nothing_and_give_the_same_bytes(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(PROJECT, copy, ignore=NOT_COPIED)
    (copy / "another-venv").mkdir()
    (copy / "another-venv" / "pyvenv.cfg").write_text("")
    folders = {tmp_path / "one": PROJECT, tmp_path / "two": PROJECT, tmp_path / "three": copy}
    runs = [
        subprocess.Popen([sys.executable, "app.py"], cwd=cwd, env=environment(outdir), stderr=subprocess.PIPE)
        for outdir, cwd in folders.items()
    ]
    for run in runs:
        _, errors = run.communicate()
        assert (run.returncode, errors.decode()) == (0, "")  # no warning, no deprecation
    one, two, three = (templates(outdir) for outdir in folders)
    assert len(one) == 3
    assert one == two == three


def environment(outdir: Path) -> dict[str, str]:
    """Return the variables that the CDK CLI passes to an app."""
    context = json.loads((PROJECT / "cdk.json").read_text(encoding="utf-8"))["context"]
    return {**os.environ, "CDK_OUTDIR": str(outdir), "CDK_CONTEXT_JSON": json.dumps(context)}


def templates(outdir: Path) -> dict[str, bytes]:
    return {str(file.relative_to(outdir)): file.read_bytes() for file in outdir.rglob("*.template.json")}
