"""The stacks of a stage's jobs: no job moves, whatever is added, removed or merged, and the record says so."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aws_glue_cdk_baseline.config import ConfigError, StageConfig, load_config, save_record
from aws_glue_cdk_baseline.config.stacks import FILLED, FILLED_BYTES, ONE_STACK, fits_one_stack, merged, spread
from tests.configs import CONFIG, make_project

HEAD = CONFIG[: CONFIG.index("prodAccount")]


def config_of(*jobs: str, stage: str = "dev") -> str:
    lines = "".join(f"    {name}: {{script: show.py, inputLocation: s3://data/x}}\n" for name in jobs)
    return f"{HEAD}{stage}:\n  jobs:\n{lines}"


def names(count: int, start: int = 0) -> list[str]:
    return [f"Job{number}" for number in range(start, start + count)]


def write(folder: Path, *jobs: str) -> Path:
    make_project(folder)
    file = folder / "c.yaml"
    file.write_text(config_of(*jobs), encoding="utf-8")
    return file


def synth(folder: Path, *jobs: str) -> dict[str, int]:
    """Load the config of these jobs and write its record, as `make synth` does. Return the stack of each job."""
    file = write(folder, *jobs)
    config = load_config(file, project=folder)
    save_record(config, file)
    return config.stage("dev").stacks


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "a commit")


@pytest.fixture(autouse=True)
def on_a_laptop(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "CODEBUILD_BUILD_ID"):
        monkeypatch.delenv(name, raising=False)


def test_jobs_that_fit_into_one_stack_have_no_record(tmp_path: Path) -> None:
    assert synth(tmp_path, *names(ONE_STACK)) == {}
    assert not (tmp_path / "c.stacks.txt").exists()


def test_the_record_has_one_line_a_job_and_is_sorted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stacks = synth(tmp_path, *names(ONE_STACK + 1))
    lines = (tmp_path / "c.stacks.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == sorted(f"dev/{job} {n}" for job, n in stacks.items())
    assert capsys.readouterr().err == (
        "c.stacks.txt: added 241 lines (dev/Job0, dev/Job1, dev/Job2, ...): commit this file\n"
    )
    assert synth(tmp_path, *names(ONE_STACK + 1)) == stacks
    assert capsys.readouterr().err == ""


def test_the_jobs_that_were_committed_stay_where_they_are_when_a_second_stack_is_needed(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, *names(ONE_STACK))
    commit(tmp_path)
    write(tmp_path, "AAA", *names(ONE_STACK), "ZZZ")  # a commit too large to be deployed: it has no record
    commit(tmp_path)
    stacks = synth(tmp_path, "AAA", "BBB", *names(ONE_STACK), "ZZZ")
    assert {job for job, number in stacks.items() if number == 1} == set(names(ONE_STACK))
    assert {job: stacks[job] for job in ("AAA", "BBB", "ZZZ")} == {"AAA": 2, "BBB": 2, "ZZZ": 2}


def test_a_new_stage_leaves_room_in_each_stack(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, "Job0")
    (tmp_path / "c.yaml").write_text(config_of("Job0", stage="test").replace("devAccount", "testAccount"))
    commit(tmp_path)
    assert Counter(synth(tmp_path, *names(450)).values()) == {1: FILLED, 2: FILLED, 3: 50}


def test_large_jobs_fill_a_stack_sooner() -> None:
    sizes = {name: 10_000 for name in names(150)}
    assert Counter(spread(sizes, {}).values()) == {1: FILLED_BYTES // 10_000, 2: FILLED_BYTES // 10_000, 3: 10}
    assert spread({"Huge": 2_000_000, "Other": 2_000_000}, {}) == {"Huge": 1, "Other": 2}


def test_a_removed_job_leaves_its_place_to_others_and_returns_to_its_stack(tmp_path: Path) -> None:
    before = synth(tmp_path, *names(450))
    gone = [job for job in names(450) if before[job] == 2][:10]
    after = synth(tmp_path, *(job for job in names(450) if job not in gone), "New")
    assert after["New"] == 2
    assert {job: after[job] for job in after if job != "New"} == {job: before[job] for job in before if job not in gone}
    assert synth(tmp_path, *names(450), "New") == {**before, "New": 2}


def test_jobs_that_return_after_others_took_their_places_do_not_overfill_their_stack(tmp_path: Path) -> None:
    before = synth(tmp_path, *names(ONE_STACK + 1))
    away, stayed = names(60), names(ONE_STACK - 60, start=60)
    new = [f"New{number}" for number in range(20)]
    assert {synth(tmp_path, *stayed, *new)[job] for job in new} == {1}
    after = synth(tmp_path, *away, *stayed, *new)
    assert Counter(after.values()) == {1: ONE_STACK, 2: 20}
    assert {job: after[job] for job in stayed} == {job: before[job] for job in stayed}


def test_a_stage_that_becomes_small_again_keeps_its_stacks(tmp_path: Path) -> None:
    before = synth(tmp_path, *names(450))
    last = [job for job, number in before.items() if number == 3]
    small = [job for job in names(450) if job not in last][:20]
    assert synth(tmp_path, *small) == {job: before[job] for job in small}
    assert load_config(tmp_path / "c.yaml", project=tmp_path).stage("dev").stack_count == 3


HISTORIES = st.lists(st.sets(st.integers(0, 50), min_size=1, max_size=45), min_size=1, max_size=10)


@settings(max_examples=300, deadline=None)
@given(HISTORIES, st.booleans())
def test_no_history_of_added_and_removed_jobs_moves_one(history: list[set[int]], heavy: bool) -> None:
    """With small limits, so that histories cross them often. A job keeps its stack even if it was away."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"ONE_STACK": 12, "FILLED": 10, "FILLED_BYTES": 25, "TEMPLATE_BYTES": 30}.items():
            patch.setattr(f"aws_glue_cdk_baseline.config.stacks.{name}", value)
        recorded: dict[str, int] = {}
        deployed: dict[str, int] = {}  # without a record, everything is in the first stack
        for numbers in history:
            sizes = {f"J{number}": number % 5 if heavy else 0 for number in numbers}
            stacks = {} if not recorded and fits_one_stack(sizes) else spread(sizes, recorded, deployed)
            assert {job: stacks.get(job, 1) for job in sizes if job in deployed} == {
                job: number for job, number in deployed.items() if job in sizes
            }
            assert set(stacks) in (set(), set(sizes))
            assert max(Counter(stacks.get(job, 1) for job in sizes).values()) <= 12
            recorded = merged(recorded, stacks)
            deployed = {job: stacks.get(job, 1) for job in sizes}


