"""A branch of a clone is checked: by hand, interrupted, and by the build of `pullRequests: true`, which comments."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from rehearsal.actions import buildspec
from rehearsal.actions.build_tools import build_tools
from tests.configs import needs_the_examples
from tests.template.pr_check.test_base import git
from tests.template.pr_check.test_pull_requests import NAME, config_of, only, template_of

pytestmark = [pytest.mark.slow, needs_the_examples]
SCRIPT = "aws_glue_cdk_baseline/job_scripts/process_legislators.py"


class CodeCommit(BaseHTTPRequestHandler):
    """Answers the two calls of the build, and keeps what it was asked."""

    calls: list[tuple[str, dict[str, Any]]]

    def do_POST(self) -> None:  # http.server calls it so
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if target := self.headers.get("X-Amz-Target"):
            self.calls.append((target, json.loads(body)))
            answer, kind = b"{}", "application/x-amz-json-1.1"
        else:
            answer, kind = (
                b"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::111111111111:assumed-role/x/y"
                b"</Arn><UserId>x</UserId><Account>111111111111</Account></GetCallerIdentityResult>"
                b"</GetCallerIdentityResponse>",
                "text/xml",
            )
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def code_commit() -> Iterator[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    CodeCommit.calls = []
    with HTTPServer(("127.0.0.1", 0), CodeCommit) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", CodeCommit.calls
        server.shutdown()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this project as it is now, with a branch that changes a script and a setting."""
    folder = tmp_path_factory.mktemp("pull-request") / "clone"
    git(PROJECT, "clone", "-q", "--shared", str(PROJECT), str(folder))
    names = git(PROJECT, "ls-files", "-m", "-o", "--exclude-standard").splitlines()
    for name in (name for name in names if (PROJECT / name).is_file()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((PROJECT / name).read_bytes())
    git(folder, "add", ".")
    git(folder, "commit", "-q", "--allow-empty", "-m", "as it is now")
    git(folder, "branch", "base")
    (folder / ".git" / "info" / "exclude").write_text("/node_modules\n")  # .gitignore means a folder
    (folder / "node_modules").symlink_to(PROJECT / "node_modules")
    script = folder / SCRIPT
    script.write_text(script.read_text() + "\nprint('of the branch')\n")
    git(folder, "commit", "-q", "-a", "-m", "a longer script")
    return folder


def test_the_build_of_a_pull_request_comments_on_it(
    clone: Path, tmp_path: Path, code_commit: tuple[str, list[tuple[str, dict[str, Any]]]]
) -> None:
    endpoint, calls = code_commit
    base, head = git(clone, "rev-parse", "base"), git(clone, "rev-parse", "HEAD")
    config = config_of(tmp_path, file="default-config.yaml")
    project = only(template_of(config), "AWS::CodeBuild::Project", Name=NAME)
    program = tmp_path / "build.sh"
    program.write_text(buildspec.parse(project["Source"]["BuildSpec"]).script(str(tmp_path / "exports")))
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    variables |= {
        **{"AWS_ENDPOINT_URL": endpoint, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"},
        **{"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "NO_PROXY": "127.0.0.1"},
        **{"PULL_REQUEST": "7", "REPOSITORY": "etl", "SOURCE_COMMIT": head, "DESTINATION_COMMIT": base},
        "DESTINATION_REFERENCE": "refs/heads/main",
    }
    folder = tmp_path / "tools"
    folder.mkdir()
    done = subprocess.run(
        ["bash", str(program)], cwd=clone, env=build_tools(folder, variables), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [(target, given)] = calls
    assert target == "CodeCommit_20150413.PostCommentForPullRequest"
    content = given.pop("content")
    del given["clientRequestToken"]
    assert given == {
        "pullRequestId": "7",
        "repositoryName": "etl",
        "beforeCommitId": base,
        "afterCommitId": head,
    }
    assert content in done.stdout
    assert len(content) <= 10_240
    lines = content.splitlines()
    assert lines[1:4] == [
        "# Check of the pull request: passed",
        "",
        f"Commit {head[:10]}, compared with main at {base[:10]}.",
    ]
    assert "| Changes in dev | 1 job changed |" in lines
    assert "| Changes in the pipeline | nothing changes |" in lines
    assert "+print('of the branch')" in lines
    assert git(clone, "status", "--porcelain", "--untracked-files=no") == ""
    assert git(clone, "worktree", "list").count("\n") == 0


def test_an_interrupted_check_leaves_nothing(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    command = [sys.executable, "-m", "tools.pr_check", "--base", "base", "--engine", "spark"]
    variables = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    with subprocess.Popen(
        command, cwd=clone, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        while "comparing with" not in process.stderr.readline():
            assert process.poll() is None
        time.sleep(2)  # in the middle of the second synth, while the tests run
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate(timeout=60)
    assert (process.returncode, printed) == (130, "")
    assert said == "pr-check was interrupted; nothing of it is left\n"
    assert list((tmp_path / "tmp").glob("pr-check-*")) == []
    assert git(clone, "worktree", "list").count("\n") == 0


def test_a_broken_config_is_the_result(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("pipelineAccount: 1\n")
    command = [sys.executable, "-m", "tools.pr_check", "--config", str(tmp_path / "c.yaml"), "--base", "base"]
    done = subprocess.run([*command, "--output", str(tmp_path / "out.md")], cwd=clone, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == f"pr-check: the check has failed: {tmp_path}/out.md"
    text = (tmp_path / "out.md").read_text()
    assert "| Tests | not run: the synth failed |" in text
    assert "c.yaml:1: pipelineAccount: '1' is not a section" in text
    command += ["--output", str(tmp_path / "missing" / "out.md")]
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "the folder" in done.stderr.splitlines()[-1]
