"""Arguments that Glue takes for the abbreviation of another one: getResolvedOptions accepts any unique beginning.

Glue 5 always does so, Glue 6 where the script asks for it (`allow_abbrev=True`).

The parser of a call knows the options that the call asks for, and Glue's own. An argument that it does not know, and
whose name is the beginning of one of them, is read as that one: the last of the two on the command line wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from aws_glue_cdk_baseline.config.glue_arguments import PARSER_OPTIONS

# Glue passes these to every run, beside what the job has.
ALWAYS_GIVEN = frozenset({"JOB_NAME"})


def stand_ins(
    arguments: Iterable[str], calls: Iterable[Mapping[str, int]], missing: Iterable[str]
) -> dict[str, tuple[str, int]]:
    """Return the (option, line) that each argument (`--input`) supplies as the abbreviation of a `missing` option.

    These are the abbreviations that a job runs well with: one option in all `calls`, and nothing else supplies it.
    """
    calls, missing = list(calls), set(missing)
    found = {}
    for argument in arguments:
        given = argument.removeprefix("--")
        meant = {option for call in calls for option in {*call, *PARSER_OPTIONS} if option.startswith(given)}
        if len(meant) == 1 and meant <= missing - {given}:
            option = meant.pop()
            found[argument] = option, next(call[option] for call in calls if option in call)
    options = [option for option, _ in found.values()]
    return {argument: place for argument, place in found.items() if options.count(place[0]) == 1}


def abbreviated(
    arguments: Iterable[str], calls: Iterable[Mapping[str, int]], script: str, lines: Mapping[str, int]
) -> Iterator[tuple[str | None, str]]:
    """Yield (argument, message) for each argument (`--input`) that is an abbreviation in a call, at most one each.

    `calls` have the options of each call with their lines in `script`, and `lines` those of the arguments in the file.
    The argument is None for one of Glue's own.
    """
    calls = list(calls)
    for given in sorted({argument.removeprefix("--") for argument in arguments} | ALWAYS_GIVEN):
        for call in calls:
            known = {**dict.fromkeys(PARSER_OPTIONS, min(call.values())), **call}
            meant = sorted(option for option in known if option.startswith(given))
            if given in known or not meant:
                continue
            place = f"{script}:{known[meant[0]]}"
            if len(meant) > 1:
                said = f"is the beginning of {' and '.join(f'--{option}' for option in meant)}: getResolvedOptions in"
                said = f'{said} {place} ends with "ambiguous option"'
            elif meant == ["help"]:
                said = f"is read as --help by getResolvedOptions in {place}, which ends the job"
            else:
                other = f" on line {lines[f'--{meant[0]}']}" if f"--{meant[0]}" in lines else ""
                said = (
                    f"is read as --{meant[0]} by getResolvedOptions in {place}, which accepts any beginning of a name:"
                    f" it replaces --{meant[0]}{other}, or is replaced by it"
                )
            own = given in ALWAYS_GIVEN
            mend = "ask for JOB_NAME in the same call" if own else "give one of the two another name"
            yield None if own else f"--{given}", f"--{given} {said}; {mend}"
            break
