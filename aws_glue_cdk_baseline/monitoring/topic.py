"""The topic that carries the messages to email addresses and chat channels. It is encrypted, and takes only HTTPS."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_chatbot as chatbot
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from aws_glue_cdk_baseline.config import Recipients
from aws_glue_cdk_baseline.monitoring.encryption import ALARMS

# Nobody runs a command from the channel. Without a guardrail, whatever the channel's role may do could be done there.
GUARDRAIL = "arn:aws:iam::aws:policy/AWSDenyAll"


class NotificationTopic(Construct):
    """The topic called `name`, its subscriptions, and the chat channels that this stack configures."""

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, recipients: Recipients, key: kms.IKey
    ) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Topic", topic_name=name, master_key=key, enforce_ssl=True)
        for email in recipients.emails:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThisAccount",
                principals=[iam.ServicePrincipal(ALARMS)],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        if recipients.slack_topics or recipients.teams_topics:
            self._configure_chat(name, recipients)

    def _configure_chat(self, name: str, recipients: Recipients) -> None:
        role = iam.Role(
            self,
            "ChatRole",
            role_name=f"{name}-chat",
            description="May nothing: the chat channel only gets messages",
            assumed_by=iam.ServicePrincipal("chatbot.amazonaws.com"),
        )
        configurations: list[Construct] = []
        if (slack := recipients.slack) and recipients.slack_topics:
            configurations.append(
                chatbot.CfnSlackChannelConfiguration(
                    self,
                    "Slack",
                    configuration_name=f"{name}-slack",
                    iam_role_arn=role.role_arn,
                    guardrail_policies=[GUARDRAIL],
                    slack_workspace_id=slack.workspace_id,
                    slack_channel_id=slack.channel_id,
                    sns_topic_arns=list(recipients.slack_topics),
                )
            )
        if (teams := recipients.teams) and recipients.teams_topics:
            configurations.append(
                chatbot.CfnMicrosoftTeamsChannelConfiguration(
                    self,
                    "Teams",
                    configuration_name=f"{name}-teams",
                    iam_role_arn=role.role_arn,
                    guardrail_policies=[GUARDRAIL],
                    teams_tenant_id=teams.tenant_id,
                    team_id=teams.team_id,
                    teams_channel_id=teams.channel_id,
                    sns_topic_arns=list(recipients.teams_topics),
                )
            )
        for configuration in configurations:
            configuration.node.add_dependency(self.topic)  # it names the topic by a text, and not by a reference
