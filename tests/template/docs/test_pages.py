"""README, CONTRIBUTING and docs: each link, file, function and make target in them exists."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from tests.configs import has_the_examples

PAGES = sorted([*PROJECT.glob("*.md"), PROJECT / "local" / "README.md", *(PROJECT / "docs").rglob("*.md")])
pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|sh|md|json|yaml|yml|toml|lock|txt))`(?: `(\w+)`)?")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@cache
def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text_of(page), flags=re.M | re.S), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pages
def test_links_lead_to_a_file_and_a_heading(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if not link.startswith(("https://", "http://")):
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            assert target.is_file(), link
            assert not anchor or anchor in anchors(target), link


@pages
def test_a_file_that_is_named_exists_and_has_the_function_that_is_named_with_it(page: Path) -> None:
    if page.name == "CHANGELOG.md":
        return  # it names what is gone
    for name, function in FILE.findall(text_of(page)):
        if "job_scripts/" in name and not has_the_examples():
            continue
        assert (PROJECT / name).is_file(), name
        if function:
            assert re.search(rf"^(?:def|class) {function}\b", text_of(PROJECT / name), re.MULTILINE), (name, function)


@pages
def test_targets_of_make_exist(page: Path) -> None:
    if page.name == "CHANGELOG.md":
        return
    known = set(re.findall(r"^([a-z-]+):", text_of(PROJECT / "Makefile"), re.MULTILINE))
    commands = re.findall(r"(?:^|`|&& )make ([a-z-]+)", text_of(page), re.MULTILINE)
    assert set(commands) <= known


def test_the_readme_is_short_and_starts_with_its_commands() -> None:
    lines = text_of(PROJECT / "README.md").splitlines()
    assert len(lines) <= 150
    assert [line.split("#")[0].strip() for line in lines[:25] if line.startswith("make ")] == [
        "make rehearse",
        "make test",
    ]


def test_every_page_is_reached_from_the_readme() -> None:
    reached, todo = set[Path](), [PROJECT / "README.md"]
    while todo:
        page = todo.pop()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            links = re.findall(r"\]\(([^)#\s]+)", text_of(page))
            todo += [(page.parent / link).resolve() for link in links if not link.startswith("http")]
    assert set(PAGES) - reached == set()


def test_git_keeps_every_page() -> None:
    assert subprocess.run(["git", "check-ignore", *map(str, PAGES)], cwd=PROJECT, capture_output=True).stdout == b""
