"""The Source stage of the pipeline: where the project's files come from, as `source` of the config says."""

from __future__ import annotations

from typing import cast

from aws_cdk import Stack
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_iam as iam
from aws_cdk.pipelines import CodePipeline, CodePipelineSource

from aws_glue_cdk_baseline.config.source import Source
from aws_glue_cdk_baseline.pipeline.source_code import check_source_code, source_code

OURS, EXISTING = "GitRepo", "ExistingGitRepo"  # construct ids of a repository in CodeCommit


def pipeline_source(stack: Stack, source: Source, own_repository: str) -> CodePipelineSource:
    """Return the source of the pipeline. Without another one it is a CodeCommit repository with this project's files.

    Raise CredentialError if a file of the project looks like a credential.
    """
    if source.is_ours:
        code = codecommit.Code.from_asset(source_code(stack, "SourceCode"), source.branch)
        repository = codecommit.Repository(stack, OURS, repository_name=own_repository, code=code)
        return CodePipelineSource.code_commit(repository, source.branch)
    check_source_code(stack)
    if source.code_commit:
        existing = codecommit.Repository.from_repository_name(stack, EXISTING, source.code_commit)
        return CodePipelineSource.code_commit(existing, source.branch)
    assert source.connection_arn is not None, "a source is a repository in CodeCommit or one behind a connection"
    assert source.repository is not None, "a connection has a repository"
    return CodePipelineSource.connection(
        source.repository,
        source.branch,
        connection_arn=source.connection_arn,
        trigger_on_push=True,
        action_name=action_id(source),
    )


def code_commit_repository(stack: Stack, source: Source) -> codecommit.IRepository:
    """Return the repository in CodeCommit that `pipeline_source` has added to the stack."""
    return cast(codecommit.IRepository, stack.node.find_child(OURS if source.is_ours else EXISTING))


def action_id(source: Source) -> str:
    """Return the id of the construct of the Source action. It is the action's name, if the repository exists."""
    if source.is_ours:
        return "CodeCommit"  # by the CDK, as the name of the repository is only known when it is made
    return source.code_commit or str(source.repository).rpartition("/")[2]


def allow_connection(pipeline: CodePipeline, source: Source) -> None:
    """Allow the role of the Source action to use a connection whose ARN has the service's new name.

    In a statement the action and the resource must have the same name of the service, and the CDK writes the old one:
    https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html. Call it when the pipeline is built.
    """
    if source.connection_arn and source.connection_arn.split(":")[2] == "codeconnections":
        use = iam.PolicyStatement(actions=["codeconnections:UseConnection"], resources=[source.connection_arn])
        stage = pipeline.pipeline.node.find_child("Source")
        [role] = [found for found in stage.node.find_all() if isinstance(found, iam.Role)]
        role.add_to_policy(use)
