"""Tell the job tests which location is the input of which script, so that `sample("inputLocation")` finds its sample.

The Glue image cannot read the config: it gets the answer as a JSON file.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from aws_glue_cdk_baseline.config import PROJECT, Config, Job, load_config
from aws_glue_cdk_baseline.config.parameters import is_output, parameter_name

FILE = "job-inputs.json"  # in the folder of the reports, which the image sees
CONFIG = "JOB_CONFIG"  # a variable: the config file of `read_inputs`, where it is not default-config.yaml


def read_inputs() -> dict[str, Any]:
    """Return `inputs_of` the config file. Raise ConfigError if it has errors."""
    return inputs_of(load_config(PROJECT / os.environ.get(CONFIG, "default-config.yaml")))


def inputs_of(config: Config) -> dict[str, Any]:
    """Return `jobs`, the inputs of each script's jobs in their first stage, and `in_build`: if this is the Build stage.

    In Build, a sample that is missing was not committed.
    """
    jobs: dict[str, dict[str, dict[str, str]]] = {}
    for stage in config.stages:
        for job in stage.jobs:
            jobs.setdefault(job.script.stem, {}).setdefault(job.name, _inputs(job))
    return {"in_build": "CODEBUILD_BUILD_ID" in os.environ, "jobs": jobs}


def write_inputs(config: Config, folder: Path) -> None:
    """Write `inputs_of` the config to the file in `folder`."""
    (folder / FILE).write_text(json.dumps(inputs_of(config), indent=1) + "\n", encoding="utf-8")


def _inputs(job: Job) -> dict[str, str]:
    """Return bucket/key of each input location: of parameters, and of arguments that have no parameter (`--inputPath`).

    Arguments of Glue's own have a dash in their name, except `--TempDir`.
    """
    inputs = {}
    for argument, value in job.run_arguments.items():
        option = argument[2:]
        parameter = parameter_name(option) if argument in job.arguments else option
        glues_own = argument not in job.arguments and ("-" in option or option == "TempDir")
        scheme, separator, place = value.partition("://")
        if separator and scheme.lower() in ("s3", "s3a", "s3n") and not is_output(parameter) and not glues_own:
            inputs[parameter] = place
    return inputs
