"""One execution of the pipeline: its actions in order, each with its roles, until the end or what stops it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from botocore.exceptions import ClientError

from rehearsal import approval, cloudformation, codebuild, execution_role, templates
from rehearsal.approval import Answer
from rehearsal.artifacts import Artifacts
from rehearsal.console import NOT_REACHED, Console, Row
from rehearsal.credentials import Credentials, TrustError, account_of
from rehearsal.errors import ActionFailed, RehearsalError
from rehearsal.failure import tell_failure, told
from rehearsal.known_actions import check
from rehearsal.pipeline import Action, Pipeline, Stage
from rehearsal.records import DENIALS, JOB_RUNS, NewRecords
from rehearsal.sample_input import SampleInput
from rehearsal.source import Source
from rehearsal.toolbox import Toolbox

SERVICE = "codepipeline.amazonaws.com"


class End(Enum):
    """How an execution ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    WAITING = "waiting"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Done:
    """What an action did: how, what to say of it, and the variables that it gives."""

    how: str
    remark: str = ""
    variables: dict[str, str] | None = None
    outcome: str = End.SUCCEEDED.value


class Execution:
    """Runs `pipeline`. `after_build` is told of each build's source folder, and says whether it superseded this."""

    def __init__(
        self,
        pipeline: Pipeline,
        tools: Toolbox,
        console: Console,
        *,
        number: int,
        take_source: Callable[[Path], Source],
        answer: Answer | None,
        samples: SampleInput,
        after_build: Callable[[Path], bool],
    ) -> None:
        check(pipeline)
        self._pipeline, self._tools, self._console = pipeline, tools, console
        self._folder = tools.folder / f"execution-{number}"
        self._folder.mkdir()
        self._number = number
        self._take_source, self._answer, self._samples = take_source, answer, samples
        self._after_build = after_build
        self._variables: dict[str, dict[str, str]] = {}

    def run(self) -> End:
        """Run all stages."""
        try:
            self._role = self._tools.identities.as_service(
                self._pipeline.role, SERVICE, "rehearsal", self._pipeline.region
            )
        except (ClientError, TrustError) as error:
            raise RehearsalError(f"the pipeline's own role cannot be used: {error}") from error
        self._artifacts = Artifacts(self._tools.identities, self._pipeline, self._role)
        for position, stage in enumerate(self._pipeline.stages):
            for place, action in enumerate(stage.actions):
                end = self._run_action(stage, action)
                if end != End.SUCCEEDED:
                    if end != End.SUPERSEDED:
                        self._not_reached(position, place)
                    return end
        return End.SUCCEEDED

    def _run_action(self, stage: Stage, action: Action) -> End:
        row = self._console.begin(stage.name, action.name)
        log = self._tools.log(f"{self._number}-{stage.name}-{action.name}")
        denied, job_runs = (NewRecords(self._tools.folder / "records" / name) for name in (DENIALS, JOB_RUNS))
        try:
            done = self._dispatch(stage, action.resolved(self._variables), log)
        except (ActionFailed, ClientError, TrustError) as error:
            how = "executed" if action.provider == "CodeBuild" else "emulated"
            self._console.end(row, how, End.FAILED.value)
            tell_failure(self._console, row, error, log, denied.read(), job_runs.read())
            return End.FAILED
        self._console.end(row, done.how, done.outcome, done.remark)
        for run in job_runs.read():
            self._console.remark(told(run))
        if action.namespace:
            self._variables[action.namespace] = done.variables or {}
        if done.outcome != End.SUCCEEDED.value:
            return End(done.outcome)
        if action.provider == "CodeBuild" and self._after_build(self._build_folder(stage, action) / "src0"):
            return End.SUPERSEDED
        return End.SUCCEEDED

    def _dispatch(self, stage: Stage, action: Action, log: Path) -> Done:
        if action.category == "Approval":
            answer = approval.ask(stage.name, action.name, self._answer)
            how = "skipped" if answer == Answer.WAITING else "executed"
            by = "by this command's option" if self._answer else "by you"
            return Done(how, "" if answer == Answer.WAITING else by, outcome=answer.value)
        if action.category == "Source":
            return self._source(action, self._action_role(action))
        if action.provider == "CodeBuild":
            folder = self._build_folder(stage, action)
            folder.mkdir(parents=True)
            role, region = self._action_role(action), action.region or self._pipeline.region
            variables = codebuild.run_build(action, role, region, self._artifacts, self._tools, folder, log)
            return Done("executed", variables=variables)
        return self._stack(action, log)

    def _source(self, action: Action, role: Credentials) -> Done:
        source = self._take_source(self._folder / "source")
        for name in action.outputs:
            self._artifacts.put(name, source.folder, role, action.region)
        branch = action.configuration.get("BranchName", "")
        variables = {"CommitId": source.commit, "BranchName": branch}
        return Done("emulated", f"a git clone stands in for {action.provider}: {source.remark}", variables)

    def _stack(self, action: Action, log: Path) -> Done:
        role, region = self._action_role(action), action.region or self._pipeline.region
        api = self._tools.identities.client("cloudformation", role, region)
        stack = cloudformation.StackAction(action, api, log)
        if action.configuration["ActionMode"] == "CHANGE_SET_EXECUTE":
            return Done("emulated", stack.execute(), stack.outputs())
        template, parameters = templates.template_and_parameters(action, self._artifacts, role)
        settings = action.configuration
        denied = execution_role.lacks(settings["RoleArn"], template, settings["StackName"], self._tools, region)
        if denied:
            log.write_text("\n".join([*denied, ""]), encoding="utf-8")
            raise ActionFailed(f"CloudFormation's role may not do its part: {execution_role.told(denied)}", log)
        account = account_of(settings["RoleArn"])
        remarks = self._samples.provide(template, account, region)
        url = templates.uploaded(template, settings["StackName"], account, region, self._tools)
        if settings["ActionMode"] == "CREATE_UPDATE":
            said = stack.create_or_update(url, parameters)
            return Done("emulated", "; ".join([said, *remarks]), stack.outputs())
        return Done("emulated", "; ".join([stack.prepare(url, parameters), *remarks]))

    def _action_role(self, action: Action) -> Credentials:
        if not action.role:
            return self._role
        return self._tools.identities.assume(action.role, self._role, "rehearsal", self._pipeline.region)

    def _build_folder(self, stage: Stage, action: Action) -> Path:
        return self._folder / f"{stage.name}.{action.name}"

    def _not_reached(self, position: int, place: int) -> None:
        for later, stage in enumerate(self._pipeline.stages[position:], position):
            for action in stage.actions[place + 1 :] if later == position else stage.actions:
                self._console.rows.append(Row(stage.name, action.name, "", NOT_REACHED))
