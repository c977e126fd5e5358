"""`after`: its errors with their lines, the order of jobs, and the warnings of what is read and not waited for."""

import runpy
from dataclasses import dataclass
from functools import partial
from graphlib import CycleError
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import ConfigError, Job, load_config, print_warnings
from aws_glue_cdk_baseline.config.chains import all_upstream, downstream, in_order, upstream
from tests.configs import load, make_job

SCRIPT = """\
import sys
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, ["input_path", "output_path"])
"""
ACCOUNTS = """\
pipelineAccount: {awsAccountId: "111111111111", awsRegion: us-east-1}
devAccount: {awsAccountId: "222222222222", awsRegion: us-east-1}
prodAccount: {awsAccountId: "333333333333", awsRegion: eu-west-1}
"""
PLACES = {"Load": ("src", "raw"), "Clean": ("raw", "clean"), "Report": ("clean", "report")}


@dataclass(frozen=True)
class Chain:
    """A config with the jobs of PLACES in both stages, or with fewer: `after` by job, shared or of a stage."""

    shared: str = ""
    dev: str = "Load Clean Report"
    prod: str = "Load Clean Report"
    dev_after: tuple[str, str] = ("", "")
    prod_after: tuple[str, str] = ("", "")

    def text(self) -> str:
        stages = (("dev", self.dev, self.dev_after), ("prod", self.prod, self.prod_after))
        shared = f"jobs:\n{self.shared}" if self.shared else ""
        return ACCOUNTS + shared + "".join(_stage(*stage) for stage in stages)


def _stage(stage: str, jobs: str, after: tuple[str, str]) -> str:
    lines = [f"{stage}:\n  jobs:\n"]
    for job in jobs.split():
        read, written = PLACES[job]
        own = f", after: {after[1]}" if after[0] == job else ""
        places = f"inputLocation: s3://{stage}-data/{read}/, outputLocation: s3://{stage}-data/{written}/"
        lines.append(f"    {job}: {{script: s.py, {places}{own}}}\n")
    return "".join(lines)


def load_text(folder: Path, text: str) -> list[str]:
    """Load the text, and return the lines of the errors, or of the warnings if there are no errors."""
    try:
        return [str(line) for line in load(folder, text, {"s.py": SCRIPT}).warnings]
    except ConfigError as error:
        return str(error).splitlines()


