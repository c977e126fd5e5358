"""The stages of a synthesized app: their templates, and the files of their assets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from aws_glue_cdk_baseline.config.regions import partition_of
from tools.assembly import Stack, stacks
from tools.job_arguments import RunError
from tools.stage_diff.templates import StackTemplate, UnreadableError


def read_stage(folder: Path, stage: str) -> tuple[StackTemplate, ...]:
    """Return the stacks of a stage of the pipeline, such as DeployProd, in the assembly `folder`.

    Raise RunError if the assembly has no such stage.
    """
    if not (folder / "manifest.json").is_file():
        raise RunError(f"{folder} is not the output of a synth: it has no manifest.json")
    names = stage_names(folder)
    if stage not in names:
        raise RunError(f"{folder} has no stage {stage}; it has: {', '.join(names) or 'none'}")
    wanted = [stack for stack in stacks(folder) if stack.staged and _stage_of(stack) == stage]
    return tuple(templates(folder, wanted))


def stage_names(folder: Path) -> list[str]:
    """Return the stages of the pipeline in an assembly, such as DeployDev."""
    return list(dict.fromkeys(_stage_of(stack) for stack in stacks(folder) if stack.staged))


def templates(folder: Path, found: Iterable[Stack]) -> Iterator[StackTemplate]:
    """Yield the templates of stacks in the assembly `folder`, which has the content of their assets."""
    # By key alone: it is the hash of the content, and the bucket may name an account that is not known.
    files = {key: path for manifest in folder.rglob("*.assets.json") for key, path in _files(manifest)}

    def read(bucket: str, key: str) -> bytes:
        if key not in files:
            raise UnreadableError(f"s3://{bucket}/{key} is not an asset of this synth")
        return files[key].read_bytes()

    for stack in found:
        place = stack.environment
        partition = partition_of(place.region)
        yield StackTemplate(stack.name, stack.template, place.account, place.region, partition, read)


def _stage_of(stack: Stack) -> str:
    return stack.id.split("/")[-2]


def _files(manifest: Path) -> Iterator[tuple[str, Path]]:
    """Yield the key of each file that a stack publishes as it is, with its path."""
    for item in json.loads(manifest.read_text(encoding="utf-8")).get("files", {}).values():
        path = manifest.parent / str(item.get("source", {}).get("path", ""))
        if item.get("source", {}).get("packaging") == "file" and path.is_file():
            for place in item["destinations"].values():
                yield place["objectKey"], path
