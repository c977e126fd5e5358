"""The plan of a stage's integration test: what the synth knows of its jobs, in a file of the cloud assembly.

`aws_glue_cdk_baseline/pipeline/integration_plan.py` writes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from tests.integ.expectations import Expectation, expectation

FORMAT = 1


class PlanError(Exception):
    """A plan cannot be used. The message says why, in one line."""


@dataclass(frozen=True)
class PlannedJob:
    """One job: the jobs that it comes `after`, the `expectation` of its output, and the `arguments` of its runs.

    `fingerprint` stands for everything on which a run depends but its data, and `parts` for each part of that, by
    name. Both are empty if the stage keeps no records. A `streaming` job has no end: it is seen running, and stopped.
    """

    after: tuple[str, ...] = ()
    expectation: Expectation | None = None
    arguments: dict[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    streaming: bool = False

    @property
    def limited(self) -> bool:
        """True if it is limited what a run may take."""
        limits = self.expectation and (self.expectation.max_minutes, self.expectation.max_dpu_hours)
        return bool(limits) and limits != (None, None)


@dataclass(frozen=True)
class Plan:
    """The jobs of a stage by their deployed names.

    With `changed_only`, jobs that are as they were when they passed are not started. `records` is the table of what
    passed, or empty.
    """

    jobs: dict[str, PlannedJob] = field(default_factory=dict)
    changed_only: bool = False
    records: str = ""

    def job(self, name: str) -> PlannedJob:
        """Return the plan of a job. One that the synth did not know is deployed by something else: it has none."""
        return self.jobs.get(name, PlannedJob())


def read_plan(file: Path, stage: str, account: str, region: str) -> Plan:
    """Return the plan in a file. Raise PlanError if it is none, or that of another stage."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']!r}, known: {FORMAT}")
        place = tuple(str(data[name]) for name in ("stage", "account", "region"))
        plan = Plan(
            jobs={str(name): _job(item) for name, item in data["jobs"].items()},
            changed_only=bool(data["changedOnly"]),
            records=str(data["records"]),
        )
        TopologicalSorter({name: job.after for name, job in plan.jobs.items()}).prepare()
    except OSError as error:
        raise PlanError(f"{file} cannot be read ({error.strerror}); `cdk synth` writes it") from None
    except CycleError as error:
        raise PlanError(f"{file} has jobs that wait for each other: {', '.join(error.args[1])}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PlanError(f"{file} is not the plan of an integration test: {error!r}; synthesize again") from None
    if place != (stage, account, region):
        raise PlanError(f"{file} is the plan of {' '.join(place)}, and this is the test of {stage} {account} {region}")
    return plan


def _job(item: dict[str, Any]) -> PlannedJob:
    return PlannedJob(
        after=tuple(_texts(item.get("after", []))),
        expectation=expectation(item["expect"]) if "expect" in item else None,
        arguments={str(name): str(value) for name, value in item.get("arguments", {}).items()},
        fingerprint=str(item.get("fingerprint", "")),
        streaming=bool(item.get("streaming", False)),
        parts={str(name): str(value) for name, value in item.get("parts", {}).items()},
    )


def _texts(value: object) -> list[str]:
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return value
    raise ValueError(f"{value!r} is not a list of names")
