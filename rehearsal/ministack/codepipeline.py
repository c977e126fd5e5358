"""CodePipeline: GetPipelineState, from the recorded pipeline and the rehearsal's record of the actions that ran.

DisableStageTransition is recorded, for GetPipelineState alone.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import ministack.app
import ministack.core.iam_actions as actions
import ministack.core.router as router
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response

from rehearsal.aws.processes import ACTIONS, write_record

SERVICE = "codepipeline"
TARGET = "CodePipeline_20150709"
TRANSITIONS = "transitions.jsonl"  # the file with the stages whose inbound transition is disabled


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
            given = json.loads(body or b"{}")
            stage = f"/{given['stageName']}" if "stageName" in given else ""
            name = given.get("name") or given.get("pipelineName", "*")
            return f"arn:aws:codepipeline:{region}:{account}:{name}{stage}"
        return extract(service, method, path, headers, body, query, region, account)

    actions.extract_resource_arn = extracted


async def handle_request(method: str, path: str, headers: Any, body: bytes, query_params: Any) -> Any:
    call = str(headers.get("x-amz-target", "")).rpartition(".")[2]
    if call not in ("GetPipelineState", "DisableStageTransition"):
        return error_response_json("InvalidAction", f"the rehearsal's CodePipeline has no {call}", 400)
    given = json.loads(body or b"{}")
    name = str(given.get("name") or given.get("pipelineName", ""))
    records = Path(os.environ["REHEARSAL_RECORDS"])
    recorded = records / f"{get_account_id()}.{get_region()}.AWS-CodePipeline-Pipeline.{name}.json"
    if not recorded.is_file():
        return error_response_json("PipelineNotFoundException", f"there is no pipeline {name}", 400)
    stages = json.loads(recorded.read_text(encoding="utf-8"))["properties"]["Stages"]
    if call == "DisableStageTransition":
        if given["stageName"] not in [stage["Name"] for stage in stages]:
            return error_response_json("StageNotFoundException", f"{name} has no stage {given['stageName']}", 400)
        write_record(records / TRANSITIONS, pipeline=name, stage=given["stageName"])
        return json_response({})
    ran, disabled = ended_actions(records / ACTIONS), _disabled(records / TRANSITIONS, name)
    states = [
        {
            "stageName": stage["Name"],
            "inboundTransitionState": {"enabled": stage["Name"] not in disabled},
            "actionStates": [
                {"actionName": action["Name"], **_latest(ran.get((stage["Name"], action["Name"])))}
                for action in stage["Actions"]
            ],
        }
        for stage in stages
    ]
    return json_response({"pipelineName": name, "stageStates": states})


def ended_actions(file: Path) -> dict[tuple[str, str], str]:
    """Return how each action ended the last time, by stage and action."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return {(item["stage"], item["action"]): item["outcome"] for item in map(json.loads, lines)}


def _disabled(file: Path, pipeline: str) -> set[str]:
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return {item["stage"] for item in map(json.loads, lines) if item["pipeline"] == pipeline}


def _latest(outcome: str | None) -> dict[str, Any]:
    return {"latestExecution": {"status": outcome.capitalize()}} if outcome else {}
