"""Select the jobs that are tested: those that changed since they passed, and those that come after such a job."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.integ.plan import Plan, PlannedJob
from tests.integ.records import Passed, Records

SHOWN = 3  # changes of a job in a line
LOOKS_AT_ONCE = 8  # calls of GetJobRun at the same time
# Asks Glue for the run of a job that passed, and returns why it does not count, or an empty text.
Verify = Callable[[str, Passed, PlannedJob], str]


@dataclass
class Selection:
    """The reason for each job that is tested, and for each other job its last pass."""

    tested: dict[str, str] = field(default_factory=dict)
    unchanged: dict[str, Passed] = field(default_factory=dict)


def select(jobs: Iterable[str], plan: Plan, records: Records, verify: Verify) -> Selection:
    """Return the selection of the jobs. A pass counts only if Glue still knows the run, and that it succeeded."""
    found = Selection()
    for job in jobs:
        record, planned = records.of(job), plan.job(job)
        reason = "" if planned.fingerprint else "is not in the plan"
        if reason or record.passed is None:
            found.tested[job] = reason or record.reason
        elif record.passed.fingerprint != planned.fingerprint:
            found.tested[job] = _changes(record.passed.parts, planned.parts)
        else:
            found.unchanged[job] = record.passed
    _add_those_after(found, plan)
    with ThreadPoolExecutor(LOOKS_AT_ONCE) as pool:
        jobs_left = list(found.unchanged)
        reasons = pool.map(lambda job: verify(job, found.unchanged[job], plan.job(job)), jobs_left)
        doubtful = {job: reason for job, reason in zip(jobs_left, reasons, strict=True) if reason}
    for job, reason in doubtful.items():
        _test(found, job, reason)
    _add_those_after(found, plan)
    return found


def _add_those_after(found: Selection, plan: Plan) -> None:
    """Add the jobs after those that are tested: their input is written again."""
    while added := [
        (job, before[0])
        for job in found.unchanged
        if (before := [name for name in plan.job(job).after if name in found.tested])
    ]:
        for job, name in added:
            _test(found, job, f"comes after {name}, which is tested")


def _test(found: Selection, job: str, reason: str) -> None:
    del found.unchanged[job]
    found.tested[job] = reason


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Return in words which parts of a job have changed."""
    names = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more} changed" if names else "its fingerprint is another one"
