"""Tell the integration test of a stage's jobs: the flags `--expect` and `--after`, each with JSON."""

from __future__ import annotations

import base64
import bz2
import json
import shlex

from aws_glue_cdk_baseline.config import ConfigError, Job, StageConfig
from aws_glue_cdk_baseline.config.errors import ErrorLine
from aws_glue_cdk_baseline.config.model import Expect

# CodeBuild refuses a longer buildspec in a project: "Max buildspec length is 25600", see
# https://github.com/aws/aws-cdk/issues/30326. Both numbers leave room for the rest of the buildspec.
MAX_BUILDSPEC = 25_600
MAX_PLAIN, MAX_FLAGS = 20_000, 23_000
COMPRESSED = "bz2:"  # tests/integ/json_flag.py reads it


def job_flags(stage: StageConfig, config_file: str) -> str:
    """Return the flags as they follow the test's command, or an empty text. Long JSON is compressed.

    Raise ConfigError if the flags do not fit into a buildspec even so.
    """
    values = {"--expect": _expectations(stage), "--after": _chains(stage)}
    texts = {flag: json.dumps(value) for flag, value in values.items() if value}
    if len(json.dumps(_joined(texts))) > MAX_PLAIN:
        texts = {flag: _compressed(text) for flag, text in texts.items()}
    flags = _joined(texts)
    if len(json.dumps(flags)) > MAX_FLAGS:
        message = (
            f"`after` and `expect` of its {len(stage.jobs)} jobs take {len(flags)} characters in the integration test's"
            f" buildspec, and CodeBuild takes {MAX_BUILDSPEC} in all; remove some of them, shorten the jobs' names, or"
            " write `integrationTest: none`"
        )
        raise ConfigError([ErrorLine(config_file, 1, stage.name, message)])
    return flags


def _joined(texts: dict[str, str]) -> str:
    return "".join(f" {flag} {shlex.quote(text)}" for flag, text in texts.items())


def _compressed(text: str) -> str:
    """Return a text in a tenth of its length. bz2 gives the same on every machine; zlib depends on its version."""
    return COMPRESSED + base64.b64encode(bz2.compress(text.encode())).decode()


def _expectations(stage: StageConfig) -> dict[str, object]:
    """Return the expected output of each job that has one, without what it does not expect."""
    return {
        stage.names.job(job.name): _expectation(job, job.settings.expect) for job in stage.jobs if job.settings.expect
    }


def _expectation(job: Job, expect: Expect) -> dict[str, object]:
    parts = {
        "outputRows": expect.output_rows,
        "outputLocation": job.arguments["--output_path"],
        "quality": expect.quality,
        "sources": job.quality_sources,
    }
    return {name: part for name, part in parts.items() if part}


def _chains(stage: StageConfig) -> dict[str, object]:
    """Return the jobs before each job that comes after others."""
    return {
        stage.names.job(job.name): [stage.names.job(name) for name in job.settings.after]
        for job in stage.jobs
        if job.settings.after
    }
