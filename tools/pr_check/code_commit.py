"""Check a pull request in CodeCommit, and comment on it: what the build of `pullRequests: true` runs.

The build gets the pull request in environment variables: aws_glue_cdk_baseline/pipeline/pull_requests.py. It never
changes an earlier comment: that one is about another commit, and CodeCommit lets only its author change it, which was
another session of the role.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT
from tools.job_arguments import RunError
from tools.pr_check.__main__ import check, say
from tools.stage_jobs.account import Caller

LIMIT = 10_240  # characters: https://docs.aws.amazon.com/codecommit/latest/userguide/limits.html


@dataclass(frozen=True)
class PullRequest:
    """A pull request: its number, its repository, its newest commit, and the branch that it is for, with its commit."""

    number: str
    repository: str
    commit: str
    base_commit: str
    base_reference: str

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> PullRequest:
        """Return the pull request of a build. Raise RunError if it is not one."""
        names = ("PULL_REQUEST", "REPOSITORY", "SOURCE_COMMIT", "DESTINATION_COMMIT", "DESTINATION_REFERENCE")
        if missing := [name for name in names if not variables.get(name)]:
            raise RunError(
                f"{', '.join(missing)} is not set: the rule of `pullRequests: true` starts this build, and sets it;"
                " start it with an event of a pull request, or use `make pr-check`"
            )
        return cls(*(variables[name] for name in names))

    @property
    def base(self) -> str:
        """The branch that it is for, such as main."""
        return self.base_reference.removeprefix("refs/heads/")


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 1 if the synth or a test fails, or the comment is refused."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.pr_check.code_commit", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--config", type=Path, default=Path("default-config.yaml"))
    options = parser.parse_args(arguments)
    try:
        request = PullRequest.of(os.environ)
        fetch(request)
        with tempfile.TemporaryDirectory(prefix="pr-check-") as folder:
            report = check(options.config, request.base_commit, Path(folder), "spark", base_name=request.base)
        print(report.markdown(), flush=True)
        comment(request, report.markdown(LIMIT))
    except RunError as error:
        sys.exit(str(error))
    say(f"the check has {'passed' if report.passed else 'failed'}; it is a comment on pull request {request.number}")
    return 0 if report.passed else 1


def fetch(request: PullRequest) -> None:
    """Fetch the branch that the pull request is for, if the clone does not have its commit.

    If that fails, there is no comparison, and the check says so.
    """
    git = ["git", "-C", str(PROJECT)]
    if subprocess.run([*git, "cat-file", "-e", f"{request.base_commit}^{{commit}}"], capture_output=True).returncode:
        say(f"fetching {request.base}")
        subprocess.run([*git, "fetch", "--quiet", "origin", request.base_reference], stdin=subprocess.DEVNULL)


def comment(request: PullRequest, text: str) -> None:
    """Post a comment on the pull request. Raise RunError if it is refused."""
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""
    Caller("", region).call(
        "codecommit",
        "post_comment_for_pull_request",
        request.repository,
        pullRequestId=request.number,
        repositoryName=request.repository,
        beforeCommitId=request.base_commit,
        afterCommitId=request.commit,
        content=text,
    )


if __name__ == "__main__":
    sys.exit(main())
