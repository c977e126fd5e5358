"""The checks of a run that succeeded: what it has written, and what it took. One that passes is recorded."""

from __future__ import annotations

import os
from typing import Any

from tests.integ.expectations import Check, OutputCheck
from tests.integ.job_run import JobRun
from tests.integ.performance import over_limit, slower
from tests.integ.plan import Plan
from tests.integ.records import Records, digest

REHEARSAL = "REHEARSAL"  # set by a rehearsal only: its durations are not Glue's


class Checks:
    """Checks runs by the plan of their stage. Called with a run, it returns the error, or an empty text."""

    def __init__(self, plan: Plan, records: Records | None, s3: Any, quality: Check | None = None) -> None:
        expected = {name: job.expectation for name, job in plan.jobs.items() if job.expectation}
        self._output = OutputCheck(s3, expected, quality)
        self._plan, self._records = plan, records
        self._rehearsed = REHEARSAL in os.environ

    def __call__(self, run: JobRun) -> str:
        planned = self._plan.job(run.job)
        over = "" if self._rehearsed else over_limit(run, planned.expectation)
        error = "; ".join(filter(None, [self._output(run), over]))
        if self._records and not error:
            if not self._rehearsed:
                run.warning = slower(run, digest(planned.arguments), self._records.of(run.job).history)
            self._records.passed(run, planned)
        return error
