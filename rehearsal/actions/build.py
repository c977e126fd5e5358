"""CodeBuild actions: bash runs the project's buildspec on this machine, with the project's own role."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from textwrap import shorten

from rehearsal.actions import buildspec
from rehearsal.actions.build_tools import build_tools
from rehearsal.actions.source import Artifacts
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.sessions import Session
from rehearsal.model import Action, ActionFailed, Done

SERVICE = "codebuild.amazonaws.com"
LONGEST = 160  # of a failed command: that of an integration test has the quality rules of all jobs


def run_build(
    action: Action,
    session: Session,
    artifacts: Artifacts,
    cloud: Cloud,
    folder: Path,
    log: Path,
    rehearsed: Mapping[str, str],
) -> Done:
    """Run the action with the session of its role, in the new folder `folder`. Return the variables that it exports.

    `rehearsed` are variables that the build gets from the rehearsal, and would not have in AWS.
    Raise ActionFailed if the build fails, and ClientError if a role lacks a permission.
    """
    name = action.configuration["ProjectName"]
    # The action's role starts the build, which MiniStack only records. An administrator reads the project.
    build = session.client("codebuild").start_build(projectName=name)["build"]
    owner = cloud.sessions.user(build["arn"].split(":")[4], session.region)
    project = owner.client("codebuild").batch_get_projects(names=[name])["projects"][0]
    own = cloud.sessions.as_service(project["serviceRole"], SERVICE, "AWSCodeBuild", session.region)

    inputs = {artifact: folder / f"src{number}" for number, artifact in enumerate(action.inputs)}
    artifacts.fetch(inputs.items(), own)
    source = inputs[action.configuration.get("PrimarySource", action.inputs[0])]
    spec = buildspec.read(project["source"].get("buildspec", ""), source)
    variables = [*(project["environment"].get("environmentVariables") or [])]
    variables += json.loads(action.configuration.get("EnvironmentVariables", "[]"))
    environment = {
        **cloud.environment(own),
        **rehearsed,
        "CI": "true",
        "CODEBUILD_CI": "true",
        "CODEBUILD_BUILD_ARN": build["arn"],
        "CODEBUILD_BUILD_ID": build["id"],
        "CODEBUILD_INITIATOR": "codepipeline/rehearsal",
        "CODEBUILD_SRC_DIR": str(source),
        **{f"CODEBUILD_SRC_DIR_{artifact}": str(place) for artifact, place in inputs.items() if place != source},
        **spec.values(variables, own),
    }
    exports, program = folder / "exports", folder / "build.sh"
    program.write_text(spec.script(str(exports)), encoding="utf-8")
    command = ["bash", str(program)]
    if code := cloud.processes.run(command, log=log, env=build_tools(folder, environment), cwd=source):
        raise ActionFailed(failure(log) or f"the build ended with exit code {code}", log)
    outputs = {name: folder / f"output-{name}" for name in action.outputs}
    for name, collected in outputs.items():
        spec.collect(name, source, collected)
    artifacts.put(outputs.items(), own)
    words = exports.read_text(encoding="utf-8").split("\0") if exports.exists() else []
    return Done("executed", variables=dict(zip(words[::2], words[1::2], strict=False)))


def failure(log: Path) -> str:
    """Return the line of the log that names the failed command, cut to its beginning, or an empty text."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    said = [line for line in lines if line.startswith("[Container] Phase ") and " failed: " in line]
    return shorten(said[0].removeprefix("[Container] "), LONGEST, placeholder=" …") if said else ""
