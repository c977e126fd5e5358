"""Work with the deployed jobs of a stage: `python -m tools.stage_jobs status --stage prod --profile prod`."""

from __future__ import annotations

import argparse
import signal
import sys

from aws_glue_cdk_baseline.config import Config, ConfigError, StageConfig, load_config, print_warnings
from tools.job_arguments import RunError, find_job, find_stage, parse_job_run
from tools.stage_jobs.account import StageAccount
from tools.stage_jobs.builds import last_builds, prices_alone
from tools.stage_jobs.cost import cost
from tools.stage_jobs.downstream import start_with_downstream
from tools.stage_jobs.drift import drift
from tools.stage_jobs.logs import logs
from tools.stage_jobs.start import start
from tools.stage_jobs.status import status

OPTIONS = ["--config", "--stage", "--profile"]
COMMANDS = {
    "start": [*OPTIONS, "--yes", "--downstream"],
    "logs": [*OPTIONS, "--run", "--all"],
    "status": OPTIONS,
    "cost": [*OPTIONS, "--pipeline-profile"],
    "drift": OPTIONS,
}
OF_ONE_JOB = ("start", "logs")


def main(arguments: list[str] | None = None) -> int:
    name, *further = [*(sys.argv[1:] if arguments is None else arguments), ""]
    if name not in COMMANDS:
        sys.exit(f"{name!r} is not a command; it is one of: {', '.join(COMMANDS)}")
    parser = argparse.ArgumentParser(
        prog=f"python -m tools.stage_jobs {name}", description=(__doc__ or "").splitlines()[0], allow_abbrev=False
    )
    options, given = parse_job_run(parser, COMMANDS[name], [item for item in further if item])
    try:
        return _run(name, options, given)
    except (ConfigError, RunError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print(f"{name} was interrupted", file=sys.stderr)
        return 130


def _run(name: str, options: argparse.Namespace, given: list[str]) -> int:
    config = load_config(options.config)
    print_warnings(config)
    stage = find_stage(config, options.stage)
    job = find_job(config, stage.name, options.job) if options.job or name in OF_ONE_JOB else None
    with_all = name == "logs" and (options.all or given == ["--all"])
    if given and name != "start" and not with_all:
        raise RunError(f"make {name} takes no arguments: {' '.join(given)!r}")
    if job and name == "drift":
        raise RunError(f"make drift compares the whole stage; leave out JOB={job.name}")
    jobs = [job] if job else stage.jobs
    if name == "cost" and not options.profile:
        print(f"{stage.name}, by {config.file} alone\n")
        return cost(stage, jobs, None, _builds(config, options.pipeline_profile))
    account = StageAccount(stage, config.file, options.profile)
    print(account.shown, flush=True)
    if job and name == "start":
        begin = start_with_downstream if options.downstream else start
        return begin(account, job, given, options.yes)
    if job and name == "logs":
        return logs(account, job, options.run, with_all)
    if name == "cost":
        return cost(stage, jobs, account, _builds(config, options.pipeline_profile))
    if name == "drift":
        return drift(account)
    return status(account, jobs)


def _builds(config: Config, profile: str) -> list[str]:
    """Return the lines about the builds of a push, from the pipeline's account if there is a profile of it."""
    if not profile:
        return prices_alone()
    pipeline = StageConfig(name="pipeline", account=config.pipeline_account, jobs=())
    return last_builds(StageAccount(pipeline, config.file, profile), config.names.pipeline)


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):  # as on Ctrl-C
        signal.signal(ending, signal.default_int_handler)
    sys.exit(main())