SHARED = "  Clean: {after: Load}\n  Report:\n    after:\n      - Clean\n"
ERRORS: dict[str, tuple[Chain, list[str]]] = {
    "an unknown job": (
        Chain("  Clean: {after: Laod}\n"),
        ["c.yaml:5: jobs.Clean.after: no stage lists Laod; did you mean Load?"],
    ),
    "a job that is like no other": (
        Chain(dev_after=("Clean", "[Xyz]")),
        ["c.yaml:7: dev.jobs.Clean.after: no stage lists Xyz; allowed: Load, Report"],
    ),
    "a job after itself": (
        Chain("  Report:\n    after:\n      - Clean\n      - Report\n"),
        ["c.yaml:8: jobs.Report.after: Report cannot come after itself; remove it here"],
    ),
    "a job named twice": (
        Chain("  Report:\n    after:\n      - Load\n      - Clean\n      - Load\n"),
        ["c.yaml:9: jobs.Report.after: Load is there twice; remove one"],
    ),
    "a stage's after that names a job of another stage": (
        Chain(prod="Clean", prod_after=("Clean", "Load")),
        [
            "c.yaml:11: prod.jobs.Clean.after: prod does not list Load, dev does on line 6; list it in prod too, or"
            " remove it here"
        ],
    ),
    "a shared after, and a stage without the job before": (
        Chain("  Report: {after: [Load, Clean]}\n", prod="Clean Report"),
        [
            "c.yaml:5: jobs.Report.after: prod does not list Load, dev does on line 8; list it in prod too, or give"
            " prod.jobs.Report an `after: [Clean]` of its own"
        ],
    ),
    "a circle of two in one stage": (
        Chain("  Load: {after: Clean}\n", prod_after=("Clean", "Load")),
        [
            "c.yaml:5: jobs.Load.after: these jobs wait for each other: Load comes after Clean (line 5), Clean comes"
            " after Load (line 14); remove one of these"
        ],
    ),
    "a circle of three is told once, not for each stage": (
        Chain("  Clean: {after: Load}\n  Load: {after: Report}\n  Report:\n    after:\n      - Clean\n"),
        [
            "c.yaml:5: jobs.Clean.after: these jobs wait for each other: Clean comes after Load (line 5), Load comes"
            " after Report (line 6), Report comes after Clean (line 9); remove one of these"
        ],
    ),
    "all at once, with other errors of the file": (
        Chain("  Clean: {after: Laod, maxRetries: x}\n  Load: {after: Load}\n"),
        [
            "c.yaml:5: jobs.Clean.after: no stage lists Laod; did you mean Load?",
            "c.yaml:5: jobs.Clean.maxRetries: 'x' is not a whole number",
            "c.yaml:6: jobs.Load.after: Load cannot come after itself; remove it here",
        ],
    ),
    "two names in one text": (
        Chain('  Report: {after: "Load, Clean"}\n'),
        [
            "c.yaml:5: jobs.Report.after: 'Load, Clean' is one text; write a list, as in `after: [Load, Clean]`",
        ],
    ),
    "nothing": (
        Chain("  Report: {after: }\n"),
        ["c.yaml:5: jobs.Report.after: is empty; give it a value or remove the key"],
    ),
    "more jobs than a trigger takes": (
        Chain(f"  Report: {{after: [{', '.join(f'Job{n}' for n in range(51))}]}}\n"),
        ["c.yaml:5: jobs.Report.after: has 51 entries; at most 50; remove some"],
    ),
}


@pytest.mark.parametrize("fault", ERRORS)
def test_a_wrong_after_is_one_line_at_the_name(tmp_path: Path, fault: str) -> None:
    chain, expected = ERRORS[fault]
    assert load_text(tmp_path, chain.text()) == expected


def test_a_stage_overrides_the_after_of_all_stages(tmp_path: Path) -> None:
    text = Chain(SHARED, prod="Clean Report", prod_after=("Clean", "[]")).text()
    stages = load(tmp_path, text, {"s.py": SCRIPT}).stages
    assert [{job.name: job.settings.after for job in stage.jobs} for stage in stages] == [
        {"Load": (), "Clean": ("Load",), "Report": ("Clean",)},
        {"Clean": (), "Report": ("Clean",)},
    ]


def test_a_job_with_an_error_of_its_own_is_no_unknown_job(tmp_path: Path) -> None:
    text = Chain(SHARED).text().replace("Load: {script: s.py, ", "Load: {script: none.py, ")
    assert [line.split(": the job has no")[0] for line in load_text(tmp_path, text)] == [
        "c.yaml:11: dev.jobs.Load.script",
        "c.yaml:16: prod.jobs.Load.script",
    ]


def test_an_inherited_after_has_the_line_where_it_is_typed_and_an_own_one_its_own(tmp_path: Path) -> None:
    text = (
        Chain().text().replace("    Clean: {", "    Clean: &clean {after: [Load, Nothing], ", 1)
        + "    More: {<<: *clean}\n    Other: {<<: *clean, after: [Nobody]}\n    Third: {after: [None], <<: *clean}\n"
    )
    assert [line.split(";")[0] for line in load_text(tmp_path, text)] == [
        "c.yaml:7: dev.jobs.Clean.after: no stage lists Nothing",
        "c.yaml:7: prod.jobs.More.after: no stage lists Nothing",
        "c.yaml:15: prod.jobs.Other.after: no stage lists Nobody",
        "c.yaml:16: prod.jobs.Third.after: no stage lists None",
    ]


def jobs(folder: Path, chains: str) -> list[Job]:
    """Jobs by a text such as `C<A,B A B`, in the order of the text."""
    pairs = [item.partition("<") for item in chains.split()]
    return [make_job(folder, name, after=tuple(after.split(",")) if after else ()) for name, _, after in pairs]


