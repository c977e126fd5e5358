"""Access denied: the answer names the resource, as AWS's does, and each denial is written to a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import ministack.core.iam_actions as service

from rehearsal.records import DENIALS, write


def install() -> None:
    answer = service.access_denied_response
    record = Path(os.environ["REHEARSAL_RECORDS"]) / DENIALS

    def named(service_name: str, action: str, principal_arn: str, request_id: str, **details: Any) -> Any:
        resource = details.get("resource_arn") or "*"
        if not details.get("error_code"):  # those are credentials that failed, not a missing permission
            write(record, role=principal_arn, action=action, resource=resource)
            if not details.get("message") and not details.get("resource_policy_arn"):
                details["message"] = service.identity_denial_message(
                    action, principal_arn, resource, bool(details.get("explicit_deny"))
                )
        return answer(service_name, action, principal_arn, request_id, **details)

    service.access_denied_response = named
