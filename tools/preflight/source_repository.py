"""The repository of the pipeline's source: an available connection, or a branch in CodeCommit."""

from __future__ import annotations

from collections.abc import Iterator

from aws_glue_cdk_baseline.config import Config
from aws_glue_cdk_baseline.config.source import Source
from tools.preflight.config_lines import ConfigLines
from tools.preflight.finding import Finding, fail, looked, ok
from tools.preflight.reader import Reader
from tools.stage_jobs.account import MissingError


def check_source(reader: Reader, config: Config, lines: ConfigLines) -> Iterator[Finding]:
    """Yield what is found of the source. `reader` is in the pipeline's account and Region."""
    source = config.source
    if source.connection_arn:
        yield from looked("connection", lambda: _connection(reader, source, str(source.connection_arn), lines))
    elif source.code_commit:
        at = lines.of_key("source", "codeCommit")
        yield from looked("repository", lambda: _repository(reader, str(source.code_commit), source.branch, at))
    else:
        yield from looked("repository", lambda: _own(reader, config.names.repository, config.names.pipeline_stack))


def _connection(reader: Reader, source: Source, arn: str, lines: ConfigLines) -> Iterator[Finding]:
    about, at = "connection", lines.of_key("source", "connectionArn")
    try:
        found = reader.call(arn.split(":")[2], "get_connection", arn, ConnectionArn=arn)["Connection"]
    except MissingError:
        yield fail(about, f"{arn} does not exist; make one in the console and correct connectionArn ({at})")
        return
    name, status = found.get("ConnectionName", arn), found["ConnectionStatus"]
    if status == "AVAILABLE":
        host = found.get("ProviderType", "its host")
        yield ok(about, f"{name} to {host} is available; only a run shows whether it reaches {source.repository}")
    elif status == "PENDING":
        yield fail(about, f"{name} is pending: open it in the console (Developer Tools, Connections) and finish it")
    else:
        yield fail(about, f"{name} is in the state {status}; look at it in the console (Developer Tools, Connections)")


def _repository(reader: Reader, name: str, branch: str, at: str) -> Iterator[Finding]:
    about = "repository"
    try:
        reader.call("codecommit", "get_repository", name, repositoryName=name)
    except MissingError:
        yield fail(
            about,
            f"there is no CodeCommit repository {name} in {reader.region}; make it, or leave codeCommit out ({at})",
        )
        return
    try:
        reader.call("codecommit", "get_branch", name, repositoryName=name, branchName=branch)
    except MissingError:
        yield fail(about, f"{name} has no branch {branch}; push it: git push … HEAD:{branch}")
        return
    yield ok(about, f"{name} in CodeCommit has the branch {branch}")


def _own(reader: Reader, name: str, stack: str) -> Iterator[Finding]:
    """Yield what is found of a repository that the pipeline's stack makes: somebody else's must not have its name."""
    about = "repository"
    try:
        reader.call("cloudformation", "describe_stacks", stack, StackName=stack)
    except MissingError:
        pass
    else:
        yield ok(about, f"{name} belongs to the deployed stack {stack}")
        return
    try:
        reader.call("codecommit", "get_repository", name, repositoryName=name)
    except MissingError:
        yield ok(about, f"the first deployment makes {name} in CodeCommit")
        return
    yield fail(
        about,
        f"there is a CodeCommit repository {name} already, and {stack} is not deployed: delete it, choose a"
        " namePrefix, or name another one with source.codeCommit",
    )
