"""config.schema.json in an editor: each key has its description, good values are taken, wrong ones are marked.

A wrong value that the schema can tell is refused by the synth too. The synth tells more: what goes together.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from aws_glue_cdk_baseline.config import ConfigError, json_schema
from tests.configs import CONFIG, load

SCHEMA: dict[str, Any] = json.loads(json_schema())
KEY = "arn:aws:kms:us-east-1:222222222222:key/1234"
UUID = "12345678-1234-1234-1234-1234567890ab"
ARN = "arn:aws:codeconnections:us-east-1:111111111111:connection/0a1b"


def properties(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each key with its schema, however deep."""
    if isinstance(schema, list):
        for item in schema:
            yield from properties(item)
    elif isinstance(schema, dict):
        found = schema.get("properties")
        if isinstance(found, dict):
            yield from ((key, value) for key, value in found.items() if isinstance(value, dict))
        for value in schema.values():
            yield from properties(value)


def is_taken(text: str) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(yaml.safe_load(text))


def of_join(setting: str) -> str:
    return CONFIG.replace("numberOfWorkers: 4", setting, 1)


def of_dev(key: str) -> str:
    return CONFIG.replace("dev:\n", f"dev:\n  {key}\n", 1)


def of_file(key: str) -> str:
    return f"{CONFIG}{key}\n"


def test_an_editor_describes_each_key() -> None:
    found = list(properties(SCHEMA))
    assert {"queuing", "workspaceId", "reason", "dashboard"} <= {key for key, _ in found}
    assert [key for key, value in found if not value.get("description")] == []


GOOD = {
    of_file: (
        *("namePrefix: orders", "source: {branch: 2.0}", "source: {codeCommit: etl}", "pullRequests: true"),
        *(f"source: {{connectionArn: '{ARN}', repository: group/sub/name}}", "notifications: {email: a@example.com}"),
        *("notifications: {email: [a@example.com, b@example.com]}", f"kmsKeys: {{dev-data: [{KEY}]}}", "tags: {A: 1}"),
    ),
    of_dev: (
        *("integrationTest: changed", "approval: changes", "approval: true", "schedules: true", "rollback: true"),
        *(
            "notifications: none",
            "dashboard: true",
            "logRetentionDays: 7",
            "logRetentionDays: '365'",
            f"kmsKeys: {{dev-data: {KEY}}}",
        ),
    ),
    of_join: (
        *("schedule: cron(0 3 * * ? *)", "after: Show", "after: [Show]", "type: streaming", "queuing: true"),
        *("sparkUi: s3://logs/x/", "connections: orders db", "connections: [a, b.c]", "expect: {maxDpuHours: 0.5}"),
        *("securityConfiguration: ours", "sparkConf: {spark.a: 1}", "tags: {Cost Center: '04'}", "glueVersion: 5.1"),
        *("maxDurationMinutes: 5", "observability: true", "script: join.py", "maxRetries: '1'", "bookmark: 'no'"),
        *("expect: {maxDpuHours: '0.5'}", "description: 2026", "maxConcurrentRuns: '10'"),
    ),
}
WRONG = {
    of_file: (
        *("namePrefix: Orders", "namePrefix: abcdefghijkl", "namePrefix:", "pullRequests: maybe", "pullRequests:"),
        *(f"source: {{connectionArn: '{ARN}'}}", "source: {repository: a/b}", "source: {codeCommit: a/b}", "source:"),
        f"source: {{codeCommit: a, connectionArn: '{ARN}', repository: a/b}}",
        f"source: {{connectionArn: '{KEY}', repository: a/b}}",
        *("source: {brnch: main}", "notifications: {}", "notifications:", "notifications: none"),
        *("notifications: {email: team}", "notifications: {email: 'a@example.com, b@example.com'}"),
        *("notifications: {topicArn: alerts}", "notifications: {topicArn: }", "notifications: {slack: C0123}"),
        *("notifications: {slack: {workspaceId: T01, channelId: general}}", "notifications: {slack: {channelId: C01}}"),
        f"notifications: {{teams: {{tenantId: acme, teamId: {UUID}, channelId: '19:a@thread.tacv2'}}}}",
        *("kmsKeys: {dev-data: alias/x}", "kmsKeys: [a]", "kmsKeys: {dev-data: }", "tags: [a]", "tags: {A: [b]}"),
    ),
    of_dev: (
        *("integrationTest: some", "integrationTest:", "approval: change", "approval:", "schedules: daily"),
        *("schedules:", "rollback: auto", "rollback:", "notifications: nobody", "dashboard: full", "dashboard:"),
        *("logRetentionDays: 8", "logRetentionDays:", "kmsKeys: {dev-data: 1234}", "dashboards: true"),
    ),
    of_join: (
        *("schedule: daily", "schedule: cron(0 3 * * *)", "schedule:", "after: {a: b}", "after:", "type: ray", "type:"),
        *("maxCapacity: 2", "maintenanceWindow: Sunday", "queuing: wait", "queuing:", "sparkUi: s3://logs/x"),
        *("connections: [a/b]", "connections: {a: b}", "connections:", "securityConfiguration: a b"),
        *("securityConfiguration:", "sparkConf: {shuffle: 1}", "sparkConf: [spark.a]", "tags:", "expect: {}"),
        *("expect:", "expect: {maxMinutes: 0}", "expect: {maxDpuHours: much}", "expect: {rows: 1}", "observability:"),
        *("maxDurationMinutes: 0", "maxDurationMinutes: long", "maxDurationMinutes:", "glueVersion: 4.0"),
        *("executionClass: flex", "script: join", "workerType: G1X", "obserability: true"),
    ),
}


@pytest.mark.parametrize("text", [place(value) for place, values in GOOD.items() for value in values])
def test_an_editor_takes_what_is_right(text: str) -> None:
    assert is_taken(text)


def test_an_editor_takes_a_job_with_nothing_below_it(tmp_path: Path) -> None:
    text = CONFIG.replace("numberOfWorkers: 4", "")
    assert load(tmp_path, text).stages
    assert is_taken(text)


@pytest.mark.parametrize("text", [place(value) for place, values in WRONG.items() for value in values])
def test_an_editor_marks_what_the_synth_refuses_in_one_line(tmp_path: Path, text: str) -> None:
    assert not is_taken(text)
    with pytest.raises(ConfigError) as error:
        load(tmp_path, text)
    assert len(str(error.value).splitlines()) == 1
