"""The template of a CloudFormation action: from the artifact that holds it to where CloudFormation reads it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from rehearsal.artifacts import Artifacts
from rehearsal.credentials import Credentials
from rehearsal.errors import ActionFailed
from rehearsal.pipeline import Action
from rehearsal.sample_input import create_bucket
from rehearsal.toolbox import Toolbox

Template = dict[str, Any]


def uploaded(template: Template, stack: str, account: str, region: str, tools: Toolbox) -> str:
    """The URL of a template in a bucket of the stack's account: a request takes 51,200 bytes, an object 1 MB of it."""
    s3 = tools.identities.client("s3", tools.identities.user(account), region)
    bucket = f"rehearsal-templates-{account}-{region}"
    create_bucket(s3, bucket, region)
    s3.put_object(Bucket=bucket, Key=f"{stack}.json", Body=json.dumps(template))
    return f"{tools.emulator.url}/{bucket}/{stack}.json"


def template_and_parameters(action: Action, artifacts: Artifacts, role: Credentials) -> tuple[Template, dict[str, Any]]:
    """The template, and what the template configuration adds, read from the artifacts by the action's role."""
    template = _read(action.configuration["TemplatePath"], action, artifacts, role)
    configuration = action.configuration.get("TemplateConfiguration", "")
    return template, _read(configuration, action, artifacts, role) if configuration else {}


def _read(place: str, action: Action, artifacts: Artifacts, role: Credentials) -> dict[str, Any]:
    artifact, _, path = place.partition("::")
    with zipfile.ZipFile(io.BytesIO(artifacts.read(artifact, role, action.region))) as archive:
        try:
            content: dict[str, Any] = json.loads(archive.read(path))
        except KeyError as error:
            raise ActionFailed(f"{path} is not in the artifact {artifact}") from error
    return content
