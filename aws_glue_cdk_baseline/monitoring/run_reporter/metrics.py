"""Metrics in CloudWatch's embedded metric format: a line in the function's log, which needs no right to write metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping

NAMESPACE = "GlueJobs"
UNITS = {"Runs": "Count", "Failures": "Count", "Seconds": "Seconds", "DpuHours": "None", "Usd": "None"}
UNITS |= {"RulesPassed": "Count", "RulesFailed": "Count"}


def metric_line(stage: str, job: str, values: Mapping[str, float], milliseconds: int) -> str:
    """Return the line with the metrics of a job, and of its stage as a whole. `values` are metrics by name."""
    definition = {
        "Namespace": NAMESPACE,
        "Dimensions": [["Stage"], ["Stage", "Job"]],
        "Metrics": [{"Name": name, "Unit": UNITS[name]} for name in values],
    }
    header = {"Timestamp": milliseconds, "CloudWatchMetrics": [definition]}
    return json.dumps({"_aws": header, "Stage": stage, "Job": job, **values})
