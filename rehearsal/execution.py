"""One execution of the pipeline: its actions in order, each with its role, until the end or until one stops it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from botocore.exceptions import ClientError

from rehearsal.actions.build import run_build
from rehearsal.actions.cloudformation import run_stack_action
from rehearsal.actions.source import Artifacts, Source, run_source
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.processes import ACTIONS, DENIALS, JOB_RUNS, NewRecords, write_record
from rehearsal.aws.sessions import TrustError
from rehearsal.changes import approved_changes, shown_by_a_step
from rehearsal.inputs import Inputs
from rehearsal.job_runs import SKIPPED, JobRun, job_runs
from rehearsal.model import Action, ActionFailed, Done, Pipeline, RehearsalError, Stage
from rehearsal.report import NOT_REACHED, Console, Row, report_failure
from rehearsal.samples import Samples
from tools.job_arguments import RunError

SERVICE = "codepipeline.amazonaws.com"
REHEARSAL = "REHEARSAL"  # the variable from which the integration test knows that durations are not Glue's


class End(Enum):
    """The end of an execution."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    WAITING = "waiting"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


class Answer(Enum):
    """The answer to an approval."""

    APPROVED = "succeeded"
    REJECTED = "rejected"
    WAITING = "waiting"


@dataclass(frozen=True)
class GoodExecution:
    """An execution that was good in a stage: what the stage needs to run again as it did then."""

    number: int
    pipeline: Pipeline
    artifacts: Artifacts
    variables: dict[str, dict[str, str]]


