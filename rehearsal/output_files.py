"""The files that a buildspec names as a build's output artifacts."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rehearsal.errors import ActionFailed


def collect(artifacts: Mapping[str, Any], source: Path, target: Path) -> None:
    """Copy what `artifacts` (a buildspec's section) names from the build's folder `source` into `target`."""
    base = source / str(artifacts.get("base-directory") or ".")
    if not base.is_dir():
        raise ActionFailed(
            f"the buildspec's artifacts have the base-directory {base.name!r}, which the build did not make"
        )
    patterns = artifacts.get("files") or []
    patterns = [patterns] if isinstance(patterns, str) else patterns
    target.mkdir(parents=True)
    found = False
    for pattern in patterns:
        # `**/*` is every file at any depth; pathlib's glob follows it as CodeBuild does.
        for path in sorted(base.glob(str(pattern))):
            if path.is_file() or path.is_symlink():
                found = True
                place = target / (path.name if artifacts.get("discard-paths") else path.relative_to(base))
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, place, follow_symlinks=False)
    if not found:
        raise ActionFailed(f"no file matches the buildspec's artifacts {patterns} in {base.name!r}")