@pytest.mark.parametrize(
    ("chains", "order"),
    [
        ("A B C", "A B C"),
        ("C<A A B", "A C B"),
        ("D<B,C B<A C<A A E", "A B C D E"),
        ("E Z<A A B", "E A Z B"),
        ("A<Gone B", "A B"),
    ],
)
def test_jobs_keep_the_order_of_the_file_except_where_after_says_otherwise(
    tmp_path: Path, chains: str, order: str
) -> None:
    assert [job.name for job in in_order(jobs(tmp_path, chains))] == order.split()


def test_jobs_that_wait_for_each_other_have_no_order(tmp_path: Path) -> None:
    with pytest.raises(CycleError):
        in_order(jobs(tmp_path, "A<B B<A"))


@pytest.mark.parametrize(("name", "before"), [("A", ""), ("B", "A"), ("D", "A B C"), ("E", "")])
def test_upstream_is_all_that_comes_before_in_the_order_of_the_runs(tmp_path: Path, name: str, before: str) -> None:
    made = jobs(tmp_path, "D<B,C B<A C<A A E")
    (job,) = [job for job in made if job.name == name]
    assert [other.name for other in upstream(job, made)] == before.split()
    assert all_upstream(made)[name] == upstream(job, made)


@pytest.mark.parametrize(("name", "behind"), [("A", "B C D"), ("B", "D"), ("D", ""), ("E", "")])
def test_downstream_is_all_that_comes_after_in_the_order_of_the_runs(tmp_path: Path, name: str, behind: str) -> None:
    made = jobs(tmp_path, "D<B,C B<A C<A A E")
    (job,) = [job for job in made if job.name == name]
    assert [other.name for other in downstream(job, made)] == behind.split()


def test_what_another_job_writes_and_is_read_without_after_is_warned_of_with_both_lines(tmp_path: Path) -> None:
    assert load_text(tmp_path, Chain(prod="Load").text()) == [
        "c.yaml:7: dev.jobs.Clean.inputLocation: Load writes this location (line 6), and Clean does not come after it;"
        " add `after: Load`",
        "c.yaml:8: dev.jobs.Report.inputLocation: Clean writes this location (line 7), and Report does not come after"
        " it; add `after: Clean`",
    ]


def test_jobs_in_a_chain_read_what_was_written_before_without_a_warning(tmp_path: Path) -> None:
    assert load_text(tmp_path, Chain(SHARED).text()) == []
    through_others = Chain(SHARED).text().replace("data/clean/, outputLocation: s3://dev-data/rep", "data/raw/, outp")
    through_others = through_others.replace("outport/", "outputLocation: s3://dev-data/report/")
    assert "inputLocation: s3://dev-data/raw/, outputLocation: s3://dev-data/report/" in through_others
    assert load_text(tmp_path, through_others) == []


@pytest.mark.parametrize(
    ("written", "read", "said"),
    [
        ("s3://data/raw", "s3://data/raw/", "this location"),
        ("s3://data/raw/", "s3://data/raw/day=1/a.json", "'s3://data/raw/'"),
        ("s3://data/raw/day=1/", "s3://data/raw/", "'s3://data/raw/day=1/'"),
        ("s3://data/", "s3://data/raw/", "'s3://data/'"),
        ("s3://data/raw/", "s3://data", "'s3://data/raw/'"),
        ("s3://data/raw/", "s3://data/raw2/", ""),
        ("s3://data/raw/", "s3://data/ra", ""),
        ("s3://data2/raw/", "s3://data/raw/", ""),
    ],
)
def test_a_location_is_that_of_another_job_if_one_is_the_other_or_in_it(
    tmp_path: Path, written: str, read: str, said: str
) -> None:
    text = Chain(dev="Load Clean", prod="Load").text()
    text = text.replace("s3://dev-data/raw/}", f"{written}}}").replace("s3://dev-data/raw/,", f"{read},")
    expected = (
        f"c.yaml:7: dev.jobs.Clean.inputLocation: Load writes {said} (line 6), and Clean does not come after it; add"
        " `after: Load`"
    )
    assert load_text(tmp_path, text) == ([expected] if said else [])


