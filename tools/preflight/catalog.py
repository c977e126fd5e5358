"""Look at what else jobs name: databases and connections of Glue, security configurations, and secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from aws_glue_cdk_baseline.config import StageConfig
from tools.preflight.config_lines import ConfigLines
from tools.preflight.finding import Finding, fail, looked, ok
from tools.preflight.reader import Reader
from tools.preflight.used import (
    Used,
    used_connections,
    used_databases,
    used_secrets,
    used_security_configurations,
)
from tools.stage_jobs.account import MissingError


def check_catalog(reader: Reader, stage: StageConfig, lines: ConfigLines) -> Iterator[Finding]:
    """Yield a finding for each name. `reader` is in the account and Region of the stage."""
    for name, used in used_databases(stage, lines).items():
        yield from _named(reader, "database", name, used, "glue", "get_database", {"Name": name})
    for name, used in used_security_configurations(stage, lines).items():
        answer = _named(
            reader, "securityConfiguration", name, used, "glue", "get_security_configuration", {"Name": name}
        )
        yield from answer
    secrets = used_secrets(stage, lines)
    for name, used in used_connections(stage, lines).items():
        parameters = {"Name": name, "HidePassword": True}
        found: list[dict[str, Any]] = []
        yield from _named(reader, "connection", name, used, "glue", "get_connection", parameters, found.append)
        for secret in filter(None, map(_secret_of, found)):
            secrets.setdefault(secret, used)
    for name, used in secrets.items():
        yield from _named(reader, "secret", name, used, "secretsmanager", "describe_secret", {"SecretId": name})


def _named(
    reader: Reader,
    kind: str,
    name: str,
    used: Used,
    service: str,
    operation: str,
    parameters: dict[str, Any],
    keep: Callable[[dict[str, Any]], object] = lambda answer: None,
) -> Iterator[Finding]:
    """Yield whether something exists. `keep` gets what AWS says of it."""
    about = f"{kind} {name}"

    def check() -> Iterator[Finding]:
        try:
            answer = reader.call(service, operation, **parameters)
        except MissingError:
            yield fail(about, f"does not exist in {reader.region}; create it, or correct it for {used.by} ({used.at})")
            return
        keep(answer)
        if answer.get("DeletedDate"):
            yield fail(about, f"is going to be deleted; restore it, or take another one for {used.by} ({used.at})")
        else:
            yield ok(about, "exists")

    yield from looked(about, check)


def _secret_of(answer: dict[str, Any]) -> str:
    """Return the secret with the credentials of a connection, or nothing."""
    connection = answer["Connection"]
    authentication = connection.get("AuthenticationConfiguration", {})
    return str(authentication.get("SecretArn") or connection.get("ConnectionProperties", {}).get("SECRET_ID", ""))
