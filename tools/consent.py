"""Ask a person before something is deployed or deleted. Without a terminal, YES=1 and CONFIRM= are the answers."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from tools.job_arguments import RunError


def ask(question: str, yes: bool, nothing: str) -> None:
    """Ask a question. Raise RunError, which says that there was `nothing` done, if the answer is not yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise RunError(f"{nothing}: it asks first; without a terminal, give YES=1")
    if _answer(f"{question} [y/N] ").lower() not in ("y", "yes"):
        raise RunError(nothing)


def ask_for_names(stages: Iterable[str], confirmed: str, nothing: str) -> None:
    """Ask to type the name of each stage with an approval, unless it is among those `confirmed`, with commas between.

    Raise RunError, which says that there was `nothing` done, if another text is typed.
    """
    given = {name.strip() for name in confirmed.split(",")}
    missing = [stage for stage in stages if stage not in given]
    if missing and not sys.stdin.isatty():
        names = ",".join(missing)
        raise RunError(f"{nothing}: {missing[0]} has an approval; without a terminal, give CONFIRM={names}")
    for stage in missing:
        if _answer(f"{stage} has an approval. Type its name: ") != stage:
            raise RunError(f"{nothing}: that is not {stage}")


def _answer(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        return ""
