"""A project of somebody's own, without the examples: every command, every result by value. Slow.

What a rehearsal says of a broken job in a chain is in tests/template/rehearsal/test_own_data.py.
"""

import re
import shutil
import subprocess
import sys

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from tests.template.own_project.shop import EXAMPLES, FILES, JOB_SCRIPTS, REPORT
from tests.template.rehearsal.projects import Project, environment, git

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A clone of the template's working tree with the files of the shop, its lock and its snapshots, committed."""
    folder = tmp_path_factory.mktemp("shop") / "project"
    names = git(PROJECT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, names):
        if (PROJECT / name).is_file() and name not in EXAMPLES and not name.startswith("samples/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for name in (".venv", "node_modules"):
        (folder / name).symlink_to(PROJECT / name)
    project = Project(folder)
    git(folder, "init", "--quiet", "--initial-branch=main")
    assert make(project, "lock").returncode == 0
    result = make(project, "snapshot")
    assert result.returncode == 0, result.stdout + result.stderr
    project.commit()
    return project


def make(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=project.folder, env=environment(), capture_output=True, text=True)


def rows(project: Project, location: str) -> list[str]:
    folder = project.folder / "out" / location
    return sorted(line for file in folder.glob("part-*") for line in file.read_text(encoding="utf-8").splitlines())


def test_make_run_runs_the_chain(shop: Project) -> None:
    result = make(shop, "run")
    assert result.returncode == 0, result.stdout + result.stderr
    lines = result.stdout.splitlines()
    assert lines[1:4] == ["  LoadOrders", "  PriceOrders  (after LoadOrders)", "  CountryReport  (after PriceOrders)"]
    assert "clean rows 4 dirty rows 2" in lines
    assert [line for line in lines if re.fullmatch(r"[A-Z]{2} [\d.]+ \d", line)] == REPORT
    assert rows(shop, "shop-lake-dev/report") == [
        '{"country":"ES","euros":99.00,"orders":2}',
        '{"country":"FR","euros":20.50,"orders":1}',
        '{"country":"IT","euros":5.25,"orders":1}',
    ]
    assert git(shop.folder, "status", "--porcelain") == ""


def test_make_test_jobs_passes(shop: Project) -> None:
    result = make(shop, "test-jobs", "ARGS=-q")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "3 passed" in result.stdout


def test_make_rehearse_passes_and_tells_what_each_run_read_and_wrote(shop: Project) -> None:
    outcome = shop_rehearsal(shop, "--approve")
    assert outcome.returncode == 0, outcome.stdout
    table = [line for line in outcome.stdout.splitlines() if re.match(r"\s*shop-\w+-dev\s", line)]
    assert len(table) >= 3, outcome.stdout


def test_one_broken_job_names_the_job_its_reason_and_those_not_started(shop: Project) -> None:
    money = f"{JOB_SCRIPTS}/shop/money.py"
    shop.replace(money, "RATES[currency]", "RATES['GBP']")
    broken = make(shop, "run")
    assert broken.returncode == 2
    assert broken.stdout.splitlines()[-1] == "CountryReport  not started: PriceOrders failed"
    reason = "KeyError: 'GBP' (in a Python function that Spark called)"
    assert f"PriceOrders failed (exit code 1): {reason}" in broken.stderr.splitlines()


def shop_rehearsal(shop: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rehearsal", "--project", str(shop.folder), *arguments]
    return subprocess.run(
        command,
        cwd=shop.folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
