"""Glue: a job keeps the settings that MiniStack forgets, so that GetJob answers with them as AWS does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import glue as service
from ministack.services.cloudformation import provisioners

# The values that MiniStack forgets, with what GetJob has for a job without it; None: it has nothing.
FORGOTTEN: dict[str, Any] = {
    "NotificationProperty": {},
    "ExecutionProperty": {"MaxConcurrentRuns": 1},
    "ExecutionClass": None,
    "JobRunQueuingEnabled": False,
    "MaintenanceWindow": None,
}
SHELL = "pythonshell"  # in a job's command
OF_SPARK = ("WorkerType", "NumberOfWorkers")  # MiniStack gives them to each job


def install() -> None:
    """Patch MiniStack."""
    provisioners._GLUE_JOB_DEFAULTS.update(FORGOTTEN)
    service._create_job = keeping(service._create_job, lambda data: (data.get("Name"), data))
    service._update_job = keeping(service._update_job, lambda data: (data.get("JobName"), data.get("JobUpdate", {})))


def complete_run(run: dict[str, Any], job: Mapping[str, Any]) -> None:
    """Give a run the execution class of its job, by which it is billed. A run of a Python shell job has no workers."""
    if job.get("ExecutionClass"):
        run["ExecutionClass"] = job["ExecutionClass"]
    if job["Command"]["Name"] == SHELL:
        for key in OF_SPARK:
            run.pop(key, None)


def keeping(handle: Any, job_of: Callable[[Any], tuple[str, Mapping[str, Any]]]) -> Any:
    """Return a handler of CreateJob or UpdateJob that keeps them all. `job_of` returns the job's name and values."""

    def answer(data: Any) -> Any:
        result, (name, values) = handle(data), job_of(data)
        if (job := service._jobs.get(name)) is not None:
            job.update({key: values.get(key) or default for key, default in FORGOTTEN.items()})
            if job["Command"].get("Name") == SHELL:
                for key in OF_SPARK:
                    job.pop(key, None)
        return result

    return answer
