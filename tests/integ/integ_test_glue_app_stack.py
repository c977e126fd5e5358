"""Integration test: start the jobs of a deployed stage in the order of its chains, and report each run.

The pipeline runs it after it has deployed a tested stage. By hand, it needs credentials that may assume the role:

    pip install --require-hashes --only-binary=:all: -r tests/integ/requirements.lock
    python tests/integ/integ_test_glue_app_stack.py --account 123456789102 --region us-east-1 \
        --stage-name DeployDev --sts-role-arn arn:aws:iam::123456789102:role/glue-test-dev

The plan of a stage has `after`, `expect` and `integrationTest: changed` of the config: `make synth` writes it, and
`--plan cdk.out/integration-test/dev.json` names it. If a job has quality rules, Spark is needed, too: setuptools.lock,
then spark.lock, as the pipeline installs them.
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

from tests.integ import report
from tests.integ.assumed_role import assumed_session
from tests.integ.checks import REHEARSAL, Checks
from tests.integ.costs import Prices
from tests.integ.glue_jobs import GlueJobs
from tests.integ.job_run import SKIPPED, UNCHANGED, JobRun
from tests.integ.job_runner import SEEN_SECONDS, JobRunner
from tests.integ.plan import Plan, PlanError, read_plan
from tests.integ.quality import QualityCheck, RulesProcess
from tests.integ.records import Records
from tests.integ.selection import Selection, select

SKIPS = "REHEARSAL_SKIPS"  # set by a rehearsal only: JSON, the reason for each job that it cannot run
SEEN_IN_A_REHEARSAL = 6.0  # seconds; Glue's own start is not in a run there


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
    options.add_argument(
        "--price", type=price, help="USD per DPU-hour (default: aws_glue_cdk_baseline/prices.py, by Glue version)"
    )
    options.add_argument("--flex-price", type=price, help="USD per DPU-hour of Flex runs (default: as above)")
    options.add_argument("--memory-price", type=price, help="USD per DPU-hour of R workers (default: as above)")
    options.add_argument(
        "--plan", type=Path, help="file of the cloud assembly: what the config says of the jobs (default: nothing)"
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


def integration_test(options: argparse.Namespace) -> int:
    """Run the jobs of the stage, print the report and return the exit code. Raise PlanError for a wrong plan."""
    place = (options.stage_name, options.account, options.region)
    plan = read_plan(options.plan, *place) if options.plan else Plan()
    session = assumed_session(options.sts_role_arn, options.region)
    glue = GlueJobs(session)
    jobs = glue.find(options.stage_name, options.name_prefix, options.stacks)
    if not jobs:
        raise LookupError(f"no job of {options.stage_name} in {options.region} of account {options.account}")
    skips = json.loads(os.environ.get(SKIPS, "{}"))
    left_out = [JobRun(job, "", 0, SKIPPED, error=skips[job]) for job in jobs if job in skips]
    wanted = [job for job in jobs if job not in skips]
    print(f"{len(jobs)} jobs of {options.stage_name}, at most {options.concurrency} at once", flush=True)
    records = Records(session.client("dynamodb"), plan.records, place) if plan.records else None
    selection = _selection(wanted, plan, records, glue)
    left_out += [
        JobRun(job, passed.run.run_id, 0, UNCHANGED, error=f"passed {passed.run.when} ({passed.run.run_id})")
        for job, passed in selection.unchanged.items()
    ]
    if REHEARSAL in os.environ and (records or any(job.limited for job in plan.jobs.values())):
        print("durations here are not Glue's: maxMinutes, maxDpuHours and earlier runs are not compared", flush=True)
    s3, process = session.client("s3"), RulesProcess()
    runner = JobRunner(
        glue,
        concurrency=options.concurrency,
        start_interval=options.start_interval,
        max_duration=options.max_duration,
        max_wait=options.max_wait,
        check=Checks(plan, records, s3, QualityCheck(s3, process)),
        after={job: [name for name in plan.job(job).after if name not in selection.unchanged] for job in wanted},
        streaming={name for name, job in plan.jobs.items() if job.streaming},
        seen_seconds=SEEN_IN_A_REHEARSAL if REHEARSAL in os.environ else SEEN_SECONDS,
        before_start=records.started if records else lambda job: None,
    )
    try:
        runner.run(list(selection.tested))
    finally:  # after an interruption too, report the runs so far
        process.close()
        for run in runner.runs:
            run.reason = selection.tested[run.job]
        runs = [*runner.runs, *left_out]
        if options.junit:
            report.write_junit(runs, options.region, options.junit)
        prices = Prices(options.region, options.price, options.flex_price, options.memory_price)
        print("", *report.table(runs, prices), sep="\n")
    failed = report.failures(runs, options.region)
    print("", *report.summary(runs, len(failed)), *failed, sep="\n")
    return 1 if failed else 0


def _selection(jobs: list[str], plan: Plan, records: Records | None, glue: GlueJobs) -> Selection:
    """Return which jobs are tested, and say why where not all of them are."""
    if records:
        records.read()
    if not records or not plan.changed_only:
        return Selection(tested=dict.fromkeys(jobs, ""))
    selection = select(jobs, plan, records, lambda job, passed, planned: glue.doubt(job, passed.run.run_id, planned))
    print(f"{len(selection.tested)} of them to test, {len(selection.unchanged)} unchanged since they passed")
    for job, reason in selection.tested.items():
        print(f"  {job}: {reason}", flush=True)
    return selection


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("botocore").setLevel(logging.DEBUG if options.verbose else logging.WARNING)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # CodeBuild stops a build with this signal
    try:
        return integration_test(options)
    except (ClientError, BotoCoreError, LookupError, PlanError) as error:
        print(f"the integration test failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("the integration test was interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
