"""The files that a Glue reader reads: the `paths` of its connection options, on this machine or in S3."""

from __future__ import annotations

import bz2
import gzip
import json
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from awsglue import _s3
from awsglue._coverage import check_options, is_true, not_covered

CONNECTION_TYPES = ("s3", "file")
# Options that make Glue faster and change no result: accepted, and ignored.
SPEED_ONLY = (
    *("groupFiles", "groupSize", "maxBand", "maxFilesInBand", "isFailFast", "useS3ListImplementation"),
    *("boundedSize", "boundedFiles", "compressionType"),
)
SPEED_ONLY_FORMAT = ("blockSize", "pageSize", "optimizePerformance", "useGlueParquetWriter")
# Up to this size, one process reads files sooner than Spark has started its own.
SMALL_BYTES = 32_000_000
CODECS = (".snappy", ".lz4", ".zst", ".deflate")  # only Spark opens these
OPENERS = {".gz": gzip.open, ".bz2": bz2.open}


@dataclass(frozen=True)
class InputFiles:
    """The URIs of files, each with its name for messages; `base` is the folder whose subfolders are partitions, if any.

    A URI is as Spark takes it, `file:///…` or `s3://…`, without escapes. `modified` are the times of those in S3, in
    milliseconds.
    """

    names: Mapping[str, str]
    base: str | None
    modified: Mapping[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The bytes of all files, as they are stored."""
        return sum(_s3.local(uri).stat().st_size for uri in self.names)

    @property
    def partition_keys(self) -> set[str]:
        """The names of the columns that the folders below `base` make."""
        below = [uri.removeprefix(self.base).split("/")[:-1] for uri in self.names] if self.base else []
        return {part.partition("=")[0] for parts in below for part in parts if "=" in part}


def input_files(connection_options: Mapping[str, Any]) -> InputFiles:
    """Return the files to read, without hidden ones (`_`, `.`). Warn of a path that does not exist, as Glue does."""
    check_options("reading: connection", connection_options, ["paths", "recurse", "exclusions", *SPEED_ONLY])
    _check_compression(connection_options.get("compressionType"))
    paths = connection_options.get("paths")
    if isinstance(paths, str) or not paths:
        raise ValueError(f"connection_options['paths'] must be a list of paths, not {paths!r}")
    recurse = is_true(connection_options.get("recurse", False))
    excluded = _patterns(connection_options.get("exclusions"))
    names: dict[str, str] = {}
    modified: dict[str, int] = {}
    folders: dict[str, tuple[str, ...]] = {}  # of each file, below the path that was read
    roots: list[str] = []
    for path in paths:
        found, times, root = _find(str(path), recurse)
        roots.append(root)
        if not found:
            warnings.warn(f"{path} does not exist or is empty: no rows are read from it", stacklevel=4)
        for uri, relative in found.items():
            name = uri.removeprefix("file://")
            visible = not any(part.startswith(("_", ".")) and "=" not in part for part in relative.split("/"))
            if visible and not any(pattern.fullmatch(text) for pattern in excluded for text in (relative, name)):
                names[uri] = name
                modified |= {uri: times[uri]} if uri in times else {}
                folders[uri] = tuple(relative.split("/")[:-1])
    return InputFiles(names, roots[0] if len(roots) == 1 and _are_partitions(folders.values()) else None, modified)


def open_text(uri: str) -> IO[str]:
    """Open a file as text. Its suffix tells the compression, as in Spark; bytes that are not UTF-8 are replaced."""
    opener = OPENERS.get(PurePosixPath(uri).suffix, open)
    return opener(_s3.local(uri), "rt", encoding="utf-8", errors="replace")  # type: ignore[operator, no-any-return]


def _are_partitions(folders: Iterable[tuple[str, ...]]) -> bool:
    """Return true if all files lie in partitions of the same keys, such as `year=2026/month=11`."""
    keys = {tuple(part.partition("=")[0] if "=" in part else "" for part in parts) for parts in folders}
    return len(keys) == 1 and all(keys) and all(next(iter(keys)))


def _find(path: str, recurse: bool) -> tuple[dict[str, str], dict[str, int], str]:
    """Return the URIs of the files at and below a path, each with its name below the path, and the path's own URI.

    Between them are the times at which objects of S3 were modified, in milliseconds.
    """
    if _s3.is_s3(path):
        objects = _s3.find(path, recurse)
        if not objects:
            _refuse_pattern(path)
        times = {item.uri: round(item.modified.timestamp() * 1000) for item in objects}
        return {item.uri: item.name for item in objects}, times, f"s3://{path.partition('://')[2]}"
    local = Path(path.removeprefix("file://")).absolute()
    if local.is_dir():
        entries = sorted(local.rglob("*") if recurse else local.iterdir())
        found = {f"file://{file}": file.relative_to(local).as_posix() for file in entries if file.is_file()}
        return found, {}, f"file://{local}"
    if not local.exists():
        _refuse_pattern(path)
        return {}, {}, f"file://{local}"
    return {f"file://{local}": local.name}, {}, f"file://{local}"


def _refuse_pattern(path: str) -> None:
    if any(character in path for character in "*?{["):
        not_covered(f"the pattern {path!r} in paths", "name the folder, and use recurse and exclusions")


def _check_compression(given: object) -> None:
    # Spark recognizes gzip and bzip2 by the suffix of the file.
    if given not in (None, "", "gzip", "bzip", "bzip2", "none"):
        not_covered(f"compressionType {given!r}", "use gzip or bzip2")


def _patterns(exclusions: Any) -> list[re.Pattern[str]]:
    """Compile Glue's glob patterns, given as a list or as a JSON list.

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
        # Kept as it is: inside brackets a hyphen is a range.
        regex += token if token == "-" else re.escape(token.removeprefix("\\")) if literal else tokens[token]
    return regex
