"""The stages of a synthesized app: their templates, and the files of their assets."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.config.values import partition_of
from tools.assembly import Stack, stacks
from tools.job_arguments import RunError
from tools.stage_diff.templates import StackTemplate, UnreadableError


def synthesize(project: Path, config: Path, output: Path) -> None:
    """Synthesize the app of a project into a folder. Raise RunError with what the CDK says if that fails."""
    path = os.pathsep.join([str(PROJECT / "node_modules" / ".bin"), str(PROJECT / ".venv" / "bin"), os.environ["PATH"]])
    command = ["cdk", "synth", "--quiet", "--output", str(output), "--context", f"config={config}"]
    # The CDK's own validation is left out, as in build_stage/build.sh: what is compared will be built first.
    environment = {**os.environ, "PATH": path, "CDK_VALIDATION": "false"}
    try:
        done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    except FileNotFoundError:
        raise RunError("the CDK CLI is not installed; `make synth` installs it") from None
    if done.returncode:
        raise RunError(done.stderr.strip() or f"cdk synth ended with exit code {done.returncode}")


def read_stage(folder: Path, stage: str) -> tuple[StackTemplate, ...]:
    """Return the stacks of a stage of the pipeline, such as DeployProd, in the assembly `folder`.

    Raise RunError if the assembly has no such stage.
    """
    if not (folder / "manifest.json").is_file():
        raise RunError(f"{folder} is not the output of a synth: it has no manifest.json")
    staged = [stack for stack in stacks(folder) if stack.staged]
    found = tuple(templates(folder, [stack for stack in staged if _stage_of(stack) == stage]))
    if not found:
        names = ", ".join(dict.fromkeys(map(_stage_of, staged))) or "none"
        raise RunError(f"{folder} has no stage {stage}; it has: {names}")
    return found


def templates(folder: Path, found: Iterable[Stack]) -> Iterator[StackTemplate]:
    """Yield the templates of stacks in the assembly `folder`, which has the content of their assets."""
    files = {place: path for manifest in folder.rglob("*.assets.json") for place, path in _files(manifest)}

    def read(bucket: str, key: str) -> bytes:
        if (bucket, key) not in files:
            raise UnreadableError(f"s3://{bucket}/{key} is not an asset of this synth")
        return files[bucket, key].read_bytes()

    for stack in found:
        place = stack.environment
        partition = partition_of(place.region) if place.known else ""
        yield StackTemplate(stack.name, stack.template, place.account, place.region, partition, read)


def _stage_of(stack: Stack) -> str:
    return stack.id.split("/")[-2]


def _files(manifest: Path) -> Iterator[tuple[tuple[str, str], Path]]:
    """Yield the bucket and key of each file that a stack publishes as it is, with its path."""
    for item in json.loads(manifest.read_text(encoding="utf-8")).get("files", {}).values():
        path = manifest.parent / str(item.get("source", {}).get("path", ""))
        if item.get("source", {}).get("packaging") == "file" and path.is_file():
            for place in item["destinations"].values():
                yield (place["bucketName"], place["objectKey"]), path
