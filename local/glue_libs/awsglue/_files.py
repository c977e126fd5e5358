"""Which files a Glue reader reads: the `paths` of its connection options, on this machine or in S3."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from awsglue import _objects
from awsglue._coverage import check_options, is_true, not_covered

SPEED_ONLY = (
    *("groupFiles", "groupSize", "maxBand", "maxFilesInBand", "isFailFast", "useS3ListImplementation"),
    *("boundedSize", "boundedFiles", "compressionType"),
)


@dataclass(frozen=True)
class InputFiles:
    """Local files and what a message calls each; `base` is the folder whose subfolders may be partitions."""

    names: Mapping[Path, str]
    base: Path | None


def input_files(connection_options: Mapping[str, Any]) -> InputFiles:
    """The files to read, hidden ones (`_`, `.`) left out; a path that does not exist is a warning, as in Glue."""
    check_options("reading: connection", connection_options, ["paths", "recurse", "exclusions", *SPEED_ONLY])
    _check_compression(connection_options.get("compressionType"))
    paths = connection_options.get("paths")
    if isinstance(paths, str) or not paths:
        raise ValueError(f"connection_options['paths'] must be a list of paths, not {paths!r}")
    recurse = is_true(connection_options.get("recurse", False))
    excluded = _patterns(connection_options.get("exclusions"))
    names: dict[Path, str] = {}
    roots: list[Path] = []
    for path in paths:
        found, root = _find(str(path), recurse)
        roots.append(root)
        if not found:
            warnings.warn(f"{path} does not exist or is empty: no rows are read from it", stacklevel=4)
        for file, name in found.items():
            relative = file.relative_to(root).as_posix() if file != root else file.name
            visible = not any(part.startswith(("_", ".")) and "=" not in part for part in relative.split("/"))
            if visible and not any(pattern.fullmatch(text) for pattern in excluded for text in (relative, name)):
                names[file] = name
    return InputFiles(names, _partitioned(list(names), roots))


def _partitioned(files: list[Path], roots: list[Path]) -> Path | None:
    """The one folder whose files all lie in partitions of the same keys: `year=2026/month=11`."""
    if len(roots) != 1:
        return None
    keys = {
        tuple(part.partition("=")[0] if "=" in part else "" for part in file.relative_to(roots[0]).parts[:-1])
        for file in files
        if file != roots[0]
    }
    return roots[0] if len(keys) == 1 and all(keys) and all(next(iter(keys))) else None


def _find(path: str, recurse: bool) -> tuple[dict[Path, str], Path]:
    if _objects.is_s3(path):
        objects = _objects.find(path, recurse)
        if not objects:
            _refuse_pattern(path)
            return {}, Path(path)
        root = _objects.fetch(objects)
        return {root / item.name: f"s3://{item.bucket}/{item.key}" for item in objects}, root
    local = Path(path.removeprefix("file://")).absolute()
    if local.is_dir():
        entries = sorted(local.rglob("*") if recurse else local.iterdir())
        return {file: str(file) for file in entries if file.is_file()}, local
    if not local.exists():
        _refuse_pattern(path)
        return {}, local
    return {local: str(local)}, local


def _refuse_pattern(path: str) -> None:
    if any(character in path for character in "*?{["):
        not_covered(f"the pattern {path!r} in paths", "name the folder, with recurse and exclusions")


def _check_compression(given: object) -> None:
    # Spark tells gzip and bzip2 by the file's suffix.
    if given not in (None, "", "gzip", "bzip", "bzip2", "none"):
        not_covered(f"compressionType {given!r}", "use gzip or bzip2")


def _patterns(exclusions: Any) -> list[re.Pattern[str]]:
    """Glue's glob patterns, given as a JSON list or a list.

    Source: https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html#crawler-data-stores-exclude
    """
    listed = json.loads(exclusions) if isinstance(exclusions, str) else exclusions or []
    return [re.compile(_translate(pattern), re.DOTALL) for pattern in listed]


def _translate(pattern: str) -> str:
    tokens = {"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|", "[!": "[^", "[": "[", "]": "]"}
    depth, regex = 0, ""
    for token in re.findall(r"\\.|\*\*|\[!|.", pattern, re.DOTALL):
        depth += (token == "{") - (token == "}")
        literal = token not in tokens or (token == "," and not depth)
        # A hyphen inside brackets is a range.
        regex += token if token == "-" else re.escape(token.removeprefix("\\")) if literal else tokens[token]
    return regex
