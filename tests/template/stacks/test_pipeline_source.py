"""The Source stage of the pipeline for each kind of `source`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Template

from aws_glue_cdk_baseline.config.source import MAX_PARTS, Source
from aws_glue_cdk_baseline.pipeline import source_code
from aws_glue_cdk_baseline.pipeline.secret_scan import CredentialError
from tests.apps import make_whole_app
from tests.configs import PIPELINE, make_config, make_job

ARN = f"arn:aws:codeconnections:us-east-1:{PIPELINE.aws_account_id}:connection/0a1b-EXAMPLE"
OLD = ARN.replace("codeconnections", "codestar-connections")


class Pipeline:
    """The synthesized pipeline of a source: its template and the folders among its assets."""

    def __init__(self, folder: Path, source: Source) -> None:
        config = make_config((make_job(folder),)).model_copy(update={"source": source})
        assembly = make_whole_app(config).synth()
        self.template = Template.from_json(assembly.get_stack_by_name("PipelineStack").template)
        self.copied = [path.name for path in Path(assembly.directory).glob("asset.*") if path.is_dir()]

    @property
    def action(self) -> dict[str, Any]:
        [pipeline] = self.template.find_resources("AWS::CodePipeline::Pipeline").values()
        [action] = pipeline["Properties"]["Stages"][0]["Actions"]
        found: dict[str, Any] = action
        return found

    def statements(self, service: str) -> list[dict[str, Any]]:
        """Return the statements of the Source action's role on a resource of `service`."""
        role = self.action["RoleArn"]["Fn::GetAtt"][0]
        policies = self.template.find_resources("AWS::IAM::Policy", {"Properties": {"Roles": [{"Ref": role}]}})
        [policy] = policies.values()
        statements = policy["Properties"]["PolicyDocument"]["Statement"]
        return [statement for statement in statements if f":{service}:" in str(statement["Resource"])]


def test_our_own_repository_may_have_another_branch(tmp_path: Path) -> None:
    pipeline = Pipeline(tmp_path, Source(branch="develop"))
    assert pipeline.action["Configuration"]["BranchName"] == "develop"
    assert len(pipeline.copied) == 1
    pipeline.template.has_resource_properties("AWS::CodeCommit::Repository", {"Code": {"BranchName": "develop"}})
    pipeline.template.has_resource_properties(
        "AWS::Events::Rule", {"EventPattern": {"detail": {"referenceName": ["develop"]}}}
    )


def test_an_existing_codecommit_repository_is_neither_made_nor_filled(tmp_path: Path) -> None:
    pipeline = Pipeline(tmp_path, Source(codeCommit="etl", branch="develop"))
    arn = f"arn:aws:codecommit:us-east-1:{PIPELINE.aws_account_id}:etl"
    assert pipeline.action["Name"] == "etl"
    assert pipeline.action["Configuration"] == {
        "RepositoryName": "etl",
        "BranchName": "develop",
        "PollForSourceChanges": False,
    }
    pipeline.template.resource_count_is("AWS::CodeCommit::Repository", 0)
    assert pipeline.copied == []
    pipeline.template.has_resource_properties(
        "AWS::Events::Rule",
        {"EventPattern": {"resources": [arn], "detail": {"referenceName": ["develop"]}}, "State": "ENABLED"},
    )
    [allowed] = pipeline.statements("codecommit")
    assert allowed["Resource"] == arn


@pytest.mark.parametrize(
    ("arn", "actions"),
    [
        (ARN, ["codeconnections:UseConnection", "codestar-connections:UseConnection"]),
        (OLD, "codestar-connections:UseConnection"),
    ],
)
def test_a_connection_starts_the_pipeline_at_each_push(tmp_path: Path, arn: str, actions: object) -> None:
    """In a policy the name of the service in the action has to be that in the ARN; the CDK writes the old one alone."""
    pipeline = Pipeline(tmp_path, Source(connectionArn=arn, repository="Group/sub/my.jobs_1", branch="develop"))
    assert pipeline.action["ActionTypeId"]["Provider"] == "CodeStarSourceConnection"
    assert pipeline.action["Name"] == "my.jobs_1"
    assert pipeline.action["Configuration"] == {
        "ConnectionArn": arn,
        "FullRepositoryId": "Group/sub/my.jobs_1",
        "BranchName": "develop",
        "DetectChanges": True,
    }
    assert pipeline.statements("codeconnections") + pipeline.statements("codestar-connections") == [
        {"Action": actions, "Effect": "Allow", "Resource": arn}
    ]
    for kind in ("AWS::CodeCommit::Repository", "AWS::Events::Rule"):
        pipeline.template.resource_count_is(kind, 0)
    assert pipeline.copied == []


def test_the_longest_name_of_a_repository_synthesizes(tmp_path: Path) -> None:
    repository = "/".join(["g" * 100] * MAX_PARTS)
    pipeline = Pipeline(tmp_path, Source(connectionArn=ARN, repository=repository))
    assert pipeline.action["Configuration"]["FullRepositoryId"] == repository
    assert [len(artifact["Name"]) for artifact in pipeline.action["OutputArtifacts"]] <= [100]


@pytest.mark.parametrize("source", [Source(codeCommit="etl"), Source(connectionArn=ARN, repository="a/b"), Source()])
def test_no_source_may_hold_a_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: Source) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / ".gitignore").write_text("ignored\n")
    (project / "ignored").write_text("AK" + "IA" + "Q3EGRTZ7UVPWXYAB")
    monkeypatch.setattr(source_code, "PROJECT", project)
    Pipeline(tmp_path, source)
    (project / "deploy.sh").write_text("\nexport KEY=" + "AK" + "IA" + "Q3EGRTZ7UVPWXYAB\n")
    with pytest.raises(CredentialError, match=r"deploy\.sh:2: "):
        Pipeline(tmp_path, source)
