"""The lines that the command prints of each job. The table at the end is in table.py."""

from __future__ import annotations

from collections.abc import Sequence

from tools.upgrade_check.check import Result
from tools.upgrade_check.comparison import SHOWN, Comparison, shown

MOST_LINES = 10  # of warnings, and of schemas


def findings(result: Result) -> list[str]:
    """Return the lines of what the reading found."""
    lines = []
    for heading, found in (
        (f"breaks on {result.change.target}:", result.breaks),
        ("may break, which depends on the data:", [one for one in result.findings if not one.breaks]),
    ):
        lines += [f"  {heading}", *(f"    {one}" for one in found)] if found else []
    return lines or ["  its code and settings: nothing that is known to break"]


def differences(result: Result) -> list[str]:
    """Return the lines of what the runs showed."""
    if result.no_run:
        return [f"  {result.no_run}"]
    if not result.compared:
        return [f"  nothing was compared: it fails on {result.change.target}"]
    lines = []
    for data, found in result.locations.items():
        lines += _location(data.name, found, result)
    for name, different in result.tables.items():
        lines.append(f"  table {name} of the Data Catalog: {'different' if different else 'equal'}")
        lines += [f"    {line}" for line in _first(different)]
    if not result.locations and not result.tables:
        lines.append("  it wrote nothing: what it printed was compared, without the rows of show()")
    before, after = result.before, result.after
    schemas = len(before.printed.schemas) if before else 0
    if result.schemas:
        lines += ["  printed schemas differ:", *(f"    {line}" for line in _first(result.schemas))]
    elif schemas:
        lines.append(f"  printed schemas: equal ({schemas})")
    for run, warnings in zip((before, after), result.warnings, strict=True):
        if warnings and run:
            lines += [f"  warnings on {run.version} only:", *(f"    {line[:300]}" for line in _first(warnings))]
    if any(result.others):
        weight = "" if result.lines_differ else ", which decides nothing beside the rows that it wrote"
        lines.append(f"  lines that it printed differ{weight}; the first on each side:")
        for run, others in zip((before, after), result.others, strict=True):
            lines += [f"    {run.version}: {line[:200]}" for line in others[:SHOWN] if run]
    return lines


def _location(location: str, found: Comparison, result: Result) -> list[str]:
    one, other = found.counts
    rows = counted(one) if one == other else f"{counted(one)}, then {other:,}"
    notes = "".join(f"; {note}" for note in found.notes)
    lines = [f"  {location}: {rows}, {'equal' if found.equal else 'different'}{notes}"]
    lines += [f"    {line}" for line in [*found.columns, *found.others]]
    if found.differing:
        lines.append(f"    different values in: {', '.join(found.differing)}")
    for version, only in zip((result.change.source, result.change.target), found.only, strict=True):
        if only:
            lines.append(f"    only on {version}: {counted(len(only))}, such as")
            lines += [f"      {shown(row)}" for row in only[:SHOWN]]
    return lines


def counted(rows: int) -> str:
    return f"{rows:,} row{'' if rows == 1 else 's'}"


def _first(lines: Sequence[str]) -> list[str]:
    more = [f"… and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
    return [*lines[:MOST_LINES], *more]
