"""CodeBuild actions: the project's buildspec, run by bash on this machine with the project's own role."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rehearsal import buildspec, output_files
from rehearsal.artifacts import Artifacts
from rehearsal.build_tools import build_tools
from rehearsal.credentials import Credentials
from rehearsal.errors import ActionFailed
from rehearsal.pipeline import Action
from rehearsal.toolbox import Toolbox

SERVICE = "codebuild.amazonaws.com"
Variables = dict[str, str]


def run_build(
    action: Action, role: Credentials, region: str, artifacts: Artifacts, tools: Toolbox, folder: Path, log: Path
) -> Variables:
    """Run the action with the credentials `role` of the action, in the new folder `folder`.

    Returns the variables that the buildspec exports. Raises ActionFailed; ClientError where a role may not do its part.
    """
    name = action.configuration["ProjectName"]
    api = tools.identities.client("codebuild", role, region)
    build = api.start_build(projectName=name)["build"]  # asked for by the action's role; MiniStack only records it
    account = build["arn"].split(":")[4]
    owner = tools.identities.user(account)
    project = tools.identities.client("codebuild", owner, region).batch_get_projects(names=[name])["projects"][0]
    own = tools.identities.as_service(project["serviceRole"], SERVICE, "AWSCodeBuild", region)

    inputs = {artifact: folder / f"src{number}" for number, artifact in enumerate(action.inputs)}
    for artifact, place in inputs.items():
        place.mkdir(parents=True)
        artifacts.fetch(artifact, place, own, action.region)
    source = inputs[action.configuration.get("PrimarySource", action.inputs[0])]
    spec = buildspec.parse(_text_of(project["source"].get("buildspec", ""), source))
    environment = {
        **tools.environment(own, region),
        "CI": "true",
        "TMPDIR": str(folder / "tmp"),  # what a build that is killed leaves there goes with the rehearsal
        "CODEBUILD_CI": "true",
        "CODEBUILD_BUILD_ARN": build["arn"],
        "CODEBUILD_BUILD_ID": build["id"],
        "CODEBUILD_INITIATOR": "codepipeline/rehearsal",
        "CODEBUILD_SRC_DIR": str(source),
        **{f"CODEBUILD_SRC_DIR_{artifact}": str(place) for artifact, place in inputs.items() if place != source},
        **_variables(project, spec, action, own, region, tools),
    }
    environment = build_tools(folder, environment)
    Path(environment["TMPDIR"]).mkdir()
    exports, program = folder / "exports", folder / "build.sh"
    program.write_text(buildspec.script(spec, str(exports)), encoding="utf-8")
    code = tools.processes.run(["bash", str(program)], log=log, env=environment, cwd=source)
    if code:
        raise ActionFailed(failure(log) or f"the build ended with exit code {code}", log)
    _put_outputs(action, spec, source, folder, artifacts, own)
    words = exports.read_text(encoding="utf-8").split("\0") if exports.exists() else []
    return dict(zip(words[::2], words[1::2], strict=False))


def failure(log: Path) -> str:
    """The line with which the build's script says which command failed."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    said = [line for line in lines if line.startswith("[Container] Phase ") and " failed: " in line]
    return said[0].removeprefix("[Container] ") if said else ""


def _text_of(text: str, source: Path) -> str:
    """A project holds its buildspec, or the name of a file in its source."""
    if "\n" in text or text.lstrip().startswith("{"):
        return text
    file = source / (text or "buildspec.yml")
    if not file.is_file():
        raise ActionFailed(f"the buildspec {file.name} is not in the artifact that the build gets")
    return file.read_text(encoding="utf-8")


def _variables(
    project: Mapping[str, Any], spec: buildspec.Buildspec, action: Action, own: Credentials, region: str, tools: Toolbox
) -> Variables:
    """The environment variables: of the buildspec, then the project, then the action; the last one wins."""
    section = spec.get("env") or {}
    values = {name: str(value) for name, value in (section.get("variables") or {}).items()}
    listed = [
        {"name": name, "value": value, "type": "PARAMETER_STORE"}
        for name, value in (section.get("parameter-store") or {}).items()
    ]
    listed += [
        {"name": name, "value": value, "type": "SECRETS_MANAGER"}
        for name, value in (section.get("secrets-manager") or {}).items()
    ]
    listed += project["environment"].get("environmentVariables") or []
    listed += json.loads(action.configuration.get("EnvironmentVariables", "[]"))
    for item in listed:
        kind = item.get("type", "PLAINTEXT")
        if kind == "PARAMETER_STORE":
            ssm = tools.identities.client("ssm", own, region)
            values[item["name"]] = ssm.get_parameter(Name=item["value"], WithDecryption=True)["Parameter"]["Value"]
        elif kind == "SECRETS_MANAGER":
            name, key, *_ = (
                [*item["value"].split(":"), ""] if not item["value"].startswith("arn:") else [item["value"], ""]
            )
            secrets = tools.identities.client("secretsmanager", own, region)
            text = secrets.get_secret_value(SecretId=name)["SecretString"]
            values[item["name"]] = str(json.loads(text)[key]) if key else text
        else:
            values[item["name"]] = str(item["value"])
    return values


def _put_outputs(
    action: Action, spec: buildspec.Buildspec, source: Path, folder: Path, artifacts: Artifacts, own: Credentials
) -> None:
    section = spec.get("artifacts") or {}
    secondary = section.get("secondary-artifacts") or {}
    for name in action.outputs:
        wanted = secondary.get(name) if secondary else section
        if not wanted:
            raise ActionFailed(f"the buildspec says nothing of the artifact {name} that the action is to put out")
        collected = folder / f"output-{name}"
        output_files.collect(wanted, source, collected)
        artifacts.put(name, collected, own, action.region)
