"""Integration test: start every job of a deployed stage in the order of its chains, and report each run.

The pipeline runs it after it has deployed a tested stage. By hand, it needs credentials that may assume the role:

    pip install --require-hashes --only-binary=:all: -r tests/integ/requirements.lock
    python tests/integ/integ_test_glue_app_stack.py --account 123456789102 --region us-east-1 \
        --stage-name DeployDev --sts-role-arn arn:aws:iam::123456789102:role/glue-test-dev

If a job has quality rules, Spark is needed, too: setuptools.lock, then spark.lock, as the pipeline installs them.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # a program in a subfolder does not find the project's packages
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from botocore.exceptions import BotoCoreError, ClientError

from tests.integ import chains, expectations, report
from tests.integ.assumed_role import assumed_session
from tests.integ.costs import Prices
from tests.integ.glue_jobs import GlueJobs
from tests.integ.job_run import SKIPPED, JobRun
from tests.integ.job_runner import JobRunner
from tests.integ.quality import QualityCheck, RulesProcess

SKIPS = "REHEARSAL_SKIPS"  # set by a rehearsal only: JSON, the reason for each job that it cannot run


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--account", required=True, help="AWS account id of the stage")
    options.add_argument("--region", required=True, help="AWS Region of the stage")
    options.add_argument("--stage-name", required=True, help="name of the pipeline's stage, such as DeployDev")
    options.add_argument("--name-prefix", default="", help="the config's namePrefix, if it has one")
    options.add_argument("--stacks", type=_positive(int), default=1, help="stacks of the stage (default 1)")
    options.add_argument("--sts-role-arn", required=True, help="ARN of the stage's test role")
    options.add_argument("-v", "--verbose", action="store_true", help="log every API call")
    options.add_argument("--concurrency", type=_positive(int), default=10, help="runs at once (default 10)")
    options.add_argument("--start-interval", type=_positive(float, 0), default=0.25, help="seconds between two starts")
    options.add_argument(
        "--max-duration", type=_positive(float), default=600, help="seconds after which a running job is an error (600)"
    )
    options.add_argument(
        "--max-wait", type=_positive(float), default=1800, help="seconds that a run may wait for capacity (1800)"
    )
    price = _positive(float, 0)
    options.add_argument("--price", type=price, help="USD per DPU-hour (default: tools/prices.py, by Glue version)")
    options.add_argument("--flex-price", type=price, help="USD per DPU-hour of Flex runs (default: as above)")
    options.add_argument("--memory-price", type=price, help="USD per DPU-hour of R workers (default: as above)")
    options.add_argument(
        "--expect", type=_expected, default={}, help="JSON: the rows that each job must write at least, and its rules"
    )
    options.add_argument(
        "--after", type=_chains, default={}, help="JSON: the jobs that have to pass before a job is started"
    )
    options.add_argument("--junit", type=Path, help="file for the results as JUnit XML")
    return options


def _positive(kind: type, least: float = 1) -> Any:
    def number(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = -1
        if not value >= least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least {least:g}")
        return value

    return number


def _expected(text: str) -> dict[str, expectations.Expectation]:
    try:
        return expectations.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _chains(text: str) -> chains.Chains:
    try:
        return chains.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def integration_test(options: argparse.Namespace) -> int:
    """Run the jobs of the stage, print the report and return the exit code."""
    session = assumed_session(options.sts_role_arn, options.region)
    glue = GlueJobs(session)
    jobs = glue.find(options.stage_name, options.name_prefix, options.stacks)
    if not jobs:
        raise LookupError(f"no job of {options.stage_name} in {options.region} of account {options.account}")
    skips = json.loads(os.environ.get(SKIPS, "{}"))
    skipped = [JobRun(job, "", 0, SKIPPED, error=skips[job]) for job in jobs if job in skips]
    print(f"{len(jobs)} jobs of {options.stage_name}, at most {options.concurrency} at once", flush=True)
    s3, process = session.client("s3"), RulesProcess()
    runner = JobRunner(
        glue,
        concurrency=options.concurrency,
        start_interval=options.start_interval,
        max_duration=options.max_duration,
        max_wait=options.max_wait,
        check=expectations.OutputCheck(s3, options.expect, QualityCheck(s3, process)),
        after=options.after,
    )
    try:
        runner.run([job for job in jobs if job not in skips])
    finally:  # after an interruption too, report the runs so far
        process.close()
        runs = [*runner.runs, *skipped]
        if options.junit:
            report.write_junit(runs, options.region, options.junit)
        prices = Prices(options.region, options.price, options.flex_price, options.memory_price)
        print("", *report.table(runs, prices), sep="\n")
    failed = report.failures(runs, options.region)
    passed = f"{len(jobs) - len(failed) - len(skipped)} of {len(jobs)} jobs passed"
    rules = [result for run in runs for result in run.rules]
    if rules:
        passed += f", {sum(result.passed for result in rules)} of {len(rules)} quality rules"
    print(f"\n{passed}", *(f"{run.job} {SKIPPED}: {run.error}" for run in skipped), *failed, sep="\n")
    return 1 if failed else 0


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("botocore").setLevel(logging.DEBUG if options.verbose else logging.WARNING)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # CodeBuild stops a build with this signal
    try:
        return integration_test(options)
    except (ClientError, BotoCoreError, LookupError) as error:
        print(f"the integration test failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("the integration test was interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
