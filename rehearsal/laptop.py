"""The steps of a person, before a pipeline runs: synthesize, bootstrap the accounts, deploy the pipeline."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.processes import ACTIONS, write_record
from rehearsal.aws.sessions import ADMINISTRATOR, Session
from rehearsal.model import Pipeline, RehearsalError
from rehearsal.report import Console, tail
from tools import execution_policy
from tools.assembly import Environment, Stack, stacks

LAPTOP = "Laptop"
# Files of the project. Without them CloudFormation's role is an administrator, the default of `cdk bootstrap`.
PIPELINE_POLICY, STAGE_POLICY = Path("bootstrap/pipeline-account.json"), Path("bootstrap/stage-account.json")


class Laptop:
    """The steps of a person, once. `assembly` has the synthesized app, `bootstrapped` the accounts and Regions."""

    def __init__(self, project: Path, cloud: Cloud, console: Console) -> None:
        self._project, self._cloud, self._console = project, cloud, console
        self.assembly = cloud.folder / "laptop.out"
        self.bootstrapped: set[Environment] = set()

    def deploy_pipeline(self, folder: Path, config: str) -> Stack:
        """Deploy the pipeline of the app in `folder`, with the CDK CLI, and return its stack.

        If a command fails, print the last lines of its log and raise RehearsalError.
        """
        context = ["--context", f"config={config}"] if config else []
        synth = ["cdk", "synth", "--quiet", "--output", str(self.assembly), *context]
        self._cdk("cdk synth", synth, "executed", folder, None)
        self._console.synth_seconds = self._console.rows[-1].seconds
        home = pipeline_stack(self.assembly)
        row = self._console.begin(LAPTOP, "cdk bootstrap")
        self._cloud.emulator.wait_until_ready()
        added = self.bootstrap(self.assembly, home.environment)
        self._console.end(row, "emulated", "succeeded", ", ".join(added))
        for stack in _with_needed(self.assembly, home):
            self.check_execution_role(stack, stack.template["Resources"], "deployed")
        deploy = ["cdk", "--app", str(self.assembly), "deploy", home.id, "--require-approval", "never"]
        session = self._cloud.sessions.user(home.environment.account, home.environment.region)
        self._cdk(f"cdk deploy {home.id}", deploy, "emulated", folder, session)
        return home

    def deploy_approved(self, pipeline: Pipeline) -> None:
        """Deploy the stages that have an approval, as the pipeline has done before: its text says what they get next.

        The pipeline's record then has their actions as succeeded.
        """
        staged = {stack.name: stack for stack in stacks(self.assembly) if stack.staged}
        for stage, action in pipeline.approved_deployments():
            stack = staged.get(action.configuration["StackName"])
            if stack is None:
                continue
            self.check_execution_role(stack, stack.template["Resources"], "deployed")
            owner = self._cloud.sessions.user(stack.environment.account, stack.environment.region)
            deploy = ["cdk", "--app", str(self.assembly), "deploy", stack.id, "--require-approval", "never"]
            self._cdk(f"cdk deploy {stack.name}", deploy, "emulated", self._cloud.folder, owner)
            write_record(self._cloud.records / ACTIONS, stage=stage.name, action=action.name, outcome="succeeded")

    def bootstrap(self, folder: Path, home: Environment) -> list[str]:
        """Bootstrap the new accounts of an assembly, all at the same time, and return them.

        An IAM user of each account bootstraps it. The accounts trust the home account, as in the README.
        """
        found = list(stacks(folder))
        new = sorted({stack.environment for stack in found} - self.bootstrapped)
        staged = {stack.environment.account for stack in found if stack.staged}
        commands = [(place, self._bootstrap_command(place, home, staged)) for place in new]
        with ThreadPoolExecutor(max(1, len(new))) as pool:
            try:
                errors = list(pool.map(lambda item: self._run_bootstrap(*item), commands))
            except BaseException:
                self._cloud.processes.stop()  # or the pool would wait for them
                raise
        for error in filter(None, errors):
            raise RehearsalError(error)
        self.bootstrapped.update(new)
        return list(map(str, new))

    def check_execution_role(self, stack: Stack, resources: dict[str, object], done: str) -> None:
        """Raise RehearsalError if CloudFormation's role lacks a permission for a stack: MiniStack does not check it."""
        place = stack.environment
        iam = self._cloud.sessions.user(place.account, place.region).client("iam")
        role = execution_policy.role_of(place)
        if denied := execution_policy.denied(role, {"Resources": resources}, stack.name, place, iam):
            raise RehearsalError(f"{stack.name} cannot be {done}: {execution_policy.first_of(denied)}")

    def _cdk(self, name: str, command: list[str], how: str, folder: Path, session: Session | None) -> None:
        row = self._console.begin(LAPTOP, name)
        log = self._cloud.log("laptop-" + name.removeprefix("cdk ").replace(" ", "-"))
        code = self._cloud.run(command, log=log, session=session, cwd=folder)
        self._console.end(row, how, "failed" if code else "succeeded")
        if code:
            for line in tail(log):
                self._console.remark(line)
            words = " ".join(command[:2])
            raise RehearsalError(f"{words} failed, and there is no pipeline to run; the whole log: {log}")

    def _bootstrap_command(self, place: Environment, home: Environment, staged: Collection[str]) -> list[str]:
        files = [self._project / PIPELINE_POLICY] if place.account == home.account else []
        files += [self._project / STAGE_POLICY] if place.account in staged else []
        default = place == Environment(place.account, place.region)
        policies = _create_policies(self._cloud.sessions.user(place.account), files)
        return [
            *("cdk", "bootstrap", f"aws://{place}", "--qualifier", place.qualifier),
            *("--toolkit-stack-name", "CDKToolkit" if default else f"CDKToolkit-{place.qualifier}"),
            *("--cloudformation-execution-policies", ",".join(policies)),
            *(("--trust", home.account) if place.account != home.account else ()),
        ]

    def _run_bootstrap(self, place: Environment, command: list[str]) -> str:
        log = self._cloud.log(f"bootstrap-{place.account}-{place.region}")
        session = self._cloud.sessions.user(place.account, place.region)
        code = self._cloud.run(command, log=log, session=session, cwd=self._cloud.folder)
        return f"cdk bootstrap aws://{place} ended with exit code {code}; its log is {log}" if code else ""


