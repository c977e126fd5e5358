"""Notifications in the config: who is told of what, and a line for each wrong value."""

import json
from pathlib import Path

import jsonschema
import pytest

from aws_glue_cdk_baseline.config import ConfigError, Recipients, json_schema
from tests.configs import CONFIG, load

TOPIC = "arn:aws:sns:us-east-1:222222222222:ops"
SLACK = "slack: {workspaceId: T0123ABCD, channelId: C0123ABCD}"
UUID = "12345678-1234-1234-1234-1234567890ab"


def told(folder: Path, text: str) -> list[Recipients | None]:
    """The recipients of the pipeline and of the stages."""
    config = load(folder, text)
    return [config.recipients, *(stage.recipients for stage in config.stages)]


def error_of(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as error:
        load(folder, text)
    return str(error.value)


def test_nobody_is_told_unless_the_config_says_so(tmp_path: Path) -> None:
    assert told(tmp_path, CONFIG) == [None, None, None]


def test_the_notifications_of_the_config_are_those_of_the_pipeline_and_of_each_stage(tmp_path: Path) -> None:
    team = Recipients(emails=("team@example.com",))
    assert told(tmp_path, "notifications: {email: team@example.com}\n" + CONFIG) == [team, team, team]


def test_a_stage_has_its_own_or_none(tmp_path: Path) -> None:
    text = "notifications: {email: [a@example.com, b@example.com]}\n" + CONFIG
    text = text.replace("dev:\n", "dev:\n  notifications: none\n", 1)
    text = text.replace("prod:\n", "prod:\n  notifications: {email: ops@example.com}\n", 1)
    both, ops = Recipients(emails=("a@example.com", "b@example.com")), Recipients(emails=("ops@example.com",))
    assert told(tmp_path, text) == [both, None, ops]


def test_one_stage_alone_is_told(tmp_path: Path) -> None:
    text = CONFIG.replace("dev:\n", f"dev:\n  notifications: {{topicArn: '{TOPIC}'}}\n", 1)
    assert told(tmp_path, text) == [None, Recipients(topic_arn=TOPIC), None]


def test_the_last_stack_of_an_account_configures_the_channel_for_all_topics(tmp_path: Path) -> None:
    """The pipeline and dev are in one account, prod is in another."""
    text = f"namePrefix: orders\nnotifications: {{{SLACK}}}\n" + CONFIG.replace("222222222222", "111111111111")
    pipeline, dev, prod = told(tmp_path, text)
    assert pipeline
    assert dev
    assert prod
    home = "arn:aws:sns:us-east-1:111111111111:orders-glue-notifications"
    assert pipeline.slack_topics == ()
    assert dev.slack_topics == (f"{home}-pipeline", f"{home}-dev")
    assert prod.slack_topics == ("arn:aws:sns:eu-west-1:333333333333:orders-glue-notifications-prod",)


def test_two_channels_in_one_account_are_configured_by_two_stacks(tmp_path: Path) -> None:
    text = f"notifications: {{{SLACK}}}\n" + CONFIG.replace("222222222222", "111111111111")
    text = text.replace("dev:\n", f"dev:\n  notifications: {{{SLACK.replace('C0', 'C9')}}}\n", 1)
    pipeline, dev, _ = told(tmp_path, text)
    assert pipeline
    assert dev
    home = "arn:aws:sns:us-east-1:111111111111:glue-notifications"
    assert (pipeline.slack_topics, dev.slack_topics) == ((f"{home}-pipeline",), (f"{home}-dev",))


def test_the_id_of_a_teams_channel_may_be_quoted_or_not(tmp_path: Path) -> None:
    ids = []
    for channel in ("19:abc@thread.tacv2", "19%3Aabc%40thread.tacv2"):
        teams = f"teams: {{tenantId: {UUID}, teamId: {UUID}, channelId: '{channel}'}}"
        recipients = told(tmp_path, f"notifications: {{{teams}}}\n{CONFIG}")[0]
        assert recipients
        assert recipients.teams
        ids.append(recipients.teams.channel_id)
    assert ids == ["19%3Aabc%40thread.tacv2"] * 2


WRONG = {
    "team@example.com": (
        "notifications: 'team@example.com' is not a section; write `notifications: {email: team@example.com}`,"
        " or remove it"
    ),
    "{}": "notifications: names nobody; add email, topicArn, slack or teams, or remove it",
    "none": "notifications: 'none' is not a section; write `notifications: {email: team@example.com}`, or remove it",
    "{email: team.example.com}": (
        "notifications.email.0: 'team.example.com' is not an email address; write one such as team@example.com"
    ),
    "{email: 'a@example.com, b@example.com'}": (
        "notifications.email: 'a@example.com, b@example.com' is one text; write a list, as in"
        " `email: [a@example.com, b@example.com]`"
    ),
    "{email: [a@example.com, A@example.com]}": "notifications.email: 'a@example.com' is there twice; remove one",
    "": "notifications: is empty; give it a value or remove the key",
    "{topicArn: }": "notifications.topicArn: is empty; give it a value or remove the key",
    "{topicArn: 'arn:aws:sns:eu-central-1:111111111111:ops'}": (  # no line of dev, which is beside the pipeline
        "notifications.topicArn: the topic is in eu-central-1, and prod in eu-west-1; give prod `notifications` of its"
        " own\nc.yaml:1: notifications.topicArn: the topic is in eu-central-1, and the pipeline in us-east-1; name a"
        " topic in us-east-1"
    ),
    "{topicArn: 'arn:aws-cn:sns:us-east-1:111111111111:ops'}": (
        "notifications.topicArn: 'arn:aws-cn:sns:us-east-1:111111111111:ops' begins with arn:aws-cn, and us-east-1 is"
        " in aws; begin it with arn:aws"
    ),
    "{topicArn: 'arn:aws:sns:us-esat-1:111111111111:ops'}": (
        "notifications.topicArn: 'arn:aws:sns:us-esat-1:111111111111:ops' has us-esat-1, which is not an AWS Region"
        " with Glue; did you mean us-east-1?"
    ),
    "{emails: a@example.com}": (
        "notifications.emails: is not known here; allowed: email, topicArn, slack, teams; did you mean email?"
    ),
    "{topicArn: ops}": (
        "notifications.topicArn: 'ops' is not the ARN of a topic of Amazon SNS; write one such as"
        " arn:aws:sns:us-east-1:123456789102:alerts"
    ),
    "{topicArn: 'arn:aws:sqs:us-east-1:222222222222:ops'}": (
        "notifications.topicArn: 'arn:aws:sqs:us-east-1:222222222222:ops' is not the ARN of a topic of Amazon SNS;"
        " write one such as arn:aws:sns:us-east-1:123456789102:alerts"
    ),
    f"{{topicArn: '{TOPIC}.fifo'}}": (
        f"notifications.topicArn: '{TOPIC}.fifo' is a FIFO topic, which sends no email; name a standard topic"
    ),
    f"{{topicArn: '{TOPIC}'}}": (
        "notifications.topicArn: the topic is in us-east-1, and prod in eu-west-1; give prod `notifications` of its own"
    ),
    "{slack: {workspaceId: acme, channelId: C0123ABCD}}": (
        "notifications.slack.workspaceId: 'acme' is not the id of a Slack workspace; write one such as T0123ABCD, from"
        " the console of Amazon Q Developer in chat applications"
    ),
    "{slack: {workspaceId: T0123ABCD, channelId: '#alerts'}}": (
        "notifications.slack.channelId: '#alerts' is not the id of a Slack channel; write one such as C0123ABCD: it"
        " ends the channel's link"
    ),
    "{slack: {workspaceId: T0123ABCD}}": (
        "notifications.slack.channelId: is missing; add `channelId:`, as docs/operate.md says"
    ),
    f"{{teams: {{tenantId: acme, teamId: {UUID}, channelId: '19:a@thread.tacv2'}}}}": (
        "notifications.teams.tenantId: 'acme' is not an id of Microsoft Teams; write the 36 characters in the channel's"
        " link"
    ),
    f"{{teams: {{tenantId: {UUID}, teamId: {UUID}, channelId: General}}}}": (
        "notifications.teams.channelId: 'General' is not the id of a channel of Microsoft Teams; write one such as"
        " 19:abc@thread.tacv2: it is in the channel's link"
    ),
}


@pytest.mark.parametrize(("value", "said"), WRONG.items())
def test_a_wrong_value_has_one_line(tmp_path: Path, value: str, said: str) -> None:
    assert error_of(tmp_path, f"notifications: {value}\n{CONFIG}") == f"c.yaml:1: {said}"


def test_chat_is_not_in_every_partition(tmp_path: Path) -> None:
    text = CONFIG.replace("us-east-1", "cn-north-1").replace("eu-west-1", "cn-northwest-1")
    said = "Amazon Q Developer in chat applications is not in the partition aws-cn, where"
    expected = f"c.yaml:1: notifications.slack: {said} the pipeline is"
    assert error_of(tmp_path, f"notifications: {{{SLACK}}}\n{text}") == expected


def test_what_a_stage_has_instead_is_told(tmp_path: Path) -> None:
    own = f"{TOPIC.rpartition(':')[0]}:glue-notifications-dev".replace("111111111111", "222222222222")
    for value, said in {
        "nobody": (
            ": 'nobody' is not a section; write `notifications: {email: team@example.com}`, or `notifications: none`"
        ),
        "": ": is empty; give it a value or remove the key",
        f"{{topicArn: '{own}'}}": ".topicArn: is the topic that the stack of dev makes itself; remove topicArn",
    }.items():
        text = CONFIG.replace("dev:\n", f"dev:\n  notifications: {value}\n", 1)
        assert error_of(tmp_path, text) == f"c.yaml:8: dev.notifications{said}"


def test_a_key_that_people_know_from_elsewhere_has_a_line(tmp_path: Path) -> None:
    said = "is no setting; write `notifications: {email: team@example.com}`"
    assert error_of(tmp_path, f"alarms: true\n{CONFIG}") == f"c.yaml:1: alarms: {said}"
    text = CONFIG.replace("dev:\n", "dev:\n  alerts: x@example.com\n", 1)
    assert said in error_of(tmp_path, text)
    text = CONFIG.replace("numberOfWorkers: 4", "notifications: {email: a@example.com}", 1)
    assert error_of(tmp_path, text).endswith("is no setting of a job: a stage has `notifications`, for all its jobs")


def test_a_long_run_is_shorter_than_the_timeout(tmp_path: Path) -> None:
    text = CONFIG.replace("numberOfWorkers: 4", "maxDurationMinutes: 15", 1)
    assert load(tmp_path, text).stage("dev").jobs[1].settings.max_duration_minutes == 15
    line = "minutes are not less than timeoutMinutes, 60: Glue would stop the run first; change one of the two"
    text = text.replace("maxDurationMinutes: 15", "maxDurationMinutes: 60")
    assert error_of(tmp_path, text) == f"c.yaml:6: jobs.Join.maxDurationMinutes: 60 {line}"
    text = CONFIG.replace("minimumAge: 021", "minimumAge: 021\n      maxDurationMinutes: 90")
    assert error_of(tmp_path, text).endswith(f"prod.jobs.Join.maxDurationMinutes: 90 {line}")


def test_an_editor_knows_that_a_stage_may_tell_nobody(tmp_path: Path) -> None:
    schema = json.loads(json_schema())
    section = {"jobs": {"A": {}}, "notifications": "none"}
    account = {"awsAccountId": "111111111111", "awsRegion": "us-east-1"}
    file = {"pipelineAccount": account, "devAccount": account, "dev": section}
    jsonschema.validate(file, schema)
    for wrong in ({**file, "notifications": "none"}, {**file, "dev": {**section, "notifications": "nobody"}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_a_sandbox_tells_nobody(tmp_path: Path) -> None:
    text = CONFIG.replace("dev:\n", "dev:\n  dashboard: true\n", 1)
    stage = load(tmp_path, "notifications: {email: team@example.com}\n" + text).stage("dev")
    assert (stage.is_watched, stage.as_sandbox().is_watched) == (True, False)


def test_a_stage_has_a_dashboard_if_it_says_so(tmp_path: Path) -> None:
    config = load(tmp_path, CONFIG.replace("prod:\n", "prod:\n  dashboard: true\n", 1))
    assert [stage.dashboard for stage in config.stages] == [False, True]
    assert [stage.is_watched for stage in config.stages] == [False, True]
