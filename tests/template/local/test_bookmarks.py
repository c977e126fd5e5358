"""The file of a job's bookmark, and what `make run` says of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import Job
from local import bookmarks
from local.bookmarks import Bookmark, BookmarkError, laptop_bookmark
from local.s3.store import FileStore
from tests.configs import make_config, make_job
from tools.job_arguments import RunError, replaced_arguments
from tools.run_job import __main__ as command
from tools.run_job import inputs
from tools.run_job.job_process import Run


@pytest.fixture(autouse=True)
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(bookmarks, "OUT", tmp_path / "out")
    return tmp_path / "out"


def test_a_committed_run_is_plain_json(out: Path) -> None:
    bookmark = laptop_bookmark("dev", "Load", in_aws=False)
    assert bookmark.read() == {"version": 0, "runs": []}
    assert bookmark.commit(0, {"orders": {"s3://b/a.json": 5}}) == 1
    assert Bookmark(bookmark.file, "jr_7").commit(1, {}) == 2
    state = json.loads((out / ".bookmarks/dev/Load.json").read_text(encoding="utf-8"))
    assert [(run["run"], run["sources"]) for run in state["runs"]] == [
        ("1", {"orders": {"s3://b/a.json": 5}}),
        ("jr_7", {}),
    ]
    assert FileStore(out, out).buckets() == []


def test_stages_and_runs_in_aws_have_bookmarks_of_their_own() -> None:
    places = [
        laptop_bookmark(stage, "Load", in_aws=in_aws).shown for stage in ("dev", "prod") for in_aws in (False, True)
    ]
    assert places == [
        f"out/.bookmarks/{name}.json" for name in ("dev/Load", "dev/Load.aws", "prod/Load", "prod/Load.aws")
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "Expecting value: line 1 column 1 (char 0)"),
        ("[1]", "it has no version"),
        ('{"version": 1}', "its runs cannot be read"),
        ('{"version": 1, "runs": [{"run": "1"}]}', "its runs cannot be read"),
        ('{"version": 1, "runs": [{"run": "1", "sources": {"a": {"s3://b/c": "x"}}}]}', "its runs cannot be read"),
    ],
)
def test_a_broken_file_is_one_line_with_the_way_out(content: str, problem: str) -> None:
    bookmark = laptop_bookmark("dev", "Load", in_aws=False)
    bookmark.file.parent.mkdir(parents=True)
    bookmark.file.write_text(content, encoding="utf-8")
    with pytest.raises(BookmarkError) as raised:
        bookmark.read()
    assert str(raised.value) == (
        f"out/.bookmarks/dev/Load.json is no bookmark: {problem}; ARGS=--reset-bookmark starts over, or delete the file"
    )


def make_run(monkeypatch: pytest.MonkeyPatch, job: Job, *arguments: str, commits: bool = True) -> int:
    """Call `make run` for the job, whose script only commits, or not."""

    def run_job(
        job: Job, name: str, values: Any, store: Any, variables: Any, output: Any, bookmark: Any, *_: Any
    ) -> Run:
        if bookmark and commits:
            bookmark.commit(bookmark.read()["version"], {})
        return Run(job)

    monkeypatch.setattr(command, "run_job", run_job)
    monkeypatch.setattr(command, "load_config", lambda file: make_config((job,)))
    monkeypatch.setattr(inputs, "check_inputs", lambda *given: None)
    return command.main([job.name, *arguments])


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.splitlines()[-1].strip()


def test_make_run_says_what_is_kept_and_starts_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    job = make_job(tmp_path, bookmark=True)
    file = "out/.bookmarks/dev/Show.json"
    for number in (1, 2):
        assert make_run(monkeypatch, job) == 0
        assert (
            last_line(capsys)
            == f"bookmark: this run is kept as '{number}' in {file}; ARGS=--reset-bookmark starts over"
        )
    make_run(monkeypatch, job, commits=False)
    assert last_line(capsys) == f"bookmark: nothing of this run is kept in {file}: it ended before job.commit()"
    make_run(monkeypatch, job, "--job-bookmark-option", "job-bookmark-pause", commits=False)
    assert last_line(capsys).endswith(
        "kept in out/.bookmarks/dev/Show.json: its --job-bookmark-option is job-bookmark-pause"
    )
    make_run(monkeypatch, job, "--reset-bookmark")
    assert laptop_bookmark("dev", "Show", in_aws=False).read()["version"] == 1


def test_a_run_on_aws_says_that_glues_own_bookmark_is_not_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs = [make_job(tmp_path, bookmark=True), make_job(tmp_path, "Other")]
    assert list(command._bookmarks(jobs, "dev", in_aws=True, reset=False)) == ["Show"]
    said = "bookmark: the laptop's, out/.bookmarks/dev/Show.aws.json; the one that Glue keeps is not touched\n"
    assert capsys.readouterr().out == said


def test_a_job_without_a_bookmark_has_none_to_reset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        SystemExit, match=r"^Show has no bookmark to reset; in the config, `bookmark: true` gives it one$"
    ):
        make_run(monkeypatch, make_job(tmp_path), "--reset-bookmark")


def test_a_broken_bookmark_is_told_before_the_job_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: Path
) -> None:
    job = make_job(tmp_path, bookmark=True)
    make_run(monkeypatch, job)
    (out / ".bookmarks/dev/Show.json").write_text("{", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"^out/\.bookmarks/dev/Show\.json is no bookmark: "):
        make_run(monkeypatch, job)
    assert make_run(monkeypatch, job, "--reset-bookmark") == 0


def test_the_arguments_of_a_single_run_are_those_of_a_bookmark(tmp_path: Path) -> None:
    job = make_job(tmp_path, bookmark=True)
    given = ["--job-bookmark-option", "job-bookmark-pause", "--job-bookmark-from", "1", "--job-bookmark-to", "2"]
    assert next(iter(replaced_arguments(job, given).items())) == ("--job-bookmark-option", "job-bookmark-pause")
    with pytest.raises(
        RunError, match=r"^--job-bookmark-option: 'pause' is not allowed; allowed: job-bookmark-enable, "
    ):
        replaced_arguments(job, ["--job-bookmark-option", "pause"])
    with pytest.raises(RunError, match="has no argument --job-bookmark-option"):
        replaced_arguments(make_job(tmp_path), ["--job-bookmark-option", "job-bookmark-enable"])
