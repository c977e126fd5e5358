"""The changes that an approval approves: the deployments after it, compared with what is deployed in the emulator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.actions.source import Artifacts
from rehearsal.aws.sessions import Session, Sessions, account_of
from rehearsal.model import Action, Stage
from tools.job_arguments import RunError
from tools.stage_diff.comparison import compare
from tools.stage_diff.deployed import deployed, reader
from tools.stage_diff.markdown import markdown
from tools.stage_diff.templates import StackTemplate
from tools.stage_jobs.account import MissingError

DEPLOYMENTS = ("CHANGE_SET_REPLACE", "CREATE_UPDATE")
VARIABLE = "CHANGES"  # of the step ShowChanges


class _Administrator:
    """Calls AWS as an administrator of an account, with the errors that the comparison knows."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def call(self, service: str, operation: str, about: str = "", **parameters: Any) -> Any:
        try:
            return getattr(self._session.client(service), operation)(**parameters)
        except ClientError as error:
            kind = MissingError if "does not exist" in str(error) else RunError
            raise kind(f"{about}: {error}") from error


def approved_changes(
    approved: Sequence[tuple[Stage, Action]], artifacts: Artifacts, session: Session, sessions: Sessions
) -> str:
    """Return what the actions that an approval lets run deploy, as Markdown.

    `session` reads the artifacts. Raise RunError or ClientError if something cannot be read.
    """
    parts = []
    places: dict[tuple[str, str], list[tuple[str, Mapping[str, Any]]]] = {}
    for _, action in approved:
        settings = action.configuration
        if action.provider == "CloudFormation" and settings.get("ActionMode") in DEPLOYMENTS:
            template = artifacts.read_json(settings["TemplatePath"], session)
            place = account_of(settings["RoleArn"]), action.region or session.region
            places.setdefault(place, []).append((settings["StackName"], template))
    for (account, region), templates in places.items():
        caller = _Administrator(sessions.user(account, region))
        read = reader(caller)  # the stage Assets has published the new files too
        stacks: Sequence[StackTemplate] = [
            StackTemplate(name, template, account, region, "aws", read) for name, template in templates
        ]
        now = deployed(caller, stacks)
        parts.append(markdown(approved[0][0].name, compare(now.stacks, stacks), now.remarks))
    return "\n".join(parts)


def shown_by_a_step(text: str, variables: Mapping[str, Mapping[str, str]]) -> bool:
    """Return true if the text of an approval is what a step ShowChanges has said."""
    return any(text == values.get(VARIABLE) for values in variables.values())