def with_triggers(folder: Path, count: int, triggers: int, *, schedules: bool = True) -> StageConfig:
    jobs = config_of(*names(count))
    chain = "".join(f"  Job{number}: {{after: Job{number - 1}}}\n" for number in range(1, triggers))
    first = "jobs:\n  Job0: {schedule: cron(0 3 * * ? *)}\n"
    text = jobs.replace("dev:\n", f"{first}{chain}dev:\n  schedules: {str(schedules).lower()}\n")
    file = write(folder)
    file.write_text(text, encoding="utf-8")
    config = load_config(file, project=folder)
    save_record(config, file)
    return config.stage("dev")


def test_jobs_with_too_many_triggers_for_one_stack_stay_and_their_triggers_get_their_own(tmp_path: Path) -> None:
    assert with_triggers(tmp_path, 200, 80).stacks == {}
    stage = with_triggers(tmp_path, 200, 81)
    assert set(stage.stacks.values()) == {1}
    assert (stage.stack_count, stage.trigger_stack_count) == (1, 1)
    assert "dev/* 1\n" in (tmp_path / "c.stacks.txt").read_text()
    off = with_triggers(tmp_path, 200, 81, schedules=False)  # the stack stays, to delete its triggers
    assert (off.stacks, off.trigger_stack_count) == (stage.stacks, 1)


def test_of_two_counts_of_trigger_stacks_the_larger_holds(tmp_path: Path) -> None:
    file = write(tmp_path, "Job0")
    (tmp_path / "c.stacks.txt").write_text("dev/* 2\ndev/* 3\ndev/Job0 1\n")
    assert load_config(file, project=tmp_path).stage("dev").trigger_stack_count == 3


