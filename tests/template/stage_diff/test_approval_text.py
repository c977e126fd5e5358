"""The text of an approval: what it says if it may read what is deployed, and if it may not."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import PROJECT, Config
from tests.configs import make_config, make_job, with_stage
from tests.template.stage_diff.small_templates import job, stack
from tools.job_arguments import RunError
from tools.stage_diff import approval_text
from tools.stage_diff.deployed import deployed
from tools.stage_diff.markdown import shortened
from tools.stage_jobs.account import DeniedError, MissingError

ROLE = "arn:aws:iam::333333333333:role/glue-diff-prod"
NOT_ALLOWED = "access denied: arn:aws:sts::111111111111:assumed-role/b/c may not sts:AssumeRole on role/glue-diff-prod"
EARLIER = ("DeployProd-GlueAppStack2", "DeployProd-GlueTriggerStack")
NEVER: list[dict[str, Any]] = [{"actionName": "Approval", "latestExecution": {}}, {"actionName": "GlueAppStack.Deploy"}]
BEFORE = [{"actionName": "GlueAppStack.Deploy", "latestExecution": {"status": "Failed"}}]


class Aws:
    """Stands in for the build's caller and for the role that it assumes. An error instead of an answer is raised."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers

    def assuming(self, role: str, region: str) -> "Aws":
        assert (role, region) == (ROLE, "eu-west-1")
        self.answer("assume_role")
        return self

    def call(self, service: str, operation: str, about: str = "", **parameters: Any) -> Any:
        if parameters.get("StackName") in (*EARLIER, *self.answers.get("gone", ())):
            raise MissingError("Stack does not exist")
        return self.answer(operation)

    def answer(self, operation: str) -> Any:
        found = self.answers[operation]
        if isinstance(found, Exception):
            raise found
        return found


def state(actions: list[dict[str, Any]]) -> dict[str, Any]:
    return {"stageStates": [{"stageName": "DeployProd", "actionStates": actions}, {"stageName": "Source"}]}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return with_stage(make_config((make_job(tmp_path),)), "prod", shows_changes=True)


