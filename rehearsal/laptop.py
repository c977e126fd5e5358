"""What is done once, by hand, before a pipeline runs: synthesize, bootstrap the accounts, deploy the pipeline."""

from __future__ import annotations

from pathlib import Path

from rehearsal import assembly, execution_role
from rehearsal.assembly import Stack
from rehearsal.bootstrap import bootstrap
from rehearsal.console import Console, tail
from rehearsal.errors import RehearsalError
from rehearsal.toolbox import Toolbox

LAPTOP = "Laptop"


def deploy_pipeline(project: Path, config: str, tools: Toolbox, console: Console) -> Stack:
    """Deploy the pipeline of the app in `project`, with the CDK CLI; returns its stack.

    Raises RehearsalError where a command fails, after its last lines were shown.
    """
    out = tools.folder / "laptop.out"
    context = ["--context", f"config={config}"] if config else []
    _cdk(
        "synth", ["cdk", "synth", "--quiet", "--output", str(out), *context], "executed", project, None, tools, console
    )
    home = assembly.pipeline_stack(out)
    environments = assembly.environments(out, home.environment)
    row = console.begin(LAPTOP, "cdk bootstrap")
    bootstrap(environments, home.environment, assembly.stage_accounts(out, home.environment), tools)
    console.end(row, "emulated", "succeeded", ", ".join(sorted(map(str, environments))))
    for stack in assembly.with_needed(out, home):
        if denied := execution_role.lacks(execution_role.of(stack.environment), stack.template, stack.name, tools):
            raise RehearsalError(f"{stack.name} cannot be deployed: {execution_role.told(denied)}")
    command = ["cdk", "--app", str(out), "deploy", home.id, "--require-approval", "never"]
    _cdk(f"cdk deploy {home.id}", command, "emulated", project, home, tools, console)
    return home


def _cdk(
    name: str, command: list[str], how: str, project: Path, stack: Stack | None, tools: Toolbox, console: Console
) -> None:
    row = console.begin(LAPTOP, name if name.startswith("cdk") else f"cdk {name}")
    log = tools.log("laptop-" + name.replace(" ", "-"))
    credentials = tools.identities.user(stack.environment.account) if stack else None
    region = stack.environment.region if stack else ""
    code = tools.run(command, log=log, credentials=credentials, region=region, cwd=project)
    console.end(row, how, "failed" if code else "succeeded")
    if code:
        for line in tail(log):
            console.remark(line)
        raise RehearsalError(
            f"{' '.join(command[:2])} failed, so that there is no pipeline to run; the whole log: {log}"
        )


def bootstrap_new(folder: Path, known: set[assembly.Environment], home: Stack, tools: Toolbox) -> list[str]:
    """Bootstrap what an assembly deploys to and `known` lacks; returns what was added. Fine where there is none."""
    if not (folder / "manifest.json").exists():
        return []
    new = assembly.environments(folder, home.environment) - known
    if new:
        bootstrap(new, home.environment, assembly.stage_accounts(folder, home.environment), tools)
        known |= new
    return sorted(map(str, new))
