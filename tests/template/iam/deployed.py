"""This app, deployed to the emulated cloud with IAM enforced: its stacks, and clients with the credentials of roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_glue_cdk_baseline.config import PROJECT
from rehearsal import assembly, laptop
from rehearsal.assembly import Environment, Stack
from rehearsal.cloud import cloud
from rehearsal.console import Console
from rehearsal.credentials import Credentials, Identities
from rehearsal.processes import Processes
from rehearsal.sample_input import SampleInput
from rehearsal.toolbox import Toolbox


@dataclass(frozen=True)
class Role:
    """A deployed role: `service` is whom it trusts, if that is an AWS service."""

    logical_id: str
    arn: str
    place: Environment
    service: str


@dataclass
class Deployed:
    """The stacks by name, and what can be done with their roles."""

    tools: Toolbox
    stacks: dict[str, Stack]

    def resources(self, stack: str, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of the resources of a type, by logical id, as in the template."""
        found = self.stacks[stack].template["Resources"]
        return {name: item["Properties"] for name, item in found.items() if item["Type"] == kind}

    def physical(self, stack: str, logical_id: str) -> str:
        place = self.stacks[stack].environment
        api = self.tools.identities.client("cloudformation", self.tools.identities.user(place.account), place.region)
        answer = api.describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
        return str(answer["StackResourceDetail"]["PhysicalResourceId"])

    def roles(self, stack: str) -> Iterator[Role]:
        place = self.stacks[stack].environment
        for logical_id, properties in self.resources(stack, "AWS::IAM::Role").items():
            name = self.physical(stack, logical_id)
            principal = properties["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
            arn = f"arn:aws:iam::{place.account}:role/{name}"
            yield Role(logical_id, arn, place, str(principal.get("Service", "")))

    def credentials(self, role: Role) -> Credentials:
        """Those of a service's role, as that service has them."""
        return self.tools.identities.as_service(role.arn, role.service, "attempt", role.place.region)

    def client(self, service: str, who: Credentials, place: Environment) -> Any:
        return self.tools.identities.client(service, who, place.region)


@contextmanager
def deployed(folder: Path) -> Iterator[Deployed]:
    """Deploy the pipeline and every stage, with the CDK CLI, from the default config."""
    processes = Processes()
    try:
        with cloud(folder) as emulator:
            identities = Identities(emulator.url, str(emulator.authority))
            tools = Toolbox(folder, PROJECT, emulator, identities, processes)
            home = laptop.deploy_pipeline(PROJECT, "", tools, Console())
            out = folder / "laptop.out"
            samples = SampleInput(identities, folder / "sample-data")
            stacks = {home.name: home}
            for stack in assembly.stacks(out):
                if stack.staged:
                    stacks[stack.name] = stack
                    samples.provide(stack.template, stack.environment.account, stack.environment.region)
                    command = ["cdk", "--app", str(out), "deploy", stack.id, "--require-approval", "never"]
                    user = identities.user(stack.environment.account)
                    log = tools.log(f"deploy-{stack.environment.account}")
                    code = tools.run(command, log=log, credentials=user, region=stack.environment.region, cwd=PROJECT)
                    assert code == 0, log.read_text(encoding="utf-8")
            yield Deployed(tools, stacks)
    finally:
        processes.stop()
