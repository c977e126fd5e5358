"""The parts of a rehearsal that need no emulator."""

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from rehearsal import __main__ as rehearsal_main
from rehearsal import samples
from rehearsal.actions import source
from rehearsal.aws import cloud
from rehearsal.aws.processes import NewRecords, write_record
from rehearsal.aws.sessions import trusts
from rehearsal.execution import Answer, ask
from rehearsal.laptop import pipeline_stack
from rehearsal.ministack import iam
from rehearsal.model import Action, Deployed, Pipeline, RehearsalError, Stage, parse
from rehearsal.report import denials
from tests.template.rehearsal.projects import Project, git
from tools.assembly import Environment, stacks

HOME = Environment("111111111111", "us-east-1")


def action(category: str, provider: str, **configuration: str) -> dict[str, Any]:
    kind = {"Category": category, "Provider": provider, "Owner": "AWS", "Version": "1"}
    return {"Name": f"{provider}Action", "ActionTypeId": kind, "Configuration": configuration, "RunOrder": 1}


def properties(*actions: dict[str, Any]) -> dict[str, Any]:
    return {
        "RoleArn": "arn:aws:iam::111111111111:role/p",
        "ArtifactStore": {"Location": "bucket", "Type": "S3", "EncryptionKey": {"Id": "key", "Type": "KMS"}},
        "Stages": [{"Name": "Only", "Actions": list(actions)}],
        "RestartExecutionOnUpdate": True,
    }


def test_a_pipeline_is_read_with_its_actions_in_run_order() -> None:
    late = {**action("Build", "CodeBuild", ProjectName="p"), "RunOrder": 2, "InputArtifacts": [{"Name": "Source"}]}
    pipeline = parse("Line", "us-east-1", properties(late, action("Source", "CodeCommit")))
    assert pipeline == Pipeline(
        name="Line",
        role="arn:aws:iam::111111111111:role/p",
        region="us-east-1",
        stores={"us-east-1": ("bucket", "key")},
        stages=(
            Stage(
                "Only",
                (
                    Action("CodeCommitAction", "Source", "CodeCommit", {}),
                    Action(
                        "CodeBuildAction", "Build", "CodeBuild", {"ProjectName": "p"}, inputs=("Source",), run_order=2
                    ),
                ),
            ),
        ),
        restarts_when_updated=True,
    )


def test_an_approval_is_for_what_comes_after_it_in_its_stage_or_for_the_next_stage() -> None:
    asked = {**action("Approval", "Manual"), "Name": "Approval"}
    deploy = {**action("Deploy", "CloudFormation", ActionMode="CHANGE_SET_EXECUTE"), "RunOrder": 2}
    together = parse("Line", "us-east-1", properties(asked, deploy))
    assert [(stage.name, item.name) for stage, item in together.approved("Only", "Approval")] == [
        ("Only", "CloudFormationAction")
    ]
    apart = properties(asked)
    apart["Stages"].append({"Name": "Next", "Actions": [deploy]})
    pipeline = parse("Line", "us-east-1", apart)
    assert [(stage.name, item.name) for stage, item in pipeline.approved("Only", "Approval")] == [
        ("Next", "CloudFormationAction")
    ]
    assert list(pipeline.approved_deployments()) == pipeline.approved("Only", "Approval")
    assert parse("Line", "us-east-1", properties(asked)).approved("Only", "Approval") == []


def test_variables_of_earlier_actions_are_put_in_and_unknown_ones_left() -> None:
    with_variables = Action("A", "Build", "CodeBuild", {"E": "#{Store.Name}-#{Other.Name}"})
    assert with_variables.resolved({"Store": {"Name": "goods"}}).configuration == {"E": "goods-#{Other.Name}"}


