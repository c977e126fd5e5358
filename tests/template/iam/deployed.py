"""This app, deployed to the emulated cloud with IAM enforced: its stacks, and the sessions of its roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_glue_cdk_baseline.config import PROJECT
from rehearsal.aws.cloud import Cloud, cloud
from rehearsal.aws.sessions import Session
from rehearsal.laptop import Laptop
from rehearsal.report import Console
from rehearsal.samples import PUBLIC_OWNER, Samples
from tools import assembly
from tools.assembly import Environment, Stack


@dataclass(frozen=True)
class Role:
    """A deployed role; `service` is the AWS service that it trusts, if it is one."""

    logical_id: str
    arn: str
    place: Environment
    service: str


@dataclass
class Deployed:
    """The stacks by name, and the cloud that they are deployed to."""

    cloud: Cloud
    stacks: dict[str, Stack]

    def resources(self, stack: str, kind: str) -> dict[str, dict[str, Any]]:
        """Return the properties of the resources of a type, by logical id, as in the template."""
        found = self.stacks[stack].template["Resources"]
        return {name: item["Properties"] for name, item in found.items() if item["Type"] == kind}

    def physical(self, stack: str, logical_id: str) -> str:
        place = self.stacks[stack].environment
        api = self.cloud.sessions.user(place.account, place.region).client("cloudformation")
        answer = api.describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
        return str(answer["StackResourceDetail"]["PhysicalResourceId"])

    def roles(self, stack: str) -> Iterator[Role]:
        place = self.stacks[stack].environment
        for logical_id, properties in self.resources(stack, "AWS::IAM::Role").items():
            name = self.physical(stack, logical_id)
            principal = properties["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
            arn = f"arn:aws:iam::{place.account}:role/{name}"
            yield Role(logical_id, arn, place, str(principal.get("Service", "")))

    def session(self, role: Role) -> Session:
        """Return the session of a service's role, as that service has it."""
        return self.cloud.sessions.as_service(role.arn, role.service, "attempt", role.place.region)


@contextmanager
def deployed(folder: Path) -> Iterator[Deployed]:
    """Deploy the pipeline and every stage, with the CDK CLI, from the default config."""
    with cloud(folder) as running:
        laptop = Laptop(PROJECT, running, Console())
        home = laptop.deploy_pipeline(PROJECT, "")
        samples = Samples(running.sessions.user(PUBLIC_OWNER, home.environment.region), folder / "sample-data")
        stacks = {home.name: home}
        for stack in assembly.stacks(laptop.assembly):
            if stack.staged:
                stacks[stack.name] = stack
                owner = running.sessions.user(stack.environment.account, stack.environment.region)
                samples.provide(stack.template, owner)
                command = ["cdk", "--app", str(laptop.assembly), "deploy", stack.id, "--require-approval", "never"]
                log = running.log(f"deploy-{owner.account}")
                code = running.run(command, log=log, session=owner, cwd=PROJECT)
                assert code == 0, log.read_text(encoding="utf-8")
        yield Deployed(running, stacks)
