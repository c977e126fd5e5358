"""The dashboard of a stage: runs, failures, durations, DPU-hours and USD, in total and by job, and data quality."""

from __future__ import annotations

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from aws_glue_cdk_baseline import prices
from aws_glue_cdk_baseline.config import StageConfig
from aws_glue_cdk_baseline.monitoring.run_reporter.facts import Facts
from aws_glue_cdk_baseline.monitoring.run_reporter.metrics import NAMESPACE

DAY, HOUR = 86400, 3600  # seconds
MOST_JOBS = 20  # shown in a widget by job: those with the most
WIDTH, HEIGHT = 12, 6  # of a widget; a row is 24 wide
Widget = dict[str, Any]


def add_dashboard(scope: Construct, *, stage: StageConfig, facts: Facts, failed_queue: str) -> None:
    """Add the dashboard of a stage, from the metrics that its function writes (`facts` names them)."""
    region, name = Stack.of(scope).region, stage.names.notifications
    total = _Stage(facts.dimension)
    graphs = [
        total.graph("Runs and failures a day", "Runs", "Failures"),
        total.by_job("Failures a day, by job", "Failures"),
        total.by_job("Longest run in an hour, by job, in seconds", "Seconds", "Maximum"),
        total.by_job("DPU-hours a day, by job", "DpuHours"),
        total.graph("USD a day", "Usd"),
        total.by_job("USD a day, by job", "Usd"),
        total.graph("Data quality rules a day", "RulesPassed", "RulesFailed"),
        total.by_job("Data quality rules that failed a day, by job", "RulesFailed"),
        _graph(
            "Data quality by the metrics of AWS (enableDataQualityCloudWatchMetrics), of this account",
            [[{"expression": _search('Namespace="Glue Data Quality"', "Sum", DAY)}]],
        ),
        _graph(
            "Messages that could not be sent, and errors of the function that sends them",
            [
                ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", failed_queue, {"stat": "Maximum"}],
                ["AWS/Lambda", "Errors", "FunctionName", name, {"stat": "Sum"}],
            ],
        ),
    ]
    text = {"type": "text", "properties": {"markdown": _about(stage, facts)}}
    widgets = [{**text, "x": 0, "y": 0, "width": 2 * WIDTH, "height": 2}]
    for number, graph in enumerate(graphs):
        place = {"x": WIDTH * (number % 2), "y": 2 + HEIGHT * (number // 2), "width": WIDTH, "height": HEIGHT}
        widgets.append({"type": "metric", **place, "properties": {**graph, "region": region}})
    cloudwatch.CfnDashboard(
        scope,
        "Dashboard",
        dashboard_name=stage.names.dashboard,
        dashboard_body=Stack.of(scope).to_json_string({"start": "-P14D", "widgets": widgets}),
    )


class _Stage:
    """The metrics of one stage in CloudWatch, which calls it `dimension`."""

    def __init__(self, dimension: str) -> None:
        self._dimension = dimension

    def graph(self, title: str, *metrics: str) -> Widget:
        """Return a graph of the whole stage, a point a day."""
        lines = [[NAMESPACE, metric, "Stage", self._dimension] for metric in metrics]
        return _graph(title, lines, stat="Sum", period=DAY)

    def by_job(self, title: str, metric: str, statistic: str = "Sum") -> Widget:
        """Return a graph with a line for each of the MOST_JOBS jobs with the most. New jobs come in by themselves.

        A sum is a day's, a maximum an hour's.
        """
        summed = statistic == "Sum"
        what = f'{{{NAMESPACE},Stage,Job}} Stage="{self._dimension}" MetricName="{metric}"'
        search = _search(what, statistic, DAY if summed else HOUR)
        ranked = f"SORT({search}, {'SUM' if summed else 'MAX'}, DESC, {MOST_JOBS})"
        return _graph(title, [[{"expression": ranked, "label": "${PROP('Dim.Job')}"}]], stacked=summed)


def _graph(title: str, metrics: list[Any], **options: Any) -> Widget:
    return {"title": title, "view": "timeSeries", "metrics": metrics, "yAxis": {"left": {"min": 0}}, **options}


def _search(what: str, statistic: str, period: int) -> str:
    return f"SEARCH('{what}', '{statistic}', {period})"


def _about(stage: StageConfig, facts: Facts) -> str:
    """Return what the dashboard says of itself: which costs are not in it."""
    unknown = sorted(job.job for job in facts.jobs.values() if job.usd is None)
    more = [f"{len(unknown) - MOST_JOBS} more"] if len(unknown) > MOST_JOBS else []
    shown = ", ".join([*unknown[:MOST_JOBS], *more])
    without = f" Not in USD, since their price is not known: {shown}." if unknown else ""
    return (
        f"## Glue jobs of {stage.name}\n"
        f"USD are estimates at the prices of {prices.REGION}, {prices.DATE} (aws_glue_cdk_baseline/prices.py).{without}"
        f" A run is counted when it has ended. A graph by job has the {MOST_JOBS} jobs with the most."
    )
