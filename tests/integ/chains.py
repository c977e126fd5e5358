"""The `after:` of the jobs in the config: which jobs have to pass before a job is started."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from tests.integ.json_flag import read_json

SHAPE = '{"<job>": ["<job before it>", …]}'
Chains = dict[str, tuple[str, ...]]


def parse(text: str) -> Chains:
    """Return the jobs before each job in a JSON text. Raise ValueError if the text does not have the SHAPE."""
    try:
        chains = {str(job): _names(before) for job, before in read_json(text).items()}
        TopologicalSorter(chains).prepare()
    except CycleError as error:
        raise ValueError(f"jobs that wait for each other: {', '.join(error.args[1])}") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{text!r} is not {SHAPE}: {error}") from None
    return chains


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise ValueError(f"{value!r} is not a list of names")
