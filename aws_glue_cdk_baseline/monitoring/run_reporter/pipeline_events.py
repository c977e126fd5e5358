"""The events of CodePipeline: a failed execution, and an approval that waits.

https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .console import execution_page, pipeline_page
from .facts import Facts
from .message import Message, shortened

FAILED, ACTION = "CodePipeline Pipeline Execution State Change", "CodePipeline Action Execution State Change"
MOST_ACTIONS = 5  # failed actions in a message


def report_pipeline(event: Mapping[str, Any], facts: Facts, codepipeline: Any) -> Message:
    """Return the message about a failed execution or a waiting approval: the rule lets no other event through."""
    detail = event["detail"]
    pipeline, execution = str(detail["pipeline"]), str(detail["execution-id"])
    try:
        answer = codepipeline.list_action_executions(
            pipelineName=pipeline, filter={"pipelineExecutionId": execution}, maxResults=100
        )
        actions, why = answer["actionExecutionDetails"], ""
    except (ClientError, BotoCoreError) as error:
        actions, why = [], str(error)
    details = [("details", f"unknown: {why}")] if why else []
    if event["detail-type"] == ACTION:
        return _approval(event, facts, pipeline, actions, details)
    failed = [action for action in actions if action.get("status") == "Failed"][:MOST_ACTIONS]
    where = ", ".join(f"{action['stageName']} {action['actionName']}" for action in failed)
    fields = [
        *(("error", f"{action['stageName']} {action['actionName']}: {_reason(action)}") for action in failed),
        *details,
        *_links(failed),
        *_about(event, pipeline, execution),
    ]
    return Message(
        f"{pipeline} FAILED{f' in {where}' if where else ''}",
        tuple(fields),
        ("The log of an action: View details of the action, on the execution page.",),
        pipeline,
    )


def _approval(
    event: Mapping[str, Any],
    facts: Facts,
    pipeline: str,
    actions: list[Mapping[str, Any]],
    details: list[tuple[str, str]],
) -> Message:
    detail = event["detail"]
    stage, action, region = str(detail["stage"]), str(detail["action"]), str(event["region"])
    own = next((item for item in actions if (item["stageName"], item["actionName"]) == (stage, action)), {})
    changes = str(own.get("input", {}).get("resolvedConfiguration", {}).get("CustomData") or "")
    return Message(
        f"{pipeline} waits for an approval: {stage}",
        (
            *([("changes", changes)] if changes else []),
            *details,
            *_about(event, pipeline, str(detail["execution-id"])),
            ("answer", pipeline_page(region, pipeline)),
        ),
        (
            f"What it would get: {facts.make('diff', _config_name(stage))}",
            f"Choose Review at {stage}. Without an answer the approval fails after 7 days.",
        ),
        pipeline,
    )


def _config_name(stage: str) -> str:
    """Return the name in the config of a stage of the pipeline: prod for DeployProd, and for ApproveProd."""
    name = re.sub(r"^(Deploy|Approve)", "", stage)
    return name[:1].lower() + name[1:]


def _reason(action: Mapping[str, Any]) -> str:
    result = action.get("output", {}).get("executionResult", {})
    said = result.get("errorDetails", {}).get("message") or result.get("externalExecutionSummary")
    return shortened(str(said or "CodePipeline gives no reason"))


def _links(failed: list[Mapping[str, Any]]) -> list[tuple[str, str]]:
    results = [action.get("output", {}).get("executionResult", {}) for action in failed]
    return [
        ("action page", str(result["externalExecutionUrl"])) for result in results if result.get("externalExecutionUrl")
    ]


def _about(event: Mapping[str, Any], pipeline: str, execution: str) -> list[tuple[str, str]]:
    return [
        ("execution", execution),
        ("pipeline", f"{pipeline}, AWS account {event['account']} in {event['region']}"),
        ("execution page", execution_page(str(event["region"]), pipeline, execution)),
    ]
