"""Check the settings of a job that do not go together: rules of Glue that concern more than one setting."""

from __future__ import annotations

from collections.abc import Iterator

from aws_glue_cdk_baseline.config.job_settings import JobSettings
from aws_glue_cdk_baseline.config.python_shell import SPARK_ARGUMENTS
from aws_glue_cdk_baseline.config.spark_conf import CONF, spark_conf

# An error: the settings that it comes from, by their Python names, the key of one of them, and the message.
Wrong = tuple[set[str], str, str]

# Settings of Spark jobs, by their Python names, each with its key.
OF_SPARK = {
    **{"glue_version": "glueVersion", "worker_type": "workerType", "number_of_workers": "numberOfWorkers"},
    **{"execution_class": "executionClass", "bookmark": "bookmark", "spark_conf": "sparkConf"},
    **{"observability": "observability", "spark_ui": "sparkUi"},
}


def setting_errors(settings: JobSettings) -> Iterator[Wrong]:
    """Yield what is wrong with the settings of a job in one stage, which are right one by one."""
    yield from _of_type(settings)
    if settings.execution_class == "FLEX" and settings.worker_type not in ("G.1X", "G.2X"):
        message = f"FLEX runs on workers of type G.1X or G.2X, not {settings.worker_type}; change one of the two"
        yield {"execution_class", "worker_type"}, "executionClass", message
    if (longest := settings.max_duration_minutes) and longest >= settings.timeout_minutes:
        message = (
            f"{longest} minutes are not less than timeoutMinutes, {settings.timeout_minutes}: Glue would stop the run"
            " first; change one of the two"
        )
        yield {"max_duration_minutes", "timeout_minutes"}, "maxDurationMinutes", message
    if settings.bookmark and settings.max_concurrent_runs > 1:
        message = (
            f"a job with a bookmark has one run at a time, not {settings.max_concurrent_runs}: two would read the"
            " same files; remove maxConcurrentRuns, or bookmark"
        )
        yield {"bookmark", "max_concurrent_runs"}, "bookmark", message
    if settings.queuing and settings.max_retries:
        message = (
            f"Glue tries no run of a job with queuing again; remove `maxRetries: {settings.max_retries}`, or queuing"
        )
        yield {"queuing", "max_retries"}, "queuing", message
    if settings.queuing and settings.execution_class == "FLEX":
        message = "FLEX has a queue of its own: such a run waits up to 20 minutes; remove queuing, or executionClass"
        yield {"queuing", "execution_class"}, "queuing", message
    for name in spark_conf(settings.default_arguments.get(CONF, "")):
        if name in settings.spark_conf:
            message = f"{name} is also in {CONF} under defaultArguments; remove one of the two"
            yield {"spark_conf", "default_arguments"}, "sparkConf", message


def _of_type(settings: JobSettings) -> Iterator[Wrong]:
    """Yield the settings that a job of this type does not have."""
    if settings.is_streaming:
        yield from _of_streaming(settings)
    elif settings.maintenance_window:
        yield {"maintenance_window", "type"}, "maintenanceWindow", "is for `type: streaming`; remove it"
    if not settings.is_shell:
        if "max_capacity" in settings.model_fields_set:
            message = "is for `type: pythonshell`; the size of a Spark job is `workerType` times `numberOfWorkers`"
            yield {"max_capacity", "type"}, "maxCapacity", message
        return
    for name, key in OF_SPARK.items():
        if name in settings.model_fields_set and getattr(settings, name) not in (False, "STANDARD"):
            yield {name, "type"}, key, f"a Python shell job has none: {_INSTEAD.get(key, 'it has no Spark')}; remove it"
    for argument in sorted(SPARK_ARGUMENTS & settings.default_arguments.keys()):
        message = f"{argument} is for Spark jobs, and this is a Python shell job; remove it"
        yield {"default_arguments", "type"}, "defaultArguments", message


def _of_streaming(settings: JobSettings) -> Iterator[Wrong]:
    """Yield what is only for a job that ends."""
    wrong = {
        "execution_class": (settings.execution_class == "FLEX", "executionClass", "Glue runs it as STANDARD alone"),
        "bookmark": (settings.bookmark, "bookmark", "its checkpoint, in S3, says how far it has read"),
        "after": (bool(settings.after), "after", "it is no step of a chain"),
        "schedule": (settings.schedule is not None, "schedule", "it is started once, and runs on"),
        "expect": (settings.expect is not None, "expect", "the integration test sees it running, and stops it"),
        "max_duration_minutes": (settings.max_duration_minutes is not None, "maxDurationMinutes", "it has no end"),
    }
    for name, (is_there, key, why) in wrong.items():
        if is_there:
            yield {name, "type"}, key, f"a streaming job has none: {why}; remove it"


_INSTEAD = {
    "glueVersion": "it runs on Python 3.9",
    "workerType": "its size is `maxCapacity`",
    "numberOfWorkers": "its size is `maxCapacity`",
}
