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
    if answer(f"{question} [y/N] ").lower() not in ("y", "yes"):
        raise RunError(nothing)


def ask_for_names(stages: Iterable[str], confirmed: str, nothing: str) -> None:
    """Ask to type the name of each stage with an approval, unless it is among those `confirmed`, a text of names.

    Raise RunError, which says that there was `nothing` done, if another text is typed.
    """
    given = names_in(confirmed)
    missing = [stage for stage in stages if stage not in given]
    if missing and not sys.stdin.isatty():
        names = ",".join(missing)
        raise RunError(f"{nothing}: {missing[0]} has an approval; without a terminal, give CONFIRM={names}")
    for stage in missing:
        if answer(f"{stage} has an approval. Type its name: ") != stage:
            raise RunError(f"{nothing}: that is not {stage}")


def names_in(names: str) -> list[str]:
    """Return the names in a text, with commas or spaces between."""
    return names.replace(",", " ").split()


def answer(question: str) -> str:
    """Return what a person types, or nothing on Ctrl-D."""
    try:
        return input(question).strip()
    except EOFError:
        print()
        return ""
