"""Tell the job tests which location is the input of which script, so that `sample("inputLocation")` finds its sample.

The Glue image cannot read the config: it gets the answer as a JSON file.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from aws_glue_cdk_baseline.config import Config, Job, load_config
from aws_glue_cdk_baseline.config.job_tests import config_file
from aws_glue_cdk_baseline.config.parameters import is_output, parameter_name
from aws_glue_cdk_baseline.config.script_options import read_script_options
from aws_glue_cdk_baseline.config.spark_conf import spark_conf

FILE = "job-inputs.json"  # in the folder of the reports, which the image sees


def read_inputs() -> dict[str, Any]:
    """Return `inputs_of` the config file of the job tests. Raise ConfigError if it has errors."""
    return inputs_of(load_config(config_file()))


def inputs_of(config: Config) -> dict[str, Any]:
    """Return `jobs`, the inputs of each script's jobs in their first stage, and `in_build`: if this is the Build stage.

    `conf` has the settings of Spark (`--conf`) of each script, by its first job; `shells` are the scripts of Python
    shell jobs. In Build, a sample that is missing was not committed.
    """
    jobs: dict[str, dict[str, dict[str, str]]] = {}
    conf: dict[str, dict[str, str]] = {}
    shells: set[str] = set()
    for stage in config.stages:
        for job in stage.jobs:
            jobs.setdefault(job.script.stem, {}).setdefault(job.name, _inputs(job))
            shells |= {job.script.stem} if job.settings.is_shell else set()
            conf.setdefault(job.script.stem, spark_conf(job.run_arguments.get("--conf", "")))
    return {"in_build": "CODEBUILD_BUILD_ID" in os.environ, "jobs": jobs, "conf": conf, "shells": sorted(shells)}


def write_inputs(config: Config, folder: Path) -> None:
    """Write `inputs_of` the config to the file in `folder`."""
    (folder / FILE).write_text(json.dumps(inputs_of(config), indent=1) + "\n", encoding="utf-8")


def _inputs(job: Job) -> dict[str, str]:
    """Return bucket/key of each input location: of parameters, and of arguments that have no parameter (`--inputPath`).

    Of the arguments under `defaultArguments` only those are meant that the script reads, and not Glue's own.
    """
    options = read_script_options(job.script)
    inputs = {}
    for argument, value in job.run_arguments.items():
        option = argument[2:]
        parameter = parameter_name(option) if argument in job.arguments else option
        is_read = argument in job.arguments or ("-" not in option if options is None else option in options.lines)
        scheme, separator, place = value.partition("://")
        is_location = separator and scheme.lower() in ("s3", "s3a", "s3n")
        if is_location and is_read and option != "TempDir" and not is_output(parameter):
            inputs[parameter] = place
    return inputs
