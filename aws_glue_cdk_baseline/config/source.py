"""The key `source`: the Git repository and the branch that the pipeline deploys."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, model_validator

from aws_glue_cdk_baseline.config.errors import did_you_mean, shown
from aws_glue_cdk_baseline.config.regions import known_regions
from aws_glue_cdk_baseline.config.section import Section, text_like

# Sharing and the two names: https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html
_CONNECTION = re.compile(
    r"arn:(aws[a-z-]*):(codeconnections|codestar-connections):([a-z0-9-]+):([0-9]{12}):connection/[A-Za-z0-9-]{1,64}"
)
_ID = "00000000-0000-0000-0000-000000000000"
EXAMPLE_ARN = f"arn:aws:codeconnections:us-east-1:123456789101:connection/{_ID}"
MAX_PARTS = 23  # of a repository's name, as the CDK takes: an owner, or a group and its subgroups, and the repository
_PART = r"[A-Za-z0-9_.-]{1,100}"
_REPOSITORY = re.compile(rf"({_PART}/){{1,{MAX_PARTS - 1}}}{_PART}")
# A URL of a web page or of a clone: https://github.com/owner/name.git, git@gitlab.com:group/sub/name.git
_URL = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^/@]+@)?[^/]+/|[^/@\s]+@[^/:\s]+:|(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org)/)"
    r"(.+?)(?:\.git)?/?"
)
_CODE_COMMIT_URL = re.compile(
    r"(?:(?:https|ssh)://git-codecommit\.[^/]+/v1/repos/|codecommit:(?::[a-z0-9-]+:)?//(?:[^/@]+@)?"
    r"|arn:aws[a-z-]*:codecommit:[a-z0-9-]+:[0-9]{12}:)(.+?)/?"
)


def _connection_arn(value: str) -> str:
    if not (match := _CONNECTION.fullmatch(value)):
        raise ValueError(
            f"{shown(value)} is not the ARN of a connection; copy it from Developer Tools, Connections, in the console,"
            f" such as {EXAMPLE_ARN}"
        )
    partition, _, region, _ = match.groups()
    regions = known_regions()
    if region not in regions:
        raise ValueError(f"{shown(region)} in the ARN is not an AWS Region{did_you_mean(region, sorted(regions))}")
    if regions[region] != partition:
        raise ValueError(
            f"{region} is in the AWS partition {regions[region]}, and the ARN names {partition}; copy it again"
        )
    return value


def _repository(value: str) -> str:
    if (match := _URL.fullmatch(value)) and _REPOSITORY.fullmatch(match[1]):
        raise ValueError(f"{shown(value)} is a URL; write {match[1]}")
    if _REPOSITORY.fullmatch(value) and not value.endswith(".git"):
        return value
    if value.endswith(".git") and _REPOSITORY.fullmatch(value.removesuffix(".git")):
        raise ValueError(f"{shown(value)} is not a repository's name; write {value.removesuffix('.git')}")
    raise ValueError(f"{shown(value)} is not a repository; write owner/name, or group/subgroup/name at GitLab")


def _code_commit(value: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", value) and not value.endswith(".git"):
        return value
    if match := _CODE_COMMIT_URL.fullmatch(value):
        raise ValueError(f"{shown(value)} is not the name alone; write {match[1]}")
    raise ValueError(
        f"{shown(value)} is not a name of a CodeCommit repository; allowed: letters, digits, ., - and _, at most 100"
        " characters, not ending in .git"
    )


def _branch(value: str) -> str:
    if value.startswith("refs/heads/"):
        raise ValueError(f"{shown(value)} is a reference; write the branch, {value.removeprefix('refs/heads/')}")
    # The names that `git check-ref-format --branch` refuses
    refused = r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|//|@\{|(^|/)\.|\.lock(/|$)|^-|^/|[/.]$"
    if value and value != "@" and len(value) <= 255 and not re.search(refused, value):
        return value
    raise ValueError(f"{shown(value)} is not a name of a branch in Git; write one such as main")


ConnectionArn = Annotated[
    str,
    AfterValidator(_connection_arn),
    text_like("^arn:aws[a-z-]*:(codeconnections|codestar-connections):.+:connection/"),
]
Repository = Annotated[str, AfterValidator(_repository), text_like(r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$")]
CodeCommitName = Annotated[str, AfterValidator(_code_commit), text_like("^[A-Za-z0-9_.-]{1,100}$")]
Branch = Annotated[
    str, AfterValidator(_branch), WithJsonSchema({"type": ["string", "number"], "default": "main"})
]  # a number: editors read the branch 2.0 so


_TOGETHER: dict[str, Any] = {
    "dependentRequired": {"connectionArn": ["repository"], "repository": ["connectionArn"]},
    "dependentSchemas": {"codeCommit": {"properties": {"connectionArn": False}}},
}


class Source(Section):
    """The Git repository and the branch that the pipeline deploys: by default a CodeCommit repository that it makes."""

    model_config = ConfigDict(json_schema_extra=_TOGETHER)
    connection_arn: ConnectionArn | None = Field(
        None, description="of a connection to GitHub, GitLab or Bitbucket in the pipeline's account; needs repository"
    )
    repository: Repository | None = Field(None, description="the repository at that host: owner/name")
    code_commit: CodeCommitName | None = Field(
        None, description="an existing CodeCommit repository in the pipeline's account and Region"
    )
    branch: Branch = Field("main", description="each push to it runs the pipeline; default main")

    @model_validator(mode="after")
    def _names_one_repository(self) -> Source:
        if self.code_commit and (self.connection_arn or self.repository):
            other = "connectionArn" if self.connection_arn else "repository"
            raise ValueError(
                f"has codeCommit and {other}; keep codeCommit for a repository in CodeCommit, or connectionArn and"
                " repository for one at another host"
            )
        if self.connection_arn and not self.repository:
            raise ValueError("has a connectionArn and no repository; add `repository: owner/name`")
        if self.repository and not self.connection_arn:
            raise ValueError(
                f"has a repository and no connectionArn; add the ARN of a connection to its host, or write"
                f" `codeCommit: {self.repository.rpartition('/')[2]}` if it is in CodeCommit"
            )
        return self

    @property
    def is_ours(self) -> bool:
        """True if the stack of the pipeline makes the repository, with the project's files in it."""
        return not (self.connection_arn or self.code_commit)

    def problem(self, account: str, partition: str, own_repository: str) -> tuple[str, str] | None:
        """Return the key and what is wrong with it in the pipeline's account, or None.

        `own_repository` is the name of the repository that the stack of the pipeline makes.
        """
        if self.code_commit and self.code_commit.lower() == own_repository.lower():
            return "codeCommit", (
                f"{self.code_commit} is the repository that the pipeline's stack makes itself; remove codeCommit, or"
                " name a repository that exists already"
            )
        if self.connection_arn:
            _, home, service, _, owner, _ = self.connection_arn.split(":")
            if home != partition:
                return "connectionArn", f"is in the AWS partition {home}, and the pipeline is in {partition}"
            # https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-share.html
            if owner != account and service == "codestar-connections":
                return "connectionArn", (
                    f"is in the account {owner}, and the pipeline is in {account}; a connection of codestar-connections"
                    " cannot be shared: make a new one in the pipeline's account"
                )
        return None
