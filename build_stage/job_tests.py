"""Run the job tests, once for each Glue version of the config: `python -m build_stage.job_tests`.

They run in AWS's Glue image, or where a version has none on plain Spark. Each version gets the tests of its jobs.
Arguments that this command does not know go to pytest.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT, Config, ConfigError, load_config
from aws_glue_cdk_baseline.config.job_tests import SCRIPTS, TESTS, files_left_out, glue_versions, versions_by_file
from build_stage.docker_command import IMAGES, new_container
from build_stage.docker_engine import ImageError, check_docker, execute, interrupt_on_termination
from build_stage.image_packages import write_image_lock
from build_stage.job_inputs import write_inputs
from build_stage.plain_spark import run_on_plain_spark

Commands = Mapping[str, list[str]]  # the docker command line of each Glue version
NO_TESTS = 5  # pytest's exit code if none is chosen


def docker_commands(
    config: Config, reports: Path, pytest_arguments: Iterable[str], aws_profile: str | None = None
) -> Commands:
    """Return the docker command line that runs the job tests, for each Glue version that has an image and tests."""
    given, commands = list(pytest_arguments), {}
    for version in _tested_versions(config):
        if version in IMAGES:
            container = new_container("test", version, aws_profile, packages_file(reports, version))
            ignored = [f"--ignore={file.relative_to(SCRIPTS).as_posix()}" for file in files_left_out(config, version)]
            commands[version] = container.test_command(reports.resolve(), [*ignored, *given])
    return commands


def _tested_versions(config: Config) -> list[str]:
    """Return the Glue versions of the config that some test file runs on: all, if there are no tests."""
    files = versions_by_file(config)
    return [version for version in glue_versions(config) if not files or any(version in on for on in files.values())]


def packages_file(reports: Path, glue_version: str) -> Path:
    """Return the lock file of the packages that a container installs first."""
    return reports.resolve() / f"packages-{glue_version}.lock"


def run_job_tests(config: Config, commands: Commands, reports: Path, pytest_arguments: Sequence[str] = ()) -> None:
    """Run every command, then the tests of the versions without an image, even after one has failed.

    Raise ImageError if Docker is missing where it is needed, or if tests have failed.
    """
    if commands:
        check_docker("`make test-jobs` runs the same tests on local Spark, without Docker")
    reports.mkdir(parents=True, exist_ok=True)
    reports.chmod(0o777)  # the user in the image is not the owner of the folder
    write_inputs(config, reports)
    failures = []
    success = (0, NO_TESTS) if pytest_arguments else (0,)  # what they choose may be of one version
    for version, command in commands.items():
        write_image_lock(PROJECT, version, packages_file(reports, version))
        try:
            execute(command, f"the job tests of Glue {version}", success)
        except ImageError as error:
            failures.append(str(error))
    for version in _tested_versions(config):
        if version not in IMAGES:
            try:
                run_on_plain_spark(version, config.file, reports, pytest_arguments, success)
            except ImageError as error:
                failures.append(str(error))
    if failures and not versions_by_file(config):
        failures.append(f"{TESTS.relative_to(PROJECT)} has no test of a job: add one, such as `make job` writes")
    if failures:
        raise ImageError("; ".join(failures))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m build_stage.job_tests", description=(__doc__ or "").splitlines()[0], allow_abbrev=False
    )
    parser.add_argument("--config", type=Path, default=Path("default-config.yaml"))
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="folder for the JUnit XML")
    options, pytest_arguments = parser.parse_known_args(arguments)
    try:
        config = load_config(options.config)
        run_job_tests(
            config, docker_commands(config, options.reports, pytest_arguments), options.reports, pytest_arguments
        )
    except (ConfigError, ImageError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("interrupted; the container is gone", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    interrupt_on_termination()  # build.sh ends this process with SIGTERM
    sys.exit(main())