def test_two_branches_that_add_jobs_merge_by_themselves(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    (tmp_path / ".gitattributes").write_text("*.stacks.txt merge=union\n")
    base = synth(tmp_path, *names(300))
    commit(tmp_path)
    git(tmp_path, "checkout", "--quiet", "-b", "feature")
    feature = synth(tmp_path, *names(300), *(f"Feature{n}" for n in range(20)))
    commit(tmp_path)
    git(tmp_path, "checkout", "--quiet", "main")
    other = synth(tmp_path, *(f"Main{n}" for n in range(15)), *names(300))
    commit(tmp_path)
    git(tmp_path, "merge", "--quiet", "--strategy-option=theirs", "--no-edit", "feature")
    merged = {**feature, **other}
    assert synth(tmp_path, *merged) == merged
    assert {job: merged[job] for job in base} == base


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("<<<<<<< HEAD", "is a merge conflict: keep the lines of both sides, and remove this one"),
        ("dev/A", "'dev/A' is not a line of this file; expected a stage, a job and a number: dev/CleanOrders 2"),
        (
            "dev/A two",
            "'dev/A two' is not a line of this file; expected a stage, a job and a number: dev/CleanOrders 2",
        ),
        ("dev/A 0", "dev/A is in stack 0; allowed: 1 to 14"),
        ("dev/A 15", "dev/A is in stack 15; allowed: 1 to 14"),
        ("dev/Job0 2", "dev/Job0 is in stack 2 here and in 1 on line 2; remove the line not deployed"),
    ],
)
def test_a_wrong_line_of_the_record_is_one_line(tmp_path: Path, line: str, message: str) -> None:
    file = write(tmp_path, "Job0", "A")
    (tmp_path / "c.stacks.txt").write_text(f"# heading\ndev/Job0 1\n{line}\n")
    with pytest.raises(ConfigError) as raised:
        load_config(file, project=tmp_path)
    assert str(raised.value) == f"c.stacks.txt:3: {message}"


def test_a_stack_that_two_branches_have_filled_is_one_line(tmp_path: Path) -> None:
    jobs = names(ONE_STACK + 3)
    file = write(tmp_path, *jobs)
    (tmp_path / "c.stacks.txt").write_text("".join(f"dev/{job} 1\n" for job in jobs))
    with pytest.raises(ConfigError) as raised:
        load_config(file, project=tmp_path)
    assert str(raised.value) == (
        "c.stacks.txt:243: stack 1 of dev has 243 jobs, and holds 240; remove the lines of 3 that are not deployed yet,"
        " and run `make synth`"
    )


def test_jobs_that_need_more_stacks_than_the_pipeline_takes_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aws_glue_cdk_baseline.config.stacks.FILLED", 10)
    with pytest.raises(ConfigError) as raised:
        synth(tmp_path, *names(400))
    assert str(raised.value) == (
        "c.stacks.txt:1: dev needs more than 14 stacks; give its jobs shorter arguments and fewer statements, or deploy"
        " some from a second copy of this project"
    )
    assert not (tmp_path / "c.stacks.txt").exists()


def test_a_line_by_hand_puts_a_new_job_into_another_stack_and_moves_no_deployed_one(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, *names(ONE_STACK - 1))
    commit(tmp_path)
    (tmp_path / "c.stacks.txt").write_text("dev/New 2\n")
    assert synth(tmp_path, "New", *names(ONE_STACK - 1)) == {"New": 2, **dict.fromkeys(names(ONE_STACK - 1), 1)}


@pytest.mark.parametrize("variable", ["CI", "CODEBUILD_BUILD_ID"])
def test_a_build_writes_no_record_and_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    synth(tmp_path, *names(ONE_STACK + 1))
    text = (tmp_path / "c.stacks.txt").read_text()
    monkeypatch.setenv(variable, "true")
    with pytest.raises(ConfigError) as raised:
        synth(tmp_path, *names(ONE_STACK + 1), "New")
    assert str(raised.value) == (
        "c.stacks.txt:1: lacks 1 line (dev/New): run `make synth` on your machine, and commit this file"
    )
    assert (tmp_path / "c.stacks.txt").read_text() == text
    synth(tmp_path, *names(ONE_STACK))  # a job that was removed is no error


def test_a_record_that_cannot_be_read_or_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "c.stacks.txt").write_bytes(b"dev/\xff 1\n")
    with pytest.raises(ConfigError, match=r"^c\.stacks\.txt:1: cannot be read: it is not UTF-8; restore it: git check"):
        synth(tmp_path, "Job0")
    (tmp_path / "c.stacks.txt").unlink()
    (tmp_path / "c.stacks.txt").mkdir()
    with pytest.raises(ConfigError, match=r"^c\.stacks\.txt:1: cannot be written: Is a directory; it lacks 241 lines"):
        synth(tmp_path, *names(ONE_STACK + 1))
