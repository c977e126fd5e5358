"""Run the job tests in AWS's own Glue image: `python -m scripts.glue_image test`.

The one place that knows the images and how docker is called. The tests read local data only, so that the container
gets no AWS credentials.
Source: https://docs.aws.amazon.com/glue/latest/dg/develop-local-docker-image.html
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT, Config, ConfigError, load_config

REGISTRY = "public.ecr.aws/glue/aws-glue-libs"
# Glue version -> tag of the image, and the user in it.
IMAGES = {
    "4.0": ("glue_libs_4.0.0_image_01", "glue_user"),
    "5.0": ("5", "hadoop"),
    "5.1": ("5.1", "hadoop"),
}


def glue_versions(config: Config) -> list[str]:
    """The Glue versions of all jobs of all stages, oldest first."""
    return sorted({job.settings.glue_version for stage in (config.dev, config.prod) for job in stage.jobs})


def test_command(glue_version: str, job_scripts: Path, reports: Path) -> list[str]:
    """The docker command line that runs the job tests and writes `jobs-<version>.xml` (JUnit) into `reports`."""
    tag, user = IMAGES[glue_version]
    home = f"/home/{user}"
    pytest = f"python3 -m pytest -p no:cacheprovider --junitxml={home}/reports/jobs-{glue_version}.xml"
    return [
        *("docker", "run", "--rm", "--env", "PYTHONDONTWRITEBYTECODE=1"),
        *("--volume", f"{job_scripts}:{home}/workspace:ro", "--volume", f"{reports}:{home}/reports"),
        *("--workdir", f"{home}/workspace", f"{REGISTRY}:{tag}"),
        *("-c", pytest),  # the image's entry point is `bash -l`
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.glue_image", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("task", choices=["test"])
    parser.add_argument("--config", type=Path, default=Path("default-config.yaml"))
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="folder for the JUnit XML")
    parser.add_argument("--dry-run", action="store_true", help="print the docker command lines, run nothing")
    options = parser.parse_args(arguments)
    try:
        versions = glue_versions(load_config(options.config))
    except ConfigError as error:
        sys.exit(str(error))
    reports = options.reports.resolve()
    job_scripts = PROJECT / "aws_glue_cdk_baseline" / "job_scripts"
    commands = [test_command(version, job_scripts, reports) for version in versions]
    if options.dry_run:
        print("\n".join(shlex.join(command) for command in commands))
        return 0
    if not shutil.which("docker"):
        sys.exit("docker is not installed; `make test-jobs` runs the same tests on local Spark, without Docker")
    reports.mkdir(parents=True, exist_ok=True)
    reports.chmod(0o777)  # the image's user is not the one who owns the folder
    failed = [
        version for version, command in zip(versions, commands, strict=True) if subprocess.run(command).returncode
    ]
    if failed:
        sys.exit(f"the job tests failed in the image of Glue {', '.join(failed)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
