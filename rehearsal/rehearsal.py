"""The whole rehearsal: the steps on a laptop, then the pipeline for each commit, and its self-update."""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from aws_glue_cdk_baseline.config import glue_versions
from local.spark import archive_of
from local.sparks import spark_of
from rehearsal import model
from rehearsal.actions import source
from rehearsal.aws.cloud import HERE, Cloud
from rehearsal.execution import Answer, End, Execution, GoodExecution
from rehearsal.inputs import Inputs
from rehearsal.laptop import Laptop
from rehearsal.model import Deployed, RehearsalError
from rehearsal.notifications import notifications
from rehearsal.report import Console
from rehearsal.samples import PUBLIC_OWNER, Samples
from tools.assembly import Stack


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
