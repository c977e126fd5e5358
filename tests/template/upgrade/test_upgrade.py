"""A project of somebody's own takes the newer template by docs/upgrade.md, and its first push passes. Slow.

The project starts from an older commit of the template and has left the examples behind: its own job, test, Regions and
permissions.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from tests.template.rehearsal.projects import Project, git

pytestmark = pytest.mark.slow
# The last commit with the tree of before: CHANGELOG.md, "November 2026: one place for what is yours".
START = "085dd285504b072c5376423b5bad9381d8553b15"
JOB_SCRIPTS = "aws_glue_cdk_baseline/job_scripts"
SCRIPT = """\
import sys

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import DataFrame


def with_total(orders: DataFrame) -> DataFrame:
    return orders.selectExpr("id", "price * pieces as total")


def main() -> None:
    args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path"])
    glue_context = GlueContext(SparkContext.getOrCreate())
    job = Job(glue_context)
    job.init(args["JOB_NAME"], args)
    orders = glue_context.spark_session.createDataFrame([(1, 2.5, 4), (2, 1.0, 3)], "id int, price double, pieces int")
    with_total(orders).write.mode("overwrite").parquet(args["output_path"])
    job.commit()


if __name__ == "__main__":
    main()
"""
TEST = """\
from awsglue.context import GlueContext
from load_orders import with_total


def test_the_total_is_price_times_pieces(glue_context: GlueContext) -> None:
    orders = glue_context.spark_session.createDataFrame([(1, 2.5, 4)], "id int, price double, pieces int")
    assert [tuple(row) for row in with_total(orders).collect()] == [(1, 10.0)]
"""
CONFIG = """\
pipelineAccount: {awsAccountId: "123456789101", awsRegion: eu-central-1}
devAccount: {awsAccountId: "123456789102", awsRegion: eu-west-1}
prodAccount: {awsAccountId: "123456789103", awsRegion: eu-north-1}
jobs:
  LoadOrders:
    managedPolicies: ["arn:aws:iam::123456789102:policy/team/own", AmazonSQSReadOnlyAccess]
    statements:
      - {actions: [cloudwatch:PutMetricData], resources: ["*"], reason: metrics have no resource}
dev:
  jobs:
    LoadOrders: {inputLocation: s3://orders-dev/in/, outputLocation: s3://orders-dev/out/, expect: {outputRows: 2}}
prod:
  jobs:
    LoadOrders: {inputLocation: s3://orders/in/, outputLocation: s3://orders/out/}
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A repository with the template as it is in the working tree, on top of its history."""
    if subprocess.run(["git", "-C", str(PROJECT), "cat-file", "-e", START], capture_output=True).returncode:
        pytest.skip(f"this clone has no commit {START[:7]}: fetch its whole history")
    folder = tmp_path / "template"
    git(tmp_path, "clone", "--quiet", str(PROJECT), str(folder))
    git(folder, "checkout", "--quiet", "-B", "main")
    git(folder, "rm", "--quiet", "-r", ".")
    for name in filter(None, git(PROJECT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")):
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)
    git(folder, "add", "--all")
    if git(folder, "status", "--porcelain"):
        Project(folder).commit()
    return folder


@pytest.fixture
def own(template: Path, tmp_path: Path) -> Project:
    """A project that began as the template at START."""
    project = Project(tmp_path / "own")
    git(tmp_path, "clone", "--quiet", str(template), str(project.folder))
    git(project.folder, "checkout", "--quiet", "-B", "main", START)
    for name, value in (("user.name", "test"), ("user.email", "test@example.com")):
        git(project.folder, "config", name, value)
    for example in ("process_legislators", "join_legislators"):
        (project.folder / JOB_SCRIPTS / f"{example}.py").unlink()
        (project.folder / JOB_SCRIPTS / "tests" / f"test_{example}.py").unlink()
    project.write(f"{JOB_SCRIPTS}/load_orders.py", SCRIPT)
    project.write(f"{JOB_SCRIPTS}/tests/test_load_orders.py", TEST)
    project.write("default-config.yaml", CONFIG)
    refresh_snapshots(project.folder)
    project.commit()
    return project


def refresh_snapshots(folder: Path) -> None:
    """Do what `make snapshot` does, with the tools of this environment."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/snapshot", "--snapshot-update"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def steps(section: str) -> list[str]:
    """Return the commands of a section of docs/upgrade.md, block by block."""
    text = (PROJECT / "docs" / "upgrade.md").read_text(encoding="utf-8")
    return re.findall(r"```\n(.*?)```", text.partition(f"\n## {section}\n")[2].partition("\n## ")[0], re.DOTALL)


def test_it_merges_with_conflicts_in_its_own_files_alone_and_its_first_push_runs_to_the_end(
    own: Project, template: Path
) -> None:
    """The snapshots are its own, and a new default is in those of the template too."""
    merge, resolve, finish, refresh, rehearse, *_ = steps("The upgrade")
    git(own.folder, "remote", "rename", "origin", "template")
    for command in merge.splitlines():
        subprocess.run(
            command, shell=True, cwd=own.folder, check=not command.startswith("git merge"), capture_output=True
        )
    conflicts = git(own.folder, "diff", "--name-only", "--diff-filter=U").splitlines()
    yours = ("default-config.yaml", "tests/snapshot/__snapshots__/")
    assert [name for name in conflicts if not name.startswith(yours)] == []
    for command in [*resolve.splitlines(), *finish.splitlines()] if conflicts else []:
        result = subprocess.run(command, shell=True, cwd=own.folder, check=True, capture_output=True, text=True)
        assert not (command.startswith("git diff") and result.stdout), result.stdout
    assert git(own.folder, "merge-base", "HEAD", "template/main") == git(own.folder, "rev-parse", "template/main")
    snapshot, *record, test = refresh.splitlines()
    assert (snapshot, test) == ("make snapshot", "make test")
    refresh_snapshots(own.folder)
    for command in record:
        subprocess.run(command, shell=True, cwd=own.folder, check=True, capture_output=True)
    assert own.read("default-config.yaml") == CONFIG
    assert not (own.folder / JOB_SCRIPTS / "join_legislators.py").exists()
    sample = own.folder / "samples" / "orders-dev" / "in" / "orders.json"  # CHANGELOG.md, "By hand"
    sample.parent.mkdir(parents=True)
    sample.write_text('{"id": 1, "price": 2.5, "pieces": 4}\n', encoding="utf-8")
    assert rehearse == 'make rehearse ARGS="--deployed before-upgrade --approve"\n'
    outcome = own.rehearse("--deployed", "before-upgrade", "--approve")
    assert outcome.code == 0, outcome.output
    assert "the new one takes over and starts again from its first stage" in outcome.output
    assert [(stage, action) for stage, action, ended in outcome.rows() if ended != "succeeded"] == []
    assert outcome.rows()[-1] == ("DeployProd", "GlueAppStack.Deploy", "succeeded")
