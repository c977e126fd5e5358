"""Glue's own job parameters: which the template or Glue sets, and which have a better way in this project.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
"""

from __future__ import annotations

import re

from aws_glue_cdk_baseline.config.errors import shown

# The options of getResolvedOptions itself, beside those that a script asks for (AWSGlueDataplanePython 5.1.0, 6.0.0).
PARSER_OPTIONS = frozenset(
    [
        *("help", "job-bookmark-option", "continuation-option", "job-bookmark-from", "job-bookmark-to", "JOB_ID"),
        *(
            "JOB_RUN_ID",
            "SECURITY_CONFIGURATION",
            "encryption-type",
            "enable-data-lineage",
            "RedshiftTempDir",
            "TempDir",
        ),
    ]
)
# A script that asks for one of these ends with an error: the parser has them already.
RESERVED_OPTIONS = PARSER_OPTIONS - {"TempDir", "RedshiftTempDir"}

_GLUE = "is set by Glue itself; remove it"
_TEMPLATE = "is set by the template; remove it"
_LOGS = "is not allowed: the template names the job's log groups, and keeps them for `logRetentionDays`; remove it"
_OBSERVABILITY = "is set by the template; write `observability: true` beside `defaultArguments`, and remove it"
_SPARK_UI = "is set by the template; write `sparkUi: s3://…/` beside `defaultArguments`, and remove it"
REFUSED = {
    "--JOB_NAME": _GLUE,
    "--JOB_ID": _GLUE,
    "--JOB_RUN_ID": _GLUE,
    "--help": "is not allowed: getResolvedOptions prints a help text and ends the job; remove it",
    "--debug": "is used inside Glue; remove it",
    "--mode": "is used inside Glue; remove it",
    "--endpoint": "is used inside Glue; remove it",
    "--class": "is for Scala jobs, and the template deploys PySpark jobs; remove it",
    "--scriptLocation": "is set by the template; name the script with the setting `script`",
    "--job-language": _TEMPLATE,
    "--enable-auto-scaling": f"{_TEMPLATE}; `numberOfWorkers` is the most that auto scaling uses",
    "--custom-logGroup-prefix": _LOGS,
    "--continuous-log-logGroup": _LOGS,
    "--enable-continuous-cloudwatch-log": _TEMPLATE,
    "--enable-continuous-log-filter": "is not supported; the log has all lines; remove it",
    "--continuous-log-logStreamPrefix": "is not supported; the id of the run names its log streams; remove it",
    "--continuous-log-conversionPattern": "is not supported; set the format of your own lines in the script; remove it",
    "--enable-metrics": _OBSERVABILITY,
    "--enable-observability-metrics": _OBSERVABILITY,
    "--enable-spark-ui": _SPARK_UI,
    "--spark-event-logs-path": _SPARK_UI,
    "--enable-spark-ui-legacy-path": "is not supported; Glue takes a new path for each run; remove it",
    "--job-bookmark-option": "is set by the template; write `bookmark: true` beside `defaultArguments`, and remove it",
    "--job-bookmark-from": "is for a single run that pauses its bookmark; give it to that run, and remove it",
    "--job-bookmark-to": "is for a single run that pauses its bookmark; give it to that run, and remove it",
    "--extra-py-files": "is set by the template; put the module or package beside the scripts and import it",
}
# The values of these are lists, separated by commas.
LISTS = frozenset({"--additional-python-modules", "--extra-jars", "--extra-files", "--python-virtual-env"})
WRITTEN = frozenset({"--TempDir", "--RedshiftTempDir", "--python-virtual-env-storage-prefix"})
# Glue's own arguments with places in S3.
OWN_PLACES = LISTS | {"--TempDir", "--extra-py-files", "--python-virtual-env-storage-prefix"}
BOOKMARK, BOOKMARK_ENABLED = "--job-bookmark-option", "job-bookmark-enable"


def default_argument(name: str) -> str:
    """Return the name of an argument under `defaultArguments`. Raise ValueError if it cannot be there."""
    if not re.fullmatch(r"--[A-Za-z][A-Za-z0-9_-]*", name):
        raise ValueError(
            f"{shown(name)} is not a Glue job parameter; write it as Glue does, such as --additional-python-modules"
        )
    if why := REFUSED.get(name):
        raise ValueError(f"{name} {why}")
    return name
