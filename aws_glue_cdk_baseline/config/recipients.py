"""The recipients of the pipeline and of each stage: by their own `notifications`, or by those of the whole config."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aws_glue_cdk_baseline.config.errors import ErrorLine
from aws_glue_cdk_baseline.config.messages import typed_path
from aws_glue_cdk_baseline.config.model import Account, ConfigFile
from aws_glue_cdk_baseline.config.names import Names, StageNames
from aws_glue_cdk_baseline.config.notifications import NOBODY, Notifications, topic_place
from aws_glue_cdk_baseline.config.records import Recipients
from aws_glue_cdk_baseline.config.regions import partition_of
from aws_glue_cdk_baseline.config.yaml_file import KeyPath, YamlFile

PIPELINE = ""  # the key of the pipeline's recipients, beside those of the stages


@dataclass(frozen=True)
class _Place:
    """The pipeline or a stage, in the order of deployment. `topic` is the ARN of its own topic."""

    name: str
    account: Account
    notifications: Notifications
    key: KeyPath  # of the notifications, in the file

    def topic(self, prefix: str) -> str:
        names = StageNames(prefix, self.name) if self.name else Names(prefix)
        region = self.account.aws_region
        return f"arn:{partition_of(region)}:sns:{region}:{self.account.aws_account_id}:{names.notifications}"


def recipients(content: ConfigFile) -> dict[str, Recipients]:
    """Return the recipients of the pipeline (key PIPELINE) and of the stages, without those that tell nobody.

    An account has one configuration of a chat channel. Of the stacks that use a channel in an account, the one that is
    deployed last makes it, for the topics of all of them: by then they exist.
    """
    places = list(_places(content))
    found = {}
    for number, place in enumerate(places):
        told = place.notifications
        later = places[number + 1 :]
        topics = {}
        for chat in ("slack", "teams"):
            channel = getattr(told, chat)
            using = [other for other in places if _same_channel(other, place, chat)]
            last = not any(_same_channel(other, place, chat) for other in later)
            topics[chat] = tuple(other.topic(content.name_prefix) for other in using) if channel and last else ()
        found[place.name] = Recipients(
            emails=told.email,
            topic_arn=told.topic_arn or "",
            slack=told.slack,
            teams=told.teams,
            slack_topics=topics["slack"],
            teams_topics=topics["teams"],
        )
    return found


def recipient_errors(content: ConfigFile, file: YamlFile) -> list[ErrorLine]:
    """Return an error for each topic in another Region or partition, and for chat where Amazon Q is not available."""
    errors: list[ErrorLine] = []
    told_of = set[KeyPath]()  # one line is enough for what the pipeline and the stages beside it share
    for place in _places(content):
        region, told = place.account.aws_region, place.notifications
        partition, who = partition_of(region), place.name or "the pipeline"
        if told.topic_arn == place.topic(content.name_prefix):
            message = f"is the topic that the stack of {who} makes itself; remove topicArn"
            errors.append(file.error((*place.key, "topicArn"), message))
        elif told.topic_arn and topic_place(told.topic_arn) != (partition, region):
            if place.key in told_of and region == content.pipeline_account.aws_region:
                continue
            there = topic_place(told.topic_arn)[1]
            shared = place.name and place.key == ("notifications",)
            mend = f"give {place.name} `notifications` of its own" if shared else f"name a topic in {region}"
            message = f"the topic is in {there}, and {who} in {region}; {mend}"
            errors.append(file.error((*place.key, "topicArn"), message))
        for chat in ("slack", "teams"):
            if getattr(told, chat) and partition != "aws" and place.key not in told_of:
                message = f"Amazon Q Developer in chat applications is not in the partition {partition}, where {who} is"
                errors.append(file.error((*place.key, chat), message))
        if errors and place.name == PIPELINE:
            told_of.add(place.key)
    return errors


def _places(content: ConfigFile) -> Iterator[_Place]:
    if content.notifications:
        yield _Place(PIPELINE, content.pipeline_account, content.notifications, ("notifications",))
    for name, stage in content.stages.items():
        own = stage.section.notifications
        told = own or content.notifications
        if told and told != NOBODY:
            key = typed_path(("stages", name, "section", "notifications")) if own else ("notifications",)
            yield _Place(name, stage.account, told, key)


def _same_channel(one: _Place, other: _Place, chat: str) -> bool:
    channel = getattr(one.notifications, chat)
    return (
        channel is not None
        and channel == getattr(other.notifications, chat)
        and one.account.aws_account_id == other.account.aws_account_id
    )
