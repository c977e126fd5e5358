"""A session of an assumed role, whose credentials are renewed before they expire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import botocore.session
from botocore.credentials import (
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
    create_assume_role_refresher,
)


def _now() -> datetime:
    return datetime.now(UTC)


class _AssumedRole(CredentialProvider):  # type: ignore[misc]
    """The provider of the credentials. botocore calls `load` once, and `_refresh` shortly before they expire."""

    METHOD = "assumed-role"

    def __init__(self, sts: Any, role_arn: str, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._refresh = create_assume_role_refresher(sts, {"RoleArn": role_arn, "RoleSessionName": "glue-integ-test"})
        self._now = now

    def load(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(self._refresh, self.METHOD, self._now)


def assumed_session(role_arn: str, region: str, sts: Any = None, now: Callable[[], datetime] = _now) -> boto3.Session:
    """Return a session of the role. The caller's credentials, or those of the client `sts`, assume it."""
    sts = sts or boto3.Session(region_name=region).client("sts")
    session = botocore.session.get_session()
    session.register_component("credential_provider", CredentialResolver([_AssumedRole(sts, role_arn, now)]))
    return boto3.Session(botocore_session=session, region_name=region)
