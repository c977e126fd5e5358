"""The whole rehearsal: the steps on a laptop (synth, bootstrap, deploy), then the pipeline and its self-update."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from aws_glue_cdk_baseline.config import glue_versions
from local.spark import archive_of
from local.sparks import spark_of
from rehearsal import model
from rehearsal.actions import source
from rehearsal.aws import assembly
from rehearsal.aws.cloud import HERE, Cloud
from rehearsal.aws.processes import ACTIONS, write_record
from rehearsal.aws.sessions import ADMINISTRATOR, Session
from rehearsal.execution import Answer, End, Execution, GoodExecution
from rehearsal.inputs import Inputs
from rehearsal.model import Deployed, Pipeline, RehearsalError
from rehearsal.notifications import notifications
from rehearsal.report import Console, tail
from rehearsal.samples import PUBLIC_OWNER, Samples
from tools import execution_policy
from tools.assembly import Environment, Stack, stacks

LAPTOP = "Laptop"
# Files of the project. Without them CloudFormation's role is an administrator, the default of `cdk bootstrap`.
PIPELINE_POLICY, STAGE_POLICY = Path("bootstrap/pipeline-account.json"), Path("bootstrap/stage-account.json")


@dataclass(frozen=True)
class Options:
    """The user's choices. `deployed` is the commit from which the pipeline was deployed, or empty for this folder.

    The last `commits` are pushed one after the other. Of more than one, the first is the one that was deployed.
    """

    project: Path
    config: str = ""
    working_tree: bool = False
    deployed: str = ""
    commits: int = 1
    answer: Answer | None = None
    without_samples: bool = False


class Laptop:
    """The steps that a person does once, before a pipeline runs: synthesize, bootstrap the accounts, deploy."""

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
        home = assembly.pipeline_stack(self.assembly)
        row = self._console.begin(LAPTOP, "cdk bootstrap")
        self._cloud.emulator.wait_until_ready()
        added = self.bootstrap(self.assembly, home.environment)
        self._console.end(row, "emulated", "succeeded", ", ".join(added))
        for stack in assembly.with_needed(self.assembly, home):
            self.check_execution_role(stack, stack.template["Resources"], "deployed")
        deploy = ["cdk", "--app", str(self.assembly), "deploy", home.id, "--require-approval", "never"]
        session = self._cloud.sessions.user(home.environment.account, home.environment.region)
        self._cdk(f"cdk deploy {home.id}", deploy, "emulated", folder, session)
        return home

    def deploy_approved(self, pipeline: Pipeline) -> None:
        """Deploy the stages that have an approval, as the pipeline has done before: its text says what they get next.

        The pipeline's record then has their actions as succeeded. A stack that names no account is left out.
        """
        staged = {stack.name: stack for stack in stacks(self.assembly) if stack.staged and stack.environment.known}
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
        new = sorted(assembly.environments(folder, home) - self.bootstrapped)
        staged = assembly.stage_accounts(folder, home)
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


class Rehearsal:
    """One rehearsal. It remembers the deployed pipeline."""

    def __init__(self, options: Options, inputs: Inputs, cloud: Cloud, console: Console) -> None:
        self._options, self._inputs, self._cloud, self._console = options, inputs, cloud, console
        self._laptop = Laptop(options.project, cloud, console)
        self._good: dict[str, GoodExecution] = {}
        self._executions = 0

    def run(self) -> End:
        """Deploy the pipeline, and run it for each commit until one fails or is rejected. Return the last end."""
        revisions = source.last_commits(self._options.project, self._options.commits)
        by_spark = {spark_of(version): version for version in self._inputs.glue_versions or (glue_versions.DEFAULT,)}
        for spark, version in by_spark.items():
            if not archive_of(spark).spark_classes.exists():  # in the background, for the next rehearsal
                threading.Thread(target=self._archive_classes, args=[version], daemon=True).start()
        folder = self._options.project
        if first := self._options.deployed or (revisions[0] if len(revisions) > 1 else ""):
            folder = source.take(folder, self._cloud.folder / "deployed", revision=first).folder
        self._stack = self._laptop.deploy_pipeline(folder, self._options.config)
        self._deployed = deployed(self._stack, self._cloud)
        if self._options.deployed:
            self._laptop.deploy_approved(self._deployed.pipeline)
        public = self._cloud.sessions.user(PUBLIC_OWNER, self._stack.environment.region)
        self._samples = Samples(public, self._inputs.samples, self._inputs.before)
        for number, self._revision in enumerate(revisions, 1):
            if len(revisions) > 1:
                self._console.again()
                self._console.say(f"\nPush {number} of {len(revisions)}")
            end = self._push()
            if end in (End.FAILED, End.REJECTED):
                break
        return end

    def _push(self) -> End:
        """Run the pipeline. If a newer pipeline takes over, run that one from its first stage."""
        end = self._execute()
        if end == End.SUPERSEDED:
            self._console.again()
            end = self._execute()
        if end == End.SUPERSEDED:
            raise RehearsalError(
                "the pipeline changed itself again from the same source: "
                f"two synths differ in {', '.join(self._changed)}"
            )
        return end

    def _archive_classes(self, glue_version: str) -> None:
        command = ["nice", sys.executable, "-m", "local.spark", "archive", glue_version]
        self._cloud.run(command, log=self._cloud.log(f"archive-of-spark-{glue_version}"), session=None, cwd=HERE)

    def _execute(self) -> End:
        self._executions += 1
        return Execution(
            self._deployed.pipeline,
            self._cloud,
            self._console,
            number=self._executions,
            clone=self._clone,
            answer=self._options.answer,
            samples=self._samples,
            inputs=self._inputs,
            after_build=self._after_build,
            good=self._good,
        ).run()

    def _clone(self, folder: Path) -> source.Source:
        working_tree = self._options.working_tree and self._revision == source.HEAD
        return source.take(self._options.project, folder, working_tree=working_tree, revision=self._revision)

    def _after_build(self, folder: Path) -> bool:
        """Report how a build changed the pipeline's own stack. Return true if a new pipeline takes over."""
        before, self._deployed = self._deployed, deployed(self._stack, self._cloud)
        self._changed = self._deployed.changes_since(before)
        takes_over = self._deployed.takes_over_from(before)
        if takes_over:
            self._console.remark(
                "the pipeline has changed: the new one takes over and starts again from its first stage"
            )
        elif self._changed:
            self._console.remark("the pipeline's stack has changed, but not the pipeline itself, which goes on")
        if self._changed:
            self._console.remark(f"changed: {', '.join(self._changed)}")
            self._laptop.check_execution_role(self._stack, self._deployed.resources, "updated")
        has_assembly = (folder / "manifest.json").exists()  # the output of the build that deployed the new pipeline
        if takes_over and has_assembly and (added := self._laptop.bootstrap(folder, self._stack.environment)):
            self._console.remark(f"new accounts, bootstrapped: {', '.join(added)}")
        return takes_over


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


def deployed(stack: Stack, cloud: Cloud) -> Deployed:
    """Return the pipeline's stack as it is deployed now."""
    home = stack.environment
    api = cloud.sessions.user(home.account, home.region).client("cloudformation")
    template = api.get_template(StackName=stack.name)["TemplateBody"]
    template = json.loads(template) if isinstance(template, str) else json.loads(json.dumps(template))
    return Deployed(template["Resources"], model.read(cloud.records, home.account, home.region))


def rehearse(options: Options, inputs: Inputs, cloud: Cloud, console: Console) -> End:
    """Run one rehearsal and print its table."""
    end = Rehearsal(options, inputs, cloud, console).run()
    console.notifications = notifications(cloud.records)
    console.table()
    console.closing(end.value)
    return end
