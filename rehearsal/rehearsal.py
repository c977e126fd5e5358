"""The rehearsal as a whole: deploy the pipeline, run it, let it take over from itself once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rehearsal import assembly, execution_role, laptop, source
from rehearsal.approval import Answer
from rehearsal.assembly import Stack
from rehearsal.console import Console
from rehearsal.errors import RehearsalError
from rehearsal.execution import End, Execution
from rehearsal.sample_input import SampleInput
from rehearsal.self_mutation import deployed
from rehearsal.toolbox import Toolbox


@dataclass(frozen=True)
class Options:
    """What the user chose. `deployed` is the commit that the pipeline was deployed from, this folder where empty."""

    project: Path
    config: str = ""
    working_tree: bool = False
    deployed: str = ""
    answer: Answer | None = None


class Rehearsal:
    """One rehearsal; knows what is deployed."""

    def __init__(self, options: Options, tools: Toolbox, console: Console) -> None:
        self._options, self._tools, self._console = options, tools, console
        self._samples = SampleInput(tools.identities, tools.folder / "sample-data")

    def run(self) -> End:
        """Deploy the pipeline and run it; when a newer one takes over, run that from its first stage."""
        self._stack = laptop.deploy_pipeline(self._laptop(), self._options.config, self._tools, self._console)
        self._environments = assembly.environments(self._tools.folder / "laptop.out", self._stack.environment)
        self._deployed = deployed(self._stack, self._tools)
        end = self._execute(1)
        if end == End.SUPERSEDED:
            self._console.again()
            end = self._execute(2)
        if end == End.SUPERSEDED:
            changed = ", ".join(self._changed)
            raise RehearsalError(
                f"the pipeline changed itself again from the same source: two synths differ in {changed}"
            )
        return end

    def _laptop(self) -> Path:
        """The folder that the pipeline is deployed from."""
        if not self._options.deployed:
            return self._options.project
        folder = self._tools.folder / "deployed"
        return source.take(self._options.project, folder, revision=self._options.deployed).folder

    def _execute(self, number: int) -> End:
        return Execution(
            self._deployed.pipeline,
            self._tools,
            self._console,
            number=number,
            take_source=self._source,
            answer=self._options.answer,
            samples=self._samples,
            after_build=self._after_build,
        ).run()

    def _source(self, folder: Path) -> source.Source:
        return source.take(self._options.project, folder, working_tree=self._options.working_tree)

    def _after_build(self, folder: Path) -> bool:
        """Tell what a build changed of the pipeline's own stack; true where a new pipeline takes over."""
        before, self._deployed = self._deployed, deployed(self._stack, self._tools)
        self._changed = self._deployed.changes_since(before)
        takes_over = self._deployed.takes_over_from(before)
        if takes_over:
            self._console.remark(
                "the pipeline has changed: the new one takes over and starts again from its first stage"
            )
        elif self._changed:
            self._console.remark("the pipeline's stack has changed, the pipeline itself has not, and goes on")
        if self._changed:
            self._console.remark(f"differing: {', '.join(self._changed)}")
            self._check_execution_role()
        if takes_over:
            self._bootstrap(folder, self._stack)
        return takes_over

    def _check_execution_role(self) -> None:
        """The emulator has deployed the new pipeline's stack: CloudFormation's role must be allowed to."""
        home = self._stack.environment
        template = {"Resources": self._deployed.resources}
        if denied := execution_role.lacks(execution_role.of(home), template, self._stack.name, self._tools):
            raise RehearsalError(f"{self._stack.name} could not be updated: {execution_role.told(denied)}")

    def _bootstrap(self, folder: Path, home: Stack) -> None:
        if added := laptop.bootstrap_new(folder, self._environments, home, self._tools):
            self._console.remark(f"new, and bootstrapped: {', '.join(added)}")


def rehearse(options: Options, tools: Toolbox, console: Console) -> End:
    """Run one rehearsal and print its table."""
    end = Rehearsal(options, tools, console).run()
    console.table()
    console.closing(end.value)
    return end