def test_a_warning_says_where_to_add_the_job_and_when_the_order_is_the_other_way_round(tmp_path: Path) -> None:
    text = Chain(dev_after=("Report", "Load"), prod="Load Clean", prod_after=("Load", "Clean")).text()
    assert [line.split("(")[1] for line in load_text(tmp_path, text)] == [
        "line 6), and Clean does not come after it; add `after: Load`",
        "line 7), and Report does not come after it; add it to its `after`, beside Load",
        "line 11), and comes after Clean: a run reads what the run before left; if that is not meant, let Clean come"
        " after Load",
    ]


def test_a_job_that_reads_its_own_output_and_two_that_write_one_place_are_not_warned_of(tmp_path: Path) -> None:
    text = Chain(dev="Load Clean", prod="Load").text()
    text = text.replace("s3://dev-data/raw/,", "s3://dev-data/clean/day=1/,").replace("dev-data/raw/}", "dev-data/x/}")
    assert (
        load_text(
            tmp_path, text + "    Again: {script: s.py, inputLocation: s3://a-b/, outputLocation: s3://dev-data/x/}\n"
        )
        == []
    )


def test_warnings_are_lines_on_stderr_and_of_very_many_a_hundred(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    readers = "".join(
        f"    Job{n}: {{script: s.py, inputLocation: s3://dev-data/raw/, outputLocation: s3://out-data/{n}/}}\n"
        for n in range(103)
    )
    print_warnings(
        load(tmp_path, Chain(dev="Load", prod="Load").text().replace("prod:\n", f"{readers}prod:\n"), {"s.py": SCRIPT})
    )
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert said.out == ""
    assert lines[0] == (
        "warning: c.yaml:7: dev.jobs.Job0.inputLocation: Load writes this location (line 6), and Job0 does not come"
        " after it; add `after: Load`"
    )
    assert (len(lines), lines[100]) == (101, "warning: c.yaml:107: there are more warnings")


def test_the_command_that_checks_a_file_prints_its_warnings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    load(tmp_path, Chain(prod="Load").text(), {"s.py": SCRIPT})
    monkeypatch.setattr("aws_glue_cdk_baseline.config.load_config", partial(load_config, project=tmp_path))
    monkeypatch.setattr("sys.argv", ["config", str(tmp_path / "c.yaml")])
    runpy.run_module("aws_glue_cdk_baseline.config", run_name="__main__")
    assert [line.split(" writes")[0] for line in capsys.readouterr().err.splitlines()] == [
        "warning: c.yaml:7: dev.jobs.Clean.inputLocation: Load",
        "warning: c.yaml:8: dev.jobs.Report.inputLocation: Clean",
    ]


def test_a_stage_with_too_many_jobs_has_its_own_error_alone(tmp_path: Path) -> None:
    many = "".join(f"    Load{number}: {{script: s.py}}\n" for number in range(2001))
    text = f"{ACCOUNTS}jobs:\n  Load1: {{after: Load0}}\ndev:\n  jobs:\n{many}{_stage('prod', 'Load', ('', ''))}"
    assert load_text(tmp_path, text) == [
        "c.yaml:7: dev.jobs: has 2001 jobs; at most 2000, as AWS Glue's quota of an account is 2,000; deploy the others"
        " from a second copy of this project, in accounts of their own"
    ]


def test_a_long_circle_is_not_listed_whole(tmp_path: Path) -> None:
    names = [f"J{number}" for number in range(30)]
    circle = "".join(f"  {name}: {{after: {names[number - 1]}}}\n" for number, name in enumerate(names))
    jobs = "".join(f"    {name}: {{script: s.py}}\n" for name in names)
    (line,) = [
        line for line in load_text(tmp_path, f"{ACCOUNTS}jobs:\n{circle}dev:\n  jobs:\n{jobs}") if "wait" in line
    ]
    assert line.endswith("J21 comes after J20 (line 26), and so on, 20 more; remove one of these")
