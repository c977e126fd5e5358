"""CloudFormation actions: change sets are created and executed in the emulator, with the roles that the action names.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.actions.source import Artifacts
from rehearsal.aws.sessions import Session, Sessions, account_of
from rehearsal.model import Action, ActionFailed, Done
from rehearsal.samples import Samples, create_bucket
from tools import execution_policy
from tools.assembly import Environment

NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
WAIT_SECONDS = 600
LOOK_SECONDS = 0.05


def run_stack_action(
    action: Action, session: Session, artifacts: Artifacts, sessions: Sessions, samples: Samples, log: Path
) -> Done:
    """Run the action with the session of its role. The outputs of the stack become variables of the pipeline.

    Raise ActionFailed if the deployment fails, and ClientError if the role lacks a permission.
    """
    settings = action.configuration
    stack = StackChange(settings, session.client("cloudformation"), log)
    if settings["ActionMode"] == "CHANGE_SET_EXECUTE":
        return Done("emulated", stack.execute(), stack.outputs())
    template = artifacts.read_json(settings["TemplatePath"], session)
    configuration = settings.get("TemplateConfiguration", "")
    parameters = artifacts.read_json(configuration, session) if configuration else {}
    owner = sessions.user(account_of(settings["RoleArn"]), session.region)
    place, role = Environment(owner.account, owner.region), settings["RoleArn"]
    if denied := execution_policy.denied(role, template, settings["StackName"], place, owner.client("iam")):
        log.write_text("\n".join([*denied, ""]), encoding="utf-8")
        raise ActionFailed(f"CloudFormation's role lacks a permission: {execution_policy.first_of(denied)}", log)
    remarks = samples.provide(template, owner)
    # The template is passed as a URL: in a request it may have only 51,200 bytes, in S3 1 MB.
    s3, bucket, key = owner.client("s3"), f"rehearsal-templates-{owner.account}-{owner.region}", settings["StackName"]
    create_bucket(s3, bucket, owner.region)
    s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(template))
    url = f"{s3.meta.endpoint_url}/{bucket}/{key}"
    if settings["ActionMode"] == "CREATE_UPDATE":
        return Done("emulated", "; ".join([stack.create_or_update(url, parameters), *remarks]), stack.outputs())
    return Done("emulated", "; ".join([stack.prepare(url, parameters), *remarks]))


@dataclass(frozen=True)
class StackChange:
    """A change of a stack, by the settings of the action. `api` is a client of the action's role."""

    settings: Any
    api: Any
    log: Path

    @property
    def name(self) -> str:
        return str(self.settings["StackName"])

    def prepare(self, template_url: str, parameters: dict[str, Any]) -> str:
        """Replace the change set by a new one, and return how much it would change."""
        name = self.settings["ChangeSetName"]
        exists = self._status() not in ("", "REVIEW_IN_PROGRESS")
        if exists:
            self.api.delete_change_set(StackName=self.name, ChangeSetName=name)
        kind = "UPDATE" if exists else "CREATE"
        self.api.create_change_set(**self._request(template_url, parameters), ChangeSetName=name, ChangeSetType=kind)
        change_set = self._wait_for_change_set(name)
        changes = [item["ResourceChange"] for item in change_set.get("Changes", [])]
        self._write("\n".join(f"{c['Action']} {c['ResourceType']} {c['LogicalResourceId']}" for c in changes))
        return f"{len(changes)} changes to {self.name}"

    def execute(self) -> str:
        """Execute the change set and wait for the stack."""
        name = self.settings["ChangeSetName"]
        if _is_empty(self.api.describe_change_set(StackName=self.name, ChangeSetName=name)):
            return f"{self.name} is as it should be"
        self.api.execute_change_set(StackName=self.name, ChangeSetName=name)
        return self._wait_for_stack()

    def create_or_update(self, template_url: str, parameters: dict[str, Any]) -> str:
        """Create or update the stack without a change set."""
        try:
            call = self.api.update_stack if self._status() else self.api.create_stack
            call(**self._request(template_url, parameters))
        except ClientError as error:
            if any(text in str(error) for text in NO_CHANGES):
                return f"{self.name} is as it should be"
            raise
        return self._wait_for_stack()

    def outputs(self) -> dict[str, str]:
        """Return the outputs of the stack."""
        stack = self.api.describe_stacks(StackName=self.name)["Stacks"][0]
        return {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}

    def _request(self, template_url: str, parameters: dict[str, Any]) -> dict[str, Any]:
        capabilities = self.settings.get("Capabilities", "")
        values = {**parameters.get("Parameters", {}), **json.loads(self.settings.get("ParameterOverrides", "{}"))}
        return {
            "StackName": self.name,
            "TemplateURL": template_url,
            "RoleARN": self.settings["RoleArn"],
            "Capabilities": [item for item in capabilities.split(",") if item],
            "Parameters": [{"ParameterKey": key, "ParameterValue": str(value)} for key, value in values.items()],
            "Tags": [{"Key": key, "Value": value} for key, value in parameters.get("Tags", {}).items()],
        }

    def _status(self) -> str:
        try:
            status: str = self.api.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"]
        except ClientError as error:
            if "does not exist" in str(error):
                return ""
            raise
        return status

    def _wait_for_change_set(self, name: str) -> dict[str, Any]:
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            change_set: dict[str, Any] = self.api.describe_change_set(StackName=self.name, ChangeSetName=name)
            if change_set["Status"] == "CREATE_COMPLETE" or _is_empty(change_set):
                return change_set
            if change_set["Status"] == "FAILED":
                raise ActionFailed(f"{self.name}: {change_set.get('StatusReason', 'no reason given')}", self.log)
            time.sleep(LOOK_SECONDS)
        raise ActionFailed(f"{self.name}: no change set after {WAIT_SECONDS} s", self.log)

    def _wait_for_stack(self) -> str:
        end = time.monotonic() + WAIT_SECONDS
        while (status := self._status()).endswith("_IN_PROGRESS") and time.monotonic() < end:
            time.sleep(LOOK_SECONDS)
        events = self.api.describe_stack_events(StackName=self.name)["StackEvents"]
        self._write("\n".join(_line(event) for event in reversed(events)))
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return f"{self.name} {status}"
        failed = [event for event in reversed(events) if event["ResourceStatus"].endswith("_FAILED")]
        why = self._refused() or (_line(failed[0]) if failed else status)
        raise ActionFailed(f"{self.name} is {status or 'gone'}: {why}", self.log)

    def _refused(self) -> str:
        """Return the errors for which CloudFormation refused resources before it made any, or an empty text."""
        found = self.api.describe_events(StackName=self.name, Filters={"FailedEvents": True})["OperationEvents"]
        reasons = [
            f"{event['LogicalResourceId']}: {event['ValidationStatusReason']}"
            for event in found
            if event.get("ValidationStatusReason") and event.get("LogicalResourceId")
        ]
        self._write("\n".join(reasons))
        return "; ".join(dict.fromkeys(reasons))

    def _write(self, text: str) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            file.write(text + "\n")


def _is_empty(change_set: dict[str, Any]) -> bool:
    return change_set["Status"] == "FAILED" and any(text in change_set.get("StatusReason", "") for text in NO_CHANGES)


def _line(event: dict[str, Any]) -> str:
    reason = event.get("ResourceStatusReason", "")
    return f"{event['ResourceStatus']} {event['ResourceType']} {event['LogicalResourceId']} {reason}".rstrip()
