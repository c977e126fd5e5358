"""The key `source`: each repository that a pipeline can have, and one line for each that it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import ConfigError
from aws_glue_cdk_baseline.config.source import EXAMPLE_ARN, Source
from tests.configs import CONFIG, PIPELINE, load

OWN = PIPELINE.aws_account_id
ARN = f"arn:aws:codeconnections:eu-west-1:{OWN}:connection/0a1b-EXAMPLE"  # a connection serves every Region
OF_OTHERS = ARN.replace(OWN, "999999999999")
OLD = OF_OTHERS.replace("codeconnections", "codestar-connections")


def source_of(folder: Path, typed: str, before: str = "") -> Source:
    """Return the source of a config whose fourth line and those after it are `typed`."""
    assert CONFIG.splitlines()[3] == "jobs:"
    lines = CONFIG.splitlines(keepends=True)
    return load(folder, "".join([*lines[:3], before, f"{typed}\n", *lines[3:]])).source


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", Source()),
        ("source: {branch: develop}", Source(branch="develop")),
        ("source: {branch: 2.0}", Source(branch="2.0")),
        ("source: {codeCommit: etl.jobs_1}", Source(codeCommit="etl.jobs_1", branch="main")),
        (
            f"source: {{connectionArn: '{ARN}', repository: owner/my.name, branch: feature/x#1}}",
            Source(connectionArn=ARN, repository="owner/my.name", branch="feature/x#1"),
        ),
        (
            f"source: {{connectionArn: '{OF_OTHERS}', repository: Group/sub/sub-2/name}}",
            Source(connectionArn=OF_OTHERS, repository="Group/sub/sub-2/name"),
        ),
    ],
)
def test_a_source_is_a_repository_and_a_branch(tmp_path: Path, typed: str, expected: Source) -> None:
    assert source_of(tmp_path, typed) == expected


CONNECTED = f"connectionArn: '{ARN}'"
NOT_AN_ARN = "is not the ARN of a connection; copy it from Developer Tools, Connections, in the console, such as"
NO_NAME = "is not a name of a CodeCommit repository; allowed: letters, digits, ., - and _, at most 100 characters"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("source:", "source: is empty; give it a value or remove the key"),
        (
            "source: github.com/owner/name",
            "source: 'github.com/owner/name' is not a section; write `key: value` lines, indented, below it",
        ),
        ("source: {url: x}", "source.url: is not known here; allowed: connectionArn, repository, codeCommit, branch"),
        # combinations
        (
            f"source: {{{CONNECTED}}}",
            "source: has a connectionArn and no repository; add `repository: owner/name`",
        ),
        (
            "source: {repository: owner/name}",
            "source: has a repository and no connectionArn; add the ARN of a connection to its host, or write"
            " `codeCommit: name` if it is in CodeCommit",
        ),
        (
            f"source: {{{CONNECTED}, codeCommit: etl}}",
            "source: has codeCommit and connectionArn; keep codeCommit for a repository in CodeCommit, or connectionArn"
            " and repository for one at another host",
        ),
        (
            "source: {repository: owner/name, codeCommit: etl}",
            "source: has codeCommit and repository; keep codeCommit for a repository in CodeCommit, or connectionArn"
            " and repository for one at another host",
        ),
        # connectionArn
        (
            "source: {connectionArn: , repository: a/b}",
            "source.connectionArn: is empty; give it a value or remove the key",
        ),
        (
            "source: {connectionArn: 'arn:aws:s3:::x', repository: a/b}",
            f"source.connectionArn: 'arn:aws:s3:::x' {NOT_AN_ARN} {EXAMPLE_ARN}",
        ),
        (
            f"source: {{connectionArn: '{ARN.replace('eu-west-1', 'eu-wset-1')}', repository: a/b}}",
            "source.connectionArn: 'eu-wset-1' in the ARN is not an AWS Region; did you mean eu-west-1?",
        ),
        (
            f"source: {{connectionArn: '{ARN.replace('arn:aws:', 'arn:aws-cn:')}', repository: a/b}}",
            "source.connectionArn: eu-west-1 is in the AWS partition aws, and the ARN names aws-cn; copy it again",
        ),
        (
            f"source: {{connectionArn: 'arn:aws-cn:codeconnections:cn-north-1:{OWN}:connection/1', repository: a/b}}",
            "source.connectionArn: is in the AWS partition aws-cn, and the pipeline is in aws",
        ),
        (
            f"source: {{connectionArn: '{OLD}', repository: a/b}}",
            "source.connectionArn: is in the account 999999999999, and the pipeline is in 111111111111; a connection of"
            " codestar-connections cannot be shared: make a new one in the pipeline's account",
        ),
        # repository
        (
            f"source: {{{CONNECTED}, repository: name}}",
            "source.repository: 'name' is not a repository; write owner/name, or group/subgroup/name at GitLab",
        ),
        (
            f"source: {{{CONNECTED}, repository: 'https://git.example.com/group/sub/name.git'}}",
            "source.repository: 'https://git.example.com/group/sub/name.git' is a URL; write group/sub/name",
        ),
        (
            f"source: {{{CONNECTED}, repository: 'git@github.com:owner/name.git'}}",
            "source.repository: 'git@github.com:owner/name.git' is a URL; write owner/name",
        ),
        (
            f"source: {{{CONNECTED}, repository: bitbucket.org/owner/name}}",
            "source.repository: 'bitbucket.org/owner/name' is a URL; write owner/name",
        ),
        (
            f"source: {{{CONNECTED}, repository: owner/name.git}}",
            "source.repository: 'owner/name.git' is not a repository's name; write owner/name",
        ),
        # codeCommit
        ("source: {codeCommit: my etl}", f"source.codeCommit: 'my etl' {NO_NAME}, not ending in .git"),
        (
            f"source: {{codeCommit: 'arn:aws:codecommit:us-east-1:{OWN}:etl'}}",
            f"source.codeCommit: 'arn:aws:codecommit:us-east-1:{OWN}:etl' is not the name alone; write etl",
        ),
        (
            "source: {codeCommit: 'codecommit::us-east-1://me@etl'}",
            "source.codeCommit: 'codecommit::us-east-1://me@etl' is not the name alone; write etl",
        ),
        (
            "source: {codeCommit: aws-glue-cdk-baseline}",
            "source.codeCommit: aws-glue-cdk-baseline is the repository that the pipeline's stack makes itself; remove"
            " codeCommit, or name a repository that exists already",
        ),
        # branch
        (
            "source: {branch: refs/heads/main}",
            "source.branch: 'refs/heads/main' is a reference; write the branch, main",
        ),
        (
            "source: {branch: release/*}",
            "source.branch: 'release/*' is not a name of a branch in Git; write one such as main",
        ),
        ("source: {branch: a b}", "source.branch: 'a b' is not a name of a branch in Git; write one such as main"),
        ("source: {branch: ''}", "source.branch: '' is not a name of a branch in Git; write one such as main"),
        ("source: {branch: [main]}", "source.branch: ['main'] is not one value; write text or a number"),
        ("source: {branch: }", "source.branch: is empty; give it a value or remove the key"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, typed: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        source_of(tmp_path, typed)
    assert str(error.value) == f"c.yaml:4: {said}"


def test_each_error_has_the_line_of_its_key(tmp_path: Path) -> None:
    typed = f"source:\n  {CONNECTED}\n  repository: name\n  branch: a..b"
    with pytest.raises(ConfigError) as error:
        source_of(tmp_path, typed)
    assert [str(line).partition(" is ")[0] for line in error.value.errors] == [
        "c.yaml:6: source.repository: 'name'",
        "c.yaml:7: source.branch: 'a..b'",
    ]


def test_with_a_prefix_the_pipelines_own_repository_has_another_name(tmp_path: Path) -> None:
    prefix = "namePrefix: orders\n"
    assert source_of(tmp_path, "source: {codeCommit: aws-glue-cdk-baseline}", prefix).code_commit
    with pytest.raises(ConfigError, match=r"c\.yaml:5: source\.codeCommit: orders-aws-glue-cdk-baseline is the"):
        source_of(tmp_path, "source: {codeCommit: orders-aws-glue-cdk-baseline}", prefix)


def test_a_key_outside_of_its_section_has_a_line_with_the_way_in(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"c\.yaml:4: connectionArn: belongs under `source`, as in `source: "):
        source_of(tmp_path, f"connectionArn: {ARN}")
