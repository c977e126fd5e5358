"""The Markdown of a check: its head, what failed, and how it is cut to the size of a comment."""

from pathlib import Path

import pytest

from tools.pr_check.__main__ import main
from tools.pr_check.changes import Section
from tools.pr_check.report import Report, cut, demoted, fenced
from tools.pr_check.tests import Result, _suite

PASSED = Result("Tests of the app", True, "42 tests")
FAILED = Result(
    "Tests of the jobs, on local Spark without AWS's library",
    False,
    "1 of 15 tests failed",
    ("tests.test_clean.test_rows: assert 1 == 2 | `x`",),
    ("E   assert 1 == 2", "```", "1 failed"),
)


def report(**values: object) -> Report:
    return Report("default-config.yaml", "commit 0a1b2c3d4e", **values)  # type: ignore[arg-type]


def test_a_passed_check_begins_with_a_table() -> None:
    found = report(base="origin/main at f0e1", tests=[PASSED], sections=[Section("dev", "nothing changes")])
    assert found.passed
    assert found.markdown() == (
        "<!-- pr-check -->\n# Check of the pull request: passed\n\n"
        "Commit 0a1b2c3d4e, compared with origin/main at f0e1.\n\n"
        "| check | result |\n|---|---|\n"
        "| Synth of `default-config.yaml` | passed |\n"
        "| Tests of the app | passed: 42 tests |\n"
        "| Changes in dev | nothing changes |\n"
    )


def test_changes_alone_do_not_fail_and_come_after_the_head() -> None:
    found = report(tests=[PASSED], sections=[Section("dev", "1 job removed", "# dev: 1 job removed\n\n## Jobs\n")])
    assert found.passed
    assert found.markdown().endswith("| Changes in dev | 1 job removed |\n\n## dev: 1 job removed\n\n### Jobs\n")


def test_a_failed_test_is_named_with_the_end_of_the_log() -> None:
    found = report(tests=[PASSED, FAILED], not_compared="x is not a branch |\nof this clone")
    assert not found.passed
    assert found.markdown() == (
        "<!-- pr-check -->\n# Check of the pull request: failed\n\nCommit 0a1b2c3d4e.\n\n"
        "| check | result |\n|---|---|\n"
        "| Synth of `default-config.yaml` | passed |\n"
        "| Tests of the app | passed: 42 tests |\n"
        "| Tests of the jobs, on local Spark without AWS's library | **failed**: 1 of 15 tests failed |\n"
        "| Changes | not compared: x is not a branch \\| of this clone |\n\n"
        "## Tests of the jobs, on local Spark without AWS's library: failed\n\n"
        "- `` tests.test_clean.test_rows: assert 1 == 2 | `x` ``\n\n"
        "The end of its log:\n\n````\nE   assert 1 == 2\n```\n1 failed\n````\n"
    )


def test_errors_of_the_config_are_shown_as_they_are_and_no_test_has_passed() -> None:
    found = report(synth="default-config.yaml:9: dev.jobs.X: is not known\ndefault-config.yaml:12: prod: is empty")
    assert not found.passed
    assert "| Synth of `default-config.yaml` | **failed** |\n| Tests | not run: the synth failed |" in found.markdown()
    assert "```\ndefault-config.yaml:9: dev.jobs.X: is not known\ndefault-config.yaml:12: prod: is empty\n```" in (
        found.markdown()
    )


def test_headings_are_one_level_lower_but_not_in_code() -> None:
    text = "# a\n## b\n````diff\n# c\n```\n# d\n````\n# e"
    assert demoted(text) == "## a\n### b\n````diff\n# c\n```\n# d\n````\n## e"


def test_a_text_that_fits_is_not_cut() -> None:
    text = "x" * 999 + "\n"
    assert cut(text, 1000) == cut(text, 0) == text


@pytest.mark.parametrize("limit", [1000, 1003, 5000])
def test_a_long_text_ends_at_a_line_with_its_code_closed_and_says_how_much_is_left_out(limit: int) -> None:
    text = "head\n\n" + fenced([f"+line {number}" for number in range(2000)], "diff") + "\n"
    found = cut(text, limit)
    assert limit - 40 < len(found) <= limit
    kept, _, said = found.partition("\n```\n")
    last = int(kept.splitlines()[-1].removeprefix("+line "))
    assert said == (
        f'\n**Cut here**: {2004 - 4 - last} of 2004 lines are left out. `make pr-check ARGS="--limit 0"` prints all.\n'
    )


def test_the_tests_of_a_junit_file_are_counted_with_the_message_of_each_that_failed(tmp_path: Path) -> None:
    file = tmp_path / "tests.xml"
    file.write_text(
        '<testsuites><testsuite name="pytest"><testcase classname="a" name="b"/><testcase classname="a" name="c">'
        '<failure message="assert 1&#10;more">long</failure></testcase><testcase classname="" name="d">'
        '<error message=""/></testcase><testcase classname="a" name="e"><skipped/></testcase></testsuite></testsuites>'
    )
    assert _suite(file) == ("pytest", ["", "a.c: assert 1", ".d: error", ""])
    file.write_text("<testsuites><testsu")
    assert _suite(file) == ("", [])


def test_a_file_that_cannot_be_written_is_one_line_before_the_check(tmp_path: Path) -> None:
    for file, wrong in (
        (tmp_path, " is a folder; name a file"),
        (tmp_path / "a" / "b", f": the folder {tmp_path}/a does not exist"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(["--output", str(file)])
        assert str(ended.value) == f"pr-check: OUTPUT={file}{wrong}"
