"""IAM: the condition key `iam:ResourceTag`, by which CDK Pipelines lets a pipeline assume the bootstrap's roles."""

from __future__ import annotations

from typing import Any

import ministack.core.iam_evaluator as service
import ministack.services.iam as iam

PREFIX = "iam:resourcetag/"


def install() -> None:
    resolve = service._resolve_condition_key

    def with_role_tags(key: str, context: Any) -> Any:
        if not key.lower().startswith(PREFIX):
            return resolve(key, context)
        return role_tags(context.resource_arn).get(key[len(PREFIX) :].lower())

    service._resolve_condition_key = with_role_tags


def role_tags(role_arn: str) -> dict[str, str]:
    """The tags of a role, by their names in lower case; none where it is no role's ARN."""
    account, _, name = role_arn.removeprefix("arn:aws:iam::").partition(":role/")
    try:
        role = iam._roles.get_scoped(account, None, name.rpartition("/")[2])
    except KeyError:
        return {}
    return {tag["Key"].lower(): tag["Value"] for tag in (role or {}).get("Tags", [])}