@pytest.mark.parametrize(
    ("unknown", "kind"),
    [
        (action("Invoke", "Lambda"), "Invoke/Lambda"),
        (action("Deploy", "ECS"), "Deploy/ECS"),
        (action("Source", "ECR"), "Source/ECR"),
        (action("Deploy", "CloudFormation", ActionMode="DELETE_ONLY"), "Deploy/CloudFormation DELETE_ONLY"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_action_of_an_unknown_type_stops_the_rehearsal_with_its_place_and_type(
    unknown: dict[str, Any], kind: str
) -> None:
    with pytest.raises(RehearsalError) as raised:
        parse("Line", "us-east-1", properties(unknown)).check()
    assert str(raised.value) == (
        f"Only / {unknown['Name']}: the rehearsal does not know actions of the type {kind}; "
        "add the type to rehearsal/execution.py"
    )


def assembly(folder: Path, name: str, environment: str, resource_type: str) -> None:
    template = {"Resources": {"Thing": {"Type": resource_type}}}
    (folder / f"{name}.json").write_text(json.dumps(template))
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": environment,
        "properties": {
            "templateFile": f"{name}.json",
            "bootstrapStackVersionSsmParameter": "/cdk-bootstrap/q1/version",
        },
    }
    manifest = folder / "manifest.json"
    content = json.loads(manifest.read_text()) if manifest.exists() else {"artifacts": {}}
    content["artifacts"][name] = stack
    manifest.write_text(json.dumps(content))


def test_a_stack_that_does_not_say_where_it_goes_goes_where_the_pipeline_is(tmp_path: Path) -> None:
    assembly(tmp_path, "Line", "aws://111111111111/us-east-1", "AWS::CodePipeline::Pipeline")
    assembly(tmp_path, "App", "aws://unknown-account/unknown-region", "AWS::S3::Bucket")
    home = pipeline_stack(tmp_path).environment
    assert home == Environment("111111111111", "us-east-1", "q1")
    assert {stack.environment for stack in stacks(tmp_path)} == {home}


def test_an_app_without_a_pipeline_is_refused(tmp_path: Path) -> None:
    assembly(tmp_path, "App", "aws://111111111111/us-east-1", "AWS::S3::Bucket")
    with pytest.raises(
        RehearsalError, match="the rehearsal needs exactly one stack with a pipeline; the app has: none"
    ):
        pipeline_stack(tmp_path)


def test_an_artifact_keeps_permissions_links_and_hidden_files(tmp_path: Path) -> None:
    origin, target = tmp_path / "origin", tmp_path / "target"
    (origin / "bin").mkdir(parents=True)
    (origin / "bin/.run").write_text("go")
    (origin / "bin/.run").chmod(0o750)
    (origin / "link").symlink_to("bin/.run")
    source.unzip(source.zipped(origin), target)
    assert stat.S_IMODE((target / "bin/.run").stat().st_mode) == 0o750
    assert (target / "link").readlink() == Path("bin/.run")
    assert (target / "link").read_text() == "go"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "kept").write_text("committed")
    (folder / "gone").write_text("committed")
    git(folder, "add", ".")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "first")
    (folder / "kept").write_text("changed")
    (folder / "gone").unlink()
    (folder / "new").write_text("new")
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_the_source_is_what_was_committed_and_the_rest_is_counted(repository: Path, tmp_path: Path) -> None:
    taken = source.take(repository, tmp_path / "source")
    assert contents(taken.folder) == {"kept": "committed", "gone": "committed"}
    assert taken.remark.endswith("first; 3 files are not committed and so not in it (--working-tree adds them)")


def test_the_working_tree_takes_changed_new_and_deleted_files_along(repository: Path, tmp_path: Path) -> None:
    taken = source.take(repository, tmp_path / "source", working_tree=True)
    assert contents(taken.folder) == {"kept": "changed", "new": "new"}
    assert taken.remark.endswith("first, and 3 files are not committed")


def test_the_working_tree_is_without_files_whose_removal_is_staged(repository: Path, tmp_path: Path) -> None:
    git(repository, "add", "--all")
    taken = source.take(repository, tmp_path / "source", working_tree=True)
    assert contents(taken.folder) == {"kept": "changed", "new": "new"}


def test_of_a_project_in_a_subfolder_only_the_subfolder_is_taken(repository: Path, tmp_path: Path) -> None:
    project = repository / "etl"
    project.mkdir()
    (project / "app").write_text("committed")
    with pytest.raises(RehearsalError, match=r"^etl/ is not in the commit \w+ first; commit it first$"):
        source.take(project, tmp_path / "none")
    git(repository, "add", "--all")
    git(repository, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "second")
    (project / "app").write_text("changed")
    (repository / "kept").write_text("changed again")
    taken = source.take(project, tmp_path / "source")
    assert contents(taken.folder) == {"app": "committed"}
    assert "; 1 file is not committed" in taken.remark
    assert contents(source.take(project, tmp_path / "tree", working_tree=True).folder) == {"app": "changed"}


def test_a_worktree_of_git_is_taken_as_it_is(repository: Path, tmp_path: Path) -> None:
    worktree = tmp_path / "worktree"
    git(repository, "worktree", "add", "--quiet", str(worktree))
    assert contents(source.take(worktree, tmp_path / "source").folder) == {"kept": "committed", "gone": "committed"}


def test_a_folder_that_is_no_repository_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError) as raised:
        source.take(tmp_path, tmp_path / "source")
    assert str(raised.value).startswith("git rev-parse in ")
    assert "\n" not in str(raised.value)


