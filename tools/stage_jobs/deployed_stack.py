"""The stacks of a stage as they were deployed: the resources of their templates, with the names that AWS gave them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from aws_glue_cdk_baseline.config.regions import partition_of
from tools.job_arguments import RunError
from tools.stage_jobs.account import Caller, MissingError, StageAccount

UNKNOWN = "(unknown)"  # a value that cannot be told from the template alone
DOMAINS = {"aws-cn": "amazonaws.com.cn"}


@dataclass(frozen=True)
class Resource:
    """A resource: its `id` in the template, its `name` in AWS, its properties with all references resolved."""

    id: str
    kind: str
    name: str
    properties: dict[str, Any]


def deployed_resources(account: StageAccount) -> list[Resource]:
    """Return the resources of the stage's stacks. Raise RunError if one is missing, or is being deployed."""
    names = (*account.stage.stack_names, *account.stage.trigger_stack_names)
    return [resource for name in names for resource in _resources(account, name)]


def _resources(account: StageAccount, stack: str) -> list[Resource]:
    try:
        template = deployed_template(account, stack)
    except MissingError:
        raise RunError(f"{stack} does not exist in this account and Region; the pipeline deploys it") from None
    summaries = list(
        account.pages("cloudformation", "list_stack_resources", "StackResourceSummaries", stack, StackName=stack)
    )
    if any(item["ResourceStatus"].endswith("_IN_PROGRESS") for item in summaries):
        raise RunError(f"{stack} is being deployed just now; try again later")
    names = {
        item["LogicalResourceId"]: str(item.get("PhysicalResourceId", ""))
        for item in summaries
        if item["ResourceStatus"] != "DELETE_COMPLETE"
    }
    resources = template["Resources"]
    values = _Values(account, stack, names, {name: item["Type"] for name, item in resources.items()})
    return [
        Resource(name, item["Type"], names[name], values.resolved(item.get("Properties", {})))
        for name, item in resources.items()
        if name in names
    ]


def deployed_template(caller: Caller, stack: str) -> dict[str, Any]:
    """Return the template of a deployed stack, by its name or id. The CDK's command line deploys templates as YAML."""
    body = caller.call("cloudformation", "get_template", stack, StackName=stack)["TemplateBody"]
    template: dict[str, Any] = yaml.safe_load(body) if isinstance(body, str) else body
    return template


class _Values:
    """Resolves the intrinsic functions that this app's templates have."""

    def __init__(self, account: StageAccount, stack: str, names: Mapping[str, str], kinds: Mapping[str, str]) -> None:
        self._names, self._kinds = names, kinds
        partition, number, region = partition_of(account.region), account.stage.account.aws_account_id, account.region
        self._arns = {
            "AWS::KMS::Key": f"arn:{partition}:kms:{region}:{number}:key/{{}}",
            "AWS::IAM::Role": f"arn:{partition}:iam::{number}:role/{{}}",
            "AWS::Logs::LogGroup": f"arn:{partition}:logs:{region}:{number}:log-group:{{}}:*",
        }
        self._pseudo = {
            "AWS::Partition": partition,
            "AWS::AccountId": number,
            "AWS::Region": region,
            "AWS::StackName": stack,
            "AWS::URLSuffix": DOMAINS.get(partition, "amazonaws.com"),
        }

    def resolved(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.resolved(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1 and (next(iter(value)) == "Ref" or next(iter(value)).startswith("Fn::")):
            return self._function(*next(iter(value.items())))
        return {name: self.resolved(item) for name, item in value.items()}

    def _function(self, name: str, given: Any) -> str:
        if name == "Ref":
            return self._pseudo.get(given) or self._names.get(given) or UNKNOWN
        if name == "Fn::GetAtt" and given[1] == "Arn":
            return self._arns.get(self._kinds.get(given[0], ""), UNKNOWN).format(self._names.get(given[0], UNKNOWN))
        if name == "Fn::Join":
            parts = [str(self.resolved(item)) for item in given[1]]
            return UNKNOWN if any(UNKNOWN in part for part in parts) else str(given[0]).join(parts)
        if name == "Fn::Sub" and isinstance(given, str):
            text = re.sub(r"\$\{([\w:]+)\}", lambda found: self._function("Ref", found[1]), given)
            return UNKNOWN if UNKNOWN in text else text
        return UNKNOWN
