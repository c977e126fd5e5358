"""Format times, costs and tables as the commands print them."""

from __future__ import annotations

from collections.abc import Sequence

from aws_glue_cdk_baseline.prices import DATE, REGION


def duration(seconds: float) -> str:
    """Return a time in words: `42 s`, `3 min 5 s`, `2 h 10 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def dollars(usd: float | None) -> str:
    """Return an amount of USD with as many digits as it needs, or `unknown`."""
    if usd is None:
        return "unknown"
    return f"${usd:,.2f}" if usd >= 10 else f"${usd:.3f}" if usd >= 0.1 else f"${usd:.4f}"


def counted(number: int, noun: str) -> str:
    """Return `1 job`, `2 jobs`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def total(values: Sequence[float | None]) -> str:
    """Return the sum of amounts of USD in words, and how many of them are not known."""
    known = [value for value in values if value is not None]
    missing = len(values) - len(known)
    if missing and not known:
        return "unknown"
    return dollars(sum(known)) + (f" (without {missing} of unknown cost)" if missing else "")


def prices_of(region: str) -> str:
    """Return whose prices the amounts have, and that those of another `region` are not known."""
    elsewhere = f"; those of {region} are not known here" if region and region != REGION else ""
    return f"the prices of {REGION}, {DATE}{elsewhere}"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a line for each row, its cells below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
