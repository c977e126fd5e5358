"""A job of a template in the words of the YAML: its parameters and settings by their keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aws_glue_cdk_baseline.config.parameters import has_parameter, parameter_name
from tools.stage_diff.templates import JOB, TRIGGER, Resource, flat

TYPES = {"glueetl": "spark", "pythonshell": "pythonshell", "gluestreaming": "streaming"}
# The key of the YAML of each property. What is missing here is shown by the property's own name.
SETTINGS = {
    "Name": "name",
    "Command.Name": "type",
    "Description": "description",
    "GlueVersion": "glueVersion",
    "WorkerType": "workerType",
    "NumberOfWorkers": "numberOfWorkers",
    "Timeout": "timeoutMinutes",
    "NotificationProperty.NotifyDelayAfter": "maxDurationMinutes",
    "MaxRetries": "maxRetries",
    "ExecutionProperty.MaxConcurrentRuns": "maxConcurrentRuns",
    "ExecutionClass": "executionClass",
    "MaxCapacity": "maxCapacity",
    "MaintenanceWindow": "maintenanceWindow",
    "Connections.Connections": "connections",
    "SecurityConfiguration": "securityConfiguration",
    "JobRunQueuingEnabled": "queuing",
    "Command.PythonVersion": "pythonVersion",
}
# Arguments that come from a setting, and not from `defaultArguments`.
ARGUMENTS = {
    "--enable-observability-metrics": "observability",
    "--spark-event-logs-path": "sparkUi",
    "--enable-auto-scaling": "autoScaling",
    "--continuous-log-logGroup": "log group",
    "--custom-logGroup-prefix": "log groups",
}
# Arguments that come with another one, which says it.
SWITCHES = {"--enable-metrics": "--enable-observability-metrics", "--enable-spark-ui": "--spark-event-logs-path"}
BOOKMARK, CONF, MODULES, FILES = "--job-bookmark-option", "--conf", "--additional-python-modules", "--extra-py-files"
# Tags by which this app names the stack, and the versions of the CDK's assembly.
OWN_TAGS = ("artifact_id", "stack_id", "stack_name")
SHARED_CODE = re.compile(r"s3://([^/]+)/([0-9a-f]{64}\.zip|shared_code-[0-9.]+-py3-none-any\.whl)")
HASH = re.compile(r"[0-9A-F]{8}$")
OBJECT = re.compile(r"s3://([^/]+)/(.+)")


@dataclass(frozen=True)
class Asset:
    """A file in S3, and the stack whose assets have it."""

    bucket: str
    key: str
    resource: Resource = field(compare=False)

    def content(self) -> bytes:
        """Return its bytes. Raise UnreadableError if they cannot be read."""
        return self.resource.stack.read(self.bucket, self.key)


@dataclass(frozen=True)
class Job:
    """A job: its `values` by key, its packages (`pandas==2.3.3`), and the assets of its code."""

    name: str
    resource: Resource
    values: dict[str, Any]
    packages: tuple[str, ...]
    script: Asset | None
    shared_code: Asset | None

    @property
    def schedule(self) -> str:
        return str(self.values.get("schedule", ""))


def jobs_of(resources: Iterable[Resource]) -> dict[str, Job]:
    """Return the jobs by their names in the YAML."""
    found = list(resources)
    jobs = [item for item in found if item.kind == JOB]
    names = {_physical(item): yaml_name(item) for item in jobs}
    starts = _starts([item for item in found if item.kind == TRIGGER], names)
    made = [_job(item, starts.get(_physical(item), {})) for item in jobs]
    return {job.name: job for job in made}


def _physical(job: Resource) -> str:
    return str(job.properties.get("Name") or "${" + job.id + "}")


def yaml_name(resource: Resource) -> str:
    """Return the name of a job in the YAML: that of its construct, if it is a part of its name in AWS.

    Without the CDK's path in its metadata, the construct's name is its logical id without the hash at the end.
    """
    name = resource.properties.get("Name")
    parts = resource.path.split("/")
    construct = parts[-2] if parts[-1:] == ["Resource"] and len(parts) > 1 else HASH.sub("", resource.id)
    if not isinstance(name, str):
        return construct
    return construct if construct in name else name


def _job(resource: Resource, starts: Mapping[str, str]) -> Job:
    properties = {name: item for name, item in resource.properties.items() if name not in ("DefaultArguments", "Role")}
    arguments: Mapping[str, Any] = resource.properties.get("DefaultArguments") or {}
    values: dict[str, Any] = {}
    for path, value in flat(properties):
        if path == "Command.ScriptLocation" or path.removeprefix("Tags.") in OWN_TAGS:
            continue
        if path == "Tags.environment" and str(value).startswith("aws://"):
            continue
        key = SETTINGS.get(path, path.replace("Tags.", "tags.", 1) if path.startswith("Tags.") else path)
        values[key] = TYPES.get(value, value) if key == "type" else value
    for name, value in arguments.items():
        if name not in SWITCHES or value != "true" or SWITCHES[name] not in arguments:
            values.update(_argument(name, value))
    values.update(starts)
    script, shared, others = _code(resource, arguments)
    if others:
        values[f"defaultArguments.{FILES}"] = ",".join(others)
    return Job(yaml_name(resource), resource, values, _packages(arguments), script, shared)


def _argument(name: str, value: Any) -> dict[str, Any]:
    if name in (MODULES, FILES):
        return {}
    if name == BOOKMARK and value in ("job-bookmark-enable", "job-bookmark-disable"):
        return {"bookmark": value == "job-bookmark-enable"}
    if name == CONF and isinstance(value, str):
        return {
            f"sparkConf.{pair.partition('=')[0].strip()}": pair.partition("=")[2].strip()
            for pair in re.split(r"\s*--conf\s+", value)
            if pair
        }
    if name in ARGUMENTS:
        return {ARGUMENTS[name]: value}
    option = name.removeprefix("--")
    is_parameter = "-" not in option and has_parameter(option)
    return {parameter_name(option) if is_parameter else f"defaultArguments.{name}": value}


def _packages(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(item.strip() for item in str(arguments.get(MODULES, "")).split(",") if item.strip())


def _code(resource: Resource, arguments: Mapping[str, Any]) -> tuple[Asset | None, Asset | None, list[str]]:
    location = OBJECT.fullmatch(str((resource.properties.get("Command") or {}).get("ScriptLocation", "")))
    script = Asset(location[1], location[2], resource) if location else None
    shared, others = None, []
    for item in filter(None, str(arguments.get(FILES, "")).split(",")):
        if (found := SHARED_CODE.fullmatch(item)) and shared is None:
            shared = Asset(found[1], found[2], resource)
        else:
            others.append(item)
    return script, shared, others


def _starts(triggers: Iterable[Resource], names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the schedule of each job and the jobs that it waits for, by the triggers that start it.

    `names` are those in the YAML of the jobs in AWS, by which the result has them.
    """
    found: dict[str, dict[str, str]] = {}
    for trigger in triggers:
        properties = trigger.properties
        off = "" if str(properties.get("StartOnCreation", "")).lower() == "true" else " (off)"
        if properties.get("Type") == "SCHEDULED":
            key, value = "schedule", str(properties.get("Schedule"))
        elif properties.get("Type") == "CONDITIONAL":
            conditions = (properties.get("Predicate") or {}).get("Conditions") or []
            before = [str(item.get("JobName")) for item in conditions]
            key, value = "after", ", ".join(sorted(names.get(name, name) for name in before))
        else:
            continue
        for action in properties.get("Actions") or []:
            values = found.setdefault(str(action.get("JobName")), {})
            values[key] = "; ".join([*([values[key]] if key in values else []), value + off])
    return found
