"""Write what a deployment changes as Markdown, the most important first: it can be read in a terminal too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tools.amounts import counted, prices_of
from tools.stage_diff.comparison import Changes
from tools.stage_diff.costs import total
from tools.stage_diff.files import FileChange
from tools.stage_diff.resources import ResourceChange, label
from tools.stage_diff.words import shown


def markdown(title: str, changes: Changes, remarks: Sequence[str] = ()) -> str:
    """Return the text about the stage `title`. `remarks` come below its first line."""
    parts = [[f"# {title}: {headline(changes)}"], [f"- {remark}" for remark in remarks]]
    if changes.is_first:
        parts += list(_first(changes))
    else:
        parts += list(_parts(changes))
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def uncompared(title: str, changes: Changes, reasons: Sequence[str]) -> str:
    """Return the text about a stage whose deployed templates could not be read, with the `reasons`.

    `changes` are those of a first deployment: they say what will be there.
    """
    head = f"# {title}: not compared with what is deployed: {counted(len(changes.new_jobs), 'job')} will be there"
    parts = [[head], [f"- {reason}" for reason in reasons], *_first(changes)]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def shortened(text: str, limit: int, step: str) -> str:
    """Return the beginning of a text in at most `limit` characters, without empty lines, cut at the end of a line.

    The last line then says how many are in the log of `step`.
    """
    lines = [line for line in text.splitlines() if line]
    whole = "\n".join(lines)
    if len(whole) <= limit:
        return whole
    for number in range(min(len(lines) - 1, limit), 0, -1):
        end = f"… ({counted(len(lines) - number, 'more line')} in the log of {step})"
        kept = "\n".join([*lines[:number], end])
        if len(kept) <= limit:
            return kept
    end = f"… (the rest is in the log of {step})"  # not even the first line fits
    return whole[: limit - len(end)] + end


def headline(changes: Changes) -> str:
    """Return how much changes, on one line."""
    if changes.is_first:
        return f"nothing is deployed yet: {counted(len(changes.new_jobs), 'job')}"
    if changes.is_empty:
        return "nothing changes"
    counts = Counter(change.what for change in changes.jobs)
    said = [f"{counted(counts[what], 'job')} {what}" for what in ("added", "removed", "changed") if counts[what]]
    kinds = Counter(change.what for change in changes.resources)
    said += [f"{counted(kinds[what], 'resource')} {what}" for what in ("deleted", "replaced") if kinds[what]]
    said += [
        f"{counted(number, 'role')} may do {word}"
        for word, number in (
            ("more", sum(bool(role.more) and not role.is_new for role in changes.roles)),
            ("less", sum(bool(role.less) for role in changes.roles)),
        )
        if number
    ]
    said = said or [f"{counted(kinds[what], 'resource')} {what}" for what in ("made", "changed", "kept") if kinds[what]]
    return ", ".join(said) or "no job changes"


def _first(changes: Changes) -> Iterator[list[str]]:
    yield _section("Jobs", [f"{name}: {_size(changes, name)}" for name in changes.new_jobs])
    kinds = Counter(change.resource.kind for change in changes.resources)
    yield _section("Resources", [f"{number} {kind}" for kind, number in sorted(kinds.items())])
    yield _cost(changes, [f"one run of each job: {total(changes.new_jobs)}"] if changes.new_jobs else [])


def _parts(changes: Changes) -> Iterator[list[str]]:
    yield _section("Look at this first", changes.warnings)
    lines = []
    for change in changes.jobs:
        lines.append(f"{change.what}: {change.name}")
        lines += [f"  - {line}" for line in change.lines]
    yield _section("Jobs", lines)
    lines = []
    for role in changes.roles:
        note = " is new" if role.is_new else " is deleted" if role.is_gone else ""
        lines.append(f"{role.shown}{note}")
        lines += [f"  - {line}" for line in (*role.more, *role.less)]
    yield _section("Roles", lines)
    yield _section("Resources", list(_resources(changes.resources)))
    yield _section("The rest of the templates", list(changes.rest))
    yield _cost(changes, changes.costs)
    yield from _code(changes)


def _resources(found: Sequence[ResourceChange]) -> Iterator[str]:
    for what in ("replaced", "deleted", "kept"):
        for change in (item for item in found if item.what == what):
            how = {"deleted": "is deleted", "kept": "leaves the stack, and stays in the account"}.get(what, change.how)
            yield f"{change.shown} {how}{f': {change.lost}' if change.lost else ''}"
            yield from (f"  - {line}" for line in change.lines)
    made: dict[str, list[str]] = {}
    for change in (item for item in found if item.what == "made"):
        made.setdefault(change.resource.kind, []).append(shown(label(change.resource)))
    for kind, names in made.items():
        yield f"{kind} is made: {', '.join(names)}"
    for change in (item for item in found if item.what == "changed"):
        yield f"{change.shown} {change.how}"
        yield from (f"  - {line}" for line in change.lines)


def _cost(changes: Changes, lines: Sequence[str]) -> list[str]:
    region = changes.after[0].region if changes.after else ""
    found = _section("Cost of a run, at most", lines)
    return [*found, "", f"at {prices_of(region)}"] if found else []


def _size(changes: Changes, name: str) -> str:
    values = changes.new_jobs[name].values
    words = [f"{values.get('numberOfWorkers')} x {values.get('workerType')}"] if "workerType" in values else []
    words += [f"{values['maxCapacity']} DPU"] if "maxCapacity" in values else []
    words += [f"{values['timeoutMinutes']} min"] if "timeoutMinutes" in values else []
    is_shell = values.get("type") == "pythonshell"
    words += [f"Glue {values['glueVersion']}"] if "glueVersion" in values and not is_shell else []
    words += ["Python shell"] if is_shell else []
    words += [f"schedule {shown(values['schedule'])}"] if "schedule" in values else []
    return ", ".join(words)


def _code(changes: Changes) -> Iterator[list[str]]:
    """Yield the lines of each changed file once, with the jobs that have it."""
    files: dict[tuple[str, ...], FileChange] = {}
    for file in (file for change in changes.jobs for file in change.files if file.lines):
        known = files.get(file.lines)
        title = f"{known.title}; {file.title}" if known else file.title
        files[file.lines] = FileChange(file.summary, file.lines, title)
    if files:
        yield ["## Code"]
    for file in files.values():
        longest = max((len(run) for line in file.lines for run in re.findall(r"`{3,}", line)), default=2)
        fence = "`" * (longest + 1)
        yield [f"### {file.title}", "", f"{fence}diff", *file.lines, fence]


def _section(title: str, lines: Sequence[str]) -> list[str]:
    items = [line if line.startswith("  - ") else f"- {line}" for line in lines]
    return [f"## {title}", "", *items] if items else []