def pipeline_stack(folder: Path) -> Stack:
    """Return the stack that has the pipeline. Raise RehearsalError if there is not exactly one."""
    found = [stack for stack in stacks(folder) if stack.pipelines]
    if len(found) != 1:
        names = ", ".join(stack.id for stack in found) or "none"
        raise RehearsalError(f"the rehearsal needs exactly one stack with a pipeline; the app has: {names}")
    if not found[0].environment.known:
        raise RehearsalError(f"{found[0].id} has no account and Region; give it env=Environment(account=…, region=…)")
    return found[0]


def _with_needed(folder: Path, home: Stack) -> list[Stack]:
    """Return the stacks that `cdk deploy` deploys for `home`: those that it needs in other Regions, then itself."""
    return [*(stack for stack in stacks(folder) if not stack.staged and stack.artifact in home.needs), home]


def _create_policies(owner: Session, files: list[Path]) -> list[str]:
    """Create the project's policies in an account. Return their ARNs, for `--cloudformation-execution-policies`."""
    if not all(file.is_file() for file in files):
        return [ADMINISTRATOR]
    iam, arns = owner.client("iam"), []
    for file in files:
        name = f"deploy-{file.stem}"
        try:
            arn = iam.create_policy(PolicyName=name, PolicyDocument=file.read_text(encoding="utf-8"))["Policy"]["Arn"]
        except iam.exceptions.EntityAlreadyExistsException:  # the account is bootstrapped in two Regions
            arn = f"arn:aws:iam::{owner.account}:policy/{name}"
        arns.append(arn)
    return arns
