"""DynamoDB: the policy of a table, which MiniStack's CloudFormation leaves out, and its IAM does not ask."""

from __future__ import annotations

import json
from typing import Any

import ministack.core.iam_evaluator as evaluator
import ministack.services.dynamodb as service
from ministack.services.cloudformation import provisioners

TABLE = "AWS::DynamoDB::Table"


def install() -> None:
    """Patch MiniStack."""
    handlers = provisioners._RESOURCE_HANDLERS[TABLE]
    create, update = handlers["create"], handlers["update"]

    def created(logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        name, attributes = create(logical_id, properties, stack_name)
        keep_policy(attributes["Arn"], properties)
        return name, attributes

    def updated(physical_id: str, old: dict[str, Any], new: dict[str, Any], *further: Any, **named: Any) -> Any:
        name, attributes = update(physical_id, old, new, *further, **named)
        keep_policy(attributes["Arn"], new)
        return name, attributes

    provisioners._RESOURCE_HANDLERS[TABLE] = {**handlers, "create": created, "update": updated}
    service.table_policy_for_arn = policy_of
    evaluator._RESOURCE_POLICY_LOOKUPS["dynamodb"] = ("dynamodb", "table_policy_for_arn")


def keep_policy(arn: str, properties: dict[str, Any]) -> None:
    """Give a table the policy of its template, or none."""
    if policy := properties.get("ResourcePolicy", {}).get("PolicyDocument"):
        service._put_resource_policy({"ResourceArn": arn, "Policy": json.dumps(policy)})
    else:
        service._delete_resource_policy({"ResourceArn": arn})


def policy_of(arn: str) -> tuple[str, str] | None:
    """Return the policy of a table and the account of its owner, or None if it has none."""
    entry = service._resource_policies.get(arn)
    return (entry["Policy"], arn.split(":")[4]) if entry else None
