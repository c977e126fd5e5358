"""CloudFormation actions: change sets that are really created and executed, with the roles that the action names.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.errors import ActionFailed
from rehearsal.pipeline import Action

NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
WAIT_SECONDS = 600


class StackAction:
    """One CloudFormation action, done with the client `api` of the action's role; templates are known by their URL."""

    def __init__(self, action: Action, api: Any, log: Path) -> None:
        self._api, self._log = api, log
        self._settings = action.configuration
        self._stack = action.configuration["StackName"]

    def prepare(self, template_url: str, parameters: dict[str, Any]) -> str:
        """Create the change set anew; returns what it would change."""
        name = self._settings["ChangeSetName"]
        exists = self._status() not in ("", "REVIEW_IN_PROGRESS")
        if exists:
            self._api.delete_change_set(StackName=self._stack, ChangeSetName=name)
        kind = "UPDATE" if exists else "CREATE"
        self._api.create_change_set(**self._request(template_url, parameters), ChangeSetName=name, ChangeSetType=kind)
        change_set = self._wait_for_change_set(name)
        changes = [item["ResourceChange"] for item in change_set.get("Changes", [])]
        self._write("\n".join(f"{c['Action']} {c['ResourceType']} {c['LogicalResourceId']}" for c in changes))
        return f"{len(changes)} changes to {self._stack}"

    def execute(self) -> str:
        """Execute the change set and wait for the stack."""
        name = self._settings["ChangeSetName"]
        if self._empty(self._api.describe_change_set(StackName=self._stack, ChangeSetName=name)):
            return f"{self._stack} is as it should be"
        self._api.execute_change_set(StackName=self._stack, ChangeSetName=name)
        return self._wait_for_stack()

    def create_or_update(self, template_url: str, parameters: dict[str, Any]) -> str:
        """Create or update the stack without a change set."""
        try:
            call = self._api.update_stack if self._status() else self._api.create_stack
            call(**self._request(template_url, parameters))
        except ClientError as error:
            if any(text in str(error) for text in NO_CHANGES):
                return f"{self._stack} is as it should be"
            raise
        return self._wait_for_stack()

    def outputs(self) -> dict[str, str]:
        """The outputs of the stack."""
        stack = self._api.describe_stacks(StackName=self._stack)["Stacks"][0]
        return {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}

    def _request(self, template_url: str, parameters: dict[str, Any]) -> dict[str, Any]:
        capabilities = self._settings.get("Capabilities", "")
        return {
            "StackName": self._stack,
            "TemplateURL": template_url,
            "RoleARN": self._settings["RoleArn"],
            "Capabilities": [item for item in capabilities.split(",") if item],
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": str(value)}
                for key, value in {
                    **parameters.get("Parameters", {}),
                    **json.loads(self._settings.get("ParameterOverrides", "{}")),
                }.items()
            ],
            "Tags": [{"Key": key, "Value": value} for key, value in parameters.get("Tags", {}).items()],
        }

    def _status(self) -> str:
        try:
            status: str = self._api.describe_stacks(StackName=self._stack)["Stacks"][0]["StackStatus"]
        except ClientError as error:
            if "does not exist" in str(error):
                return ""
            raise
        return status

    def _wait_for_change_set(self, name: str) -> dict[str, Any]:
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            change_set: dict[str, Any] = self._api.describe_change_set(StackName=self._stack, ChangeSetName=name)
            if change_set["Status"] == "CREATE_COMPLETE" or self._empty(change_set):
                return change_set
            if change_set["Status"] == "FAILED":
                raise ActionFailed(f"{self._stack}: {change_set.get('StatusReason', 'no reason given')}", self._log)
            time.sleep(0.1)
        raise ActionFailed(f"{self._stack}: no change set after {WAIT_SECONDS} s", self._log)

    def _wait_for_stack(self) -> str:
        end = time.monotonic() + WAIT_SECONDS
        while (status := self._status()).endswith("_IN_PROGRESS") and time.monotonic() < end:
            time.sleep(0.1)
        events = self._api.describe_stack_events(StackName=self._stack)["StackEvents"]
        self._write("\n".join(_line(event) for event in reversed(events)))
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return f"{self._stack} {status}"
        failed = [event for event in reversed(events) if event["ResourceStatus"].endswith("_FAILED")]
        why = self._refused() or (_line(failed[0]) if failed else status)
        raise ActionFailed(f"{self._stack} is {status or 'gone'}: {why}", self._log)

    def _refused(self) -> str:
        """What CloudFormation's own look at the resources refused before it made any; empty where it refused none."""
        found = self._api.describe_events(StackName=self._stack, Filters={"FailedEvents": True})["OperationEvents"]
        reasons = [
            f"{event['LogicalResourceId']}: {event['ValidationStatusReason']}"
            for event in found
            if event.get("ValidationStatusReason") and event.get("LogicalResourceId")
        ]
        self._write("\n".join(reasons))
        return "; ".join(dict.fromkeys(reasons))

    def _write(self, text: str) -> None:
        with self._log.open("a", encoding="utf-8") as file:
            file.write(text + "\n")

    @staticmethod
    def _empty(change_set: dict[str, Any]) -> bool:
        return change_set["Status"] == "FAILED" and any(
            text in change_set.get("StatusReason", "") for text in NO_CHANGES
        )


def _line(event: dict[str, Any]) -> str:
    reason = event.get("ResourceStatusReason", "")
    return f"{event['ResourceStatus']} {event['ResourceType']} {event['LogicalResourceId']} {reason}".rstrip()