class Execution:
    """Runs `pipeline`. `after_build` gets each build's source folder, and returns true if a new pipeline takes over.

    `good` has the last good execution of each stage, by its name; this execution adds itself.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        cloud: Cloud,
        console: Console,
        *,
        number: int,
        clone: Callable[[Path], Source],
        answer: Answer | None,
        samples: Samples,
        inputs: Inputs,
        after_build: Callable[[Path], bool],
        good: dict[str, GoodExecution],
    ) -> None:
        pipeline.check()
        self._pipeline, self._cloud, self._console = pipeline, cloud, console
        self._number, self._folder = number, cloud.folder / f"execution-{number}"
        self._folder.mkdir()
        self._clone, self._answer, self._samples, self._inputs = clone, answer, samples, inputs
        self._after_build, self._good = after_build, good
        self._way = ""  # of a rollback, in the names of its rows and logs
        self._variables: dict[str, dict[str, str]] = {}
        try:
            self._session = cloud.sessions.as_service(pipeline.role, SERVICE, "rehearsal", pipeline.region)
        except (ClientError, TrustError) as error:
            raise RehearsalError(f"the pipeline's own role cannot be used: {error}") from error
        self._artifacts = Artifacts(pipeline, self._session)

    def run(self) -> End:
        """Run all stages and report each action."""
        for position, stage in enumerate(self._pipeline.stages):
            for place, action in enumerate(stage.actions):
                end = self._report_action(stage, action)
                if end != End.SUCCEEDED:
                    if end == End.FAILED and stage.rolls_back:
                        self._roll_back(stage)
                    if end != End.SUPERSEDED:
                        self._not_reached(position, place)
                    return end
            variables = {name: dict(values) for name, values in self._variables.items()}
            self._good[stage.name] = GoodExecution(self._number, self._pipeline, self._artifacts, variables)
        return End.SUCCEEDED

    def _roll_back(self, stage: Stage) -> None:
        """Run a failed stage again with the artifacts and variables of the execution that was good in it last.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback.html
        """
        good = self._good.get(stage.name)
        if good is None or good.pipeline != self._pipeline:
            self._console.say(f"{stage.name} does not roll back: no execution of this pipeline was good in it yet")
            return
        self._console.say(f"{stage.name} rolls back to execution {good.number}, the last that was good in it")
        back = copy(self)
        back._artifacts, back._variables = good.artifacts, {key: dict(item) for key, item in good.variables.items()}
        back._way, back._folder = " (rollback)", self._folder / "rollback"
        back._folder.mkdir()
        ends = (back._report_action(stage, action) for action in stage.actions)
        if all(end == End.SUCCEEDED for end in ends):
            self._console.say(f"{stage.name} is as it was after execution {good.number}")

    def _report_action(self, stage: Stage, action: Action) -> End:
        row = self._console.begin(f"{stage.name}{self._way}", action.name)
        log = self._cloud.log(f"{self._number}-{stage.name}-{action.name}{self._way}".replace(" ", "-"))
        folder = self._folder / f"{stage.name}.{action.name}"
        denied, records = self._cloud.new_records(DENIALS), self._cloud.new_records(JOB_RUNS)
        try:
            done = self._run_action(stage, action.resolved(self._variables), folder, log)
        except (ActionFailed, ClientError, TrustError) as error:
            how = "executed" if action.provider == "CodeBuild" else "emulated"
            self._console.end(row, how, End.FAILED.value)
            self._record(stage, action, End.FAILED.value)
            runs = self._job_runs(records, folder)
            report_failure(self._console, row, error, log, denied.read(), runs)
            return End.FAILED
        runs = self._job_runs(records, folder)
        skipped = [run for run in runs if run.state == SKIPPED]
        how, remark = done.how, done.remark
        if skipped:
            how, remark = SKIPPED, f"{len(skipped)} of {len(runs)} job runs"
        self._console.end(row, how, done.outcome, remark)
        self._record(stage, action, done.outcome)
        for run in runs:
            self._console.remark(str(run))
        if action.namespace:
            self._variables[action.namespace] = dict(done.variables)
        if (
            done.outcome == End.SUCCEEDED.value
            and action.provider == "CodeBuild"
            and self._after_build(folder / "src0")
        ):
            return End.SUPERSEDED
        return End(done.outcome)

    def _record(self, stage: Stage, action: Action, outcome: str) -> None:
        write_record(self._cloud.records / ACTIONS, stage=stage.name, action=action.name, outcome=outcome)

    def _job_runs(self, records: NewRecords, folder: Path) -> list[JobRun]:
        """Return the job runs of an action, which the table at the end has too."""
        runs = job_runs(records.read(), folder / "src0")
        self._console.job_runs += runs
        return runs

    def _run_action(self, stage: Stage, action: Action, folder: Path, log: Path) -> Done:
        """Run one action with the session of its role, or of the pipeline's role if it has none."""
        if action.category == "Approval":
            return self._approve(stage, action)
        session = self._session
        if action.role:
            region = action.region or self._pipeline.region
            session = self._cloud.sessions.assume(action.role, self._session, "rehearsal", region)
        if action.category == "Source":
            return run_source(action, session, self._artifacts, self._clone, folder)
        if action.provider == "CodeBuild":
            rehearsed = {REHEARSAL: "1", **self._inputs.variables(stage.name)}
            return run_build(action, session, self._artifacts, self._cloud, folder, log, rehearsed)
        return run_stack_action(action, session, self._artifacts, self._cloud.sessions, self._samples, log)

    def _approve(self, stage: Stage, action: Action) -> Done:
        self._console.text(self._approval_text(stage, action))
        answer = ask(stage.name, action.name, self._answer)
        if answer == Answer.WAITING:
            return Done("skipped", outcome=answer.value)
        by = "by this command's option" if self._answer else "by you"
        return Done("executed", by, outcome=answer.value)

    def _approval_text(self, stage: Stage, action: Action) -> str:
        """Return the text of the approval, and what it approves, unless that is its text already."""
        own = action.configuration.get("CustomData", "")
        if shown_by_a_step(own, self._variables):
            return own
        approved = self._pipeline.approved(stage.name, action.name)
        try:
            changes = approved_changes(approved, self._artifacts, self._session, self._cloud.sessions)
        except (ClientError, RunError) as error:
            changes = f"what it changes cannot be shown: {error}"
        return "\n\n".join(filter(None, [own, changes]))

    def _not_reached(self, position: int, place: int) -> None:
        for later, stage in enumerate(self._pipeline.stages[position:], position):
            for action in stage.actions[place + 1 :] if later == position else stage.actions:
                self._console.rows.append(Row(stage.name, action.name, "", NOT_REACHED))


def ask(stage: str, action: str, given: Answer | None) -> Answer:
    """Return the answer that was `given` with the command, or ask at the terminal. Without a terminal it is WAITING."""
    if given:
        return given
    if not sys.stdin.isatty():
        return Answer.WAITING
    try:
        said = input(f"\n  {stage} waits for its {action}. Approve? [y]es, [n]o, anything else leaves it waiting: ")
    except EOFError:
        return Answer.WAITING
    words = {"y": Answer.APPROVED, "yes": Answer.APPROVED, "n": Answer.REJECTED, "no": Answer.REJECTED}
    return words.get(said.strip().lower(), Answer.WAITING)
