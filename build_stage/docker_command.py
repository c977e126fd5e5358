"""Write the docker command lines for AWS's Glue image: to test the jobs, run one, or open a shell. Nothing runs here.

The container sees the job scripts, read-only, as its working directory. So Python finds the image's own `awsglue` and
Spark, and not those of this project. The job tests also see `samples/` and the plugin sample_fixture.py, both
read-only, and the folder of the reports, into which they write; it has the file that tells the plugin what the config
says. A container has no AWS credentials unless a profile is named.
Source: https://docs.aws.amazon.com/glue/latest/dg/develop-local-docker-image.html
"""

from __future__ import annotations

import csv
import io
import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT
from build_stage import job_inputs
from build_stage.docker_engine import ImageError
from build_stage.image_packages import PIP, image_lock

JOB_SCRIPTS = PROJECT / "aws_glue_cdk_baseline" / "job_scripts"
REGISTRY = "public.ecr.aws/glue/aws-glue-libs"
HOME = "/home/hadoop"
SAMPLES = PROJECT / "samples"
PLUGIN = Path(__file__).with_name("sample_fixture.py")


@dataclass(frozen=True)
class Image:
    """An image, by its tag and its digest. A tag can get another image later, a digest cannot."""

    tag: str
    digest: str = ""  # "sha256:…": the digest of the index of all processors

    @property
    def name(self) -> str:
        return f"{REGISTRY}:{self.tag}" + (f"@{self.digest}" if self.digest else "")


# The image of each Glue version that has a public one. To pin it, add the digest that `docker buildx imagetools inspect
# IMAGE` prints, here and in .devcontainer/devcontainer.json.
IMAGES = {
    "5.0": Image("5"),
    "5.1": Image("5.1.0"),
}


@dataclass(frozen=True)
class Mount:
    """A file or folder of this machine, and its path in the container, relative to the home of the image's user."""

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True)
class Container:
    """A container of a Glue version. Its name is unique, so that it can be stopped by name."""

    glue_version: str
    name: str
    job_scripts: Path
    aws_profile: str | None = None
    samples: Path | None = None
    packages: Path | None = None  # a lock file of packages to install first

    @property
    def image(self) -> str:
        return IMAGES[self.glue_version].name

    def test_command(self, reports: Path, pytest_arguments: Iterable[str] = ()) -> list[str]:
        """Return the command that runs the job tests and writes `jobs-<version>.xml` (JUnit) into `reports`."""
        report = f"{HOME}/reports/jobs-{self.glue_version}.xml"
        options = ["-p", "no:cacheprovider", "-p", PLUGIN.stem, f"--junitxml={report}"]
        mounts = [Mount(reports, "reports", writable=True), Mount(PLUGIN, f"plugins/{PLUGIN.name}")]
        mounts += [Mount(self.samples, "samples")] if self.samples else []
        return self._docker_run(
            ["python3", "-m", "pytest", *options, *pytest_arguments],
            mounts,
            environment={"JOB_INPUTS": f"{HOME}/reports/{job_inputs.FILE}", "JOB_SAMPLES": f"{HOME}/samples"},
            path="plugins",
        )

    def run_command(self, script: str, arguments: Mapping[str, str], mounts: Iterable[Mount]) -> list[str]:
        """Return the command that runs a job script, given by its path relative to the folder of job scripts."""
        values = [part for pair in arguments.items() for part in pair]
        return self._docker_run(["spark-submit", f"{HOME}/workspace/{script}", *values], mounts, path="workspace")

    def shell_command(self, terminal: bool) -> list[str]:
        """Return the command that opens pyspark. Without a terminal, pyspark reads its commands from standard input."""
        return self._docker_run(["pyspark"], flags=["--interactive", *(["--tty"] if terminal else [])])

    def _docker_run(
        self,
        command: Sequence[str],
        mounts: Iterable[Mount] = (),
        flags: Sequence[str] = (),
        environment: Mapping[str, str] = {},
        path: str = "",
    ) -> list[str]:
        """Return a `docker run` of the command. `path` is a folder of the image's home for the end of PYTHONPATH."""
        shared = [Mount(self.job_scripts, "workspace"), *mounts]
        # The image's entry point is `bash -l`, which sets the paths; a path of ours comes after them. `exec` replaces
        # bash, so that signals arrive.
        line = f"{_with_path(path)}exec {shlex.join(command)}"
        if self.packages:
            shared.append(Mount(self.packages, "packages.lock"))
            line = f"{PIP} -r {HOME}/packages.lock && {line}"
        environment = {"PYTHONDONTWRITEBYTECODE": "1", **environment}
        if not self.aws_profile:
            environment["AWS_REGION"] = "us-east-1"  # Glue's Java library needs one
        else:
            shared.append(Mount(Path.home() / ".aws", ".aws"))
            environment["AWS_PROFILE"] = self.aws_profile
        return [
            *("docker", "run", "--rm", "--init", "--name", self.name, *flags),  # --init passes Ctrl-C on
            *(part for name, value in environment.items() for part in ("--env", f"{name}={value}")),
            *(part for mount in shared for part in ("--mount", self._mount_option(mount))),
            *("--workdir", f"{HOME}/workspace", self.image),
            *("-c", line),
        ]

    def _mount_option(self, mount: Mount) -> str:
        """Return the value of `--mount`, a CSV record. Unlike `--volume`, `--mount` fails if the source is missing."""
        fields = ["type=bind", f"source={mount.source}", f"target={HOME}/{mount.target}"]
        record = io.StringIO()
        csv.writer(record, lineterminator="").writerow(fields if mount.writable else [*fields, "readonly"])
        return record.getvalue()


def _with_path(folder: str) -> str:
    return f'export PYTHONPATH="${{PYTHONPATH:+$PYTHONPATH:}}{HOME}/{folder}"; ' if folder else ""


def check_image(glue_version: str, otherwise: str) -> None:
    """Raise ImageError if a Glue version has no public image. `otherwise` is the alternative in the message."""
    if glue_version not in IMAGES:
        raise ImageError(f"Glue {glue_version} has no public image yet; {otherwise}")


def new_container(
    task: str, glue_version: str, aws_profile: str | None = None, packages: Path | None = None
) -> Container:
    """Return a container with a name that no other run on this machine has. `packages` is where its lock file is.

    Raise ImageError if the Glue version has no image.
    """
    check_image(glue_version, "its jobs run on local Spark, without ENGINE=docker")
    name = f"glue-{glue_version}-{task}-{os.getpid()}"
    needed = packages if packages and image_lock(PROJECT, glue_version) else None
    samples = SAMPLES if SAMPLES.is_dir() else None
    return Container(glue_version, name, JOB_SCRIPTS, aws_profile, samples, needed)
