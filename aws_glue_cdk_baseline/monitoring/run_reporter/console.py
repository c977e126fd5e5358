"""Links to pages of the AWS console, in the Region and the AWS partition of a stage."""

from __future__ import annotations

from urllib.parse import quote

DOMAINS = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}
DOMAIN = "console.aws.amazon.com"  # of the partition aws


def partition(region: str) -> str:
    """Return the AWS partition of a Region."""
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rpartition("-")[0].rpartition("-")[0], "aws")


def run_page(region: str, job_name: str, run_id: str) -> str:
    """Return the page of a job run."""
    return f"{_home(region, 'gluestudio')}#/job/{quote(job_name, safe='')}/run/{quote(run_id, safe='')}"


def runs_page(region: str, job_name: str) -> str:
    """Return the page with all runs of a job."""
    return f"{_home(region, 'gluestudio')}#/editor/job/{quote(job_name, safe='')}/runs"


def log_page(region: str, group: str, run_id: str) -> str:
    """Return the page of the log streams of a job run: their names begin with its id."""
    place, streams = _twice(group), _twice(run_id)
    return f"{_home(region, 'cloudwatch')}#logsV2:log-groups/log-group/{place}$3FlogStreamNameFilter$3D{streams}"


def execution_page(region: str, pipeline: str, execution: str) -> str:
    """Return the page of an execution of a pipeline."""
    place = f"pipelines/{quote(pipeline, safe='')}/executions/{quote(execution, safe='')}/timeline"
    return f"https://{_host(region)}/codesuite/codepipeline/{place}?region={region}"


def pipeline_page(region: str, pipeline: str) -> str:
    """Return the page of a pipeline, where its approvals are answered."""
    return f"https://{_host(region)}/codesuite/codepipeline/pipelines/{quote(pipeline, safe='')}/view?region={region}"


def _host(region: str) -> str:
    return f"{region}.{DOMAINS.get(partition(region), DOMAIN)}"


def _home(region: str, service: str) -> str:
    return f"https://{_host(region)}/{service}/home?region={region}"


def _twice(text: str) -> str:
    """Return a text as the pages of CloudWatch Logs expect it: quoted twice, with a dollar sign for the percent."""
    return quote(quote(text, safe=""), safe="").replace("%", "$")
