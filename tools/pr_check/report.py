"""The result of a check as Markdown, for a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tools.pr_check.changes import Section
from tools.pr_check.tests import Result

MARK = "<!-- pr-check -->"  # by which the next check finds its comment
FENCE = re.compile(r"^ {0,3}(`{3,})")
MOST_FAILURES = 20
LONGEST = 300  # characters of a failure


@dataclass
class Report:
    """The checks, and how they ended. `synth` is the error of the synth, or empty.

    `not_compared` says why there is no comparison, or is empty.
    """

    config: str
    branch: str
    base: str = ""
    synth: str = ""
    tests: list[Result] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    not_compared: str = ""

    @property
    def passed(self) -> bool:
        return not self.synth and all(result.passed for result in self.tests)

    def markdown(self, limit: int = 0) -> str:
        """Return the text, cut to `limit` characters if that is not 0."""
        parts = [*self._head(), *self._failures()]
        parts += [demoted(section.text).strip() for section in self.sections if section.text]
        return cut("\n\n".join(part for part in parts if part) + "\n", limit)

    def _head(self) -> Iterator[str]:
        yield f"{MARK}\n# Check of the pull request: {'passed' if self.passed else 'failed'}"
        yield f"{self.branch[:1].upper()}{self.branch[1:]}" + (
            f", compared with {self.base}." if self.sections else "."
        )
        rows = [(f"Synth of `{self.config}`", "**failed**" if self.synth else "passed")]
        rows += [
            (result.name, f"passed: {result.summary}" if result.passed else f"**failed**: {result.summary}")
            for result in self.tests
        ]
        if self.synth:
            rows.append(("Tests", "not run: the synth failed"))
        rows += [(f"Changes in {section.title}", section.summary) for section in self.sections]
        if self.not_compared:
            rows.append(("Changes", f"not compared: {_one_line(self.not_compared)}"))
        yield "\n".join(["| check | result |", "|---|---|", *(f"| {a} | {_cell(b)} |" for a, b in rows)])

    def _failures(self) -> Iterator[str]:
        if self.synth:
            yield "## The synth failed"
            yield fenced(self.synth.splitlines())
        for result in (result for result in self.tests if not result.passed):
            yield f"## {result.name}: failed"
            lines = [f"- {_code(text)}" for text in result.failures[:MOST_FAILURES]]
            if more := len(result.failures) - MOST_FAILURES:
                lines += [f"- and {more} more"] if more > 0 else []
            yield "\n".join(lines)
            yield f"The end of its log:\n\n{fenced(result.log)}" if result.log else ""


def fenced(lines: Sequence[str], language: str = "") -> str:
    """Return lines as a block of code, whatever is in them."""
    longest = max((len(run) for line in lines for run in re.findall(r"`{3,}", line)), default=2)
    fence = "`" * (longest + 1)
    return "\n".join([f"{fence}{language}", *lines, fence])


def demoted(text: str) -> str:
    """Return Markdown with its headings one level lower, but for what is in blocks of code."""
    lines, fence = [], ""
    for line in text.splitlines():
        fence = _fence_after(fence, line)
        lines.append(f"#{line}" if not fence and re.match(r"#{1,5} ", line) else line)
    return "\n".join(lines)


def cut(text: str, limit: int) -> str:
    """Return the text, or as many of its lines as `limit` characters hold, and how much is left out. 0 is no limit."""
    if not limit or len(text) <= limit:
        return text
    lines, fence = text.splitlines(), ""
    kept: list[str] = []
    size = 0
    end = f'\n**Cut here**: {{}} of {len(lines)} lines are left out. `make pr-check ARGS="--limit 0"` prints all.\n'
    room = limit - len(end) - 8  # for the number of lines
    for line in lines:
        after = _fence_after(fence, line)
        if size + len(line) + 1 + (len(after) + 1 if after else 0) > room:
            break
        kept.append(line)
        size, fence = size + len(line) + 1, after
    left_out = len(lines) - len(kept)
    return "\n".join([*kept, *([fence] if fence else []), end.format(left_out)])


def _fence_after(fence: str, line: str) -> str:
    """Return the fence of the block of code in which the line after this one is, or an empty text."""
    match = FENCE.match(line)
    if not match:
        return fence
    if not fence:
        return match[1]
    return "" if len(match[1]) >= len(fence) and not line.strip().strip("`") else fence


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _cell(text: str) -> str:
    return _one_line(text).replace("|", "\\|")


def _code(text: str) -> str:
    line = _one_line(text)
    return f"`` {line} ``" if "`" in line else f"`{line}`"
