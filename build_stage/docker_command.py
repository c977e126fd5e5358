"""The docker command lines that run something in AWS's own Glue image; nothing here runs them.

The job scripts are mounted read-only as the working directory, without the rest of this project: neither the stand-in
for `awsglue` nor another Spark is on the image's path. A container gets no AWS credentials, unless a profile is named.
Source: https://docs.aws.amazon.com/glue/latest/dg/develop-local-docker-image.html
"""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REGISTRY = "public.ecr.aws/glue/aws-glue-libs"
HOME = "/home/hadoop"


@dataclass(frozen=True)
class Image:
    """An image by its tag, and by its digest where that is known: a tag may move, a digest is the content."""

    tag: str
    digest: str = ""  # "sha256:…", of the index over all processors

    @property
    def name(self) -> str:
        return f"{REGISTRY}:{self.tag}" + (f"@{self.digest}" if self.digest else "")


# By Glue version. The digests are not known: there was no Docker and no way to the registry where this was written.
# `docker buildx imagetools inspect IMAGE` prints one, to fill in here; the dev container then names it too.
IMAGES = {
    "5.0": Image("5"),
    "5.1": Image("5.1.0"),
}


@dataclass(frozen=True)
class Mount:
    """A file or folder of this machine as the container sees it, below the home of the image's user."""

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True)
class Container:
    """A container of a Glue version: its name, with which it can be stopped, and what is lent to it."""

    glue_version: str
    name: str
    job_scripts: Path
    aws_profile: str | None = None

    @property
    def image(self) -> str:
        return IMAGES[self.glue_version].name

    def test_command(self, reports: Path, pytest_arguments: Iterable[str] = ()) -> list[str]:
        """Run the job tests and write `jobs-<version>.xml` (JUnit) into `reports`."""
        report = f"{HOME}/reports/jobs-{self.glue_version}.xml"
        pytest = ["python3", "-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={report}", *pytest_arguments]
        return self._docker_run(pytest, mounts=[Mount(reports, "reports", writable=True)])

    def run_command(self, script: str, arguments: Mapping[str, str], mounts: Iterable[Mount]) -> list[str]:
        """Run `script`, a path relative to the job scripts."""
        values = [part for pair in arguments.items() for part in pair]
        return self._docker_run(["spark-submit", f"{HOME}/workspace/{script}", *values], mounts)

    def shell_command(self, terminal: bool) -> list[str]:
        """Open pyspark: with a prompt on a terminal, else reading its input to the end."""
        return self._docker_run(["pyspark"], flags=["--interactive", *(["--tty"] if terminal else [])])

    def _docker_run(self, command: Sequence[str], mounts: Iterable[Mount] = (), flags: Sequence[str] = ()) -> list[str]:
        lent = [Mount(self.job_scripts, "workspace"), *mounts]
        environment = {"PYTHONDONTWRITEBYTECODE": "1"}
        if not self.aws_profile:
            environment["AWS_REGION"] = "us-east-1"  # Glue's Java library looks for one, and has no profile to find it
        else:
            lent.append(Mount(Path.home() / ".aws", ".aws"))
            environment["AWS_PROFILE"] = self.aws_profile
        return [
            *("docker", "run", "--rm", "--init", "--name", self.name, *flags),  # --init passes Ctrl-C on
            *(part for name, value in environment.items() for part in ("--env", f"{name}={value}")),
            *(part for mount in lent for part in ("--mount", self._mount_option(mount))),
            *("--workdir", f"{HOME}/workspace", self.image),
            # The image's entry point is `bash -l`, which sets the paths; it makes room for the command.
            *("-c", f"exec {shlex.join(command)}"),
        ]

    def _mount_option(self, mount: Mount) -> str:
        """`--mount` takes one CSV record; unlike `--volume` it makes no folder where the source is missing."""
        fields = ["type=bind", f"source={mount.source}", f"target={HOME}/{mount.target}"]
        record = io.StringIO()
        csv.writer(record, lineterminator="").writerow(fields if mount.writable else [*fields, "readonly"])
        return record.getvalue()
