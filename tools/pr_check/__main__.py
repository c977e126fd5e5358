"""Check a branch as a Git host's CI does: `python -m tools.pr_check --base origin/main`, or `make pr-check`."""

from __future__ import annotations

import argparse
import re
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT, ConfigError, load_config
from tools.job_arguments import RunError, check_output
from tools.pr_check.base import BaseError, checked_out, files_of, merge_base
from tools.pr_check.changes import sections
from tools.pr_check.report import Report
from tools.pr_check.tests import has_docker, start_app_tests, start_job_tests
from tools.synth import synthesize

LIMIT = 65_000  # a comment at GitHub has 65,536 characters at most, at GitLab a million
# The record of stacks has to be committed: the Build stage says so, and so does this check.
LIKE_A_BUILD = {"CI": "true"}

COMMIT = re.compile(r"[0-9a-f]{40}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the result as Markdown, or write it to a file. Return 1 if the synth or a test fails."""
    parser = argparse.ArgumentParser(prog="python -m tools.pr_check", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("default-config.yaml"), help="default: default-config.yaml")
    parser.add_argument("--base", default="origin/main", help="the branch to compare with; default: origin/main")
    parser.add_argument("--output", type=Path, help="the file for the Markdown; default: standard output")
    parser.add_argument("--limit", type=_limit, default=LIMIT, help=f"characters at most, 0 for all; default: {LIMIT}")
    parser.add_argument("--engine", choices=("docker", "spark"), help="what runs the job tests; default: what is there")
    options = parser.parse_args(arguments)
    try:
        check_output(options.output)
        with tempfile.TemporaryDirectory(prefix="pr-check-") as folder:
            report = check(options.config, options.base, Path(folder), options.engine)
        text = report.markdown(options.limit)
        if options.output:
            options.output.write_text(text, encoding="utf-8")
        else:
            print(text, end="", flush=True)
    except (OSError, RunError) as error:
        sys.exit(f"pr-check: {error}")
    except KeyboardInterrupt:
        print("pr-check was interrupted; nothing of it is left", file=sys.stderr)
        return 130
    say(f"the check has {'passed' if report.passed else 'failed'}" + (f": {options.output}" if options.output else ""))
    return 0 if report.passed else 1


def check(config: Path, base: str, folder: Path, engine: str | None = None, base_name: str = "") -> Report:
    """Check what is checked out against `base`, which the report calls `base_name`, in an empty temporary folder."""
    report = Report(config=str(config), branch=checked_out(PROJECT).shown)
    say(f"synthesizing {config}")
    try:
        load_config(config)  # its errors alone, without what the CDK adds to them
        synthesize(PROJECT, config, folder / "branch", LIKE_A_BUILD, checks_record=True)
    except (ConfigError, RunError) as error:
        report.synth = str(error)
        return report
    docker = engine == "docker" or (engine is None and has_docker())
    say(f"running the tests of the app and of the jobs, these {'in the Glue image' if docker else 'on local Spark'}")
    (folder / "tests").mkdir()
    runs = []
    try:
        runs.append(start_job_tests(folder / "tests", config, docker=docker))
        runs.append(start_app_tests(folder / "tests"))
        compare_with(base, base_name or base, config, folder, report)
        report.tests = [run.result() for run in reversed(runs)]
    finally:
        for run in runs:
            run.stop()
    return report


def compare_with(base: str, name: str, config: Path, folder: Path, report: Report) -> None:
    """Add to the report what changes against the commit that the branch has in common with `base`, or why it cannot."""
    try:
        commit = merge_base(PROJECT, base)
        report.base = f"{'its base' if COMMIT.fullmatch(name) else name} at {commit[:10]}"
        say(f"comparing with {report.base}")
        with files_of(PROJECT, commit, folder / "base") as project:
            try:
                synthesize(project, inside(config), folder / "before")
            except RunError as error:
                raise BaseError(f"{report.base} cannot be synthesized: {error}") from None
        report.sections = list(sections(folder / "before", folder / "branch"))
    except (BaseError, RunError) as error:
        report.not_compared = str(error)
        say(f"not compared: {error}")


def inside(config: Path) -> Path:
    """Return the config file as it is in another checkout of the project. One outside is the same for both."""
    try:
        return config.resolve().relative_to(PROJECT.resolve())
    except ValueError:
        return config.resolve()


def say(line: str) -> None:
    print(f"pr-check: {line}", file=sys.stderr, flush=True)


def _limit(text: str) -> int:
    number = int(text)
    if number != 0 and number < 1000:
        raise argparse.ArgumentTypeError(f"{text} is too small; a head needs 1000 characters")
    return number


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):  # as on Ctrl-C
        signal.signal(ending, signal.default_int_handler)
    sys.exit(main())
