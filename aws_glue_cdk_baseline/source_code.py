"""The project's own files, as the Git repository gets them on the first deployment."""

from __future__ import annotations

import os

from aws_cdk import IgnoreMode, Stage
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from aws_glue_cdk_baseline.config import PROJECT


def source_code(scope: Construct, construct_id: str) -> assets.Asset:
    """An asset of the project folder by the rules of its .gitignore, hashed by content: no `.git`, no virtual
    environment whatever its name, nothing that git ignores."""
    ignored = (PROJECT / ".gitignore").read_text(encoding="utf-8").splitlines()
    return assets.Asset(
        scope,
        construct_id,
        path=str(PROJECT),
        ignore_mode=IgnoreMode.GIT,
        exclude=[*ignored, ".git", *_virtual_environments(), *_output_of(scope)],
    )


def _virtual_environments() -> list[str]:
    """The folders that hold a pyvenv.cfg, as .gitignore would name them."""
    found = []
    for folder, subfolders, files in os.walk(PROJECT):
        if "pyvenv.cfg" in files:
            found.append(_pattern(folder))
            subfolders.clear()
        subfolders[:] = [name for name in subfolders if name not in (".git", "node_modules", "cdk.out")]
    return sorted(found)


def _output_of(scope: Construct) -> list[str]:
    """Where this synth writes: `cdk synth -o` may name any folder of the project."""
    app = Stage.of(scope)
    outdir = os.path.realpath(app.outdir) if app else str(PROJECT)
    return [_pattern(outdir)] if outdir.startswith(f"{PROJECT}{os.sep}") else []


def _pattern(folder: str) -> str:
    return "/" + os.path.relpath(folder, PROJECT).replace(os.sep, "/")
