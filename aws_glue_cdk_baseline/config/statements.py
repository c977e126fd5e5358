"""The `statements:` of a job: permissions of its role in addition to those for its locations."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from aws_glue_cdk_baseline.config.errors import shown
from aws_glue_cdk_baseline.config.section import Section

_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}|aws|\*)?:(?!\S*\$\{)\S+")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
_OPERATOR = re.compile(
    r"(ForAllValues:|ForAnyValue:)?"
    r"(String(Not)?(Equals(IgnoreCase)?|Like)|(Numeric|Date)((Not)?Equals|(Less|Greater)Than(Equals)?)"
    r"|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?|Null"
)


def _action(value: str) -> str:
    if _ACTION.fullmatch(value):
        return value
    if "*" in value or "?" in value:
        raise ValueError(f"{shown(value)} allows more than one action; name each, such as dynamodb:GetItem")
    raise ValueError(f"{shown(value)} is not an IAM action; write service:Action, such as dynamodb:GetItem")


def _resource(value: str) -> str:
    if value == "*" or _ARN.fullmatch(value):
        return value
    raise ValueError(
        f"{shown(value)} is not an ARN; write one such as arn:aws:dynamodb:us-east-1:123456789102:table/terms"
    )


def _reason(value: str) -> str:
    if len(value.strip()) >= 10 and re.search(r"[^\W\d_]{2}", value):
        return value
    raise ValueError(f"{shown(value)} is not a reason; write in a few words why a narrower resource is not enough")


def _operator(value: str) -> str:
    if _OPERATOR.fullmatch(value):
        return value
    raise ValueError(f"{shown(value)} is not an IAM condition operator, such as StringEquals or ArnLike")


def _filled(value: Any) -> Any:
    if value == []:
        raise ValueError("is an empty list; write one `- item` a line below it")
    return value


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


FILLED = BeforeValidator(
    _filled
)  # not `min_length`, which would also report a list whose items have all been removed for errors
_ONE_OR_MORE = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
Values = Annotated[tuple[str, ...], FILLED, BeforeValidator(_as_list), WithJsonSchema(_ONE_OR_MORE)]
Conditions = dict[Annotated[str, AfterValidator(_operator)], dict[str, Values]]


class PolicyStatement(Section):
    """A permission of a job's role. Its effect is always Allow: IAM denies everything else."""

    actions: Annotated[tuple[Annotated[str, AfterValidator(_action)], ...], FILLED] = Field(
        description="IAM actions, each by its full name, such as dynamodb:GetItem"
    )
    resources: Annotated[tuple[Annotated[str, AfterValidator(_resource)], ...], FILLED] = Field(
        description="ARNs; one with * needs a reason"
    )
    conditions: Conditions = Field(default_factory=dict, description="operator: {key: value}, as in an IAM policy")
    reason: Annotated[str, AfterValidator(_reason)] | None = Field(
        None, description="why a narrower resource is not enough"
    )

    @model_validator(mode="after")
    def _wide_for_a_reason(self) -> PolicyStatement:
        wide = [resource for resource in self.resources if "*" in resource or "?" in resource]
        if wide and not self.reason:
            raise ValueError(
                f"{shown(wide[0])} stands for more than one resource; name each, or add `reason:` for the review"
            )
        return self

    def as_iam(self) -> dict[str, Any]:
        """Return the statement in the form of an IAM policy."""
        conditions = {
            operator: {key: list(values) for key, values in keys.items()} for operator, keys in self.conditions.items()
        }
        statement = {"Effect": "Allow", "Action": list(self.actions), "Resource": list(self.resources)}
        return {**statement, "Condition": conditions} if conditions else statement
