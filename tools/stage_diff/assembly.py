"""The stages of a synthesized app: their templates, and the files of their assets."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.config.values import partition_of
from tools.job_arguments import RunError
from tools.stage_diff.templates import StackTemplate, UnreadableError

STACK, ASSEMBLY, ASSETS = "aws:cloudformation:stack", "cdk:cloud-assembly", "cdk:asset-manifest"


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
    manifest = _manifest(folder)
    names = []
    for artifact in manifest["artifacts"].values():
        if artifact["type"] == ASSEMBLY:
            properties = artifact["properties"]
            names.append(str(properties.get("displayName", "")).rpartition("/")[2])
            if names[-1] == stage:
                return tuple(read_stacks(folder / properties["directoryName"]))
    raise RunError(f"{folder} has no stage {stage}; it has: {', '.join(names) or 'none'}")


def read_stacks(folder: Path) -> Iterator[StackTemplate]:
    """Yield the stacks of an assembly, without those of its stages."""
    artifacts = _manifest(folder)["artifacts"]
    files: dict[tuple[str, str], Path] = {}
    for artifact in artifacts.values():
        if artifact["type"] == ASSETS:
            files.update(_files(folder, folder / artifact["properties"]["file"]))

    def read(bucket: str, key: str) -> bytes:
        if (bucket, key) not in files:
            raise UnreadableError(f"s3://{bucket}/{key} is not an asset of this synth")
        return files[bucket, key].read_bytes()

    for name, artifact in artifacts.items():
        if artifact["type"] == STACK:
            properties = artifact["properties"]
            account, _, region = str(artifact.get("environment", "")).removeprefix("aws://").partition("/")
            yield StackTemplate(
                properties.get("stackName", name),
                json.loads((folder / properties["templateFile"]).read_text(encoding="utf-8")),
                account=account,
                region=region,
                partition=partition_of(region),
                read=read,
            )


def _manifest(folder: Path) -> Mapping[str, Any]:
    file = folder / "manifest.json"
    if not file.is_file():
        raise RunError(f"{folder} is not the output of a synth: it has no manifest.json")
    found: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _files(folder: Path, manifest: Path) -> Iterator[tuple[tuple[str, str], Path]]:
    """Yield the bucket and key of each file that the assembly publishes as it is, with its path."""
    for item in json.loads(manifest.read_text(encoding="utf-8")).get("files", {}).values():
        path = folder / str(item.get("source", {}).get("path", ""))
        if item.get("source", {}).get("packaging") == "file" and path.is_file():
            for place in item["destinations"].values():
                yield (place["bucketName"], place["objectKey"]), path