@pytest.fixture
def said(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that runs the build with the answers of AWS: the log, and the text of the approval."""

    def run(**answers: Any) -> tuple[str, str]:
        monkeypatch.setattr(approval_text, "Caller", lambda *arguments, **named: Aws(answers))
        monkeypatch.setattr(approval_text, "read_stage", lambda folder, name: (stack(job("Clean"), job("Load")),))
        approval_text.show_before_approval(config, config.stage("prod"), tmp_path, ROLE, tmp_path / "changes")
        log = capsys.readouterr().out
        assert (tmp_path / "changes" / "changes.md").read_text() + "\n" == log
        return log, (tmp_path / "changes" / "approval.txt").read_text()

    return run


def test_the_deployed_templates_are_compared(said: Any) -> None:
    template = json.dumps(stack(job("Clean", NumberOfWorkers=5), job("Load")).template)
    log, text = said(
        assume_role={},
        gone=("DeployProd-MonitoringStack",),
        describe_stacks={"Stacks": [{"StackStatus": "UPDATE_COMPLETE"}]},
        get_template={"TemplateBody": template},
    )
    assert text.startswith("# prod: 1 job changed\n## Jobs\n- changed: Clean\n  - numberOfWorkers: `5` -> `2`\n")
    assert shortened(log, 1000, "ShowChanges") == text


def test_a_stack_that_left_the_app_and_one_that_is_being_deployed_are_told_of(said: Any) -> None:
    template = json.dumps(stack(job("Clean"), job("Load")).template)
    log, _ = said(
        assume_role={},
        describe_stacks={"Stacks": [{"StackStatus": "UPDATE_IN_PROGRESS"}]},
        get_template={"TemplateBody": template},
    )
    assert log.splitlines()[:4] == [
        "# prod: nothing changes",
        "",
        "- DeployProd-GlueAppStack is UPDATE_IN_PROGRESS: it is being deployed just now, and this compares its last"
        " state",
        "- DeployProd-MonitoringStack is no longer in the app: it stays as it is until you delete it",
    ]


@pytest.mark.parametrize("status", ["REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"])
def test_a_stack_without_resources_is_not_deployed(said: Any, status: str) -> None:
    log, _ = said(assume_role={}, describe_stacks={"Stacks": [{"StackStatus": status}]})
    assert log.startswith("# prod: nothing is deployed yet: 2 jobs\n")
    assert ("it counts as not deployed" in log) == (status == "ROLLBACK_COMPLETE")


def test_a_stack_that_does_not_exist_is_not_deployed(said: Any) -> None:
    log, _ = said(assume_role={}, describe_stacks=MissingError("Stack does not exist"))
    assert log.startswith("# prod: nothing is deployed yet: 2 jobs\n")


def test_before_the_first_deployment_there_is_no_role_and_the_pipeline_knows_it(said: Any) -> None:
    log, text = said(assume_role=DeniedError(NOT_ALLOWED), get_pipeline_state=state(NEVER))
    assert log.startswith(
        "# prod: nothing is deployed yet: 2 jobs\n\n"
        "- this pipeline has not deployed prod yet: its deployment makes the role glue-diff-prod\n\n## Jobs\n"
    )
    assert "NOT" not in text


@pytest.mark.parametrize("answer", [state(BEFORE), DeniedError("access denied: GetPipelineState")])
def test_a_role_that_cannot_be_assumed_later_is_not_taken_for_a_first_deployment(said: Any, answer: Any) -> None:
    _, text = said(assume_role=DeniedError(NOT_ALLOWED), get_pipeline_state=answer)
    assert text.startswith(
        f"# prod: not compared with what is deployed: 2 jobs will be there\n- {NOT_ALLOWED}\n"
        "- AWS answers the same if the role does not exist: if `approval: changes` is new, this deployment makes it,"
        " and the next approval shows what changes\n"
    )


def test_a_right_that_the_role_lacks_is_said(said: Any) -> None:
    _, text = said(assume_role={}, describe_stacks=DeniedError("access denied: … DescribeStacks"))
    assert text.startswith(
        "# prod: not compared with what is deployed: 2 jobs will be there\n- access denied: … DescribeStacks\n"
    )


def test_a_new_stack_that_the_role_does_not_know_yet_is_new() -> None:
    """The role is from the last deployment, which had no such stack."""

    class Role:
        def call(self, service: str, operation: str, about: str = "", **parameters: Any) -> Any:
            if parameters["StackName"] != old.name:
                raise DeniedError("access denied")
            templates = {"TemplateBody": old.template}
            return templates if operation == "get_template" else {"Stacks": [{"StackStatus": "CREATE_COMPLETE"}]}

    old, new = stack(job("Clean")), stack(job("Load"), name="DeployProd-GlueAppStack2")
    now = deployed(Role(), [old, new], ["DeployProd-MonitoringStack"], may_lack_rights=True)
    assert [found.name for found in now.stacks] == [old.name]
    assert now.remarks == (
        "DeployProd-GlueAppStack2 counts as not deployed, as the role of the last deployment does not know it",
    )
    with pytest.raises(DeniedError):
        deployed(Role(), [old, new])
    with pytest.raises(DeniedError):
        deployed(Role(), [new], may_lack_rights=True)


def test_no_answer_fails_the_build(said: Any) -> None:
    with pytest.raises(RunError, match="no connection"):
        said(assume_role=RunError("no connection"))


def test_a_long_text_is_cut_at_the_end_of_a_line_and_says_so() -> None:
    lines = [f"- line {number}" for number in range(200)]
    text = shortened("# prod\n\n" + "\n".join(lines), 1000, "ShowChanges")
    *kept, last = text.splitlines()
    assert kept == ["# prod", *lines[: len(kept) - 1]]
    assert last == f"… ({200 - len(kept) + 1} more lines in the log of ShowChanges)"
    assert 980 < len(text) <= 1000


def test_a_text_that_fits_is_whole_and_a_first_line_that_does_not_is_cut() -> None:
    assert shortened("a\n\nb\n", 3, "ShowChanges") == "a\nb"
    text = shortened("x" * 2000, 1000, "ShowChanges")
    assert (len(text), text[-44:]) == (1000, "xxxx… (the rest is in the log of ShowChanges)"[-44:])


def test_the_build_needs_no_more_packages_than_its_lock_has() -> None:
    """It installs tools/stage_diff/requirements.lock alone."""
    lock = (PROJECT / "tools" / "stage_diff" / "requirements.lock").read_text(encoding="utf-8")
    locked = {line.partition("==")[0].replace("-", "_").lower() for line in lock.splitlines() if "==" in line}
    modules = {"pyyaml": "yaml", "python_dateutil": "dateutil"}
    own = {"tools", "aws_glue_cdk_baseline", "local", "build_stage"}
    program = (
        "import sys, json; before = set(sys.modules); import tools.stage_diff.__main__ as m;"
        "from pathlib import Path; m.load_config(Path('default-config.yaml'));"
        "print(json.dumps(sorted({n.partition('.')[0] for n in set(sys.modules) - before}"
        " - set(sys.stdlib_module_names))))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    used = {name for name in json.loads(done.stdout) if not name.startswith("_")}
    used -= {"certifi", "cython_runtime"}  # botocore takes certifi if it is there; the other is in pydantic's binary
    assert used - own - {modules.get(name, name) for name in locked} == set()
