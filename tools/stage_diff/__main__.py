"""Show what a deployment would change: `python -m tools.stage_diff --stage prod --profile prod`, or `make diff`."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT, Config, ConfigError, StageConfig, load_config, print_warnings
from tools.job_arguments import RunError, add_options, find_stage
from tools.stage_diff.approval_text import show_before_approval
from tools.stage_diff.comparison import compare
from tools.stage_diff.deployed import deployed, earlier_stacks
from tools.stage_diff.markdown import markdown
from tools.stage_diff.synthesized import read_stage
from tools.stage_diff.templates import StackTemplate
from tools.stage_jobs.account import StageAccount
from tools.synth import synthesize


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what the stages get, as Markdown. What is not about them goes to standard error."""
    parser = argparse.ArgumentParser(prog="python -m tools.stage_diff", description=(__doc__ or "").splitlines()[0])
    add_options(parser, ["--config", "--stage", "--profile"])
    parser.add_argument("--assembly", type=Path, help="in the pipeline: the synthesized app, which is deployed")
    parser.add_argument("--role", help="in the pipeline: the role that reads what is deployed")
    parser.add_argument("--output", type=Path, default=Path("changes"), help="in the pipeline: the folder of the text")
    parser.add_argument("--exit-code", action="store_true", help="end with 2 if something changes")
    options = parser.parse_args(arguments)
    try:
        config = load_config(options.config)
        print_warnings(config)
        if options.assembly:
            show_before_approval(
                config, find_stage(config, options.stage), options.assembly, options.role, options.output
            )
            return 0
        stages = [find_stage(config, options.stage)] if options.stage else list(config.stages)
        changed = show(config, stages, options.profile, strict=bool(options.stage))
    except (ConfigError, RunError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("diff was interrupted", file=sys.stderr)
        return 130
    return 2 if changed and options.exit_code else 0


def show(config: Config, stages: Sequence[StageConfig], profile: str, *, strict: bool) -> bool:
    """Print what the stages get, and return true if that is anything.

    A stage that the profile does not reach is an error with `strict`, else a line. If none is reached, raise RunError.
    """
    accounts, refused = [], []
    for stage in stages:
        try:
            account = StageAccount(stage, config.file, profile)
        except RunError as error:
            if strict or len(stages) == 1:
                raise
            refused.append(f"{stage.name} is not compared: {error}")
            continue
        print(account.shown, file=sys.stderr, flush=True)
        accounts.append(account)
    if not accounts:
        raise RunError("\n".join(dict.fromkeys(refused)))
    for line in refused:
        print(line, file=sys.stderr, flush=True)
    changed = False
    with tempfile.TemporaryDirectory(prefix="stage-diff-") as folder:
        synthesize(PROJECT, Path(config.file), Path(folder))
        for account in accounts:
            stage = account.stage
            stacks = read_stage(Path(folder), stage.names.pipeline_stage)
            text, differs = stage_text(account, stacks)
            changed = changed or differs
            print(text, flush=True)
    return changed


def stage_text(account: StageAccount, stacks: Sequence[StackTemplate]) -> tuple[str, bool]:
    """Return what deploying `stacks` changes in an account, as Markdown, and whether that is anything."""
    now = deployed(account, stacks, earlier_stacks(account.stage))
    changes = compare(now.stacks, stacks)
    return markdown(account.stage.name, changes, now.remarks), not changes.is_empty


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):  # as on Ctrl-C
        signal.signal(ending, signal.default_int_handler)
    sys.exit(main())
