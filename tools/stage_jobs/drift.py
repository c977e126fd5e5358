"""Find what was changed by hand in a stage: `make drift STAGE=prod`.

Compares jobs, triggers, roles and log groups with the template that was deployed last. It only reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aws_glue_cdk_baseline.config.parameters import has_parameter, parameter_name
from tools.stage_jobs.account import MissingError, StageAccount
from tools.stage_jobs.deployed_stack import UNKNOWN, Resource, deployed_resources
from tools.stage_jobs.role_drift import MANAGED, role_drift
from tools.stage_jobs.triggers import trigger_drift

AT_ONCE = 4  # resources; IAM takes fewer calls than Glue
JOB, TRIGGER, LOG_GROUP = "AWS::Glue::Job", "AWS::Glue::Trigger", "AWS::Logs::LogGroup"
ROLE, POLICY = "AWS::IAM::Role", "AWS::IAM::Policy"
# The settings that become an argument of Glue's own.
OF_SETTINGS = {
    "--conf": "sparkConf (--conf)",
    "--enable-observability-metrics": "observability (--enable-observability-metrics)",
    "--enable-metrics": "observability (--enable-metrics)",
    "--enable-spark-ui": "sparkUi (--enable-spark-ui)",
    "--spark-event-logs-path": "sparkUi (--spark-event-logs-path)",
}
COMPARED = {JOB: "job", TRIGGER: "trigger", ROLE: "role", LOG_GROUP: "log group"}
# The key of the config, where its value is in a job's properties and in GetJob's answer, and what it is if it is not.
# UNKNOWN is what Glue fills in itself: the MaxCapacity of each Spark job, the timeout of a job that has none.
SETTINGS: tuple[tuple[str, tuple[str, ...], Any], ...] = (
    ("description", ("Description",), ""),
    ("type", ("Command", "Name"), ""),
    ("maintenanceWindow", ("MaintenanceWindow",), ""),
    ("maxCapacity", ("MaxCapacity",), UNKNOWN),
    ("glueVersion", ("GlueVersion",), UNKNOWN),
    ("workerType", ("WorkerType",), UNKNOWN),
    ("numberOfWorkers", ("NumberOfWorkers",), UNKNOWN),
    ("timeoutMinutes", ("Timeout",), UNKNOWN),
    ("maxDurationMinutes", ("NotificationProperty", "NotifyDelayAfter"), 0),
    ("maxRetries", ("MaxRetries",), 0),
    ("maxConcurrentRuns", ("ExecutionProperty", "MaxConcurrentRuns"), 1),
    ("executionClass", ("ExecutionClass",), "STANDARD"),
    ("queuing", ("JobRunQueuingEnabled",), False),
    ("connections", ("Connections", "Connections"), []),
    ("securityConfiguration", ("SecurityConfiguration",), ""),
    ("the file of its script", ("Command", "ScriptLocation"), ""),
)


def drift(account: StageAccount) -> int:
    """Print a line for each change by hand. Return 1 if there is one, else 0."""
    resources = deployed_resources(account)
    policies = [resource for resource in resources if resource.kind in (POLICY, MANAGED)]
    jobs = {
        resource.properties.get("Role", "").rpartition("/")[2]: resource
        for resource in resources
        if resource.kind == JOB
    }

    own_keys = tuple(f"-{name}" for job in jobs.values() if (name := job.properties.get("SecurityConfiguration")))

    def compare(resource: Resource) -> list[str]:
        if resource.kind == JOB:
            return job_drift(account, resource)
        if resource.kind == ROLE:
            of = (
                f"the role of {_shown(account, jobs[resource.name])}"
                if resource.name in jobs
                else f"role {resource.name}"
            )
            return role_drift(account, resource, policies, of)
        if resource.kind == TRIGGER:
            return trigger_drift(account, resource)
        return log_group_drift(account, resource, own_keys)

    compared = [resource for resource in resources if resource.kind in COMPARED]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = [lines for lines in pool.map(compare, compared) if lines]
    for line in (line for lines in found for line in lines):
        print(line)
    counts = Counter(COMPARED[resource.kind] for resource in compared)
    what = ", ".join(
        f"{counts[kind]} {kind}{'s'[: counts[kind] != 1]}"
        for kind in COMPARED.values()
        if counts[kind] or kind != COMPARED[TRIGGER]
    )
    others = Counter(resource.kind for resource in resources if resource.kind not in (*COMPARED, POLICY))
    rest = ", ".join(f"{number} {kind}" for kind, number in sorted(others.items()))
    not_compared = f"; not compared: {rest}, and tags" if rest else "; tags are not compared"
    if not found:
        print(f"nothing was changed by hand: {what} are as they were deployed{not_compared}")
        return 0
    print(f"{len(found)} of {len(compared)} were changed by hand, of {what}{not_compared}")
    print("A deployment may leave it so. Change it back by hand, or write it into the config and push.")
    return 1


def job_drift(account: StageAccount, deployed: Resource) -> list[str]:
    """Return what differs in a job, in the words of the config."""
    shown = _shown(account, deployed)
    try:
        now = account.call("glue", "get_job", deployed.name, JobName=deployed.name)["Job"]
    except MissingError:
        return [f"{shown}: the job was deleted by hand"]
    lines = [
        f"{shown}: {_change(key, was, is_now)}"
        for key, path, default in SETTINGS
        if (was := _at(deployed.properties, path, default)) != (is_now := _at(now, path, default)) and was != UNKNOWN
    ]
    if _at(deployed.properties, ("Role",), "").rpartition("/")[2] != str(now.get("Role", "")).rpartition("/")[2]:
        lines.append(f"{shown}: it has another role: {now.get('Role')}")
    was, is_now = deployed.properties.get("DefaultArguments", {}), now.get("DefaultArguments", {})
    for name in sorted({*was, *is_now}):
        if was.get(name) != is_now.get(name) and was.get(name) != UNKNOWN:
            lines.append(f"{shown}: {_change(argument_words(name), was.get(name), is_now.get(name))}")
    return lines


def argument_words(name: str) -> str:
    """Return the key of the config that becomes an argument: a parameter, or one under `defaultArguments`."""
    option = name.removeprefix("--")
    if name in OF_SETTINGS:
        return OF_SETTINGS[name]
    is_parameter = has_parameter(option) and "-" not in option
    return parameter_name(option) if is_parameter else f"defaultArguments {name}"


def log_group_drift(account: StageAccount, deployed: Resource, own_keys: tuple[str, ...] = ()) -> list[str]:
    """Return what differs in a log group. Glue gives those whose names end with one of `own_keys` another key."""
    groups: Iterable[dict[str, Any]] = account.pages(
        "logs", "describe_log_groups", "logGroups", deployed.name, logGroupNamePrefix=deployed.name
    )
    now = next((group for group in groups if group["logGroupName"] == deployed.name), None)
    if now is None:
        return [f"{deployed.name}: the log group was deleted by hand"]
    lines = []
    was, days = deployed.properties.get("RetentionInDays"), now.get("retentionInDays")
    if was != days:
        lines.append(f"{deployed.name}: {_change('logRetentionDays', was, days or 'without an end')}")
    key = str(deployed.properties.get("KmsKeyId", ""))
    given_by_glue = deployed.name.endswith(own_keys)
    if (
        key != UNKNOWN
        and not given_by_glue
        and key.rpartition("/")[2] != str(now.get("kmsKeyId", "")).rpartition("/")[2]
    ):
        lines.append(
            f"{deployed.name}: it is {'encrypted with another key' if now.get('kmsKeyId') else 'not encrypted'}"
        )
    return lines


def _change(key: str, was: Any, now: Any) -> str:
    if now is None:
        return f"{key} was removed; it was deployed as {was}"
    return f"{key} was added: {now}" if was is None else f"{key} is {_word(now)}; it was deployed as {_word(was)}"


def _word(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value or "empty"


def _at(values: Any, path: tuple[str, ...], default: Any) -> Any:
    for name in path:
        values = (values or {}).get(name)
    return default if values is None else values


def _shown(account: StageAccount, job: Resource) -> str:
    return job.name.removeprefix(account.stage.names.prefixed("")).removesuffix(f"-{account.stage.name}")
