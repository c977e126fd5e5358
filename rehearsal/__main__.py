"""Rehearse the pipeline on this machine: `python -m rehearsal`, or `make rehearse`.

KEEP=1 leaves the emulator running at the end. ENGINE=docker runs the job tests in the Glue image.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from local.emulator import EmulatorError
from local.job_packages import PackagesError
from local.sparks import spark_of
from rehearsal import inputs
from rehearsal.aws.cloud import cloud
from rehearsal.execution import Answer, End
from rehearsal.inputs import Inputs
from rehearsal.model import RehearsalError
from rehearsal.rehearsal import Options, rehearse
from rehearsal.report import Console, fail
from tools.job_arguments import config_variable

INTERRUPTED = 130
TRIES = 10


def options(arguments: list[str] | None) -> Options:
    parser = argparse.ArgumentParser(prog="python -m rehearsal", description=(__doc__ or "").splitlines()[0])
    answer = parser.add_mutually_exclusive_group()
    answer.add_argument("--approve", action="store_true", help="approve every approval")
    answer.add_argument("--reject", action="store_true", help="reject the first approval")
    parser.add_argument("--working-tree", action="store_true", help="include uncommitted files")
    parser.add_argument("--without-samples", action="store_true", help="skip the jobs whose input has no sample")
    parser.add_argument("--deployed", default="", metavar="REVISION", help="the pipeline was deployed from this commit")
    parser.add_argument(
        "--commits", type=_count, default=1, metavar="NUMBER", help="push the last commits one after the other (1)"
    )
    parser.add_argument("--config", default="", help="the config of the app, as in `cdk synth -c config=…`")
    parser.add_argument("--project", type=Path, default=Path(), help="the folder of the CDK app (default: this one)")
    given = parser.parse_args(arguments)
    return Options(
        project=given.project.resolve(),
        config=given.config,
        working_tree=given.working_tree,
        deployed=given.deployed,
        commits=given.commits,
        without_samples=given.without_samples,
        answer=Answer.APPROVED if given.approve else Answer.REJECTED if given.reject else None,
    )


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return int(text)


def inputs_of(chosen: Options) -> Inputs:
    """Return the inputs of the jobs. Raise RehearsalError if a sample is missing, unless it may be."""
    found = inputs.read(chosen.project, chosen.config)
    if chosen.without_samples or not found.missing:
        return replace(found, skips=found.skips if chosen.without_samples else {})
    config = config_variable(chosen.config) if chosen.config else ""
    skip = f"or skip these jobs and those after them: make rehearse{config} ARGS=--without-samples"
    raise RehearsalError("\n".join([*map(str, found.missing), skip]))


def run(chosen: Options, found: Inputs, folder: Path, keep: bool) -> End:
    """Rehearse with an emulator whose files are in `folder`."""
    console = Console()
    for version in found.glue_versions:
        spark_of(version)  # sets it up, before anything runs
    if line := inputs.not_committed(chosen.project, found.samples.name):
        console.say(line)
    with cloud(folder, keep=keep, say=console.extended.append) as running:
        end = rehearse(chosen, found, running, console)
        if keep:
            console.kept(running)
        return end


def main(arguments: list[str] | None = None) -> int:
    chosen = options(arguments)
    keep = os.environ.get("KEEP", "") not in ("", "0")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end as with Ctrl-C
    folder = Path(tempfile.mkdtemp(prefix="rehearsal-"))
    leave_logs = True
    try:
        end = run(chosen, inputs_of(chosen), folder, keep)
        leave_logs = end == End.FAILED
        return 1 if end in (End.FAILED, End.REJECTED) else 0
    except (PackagesError, RehearsalError) as error:
        fail(str(error))
        return 1
    except EmulatorError as error:
        keep = True  # the message names the log in it
        fail(str(error))
        return 1
    except KeyboardInterrupt:
        leave_logs = False
        fail("\nstopped")
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if not keep:
            remove(folder, leave_logs)


def remove(folder: Path, leave_logs: bool) -> None:
    """Remove the folder. With `leave_logs`, keep its logs."""
    if leave_logs and any(folder.glob("logs/*")):
        for path in folder.iterdir():
            if path.name != "logs":
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        return
    for _ in range(TRIES):  # a job run that has not quite ended may still write
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            break
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
