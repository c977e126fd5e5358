"""CodePipeline: GetPipelineState, from the recorded pipeline and the rehearsal's record of the actions that ran."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import ministack.app
import ministack.core.iam_actions as actions
import ministack.core.router as router
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response

from rehearsal.aws.processes import ACTIONS

SERVICE = "codepipeline"
TARGET = "CodePipeline_20150709"


def install() -> None:
    """Patch MiniStack, which does not know the service."""
    router.SERVICE_PATTERNS[SERVICE] = {"target_prefixes": [TARGET], "credential_scope": SERVICE}
    ministack.app.SERVICE_HANDLERS[SERVICE] = handle_request
    actions.SERVICE_TO_IAM_NAMESPACE[SERVICE] = SERVICE
    extract = actions.extract_resource_arn

    def extracted(
        service: str, method: str, path: str, headers: Any, body: bytes, query: Any, region: str, account: str
    ) -> Any:
        if service == SERVICE:
            return f"arn:aws:codepipeline:{region}:{account}:{json.loads(body or b'{}').get('name', '*')}"
        return extract(service, method, path, headers, body, query, region, account)

    actions.extract_resource_arn = extracted


async def handle_request(method: str, path: str, headers: Any, body: bytes, query_params: Any) -> Any:
    call = str(headers.get("x-amz-target", "")).rpartition(".")[2]
    if call != "GetPipelineState":
        return error_response_json("InvalidAction", f"the rehearsal's CodePipeline has no {call}", 400)
    name = str(json.loads(body or b"{}").get("name", ""))
    records = Path(os.environ["REHEARSAL_RECORDS"])
    recorded = records / f"{get_account_id()}.{get_region()}.AWS-CodePipeline-Pipeline.{name}.json"
    if not recorded.is_file():
        return error_response_json("PipelineNotFoundException", f"there is no pipeline {name}", 400)
    ran = ended_actions(records / ACTIONS)
    states = [
        {
            "stageName": stage["Name"],
            "actionStates": [
                {"actionName": action["Name"], **_latest(ran.get((stage["Name"], action["Name"])))}
                for action in stage["Actions"]
            ],
        }
        for stage in json.loads(recorded.read_text(encoding="utf-8"))["properties"]["Stages"]
    ]
    return json_response({"pipelineName": name, "stageStates": states})


def ended_actions(file: Path) -> dict[tuple[str, str], str]:
    """Return how each action ended the last time, by stage and action."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return {(item["stage"], item["action"]): item["outcome"] for item in map(json.loads, lines)}


def _latest(outcome: str | None) -> dict[str, Any]:
    return {"latestExecution": {"status": outcome.capitalize()}} if outcome else {}
