"""Read what Glue's metrics tell of runs: the rows that were read, and how busy the workers were.

Only runs of jobs with `observability: true` have them. Their names and statistics:
https://docs.aws.amazon.com/glue/latest/dg/monitoring-awsglue-with-cloudwatch-metrics.html
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tools.stage_jobs.account import StageAccount
from tools.stage_jobs.runs import JobRun

# Metric, its dimension Type, and its statistic. Rows are counted since the value before; the load is from 0 to 1.
Metric = tuple[str, str, str]
ROWS_READ: Metric = ("glue.driver.aggregate.recordsRead", "count", "Sum")
LOAD: Metric = ("glue.ALL.system.cpuSystemLoad", "gauge", "Average")
AT_ONCE = 500  # metrics in one call of GetMetricData
# CloudWatch keeps values of a minute for 15 days, of five for 63, and of an hour for 455. Both in seconds.
PERIODS = ((15 * 86400, 60), (63 * 86400, 300), (455 * 86400, 3600))
LATE = timedelta(minutes=5)  # metrics of a run arrive after its end


def values(account: StageAccount, metric: Metric, runs: Sequence[tuple[str, JobRun]]) -> dict[str, list[float]]:
    """Return the values of a metric by the id of a run, oldest first. A run without any is not in it.

    `runs` are the names of jobs in Glue, each with a run. Raise RunError if a right is missing.
    """
    found: dict[str, list[float]] = {}
    for some in (runs[start : start + AT_ONCE] for start in range(0, len(runs), AT_ONCE)):
        begin = min(run.started for _, run in some).astimezone(UTC)
        period = _period((datetime.now(UTC) - begin).total_seconds())
        queries = [_query(f"m{number}", metric, job, run.id, period) for number, (job, run) in enumerate(some)]
        end = max(run.started.astimezone(UTC) + timedelta(seconds=run.seconds) for _, run in some) + LATE
        answer = account.pages(
            *("cloudwatch", "get_metric_data", "MetricDataResults", "metrics of the runs"),
            MetricDataQueries=queries,
            StartTime=datetime.fromtimestamp(begin.timestamp() // period * period, UTC),
            EndTime=end,
            ScanBy="TimestampAscending",
        )
        for item in answer:
            if item["Values"]:
                run = some[int(item["Id"][1:])][1]
                found.setdefault(run.id, []).extend(map(float, item["Values"]))
    return found


def _query(number: str, metric: Metric, job: str, run: str, period: int) -> dict[str, Any]:
    name, kind, statistic = metric
    dimensions = {"JobName": job, "JobRunId": run, "Type": kind}
    asked = {"Namespace": "Glue", "MetricName": name, "Dimensions": [_pair(*item) for item in dimensions.items()]}
    return {"Id": number, "MetricStat": {"Metric": asked, "Period": period, "Stat": statistic}}


def _pair(name: str, value: str) -> dict[str, str]:
    return {"Name": name, "Value": value}


def _period(age: float) -> int:
    """Return the shortest period, in seconds, whose values are kept for `age` seconds."""
    return next((period for kept, period in PERIODS if age < kept), PERIODS[-1][1])
