"""The files of the project: an asset, with which a new Git repository begins; and none of them is a credential."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from aws_cdk import CopyOptions, FileSystem, IgnoreMode, Stage
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.config.errors import ErrorLine
from aws_glue_cdk_baseline.pipeline.secret_scan import CredentialError, refuse_credentials

UNSTAGED = "has no effect with --no-staging: all of this folder would be packed, .git too; leave that option out"


def source_code(scope: Construct, construct_id: str) -> assets.Asset:
    """Return an asset of the project folder, without `.git`, virtual environments and ignored files.

    Raise CredentialError if a file in it, or one that Git tracks, looks like a credential.
    """
    asset = assets.Asset(scope, construct_id, path=str(PROJECT), ignore_mode=IgnoreMode.GIT, exclude=_left_out(scope))
    folder = Path(_app_of(scope).asset_outdir, asset.asset_path)
    if folder == PROJECT:
        raise CredentialError([ErrorLine(".gitignore", 1, "", UNSTAGED)])
    _refuse_credentials_in(folder)
    return asset


def check_source_code(scope: Construct) -> None:
    """Do the check of `source_code`, without an asset: the files are in a Git repository already."""
    with TemporaryDirectory() as folder:
        options = CopyOptions(ignore_mode=IgnoreMode.GIT, exclude=_left_out(scope))
        FileSystem.copy_directory(str(PROJECT), folder, options)
        _refuse_credentials_in(Path(folder))


def _left_out(scope: Construct) -> list[str]:
    rules = PROJECT / ".gitignore"
    ignored = rules.read_text(encoding="utf-8", errors="surrogateescape").splitlines() if rules.is_file() else []
    return [*ignored, ".git", *_made_folders(), *_ignored_elsewhere(), *_output_of(scope)]


def _refuse_credentials_in(copy: Path) -> None:
    """Raise CredentialError if a file that is in a copy of the project, or that Git tracks, looks like a credential."""
    packed = (file.relative_to(copy).as_posix() for file in copy.rglob("*") if file.is_file())
    names = {*packed, *_git("ls-files", "-z")}
    refuse_credentials({name: PROJECT / name for name in sorted(names)}, PROJECT)


def _made_folders() -> list[str]:
    """Return the folders of virtual environments and of the CDK's output, as patterns of .gitignore.

    A virtual environment has a file pyvenv.cfg or a folder conda-meta, the CDK's output a file cdk.out.
    """
    found = []
    for folder, subfolders, files in os.walk(PROJECT):
        if "pyvenv.cfg" in files or "conda-meta" in subfolders or "cdk.out" in files:
            found.append(_pattern(os.path.relpath(folder, PROJECT)))
            subfolders.clear()
        subfolders[:] = [name for name in subfolders if name not in (".git", "node_modules", "cdk.out")]
    return sorted(found)


def _ignored_elsewhere() -> list[str]:
    """Return the files that git ignores by other rules: of subfolders, of `.git/info/exclude` and of the user."""
    return [
        _pattern(name) for name in _git("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
    ]


def _git(*arguments: str) -> list[str]:
    """Return the names that git prints, or none outside a repository: the pipeline builds from an archive."""
    own = f"safe.directory={PROJECT}"  # in a container, another user owns the folder, and git would refuse it
    try:
        result = subprocess.run(["git", "-c", own, "-C", str(PROJECT), *arguments], capture_output=True)
    except FileNotFoundError:
        return []
    names = result.stdout.decode(errors="surrogateescape").split("\0")
    return [
        name for name in names if name not in ("", "./")
    ]  # git prints ./ if a repository around this folder ignores it


def _output_of(scope: Construct) -> list[str]:
    """Return the output folder of this synth if it is in the project: `cdk synth -o` accepts any folder."""
    outdir = os.path.realpath(_app_of(scope).outdir)
    return [_pattern(os.path.relpath(outdir, PROJECT))] if outdir.startswith(f"{PROJECT}{os.sep}") else []


def _app_of(scope: Construct) -> Stage:
    app = Stage.of(scope)
    assert app is not None, "every stack of this project is in an app"
    return app


def _pattern(name: str) -> str:
    """Return a file or folder of the project as a pattern of .gitignore."""
    return "/" + re.sub(r"([\\*?\[\] ])", r"\\\1", name.replace(os.sep, "/"))
