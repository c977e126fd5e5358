"""The section `notifications` of the config: email addresses, a topic of Amazon SNS, a channel of Slack or Teams."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from aws_glue_cdk_baseline.config.errors import did_you_mean, shown
from aws_glue_cdk_baseline.config.regions import known_regions
from aws_glue_cdk_baseline.config.section import Section, text_like

MAX_EMAILS = 10
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_TOPIC = re.compile(r"arn:(aws[a-z-]*):sns:([a-z0-9-]+):([0-9]{12}):([A-Za-z0-9_-]{1,256})(\.fifo)?", re.ASCII)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)


def topic_place(arn: str) -> tuple[str, str]:
    """Return the AWS partition and the Region of a topic."""
    _, partition, _, region, *_ = arn.split(":")
    return partition, region


def _email(value: str) -> str:
    if len(value) <= 254 and _EMAIL.fullmatch(value):
        return value
    raise ValueError(f"{shown(value)} is not an email address; write one such as team@example.com")


def _emails(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if re.search(r"[,;]", value):
        addresses = ", ".join(filter(None, re.split(r"[\s,;]+", value)))
        raise ValueError(f"{shown(value)} is one text; write a list, as in `email: [{addresses}]`")
    return [value]


def _no_email_twice(values: tuple[str, ...]) -> tuple[str, ...]:
    lowered = [value.lower() for value in values]
    if twice := [value for value in values if lowered.count(value.lower()) > 1]:
        raise ValueError(f"{shown(twice[0])} is there twice; remove one")
    return values


def _topic_arn(value: str) -> str:
    found = _TOPIC.fullmatch(value)
    if not found:
        example = "arn:aws:sns:us-east-1:123456789102:alerts"
        raise ValueError(f"{shown(value)} is not the ARN of a topic of Amazon SNS; write one such as {example}")
    if partition := known_regions().get(found[2]):
        if partition != found[1]:
            raise ValueError(
                f"{shown(value)} begins with arn:{found[1]}, and {found[2]} is in {partition};"
                f" begin it with arn:{partition}"
            )
    else:
        hint = did_you_mean(found[2], sorted(known_regions()))
        raise ValueError(f"{shown(value)} has {found[2]}, which is not an AWS Region with Glue{hint}")
    if found[5]:
        raise ValueError(f"{shown(value)} is a FIFO topic, which sends no email; name a standard topic")
    return value


def _slack_workspace(value: str) -> str:
    if re.fullmatch(r"T[0-9A-Z]{1,254}", value):
        return value
    raise ValueError(
        f"{shown(value)} is not the id of a Slack workspace; write one such as T0123ABCD, from the console of Amazon Q"
        " Developer in chat applications"
    )


def _slack_channel(value: str) -> str:
    if re.fullmatch(r"[CGD][0-9A-Z]{1,254}", value):
        return value
    raise ValueError(
        f"{shown(value)} is not the id of a Slack channel; write one such as C0123ABCD: it ends the channel's link"
    )


def _uuid(value: str) -> str:
    if _UUID.fullmatch(value):
        return value
    raise ValueError(f"{shown(value)} is not an id of Microsoft Teams; write the 36 characters in the channel's link")


def _teams_channel(value: str) -> str:
    encoded = value if "%" in value else quote(value, safe="")
    if re.fullmatch(r"[\w=+/.,-]*%3[aA][\w=+/.,-]*%40[\w=+/.,-]*", encoded, re.ASCII) and len(encoded) <= 256:
        return encoded
    raise ValueError(
        f"{shown(value)} is not the id of a channel of Microsoft Teams; write one such as 19:abc@thread.tacv2: it is in"
        " the channel's link"
    )


_AN_EMAIL = {"type": "string", "pattern": r"^[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+$"}
Emails = Annotated[
    tuple[Annotated[str, AfterValidator(_email)], ...],
    BeforeValidator(_emails),
    AfterValidator(_no_email_twice),
    WithJsonSchema({"anyOf": [_AN_EMAIL, {"type": "array", "items": _AN_EMAIL, "maxItems": MAX_EMAILS}]}),
]
TopicArn = Annotated[
    str, AfterValidator(_topic_arn), text_like("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$")
]

TeamsId = Annotated[str, AfterValidator(_uuid), text_like("^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")]


class Slack(Section):
    """A channel of Slack. Amazon Q Developer in chat applications sends the messages there."""

    workspace_id: Annotated[str, AfterValidator(_slack_workspace), text_like("^T[0-9A-Z]+$")] = Field(
        description="such as T0123ABCD"
    )
    channel_id: Annotated[str, AfterValidator(_slack_channel), text_like("^[CGD][0-9A-Z]+$")] = Field(
        description="such as C0123ABCD"
    )


class Teams(Section):
    """A channel of Microsoft Teams. Amazon Q Developer in chat applications sends the messages there."""

    tenant_id: TeamsId = Field(description="the id of the tenant, in the channel's link")
    team_id: TeamsId = Field(description="the groupId in the channel's link")
    channel_id: Annotated[str, AfterValidator(_teams_channel)] = Field(description="such as 19:abc@thread.tacv2")


class Notifications(Section):
    """The recipients of messages about failed runs, long ones, those that did not start, and the pipeline."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})
    email: Emails = Field((), max_length=MAX_EMAILS, description="an address or a list; each confirms its subscription")
    topic_arn: TopicArn | None = Field(None, description="an existing topic of Amazon SNS in the same Region")
    slack: Slack | None = Field(None, description="a Slack channel, through Amazon Q Developer in chat applications")
    teams: Teams | None = Field(None, description="a Teams channel, through Amazon Q Developer in chat applications")

    @model_validator(mode="after")
    def _names_somebody(self) -> Notifications:
        if self is not NOBODY and not (self.email or self.topic_arn or self.slack or self.teams):
            raise ValueError("names nobody; add email, topicArn, slack or teams, or remove it")
        return self


NOBODY = Notifications.model_construct()  # a stage's `notifications: none`


def _none_is_nobody(value: Any) -> Any:
    return NOBODY if value == "none" else value


def or_none(schema: dict[str, Any]) -> None:
    """Add the word `none` to what the JSON Schema of a stage's notifications allows."""
    schema["anyOf"].insert(1, {"const": "none"})


StageNotifications = Annotated[Notifications, BeforeValidator(_none_is_nobody)]
