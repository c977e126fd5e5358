"""Delete what a config has deployed: `python -m tools.teardown destroy --profile pipeline`."""

from __future__ import annotations

import argparse
import signal
import sys

from aws_glue_cdk_baseline.config import Config, ConfigError, StageConfig, load_config
from tools.consent import ask, ask_for_names, names_in
from tools.job_arguments import RunError, add_options, find_stage
from tools.stage_jobs.account import Caller, StageAccount
from tools.teardown.deletion import delete_bucket, delete_log_groups, delete_stack
from tools.teardown.leftovers import Leftovers, left_over
from tools.teardown.plan import Plan, stage_plan, whole_plan
from tools.teardown.stacks import PIPELINE, REPOSITORY

COMMANDS = {"destroy": "destroy", "sandbox": "sandbox-destroy"}  # and their targets of make
OPTIONS = ["--config", "--stage", "--profile", "--yes", "--confirm"]
STAYS = (
    "What stays: the data in S3, the IAM policies of bootstrap/, and CDKToolkit with the assets of the CDK, which other"
    " apps may use."
)


def main(arguments: list[str] | None = None) -> int:
    name, *further = [*(sys.argv[1:] if arguments is None else arguments), ""]
    if name not in COMMANDS:
        sys.exit(f"{name!r} is not a command; it is one of: {', '.join(COMMANDS)}")
    parser = argparse.ArgumentParser(
        prog=f"python -m tools.teardown {name}", description=(__doc__ or "").splitlines()[0], allow_abbrev=False
    )
    add_options(parser, [*OPTIONS, *(["--all"] if name == "destroy" else [])])
    parser.add_argument(
        "--skip", metavar="STAGES", default="", help="stages that are not looked at, with commas or spaces between"
    )
    options = parser.parse_args([item for item in further if item])
    options.begun = False  # true once something may be gone
    try:
        config = load_config(options.config)
        stage = find_stage(config, options.stage) if options.stage or name == "sandbox" else None
        if name == "sandbox" and stage:
            return _sandbox(config, stage, options)
        return _destroy(config, stage, options)
    except (ConfigError, RunError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        goes_on = f"CloudFormation may go on with the last stack: make {COMMANDS[name]} goes on later"
        print(f"\ninterrupted; {goes_on if options.begun else 'nothing was deleted'}", file=sys.stderr)
        return 130


def _sandbox(config: Config, stage: StageConfig, options: argparse.Namespace) -> int:
    account = StageAccount(stage, config.file, options.profile)
    print(account.shown)
    plan = stage_plan(account, stage)
    for stack in plan.stacks:
        if not stack.is_sandbox:
            raise RunError(
                f"nothing was deleted: {stack.name} was not deployed by make sandbox; make destroy deletes what a"
                " pipeline has deployed"
            )
    if not plan.parts:
        print(f"there is no sandbox {stage.names.stack} in this account and Region")
        return 0
    _show(plan)
    ask("Delete this?", options.yes, "nothing was deleted")
    options.begun = True
    _delete(plan, "sandbox-destroy")
    print("What stays: the data in S3, and the assets in the bucket of cdk bootstrap")
    return 0


def _destroy(config: Config, stage: StageConfig | None, options: argparse.Namespace) -> int:
    own = Caller(options.profile, stage.account.aws_region if stage else config.pipeline_account.aws_region)
    print(f"{config.file}: as {own.user}")
    _check_account(own, config, stage)
    if stage and options.all:
        raise RunError("ALL=1 is about the pipeline's buckets and logs; leave out STAGE, or ALL")
    if stage and options.skip:
        raise RunError("SKIP is about the stages of a whole copy, and STAGE is one; leave out one of them")
    skipped = [find_stage(config, name).name for name in names_in(options.skip)]
    plan = stage_plan(own, stage) if stage else whole_plan(own, config, skipped)
    left = Leftovers() if stage else left_over(own, config, plan)
    if not plan.parts and not (options.all and left):
        print(f"nothing of {config.file} is deployed{f' in {stage.name}' if stage else ''}")
        for line in left.lines(deleted=False):
            print(line)
        return 0
    _show(plan)
    for line in left.lines(deleted=options.all):
        print(line)
    if stage:
        print("The pipeline, if there is one, deploys this stage again with the next push.")
    for name in skipped:
        print(f"{name} is skipped: what is deployed there stays")
    if plan.has(REPOSITORY):
        print("The repository goes with all its commits: push them to another place first.")
    plan.check()
    names = [part.consent for part in plan.parts if part.consent]
    ask_for_names(names, options.confirm, "nothing was deleted")
    ask("Delete all this?", options.yes, "nothing was deleted")
    options.begun = True
    if plan.has(PIPELINE):
        _stop_pipeline(own, config)
    _delete(plan, "destroy")
    if options.all:
        for caller, bucket in left.buckets:
            delete_bucket(caller, bucket)
        delete_log_groups(own, left.build_logs)
    if not stage and (back := whole_plan(own, config, skipped).stacks):
        raise RunError(f"{back[0].name} is there again: something has deployed it meanwhile; run make destroy again")
    print(STAYS)
    return 0


def _check_account(own: Caller, config: Config, stage: StageConfig | None) -> None:
    """Raise RunError if the credentials are of an account from which this cannot be deleted."""
    home = config.pipeline_account.aws_account_id
    if stage is None and own.account != home:
        theirs = [each.name for each in config.stages if each.account.aws_account_id == own.account]
        alone = f", or delete one stage of this account: STAGE={theirs[0]}" if theirs else ""
        raise RunError(
            f"{own.who} reaches AWS account {own.account}; the pipeline is in {home}: name a profile of that account"
            f" with PROFILE={alone}"
        )
    if stage and own.account not in (home, stage.account.aws_account_id):
        raise RunError(
            f"{own.who} reaches AWS account {own.account}; {stage.name} is in {stage.account.aws_account_id}, and the"
            f" pipeline in {home}: name a profile of one of them with PROFILE="
        )


def _show(plan: Plan) -> None:
    for part in plan.parts:
        print("\n".join(part.lines()))
    sys.stdout.flush()


def _stop_pipeline(own: Caller, config: Config) -> None:
    """Let no further execution enter the pipeline: a push would deploy again what is being deleted."""
    name = config.names.pipeline
    try:
        own.call(
            "codepipeline",
            "disable_stage_transition",
            name,
            pipelineName=name,
            stageName="Build",
            transitionType="Inbound",
            reason="make destroy deletes what this pipeline deploys",
        )
    except RunError as error:
        print(f"the pipeline could not be stopped, so do not push meanwhile: {error}", flush=True)
        return
    print(f"{name} is stopped before its stage Build", flush=True)


def _delete(plan: Plan, target: str) -> None:
    for number, stack in enumerate(plan.stacks):
        try:
            delete_stack(stack)
        except RunError as error:
            left = ", ".join(item.name for item in plan.stacks[number:])
            raise RunError(f"{error}\nstill there: {left}; make {target} goes on from here") from None


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):  # as on Ctrl-C
        signal.signal(ending, signal.default_int_handler)
    sys.exit(main())
