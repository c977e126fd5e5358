"""Read the command line of `python -m tools.samples`, and run its command."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import NoReturn

from aws_glue_cdk_baseline.config import PROJECT, load_config
from local.samples import SAMPLES
from tools.job_arguments import find_job, find_stage
from tools.samples.source import SampleError

ROWS = {"fetch": 1000, "invent": 100}
MEGABYTES = 5
MEGABYTE = 1_000_000


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise SampleError(message)


def run(arguments: list[str], samples: Path = SAMPLES, project: Path = PROJECT) -> None:
    """Run a command. Raise SampleError, RunError or ConfigError with its errors."""
    options = _parse(arguments)
    config = load_config(options.config, project)
    stage = find_stage(config, options.stage)
    job = find_job(config, stage.name, options.job)
    if options.command == "fetch":
        from tools.samples.fetching import fetch

        fetch(options, job, stage, samples)
    else:
        from tools.samples.inventing import invent

        invent(options, job, stage, samples)


def _parse(arguments: list[str]) -> Namespace:
    parser = _Parser(prog="python -m tools.samples", description="Take or make up the samples of a job's inputs.")
    parser.add_argument("command", choices=list(ROWS))
    parser.add_argument("job", nargs="?", default="", metavar="JOB", help="a job of the config, or its script")
    parser.add_argument("--config", type=Path, default=Path("default-config.yaml"), help="default: default-config.yaml")
    parser.add_argument("--stage", default="", help="default: the first stage of the config")
    parser.add_argument("--profile", default="", help="the AWS profile to read with")
    parser.add_argument("--from", dest="folder", default="", help="a folder or a file in place of S3")
    parser.add_argument("--rows", default="", help="rows a location (default: 1000; made up: 100)")
    parser.add_argument("--mask", default="", help="columns whose values are replaced: email,customer.phone")
    parser.add_argument("--parameter", default="", help="only these parameters of the job: inputLocationOrders")
    parser.add_argument("--mb", default="", help=f"megabytes a location at most; default: {MEGABYTES}")
    parser.add_argument("--seed", default="0", help="of rows that are made up; default: 0")
    options = parser.parse_intermixed_args(arguments)
    options.rows = _number("ROWS", options.rows, ROWS[options.command])
    options.size = _number("MB", options.mb, MEGABYTES) * MEGABYTE
    options.mask = [name for name in options.mask.replace(" ", ",").split(",") if name]
    return options


def _number(name: str, text: str, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= 10**9:
        raise SampleError(f"{name}={text}: is not a whole number from 1 to 1000000000")
    return int(text)
