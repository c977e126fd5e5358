"""The blocks of a new job are added to a config file as text; everything else in it stays."""

from textwrap import dedent

import pytest

from tools.new_job.config_text import NotExtendable, add_blocks

DEV: dict[tuple[str, ...], list[str]] = {("dev", "jobs"): ["a: 1", "# b: 2"]}


def added(text: str) -> str:
    return add_blocks(dedent(text), "New", DEV)


def test_a_block_comes_after_the_last_job_and_what_belongs_to_it() -> None:
    text = """\
        dev:   # the stage
            jobs:
                Old:
                    x: s3://a/b   # where
                    # y: later
                # Another: is planned

        # the other stage
        prod: {}
        """
    expected = """\
        dev:   # the stage
            jobs:
                Old:
                    x: s3://a/b   # where
                    # y: later
                New:
                    a: 1
                    # b: 2
                # Another: is planned

        # the other stage
        prod: {}
        """
    assert added(text) == dedent(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dev:\n  jobs:\n", "dev:\n  jobs:\n    New:\n      a: 1\n      # b: 2\n"),
        ("dev:\n  jobs:   # none yet\n    # Old:\nx: y\n", None),
        ("dev:\n", "dev:\n  jobs:\n    New:\n      a: 1\n      # b: 2\n"),
        ("dev:\n  jobs:\n    Old: {x: y}", "dev:\n  jobs:\n    Old: {x: y}\n    New:\n      a: 1\n      # b: 2\n"),
        ("dev:\n  jobs:\n    Old:\n", "dev:\n  jobs:\n    Old:\n    New:\n      a: 1\n      # b: 2\n"),
    ],
    ids=["empty section", "empty section with a comment", "empty stage", "no newline at the end", "empty job"],
)
def test_it_fits_what_is_there(text: str, expected: str | None) -> None:
    expected = expected or "dev:\n  jobs:   # none yet\n    # Old:\n    New:\n      a: 1\n      # b: 2\nx: y\n"
    assert add_blocks(text, "New", DEV) == expected


def test_a_file_of_windows_keeps_its_line_ends() -> None:
    text = "dev:\r\n  jobs:\r\n    Old:\r\n      x: y\r\nprod:\r\n"
    assert add_blocks(text, "New", DEV) == text.replace("prod", "    New:\r\n      a: 1\r\n      # b: 2\r\nprod")


def test_a_value_of_several_lines_is_not_torn() -> None:
    text = "dev:\n  jobs:\n    Old:\n      x: |\n        one\n        two\n\nprod:\n  - 1\n"
    assert add_blocks(text, "New", DEV).splitlines()[5:8] == ["        two", "", "    New:"]
    text = "dev:\n  jobs:\n    Old:\n      x: [1,\n          2]\nprod:\n"
    assert add_blocks(text, "New", DEV).splitlines()[4:6] == ["          2]", "    New:"]
    text = "dev:\n  jobs:\n    Old:\n      x: one\n        two\nprod:\n"
    assert add_blocks(text, "New", DEV).splitlines()[4:6] == ["        two", "    New:"]


def test_stages_that_are_one_section_by_an_alias_get_one_block() -> None:
    text = "dev: &stage\n  jobs:\n    Old:\n      x: y\nprod: *stage\n"
    both = add_blocks(text, "New", {**DEV, ("prod", "jobs"): ["a: 1", "# b: 2"]})
    assert both == "dev: &stage\n  jobs:\n    Old:\n      x: y\n    New:\n      a: 1\n      # b: 2\nprod: *stage\n"


def test_a_job_that_is_an_alias_ends_on_its_own_line() -> None:
    text = "x: &old\n  y: z\ndev:\n  jobs:\n    Old: *old\nprod: 1\n"
    assert add_blocks(text, "New", DEV).splitlines()[4:7] == ["    Old: *old", "    New:", "      a: 1"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            "x: y\ndev:\n  jobs: {Old: {x: y}}\n",
            3,
            r"dev\.jobs: is in braces, .*add the job by hand,.*: New: \{a: 1\}$",
        ),
        ("dev: {jobs: {}}\n", 1, "dev: is in braces"),
        ("dev:\n  jobs: none\n", 2, r"dev\.jobs: is not a section of indented lines"),
        ("dev:\n  jobs: ~\n", 2, r"dev\.jobs: is not a section of indented lines"),
    ],
)
def test_what_is_not_written_as_indented_lines_is_refused_with_the_block(text: str, line: int, message: str) -> None:
    with pytest.raises(NotExtendable, match=message) as raised:
        add_blocks(text, "New", DEV)
    assert raised.value.line == line
    assert "\n" not in str(raised.value)