def test_a_denial_names_role_action_and_resource_once(tmp_path: Path) -> None:
    file = tmp_path / "records"
    write_record(file, role="old", action="old", resource="old")
    new = NewRecords(file)
    session = "arn:aws:sts::222222222222:assumed-role/reader/s1"
    write_record(file, role=session, action="s3:GetObject", resource="arn:aws:s3:::b/k")
    text = f"User: {session} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::3:role/x because"
    assert [str(denial) for denial in denials(new.read(), [text, text])] == [
        "access denied: arn:aws:iam::222222222222:role/reader may not sts:AssumeRole on arn:aws:iam::3:role/x",
        "access denied: arn:aws:iam::222222222222:role/reader may not s3:GetObject on arn:aws:s3:::b/k",
    ]


def test_only_the_service_that_a_trust_names_may_use_the_role() -> None:
    policy = {"Statement": [{"Effect": "Allow", "Principal": {"Service": ["glue.amazonaws.com"]}}]}
    assert trusts(policy, "glue.amazonaws.com")
    assert not trusts(policy, "codebuild.amazonaws.com")
    assert not trusts({"Statement": [{"Effect": "Allow", "Principal": "*"}]}, "glue.amazonaws.com")


def test_the_approval_waits_without_a_terminal_and_takes_a_given_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert ask("Live", "Owner", None) == Answer.WAITING
    assert ask("Live", "Owner", Answer.REJECTED) == Answer.REJECTED


@pytest.mark.parametrize(
    ("said", "answer"),
    [("y", Answer.APPROVED), ("No", Answer.REJECTED), ("", Answer.WAITING), ("what", Answer.WAITING)],
)
def test_a_person_at_the_terminal_is_asked(said: str, answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt: said)
    assert ask("Live", "Owner", None) == answer


def test_only_a_change_of_the_pipeline_itself_takes_over() -> None:
    kind = {"Type": "AWS::CodePipeline::Pipeline"}
    line = parse("Line", "us-east-1", properties(action("Source", "CodeCommit")))
    other = parse("Line", "us-east-1", properties(action("Source", "CodeCommit", BranchName="main")))
    before = Deployed({"Line": kind, "A": {"x": 1}, "B": {}}, line)
    stack_only = Deployed({"Line": kind, "A": {"x": 2}, "B": {}}, line)
    pipeline_too = Deployed({"Line": {**kind, "y": 1}, "A": {"x": 2}}, other)
    assert (stack_only.changes_since(before), stack_only.takes_over_from(before)) == (["A"], False)
    assert (pipeline_too.changes_since(before), pipeline_too.takes_over_from(before)) == (["Line", "A", "B"], True)


def test_a_public_bucket_may_be_read_by_everybody_and_another_used_by_the_accounts_that_name_it() -> None:
    public = samples.policy("b", True, {"222222222222"})["Statement"][0]
    shared = samples.policy("b", False, {"222222222222"})["Statement"][0]
    assert (public["Principal"], public["Action"]) == ("*", ["s3:GetObject"])
    assert shared["Principal"] == {"AWS": ["arn:aws:iam::222222222222:root"]}
    assert "s3:PutObject" in shared["Action"]


@pytest.mark.parametrize(
    ("caller", "principal"),
    [
        ("arn:aws:sts::111111111111:assumed-role/tester/build-1", "arn:aws:iam::111111111111:role/tester"),
        ("arn:aws:iam::111111111111:user/tester", "arn:aws:iam::111111111111:user/tester"),
        ("arn:aws:iam::111111111111:root", "arn:aws:iam::111111111111:root"),
    ],
)
def test_the_principal_of_an_assumed_role_is_the_role(caller: str, principal: str) -> None:
    assert iam.role_of(caller) == principal


def test_the_last_commits_are_pushed_the_oldest_first(tmp_path: Path) -> None:
    project = Project(tmp_path)
    git(tmp_path, "init", "--quiet")
    for text in ("one", "two", "three"):
        project.write("file", text)
        project.commit()
    oldest, middle, _ = git(tmp_path, "rev-list", "--reverse", "HEAD").split()
    assert source.last_commits(tmp_path, 1) == ["HEAD"]
    assert source.last_commits(tmp_path, 3) == [oldest, middle, "HEAD"]
    with pytest.raises(RehearsalError, match="there are 3 commits, and not 4; give a smaller number"):
        source.last_commits(tmp_path, 4)


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5"])
def test_a_number_of_commits_that_is_none_is_one_line(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        rehearsal_main.options([f"--commits={number}"])
    assert f"'{number}' is not a number of at least 1" in capsys.readouterr().err


def test_commands_see_a_laptop_also_where_ci_runs_the_rehearsal() -> None:
    """With CI in its environment, the laptop's synth would refuse to add lines to the record of stacks."""
    machine = {"CI": "true", "CODEBUILD_BUILD_ID": "build:1", "AWS_PROFILE": "mine", "CDK_DEBUG": "1", "HOME": "/h"}
    seen = cloud.like_a_laptop(machine)
    assert {name: value for name, value in seen.items() if name.lower() != "no_proxy"} == {"HOME": "/h"}
