"""`schedule` and `schedules`: the chains that they start, their errors with the lines, and their warnings."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import Config, ConfigError, Job
from aws_glue_cdk_baseline.config.schedules import MOST_TRIGGERS, chains
from tests.configs import load, make_job

DAILY, WEEKLY = "cron(0 3 * * ? *)", "cron(0 3 ? * MON *)"
SCRIPT = """\
import sys
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, ["input_path"])
"""
ACCOUNTS = """\
pipelineAccount: {awsAccountId: "111111111111", awsRegion: us-east-1}
devAccount: {awsAccountId: "222222222222", awsRegion: us-east-1}
prodAccount: {awsAccountId: "333333333333", awsRegion: us-east-1}
jobs:
"""
NAMES = ("Load", "Refunds", "Clean", "Report")


def text(shared: str, *, dev: str = "", prod: str = "", own: str = "", names: tuple[str, ...] = NAMES) -> str:
    """Return a config with these jobs in both stages. `own` are more settings of Refunds in prod."""
    stages = "".join(
        f"{stage}:\n{keys}  jobs:\n"
        + "".join(
            f"    {name}: {{script: s.py, inputLocation: s3://{stage}-data/{name}/{more(name)}}}\n" for name in names
        )
        for stage, keys, more in (("dev", dev, lambda name: ""), ("prod", prod, lambda name: own * (name == "Refunds")))
    )
    return ACCOUNTS + shared + stages


def load_text(folder: Path, content: str) -> Config:
    return load(folder, content, {"s.py": SCRIPT})


def lines(folder: Path, content: str) -> list[str]:
    """Return the lines of the errors, or of the warnings if there are no errors."""
    try:
        warnings = load_text(folder, content).warnings
    except ConfigError as error:
        return str(error).splitlines()
    return [re.sub(r"after \d{4}-\d\d-\d\d", "after TODAY", str(line)) for line in warnings]


def test_schedules_are_off_in_the_first_stage_and_on_in_the_others_unless_said(tmp_path: Path) -> None:
    def stages(dev: str = "", prod: str = "") -> list[bool]:
        return [
            stage.schedules
            for stage in load_text(tmp_path, text(f"  Load: {{schedule: {DAILY}}}\n", dev=dev, prod=prod)).stages
        ]

    assert stages() == [False, True]
    assert stages(dev="  schedules: true\n", prod="  schedules: false\n") == [True, False]


def test_a_schedule_arrives_as_typed_without_spaces_too_many(tmp_path: Path) -> None:
    config = load_text(tmp_path, text("  Load: {schedule: ' cron( 0  3 ? *  MON-fri *) '}\n"))
    assert config.stages[0].jobs[0].settings.schedule == "cron(0 3 ? * MON-fri *)"


@dataclass(frozen=True)
class Case:
    shared: str
    expected: tuple[str, ...]
    dev: str = ""
    prod: str = ""
    own: str = ""


CASES = {
    "one field that is wrong": Case(
        "  Load: {schedule: cron(0 25 * * ? *)}\n",
        ("c.yaml:5: jobs.Load.schedule: 'cron(0 25 * * ? *)': hours has '25'; allowed: 0-23, with , - * /",),
    ),
    "empty": Case(
        "  Load:\n    schedule:\n", ("c.yaml:6: jobs.Load.schedule: is empty; give it a value or remove the key",)
    ),
    "an empty switch": Case(
        "  Load: {}\n",
        ("c.yaml:13: prod.schedules: is empty; give it a value or remove the key",),
        prod="  schedules:\n",
    ),
    "a list": Case(
        "  Load: {schedule: [a]}\n", ("c.yaml:5: jobs.Load.schedule: ['a'] is not one value; write text or a number",)
    ),
    "a switch that is none": Case(
        "  Load: {}\n", ("c.yaml:13: prod.schedules: 'maybe' is neither true nor false",), prod="  schedules: maybe\n"
    ),
    "on a job that comes after another": Case(
        f"  Clean: {{after: Load, schedule: {DAILY}}}\n",
        (
            "c.yaml:5: jobs.Clean.schedule: Clean comes after Load (line 5), and starts when that has succeeded; a"
            " schedule is for the first job of a chain: remove one of the two",
        ),
    ),
    "shared, on a job that comes after another in one stage": Case(
        f"  Refunds:\n    schedule: {DAILY}\n",
        (
            "c.yaml:6: jobs.Refunds.schedule: Refunds comes after Load in prod (line 16), and starts when that has"
            " succeeded; a schedule is for the first job of a chain: remove one of the two",
        ),
        own=", after: Load",
    ),
    "a job behind two that start at different times": Case(
        f"  Load: {{schedule: {DAILY}}}\n  Refunds: {{schedule: {WEEKLY}}}\n  Clean:\n    after: [Load, Refunds]\n"
        "  Report: {after: Clean}\n",
        (
            f"c.yaml:8: jobs.Clean.after: Clean would never start: Load by {DAILY} (line 5), Refunds by {WEEKLY}"
            " (line 6); Glue starts a job behind several only if one trigger has started them all: give them the same"
            " schedule",
        ),
    ),
    "a job behind one that nothing starts": Case(
        f"  Load: {{schedule: {DAILY}}}\n  Clean: {{after: [Load, Refunds]}}\n",
        (
            f"c.yaml:6: jobs.Clean.after: Clean would never start: Load by {DAILY} (line 5), Refunds by no schedule;"
            " Glue starts a job behind several only if one trigger has started them all: give them the same schedule",
        ),
    ),
    "a sign that is not documented": Case(
        "  Load: {schedule: 'cron(0 3 ? * MON#1 *)'}\n",
        ("c.yaml:5: jobs.Load.schedule: Glue's documentation does not list `#`: Glue may refuse the deployment",),
    ),
    "a last day in a list": Case(
        "  Load: {schedule: 'cron(0 3 1,l * ? *)'}\n",
        ("c.yaml:5: jobs.Load.schedule: Glue's documentation does not list `1,l`: Glue may refuse the deployment",),
    ),
    "days of the week in a list": Case("  Load: {schedule: 'cron(0 3 ? * MON,WED *)'}\n", ()),
    "that is over, once for both stages": Case(
        "  Load:\n    schedule: cron(0 3 * * ? 2020-2025)\n",
        (
            "c.yaml:6: jobs.Load.schedule: 'cron(0 3 * * ? 2020-2025)' has no time after TODAY: it starts nothing;"
            " write, say, cron(0 3 * * ? *), or remove it",
        ),
    ),
    "that has a time left": Case("  Load: {schedule: cron(0 3 * * ? 2199)}\n", ()),
    "that starts nothing": Case(
        f"  Load: {{schedule: {DAILY}}}\n",
        (
            "c.yaml:5: jobs.Load.schedule: starts nothing: schedules are off in dev and prod; write `schedules: true`"
            " there",
        ),
        prod="  schedules: false\n",
    ),
    "two jobs of one chain with one schedule": Case(
        f"  Load: {{schedule: {DAILY}}}\n  Refunds: {{schedule: {DAILY}}}\n  Clean: {{after: [Load, Refunds]}}\n", ()
    ),
    "two chains with two schedules": Case(
        f"  Load: {{schedule: {DAILY}}}\n  Refunds: {{schedule: {WEEKLY}}}\n  Clean: {{after: Load}}\n", ()
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_schedule_is_right_or_has_lines(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    assert lines(tmp_path, text(case.shared, dev=case.dev, prod=case.prod, own=case.own)) == list(case.expected)


def test_a_cycle_has_its_own_error_alone(tmp_path: Path) -> None:
    content = text(f"  Load: {{after: Clean, schedule: {DAILY}}}\n  Clean: {{after: Load}}\n")
    (line,) = lines(tmp_path, content)
    assert line.startswith("c.yaml:5: jobs.Load.after: these jobs wait for each other: ")


def test_a_trigger_starts_at_most_50_jobs(tmp_path: Path) -> None:
    def content(number: int) -> str:
        names = [f"J{index}" for index in range(number)]
        first = "".join(f"  {name}: {{schedule: {DAILY}}}\n" for name in names)
        behind = "".join(
            f"  {job}: {{after: [{', '.join(after)}]}}\n" for job, after in (("Odd", names[1::2]), ("Even", names[::2]))
        )
        both = "  All: {after: [Odd, Even]}\n"
        return text(first + behind + both, names=(*names, "Odd", "Even", "All"))

    assert lines(tmp_path, content(50)) == []
    assert lines(tmp_path, content(51)) == [
        f"c.yaml:55: jobs.J50.schedule: is that of 51 jobs of one chain in {stage}; a trigger of Glue starts at most 50"
        " jobs: let some of them come after others"
        for stage in ("dev", "prod")
    ]


def test_an_account_has_at_most_1000_triggers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_TRIGGERS == 1000
    monkeypatch.setattr("aws_glue_cdk_baseline.config.schedules.MOST_TRIGGERS", 3)
    shared = f"  Load: {{schedule: {DAILY}}}\n  Clean: {{after: Load}}\n  Report: {{after: Clean}}\n"
    assert lines(tmp_path, text(shared)) == []
    assert lines(tmp_path, text(shared + f"  Refunds: {{schedule: {DAILY}}}\n")) == [
        "c.yaml:16: prod.jobs: needs 4 triggers in 333333333333 in us-east-1, one for each chain with a schedule and"
        " each job with `after`; Glue takes 3: set `schedules: false`, or deploy to several accounts or Regions"
    ]


def test_the_chains_of_jobs_that_schedules_start(tmp_path: Path) -> None:
    def job(name: str, *after: str, schedule: str | None = None) -> Job:
        return make_job(tmp_path, name, after=after, schedule=schedule)

    jobs = [
        job("Report", "Clean", "Load"),
        job("Load", schedule=DAILY),
        job("Alone"),
        job("Clean", "Load", "Refunds"),
        job("Weekly", schedule=WEEKLY),
        job("Refunds", schedule=DAILY),
        job("ByHand"),
        job("AfterHand", "ByHand"),
    ]
    found = [
        (chain.schedule, [job.name for job in chain.first], [job.name for job in chain.further])
        for chain in chains(jobs)
    ]
    assert found == [(DAILY, ["Load", "Refunds"], ["Clean", "Report"]), (WEEKLY, ["Weekly"], [])]
