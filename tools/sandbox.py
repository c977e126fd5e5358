"""Deploy one stage of a developer's own copy, without a pipeline: `python -m tools.sandbox --config mine.yaml`."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from aws_glue_cdk_baseline.config import PROJECT, Config, ConfigError, StageConfig, load_config
from tools.consent import ask, ask_for_names
from tools.job_arguments import RunError, add_options, find_stage
from tools.stage_jobs.account import Caller, MissingError, StageAccount
from tools.teardown.places import bootstrap_version, reach
from tools.teardown.stacks import stage_stacks

NOTHING = "nothing was deployed"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.sandbox", description=__doc__, allow_abbrev=False)
    add_options(parser, ["--config", "--stage", "--profile", "--yes", "--confirm"])
    options = parser.parse_args(arguments)
    try:
        config = load_config(options.config)
        return _deploy(config, find_stage(config, options.stage), options)
    except (ConfigError, RunError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("\ninterrupted; if CloudFormation has begun, it goes on: make sandbox again shows it", file=sys.stderr)
        return 130


def _deploy(config: Config, stage: StageConfig, options: argparse.Namespace) -> int:
    if not config.name_prefix:
        raise RunError(
            f"{NOTHING}: {config.file} has no namePrefix, so this would be the stage that its pipeline deploys; write a"
            " prefix of your own into a copy of the file, such as `namePrefix: anna` in mine.yaml, and give"
            " CONFIG=mine.yaml"
        )
    account = StageAccount(stage, config.file, options.profile)
    cdk = reach(account, stage.account)
    deployed = stage_stacks(cdk, stage)
    for stack in deployed:
        if not stack.is_sandbox:
            raise RunError(
                f"{NOTHING}: {stack.name} is there already, deployed by a pipeline; a sandbox needs another namePrefix"
            )
        if stack.status.endswith("_IN_PROGRESS"):
            raise RunError(f"{NOTHING}: {stack.name} is {stack.status} just now; try again later")
    _check_bootstrap(cdk)
    print(account.shown)
    names = [stage.names.job(job.name) for job in stage.jobs]
    shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    print(f"{'updates' if deployed else 'creates'} {stage.names.stack}, a sandbox: {shown}")
    written = list(dict.fromkeys(place for job in stage.jobs for place in job.output_locations))
    print(f"They write to {', '.join(written)}: {config.file} says so" if written else "They name no output")
    print("Its jobs start only when you start them: no schedule, no integration test, no pipeline.", flush=True)
    with tempfile.TemporaryDirectory(prefix="sandbox-") as folder:
        context = ["--context", f"config={options.config}", "--context", f"sandbox={stage.name}"]
        if _cdk("synth", "--quiet", "--output", folder, *context):
            raise RunError(f"{NOTHING}: the synth failed")
        ask_for_names([stage.name] if stage.approval else [], options.confirm, NOTHING)
        ask("Deploy it?", options.yes, NOTHING)
        profile = ["--profile", options.profile] if options.profile else []
        app = ["--app", folder, "deploy", f"{stage.names.pipeline_stage}/*", "--require-approval", "never"]
        if code := _cdk(*app, "--progress", "events", *profile):
            raise RunError(f"cdk deploy ended with exit code {code}; make sandbox again goes on from what is there")
    variables = account.make_variables()
    print(f"{stage.names.stack} is deployed. Next:")
    for command in (f"start JOB={stage.jobs[0].name}", "status", "sandbox-destroy"):
        print(f"  make {command} {variables}")
    return 0


def _check_bootstrap(caller: Caller) -> None:
    """Raise RunError if `cdk bootstrap` was not run in the account and Region, as far as this user may see that."""
    try:
        caller.call("ssm", "get_parameter", Name=bootstrap_version())
    except MissingError:
        place = f"aws://{caller.account}/{caller.region}"
        raise RunError(
            f"{NOTHING}: {place} is not bootstrapped for the CDK; docs/operate.md#bootstrap has the commands"
        ) from None
    except RunError:
        return  # without the right to see it, the CDK says so


def _cdk(*arguments: str) -> int:
    command: Sequence[str] = ["cdk", *arguments]
    return subprocess.run(command, cwd=PROJECT).returncode


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):  # as on Ctrl-C
        signal.signal(ending, signal.default_int_handler)
    sys.exit(main())
