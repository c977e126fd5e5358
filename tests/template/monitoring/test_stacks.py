"""The templates of what watches a stage and the pipeline: topics, chat channels, function, rules, alarm."""

import json
from pathlib import Path
from typing import Any

from aws_cdk import Environment
from aws_cdk.assertions import Match, Template

from aws_glue_cdk_baseline.config import Recipients, StageConfig
from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack
from aws_glue_cdk_baseline.monitoring.reporter import facts_json
from aws_glue_cdk_baseline.monitoring.stage_facts import stage_facts
from aws_glue_cdk_baseline.monitoring_stack import MonitoringStack
from aws_glue_cdk_baseline.pipeline_stack import PipelineStack
from tests.apps import make_app
from tests.configs import DEV, PIPELINE, make_config, make_job, make_recipients, make_stage, with_monitoring
from tests.unit.test_templates import lint

Properties = dict[str, Any]
EMAIL = Recipients(emails=("team@example.com",))
TOPIC = "arn:aws:sns:us-east-1:444444444444:ops"
NAME = "glue-notifications-dev"


def synth(stage: StageConfig) -> Template:
    env = Environment(account="222222222222", region="us-east-1")
    return Template.from_stack(MonitoringStack(make_app(), "MonitoringStack", stage=stage, env=env))


def stage(folder: Path, **values: Any) -> StageConfig:
    return make_stage(make_job(folder, "Show"), make_job(folder, "Clean"), **{"recipients": EMAIL, **values})


def found(template: Template, kind: str) -> list[Properties]:
    return [item["Properties"] for item in template.find_resources(kind).values()]


def statements(template: Template, role: str) -> list[Properties]:
    """The statements of the role with this name."""
    (properties,) = [item for item in found(template, "AWS::IAM::Role") if item["RoleName"] == role]
    return [entry for policy in properties.get("Policies", []) for entry in policy["PolicyDocument"]["Statement"]]


def test_the_topic_is_encrypted_and_only_https_publishes(tmp_path: Path) -> None:
    template = synth(stage(tmp_path))
    (topic,), (policy,) = found(template, "AWS::SNS::Topic"), found(template, "AWS::SNS::TopicPolicy")
    (key,) = template.find_resources("AWS::KMS::Key")
    assert topic == {"TopicName": NAME, "KmsMasterKeyId": {"Fn::GetAtt": [key, "Arn"]}}
    tls, alarms = policy["PolicyDocument"]["Statement"]
    assert (tls["Effect"], tls["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert (alarms["Effect"], alarms["Action"]) == ("Allow", "sns:Publish")
    assert alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert alarms["Condition"] == {"StringEquals": {"aws:SourceAccount": "222222222222"}}
    (of_key,) = found(template, "AWS::KMS::Key")
    services = [entry["Principal"].get("Service") for entry in of_key["KeyPolicy"]["Statement"]]
    logs = {"Fn::Join": ["", ["logs.us-east-1.", {"Ref": "AWS::URLSuffix"}]]}
    assert services == [None, logs, "cloudwatch.amazonaws.com"]
    assert of_key["EnableKeyRotation"] is True


def test_each_address_is_subscribed(tmp_path: Path) -> None:
    template = synth(stage(tmp_path, recipients=Recipients(emails=("a@example.com", "b@example.com"))))
    subscriptions = found(template, "AWS::SNS::Subscription")
    assert [(item["Protocol"], item["Endpoint"]) for item in subscriptions] == [
        ("email", "a@example.com"),
        ("email", "b@example.com"),
    ]


def test_an_existing_topic_is_used_as_it_is(tmp_path: Path) -> None:
    template = synth(stage(tmp_path, recipients=Recipients(topic_arn=TOPIC)))
    for kind in ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SNS::Subscription"):
        template.resource_count_is(kind, 0)
    (function,) = found(template, "AWS::Lambda::Function")
    assert function["Environment"]["Variables"] == {"EXISTING_TOPIC": TOPIC}
    assert "Architectures" not in function, "not every Region with Glue has arm64"
    published = [entry for entry in statements(template, NAME) if entry["Action"] == "sns:Publish"]
    assert [entry["Resource"] for entry in published] == [TOPIC]
    assert not [entry for entry in statements(template, NAME) if "kms" in str(entry["Action"])]
    template.has_resource_properties("AWS::CloudWatch::Alarm", {"AlarmActions": [TOPIC]})


def test_a_chat_channel_may_nothing_and_gets_the_topic(tmp_path: Path) -> None:
    told = make_recipients(DEV, NAME)
    template = synth(stage(tmp_path, recipients=told))
    own = f"arn:aws:sns:us-east-1:222222222222:{NAME}"
    (slack,) = found(template, "AWS::Chatbot::SlackChannelConfiguration")
    (teams,) = found(template, "AWS::Chatbot::MicrosoftTeamsChannelConfiguration")
    (role,) = [item for item in found(template, "AWS::IAM::Role") if item["RoleName"] == f"{NAME}-chat"]
    assert "Policies" not in role
    assert "ManagedPolicyArns" not in role
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "chatbot.amazonaws.com"}
    deny = ["arn:aws:iam::aws:policy/AWSDenyAll"]
    both = {"GuardrailPolicies": deny, "SnsTopicArns": [own], "IamRoleArn": Match.any_value()}
    template.has_resource_properties("AWS::Chatbot::SlackChannelConfiguration", both)
    template.has_resource_properties("AWS::Chatbot::MicrosoftTeamsChannelConfiguration", both)
    assert (slack["SlackWorkspaceId"], slack["SlackChannelId"]) == ("T0123ABCD", "C0123ABCD")
    assert teams["TeamsChannelId"] == "19%3Aabc%40thread.tacv2"
    assert (slack["ConfigurationName"], teams["ConfigurationName"]) == (f"{NAME}-slack", f"{NAME}-teams")


def test_the_function_gets_the_events_of_the_stages_jobs(tmp_path: Path) -> None:
    template = synth(stage(tmp_path, name_prefix="orders"))
    rules = {item["Name"]: item["EventPattern"] for item in found(template, "AWS::Events::Rule")}
    own = [{"wildcard": "orders-*-dev"}]
    assert rules == {
        "orders-glue-notifications-dev-runs": {
            "source": ["aws.glue"],
            "detail-type": ["Glue Job State Change", "Glue Job Run Status"],
            "detail": {"jobName": own},
        },
        "orders-glue-notifications-dev-quality": {
            "source": ["aws.glue-dataquality"],
            "detail-type": ["Data Quality Evaluation Results Available"],
            "detail": {"context": {"jobName": own}},
        },
    }
    template.resource_count_is("AWS::Lambda::Permission", 2)


def test_what_could_not_be_sent_is_kept_and_alarms(tmp_path: Path) -> None:
    template = synth(stage(tmp_path))
    ((queue_id, queue),) = template.find_resources("AWS::SQS::Queue").items()
    assert queue["Properties"] == {
        "QueueName": f"{NAME}-failed",
        "SqsManagedSseEnabled": True,
        "MessageRetentionPeriod": 14 * 24 * 3600,
    }
    (function,) = found(template, "AWS::Lambda::Function")
    assert function["DeadLetterConfig"] == {"TargetArn": {"Fn::GetAtt": [queue_id, "Arn"]}}
    (topic,) = template.find_resources("AWS::SNS::Topic")
    template.has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {
            "AlarmName": f"{NAME}-failed",
            "MetricName": "ApproximateNumberOfMessagesVisible",
            "Threshold": 1,
            "AlarmActions": [{"Ref": topic}],
        },
    )


def test_many_jobs_are_one_pattern_in_the_role(tmp_path: Path) -> None:
    few = statements(synth(stage(tmp_path)), NAME)
    arns = [f"arn:aws:glue:us-east-1:222222222222:job/{name}-dev" for name in ("Clean", "Show")]
    assert [sorted(entry["Resource"]) for entry in few if entry["Action"] == "glue:GetJobRun"] == [arns]
    jobs = [make_job(tmp_path, f"{'J' * 98}{number}") for number in range(10, 50)]
    many = statements(synth(make_stage(*jobs, recipients=EMAIL)), NAME)
    pattern = "arn:aws:glue:us-east-1:222222222222:job/*-dev"
    assert [entry["Resource"] for entry in many if entry["Action"] == "glue:GetJobRun"] == [pattern]


def test_the_facts_are_those_of_the_jobs_and_change_the_code(tmp_path: Path) -> None:
    job = make_job(tmp_path, "Show", worker_type="R.2X", execution_class="FLEX", max_retries=2, max_duration_minutes=9)
    cheap = make_job(tmp_path, "Clean", glue_version="6.0", schedule="cron(0 3 * * ? *)", security_configuration="own")
    shell = make_job(tmp_path, "Copy", type="pythonshell")
    watched = make_stage(
        job, cheap, shell, name="prod", name_prefix="orders", schedules=True, dashboard=True, config_file="o.yaml"
    )
    logs = "/aws-glue/jobs/orders-prod/output"
    assert json.loads(facts_json(stage_facts(watched))) == {
        "stage": "prod",
        "dimension": "orders-prod",
        "prices_of": "us-east-1",
        "config_file": "o.yaml",
        "jobs": {
            "orders-Clean-prod": {
                **{"job": "Clean", "group": f"{logs}-own", "usd": 0.308, "dpus": 1.0, "retries": 0, "longest": 0},
                "schedule": "cron(0 3 * * ? *)",
                "stopped_by_test": False,
            },
            "orders-Copy-prod": {
                **{"job": "Copy", "group": "/aws-glue/python-jobs/output", "usd": 0.44, "dpus": 1.0, "retries": 0},
                **{"longest": 0, "schedule": "", "stopped_by_test": False},
            },
            "orders-Show-prod": {
                **{"job": "Show", "group": logs, "usd": None, "dpus": 2.0, "retries": 2, "longest": 9, "schedule": ""},
                "stopped_by_test": False,
            },
        },
    }
    assert code(synth(watched)) == code(synth(watched))
    assert code(synth(watched)) != code(synth(stage(tmp_path)))


def test_a_python_shell_job_has_its_price_and_a_streaming_job_is_stopped_by_the_test_of_its_stage(
    tmp_path: Path,
) -> None:
    jobs = [make_job(tmp_path, "Shell", type="pythonshell"), make_job(tmp_path, "Stream", type="streaming")]
    tested, other = (stage_facts(make_stage(*jobs, integration_test=tests)).jobs for tests in (True, False))
    assert tested["Shell-dev"].usd == 0.44
    assert (tested["Shell-dev"].stopped_by_test, tested["Stream-dev"].stopped_by_test) == (False, True)
    assert not other["Stream-dev"].stopped_by_test


def code(template: Template) -> str:
    """The key of the function's code, which has the hash of its content."""
    (function,) = found(template, "AWS::Lambda::Function")
    return str(function["Code"]["S3Key"])


def test_each_schedule_is_checked_an_hour_later(tmp_path: Path) -> None:
    monthly, nightly = "cron(0 3 1 * ? *)", "cron(0 3 * * ? *)"
    jobs = [make_job(tmp_path, "A", schedule=monthly), make_job(tmp_path, "B", schedule=nightly)]
    jobs.append(make_job(tmp_path, "C", schedule=nightly))
    template = synth(make_stage(*jobs, recipients=EMAIL, schedules=True))
    checks = found(template, "AWS::Scheduler::Schedule")
    assert [(item["ScheduleExpression"], item["ScheduleExpressionTimezone"]) for item in checks] == [
        (monthly, "Etc/GMT+1"),
        (nightly, "Etc/GMT+1"),
    ]
    assert json.loads(checks[0]["Target"]["Input"]) == {
        "id": "<aws.scheduler.execution-id>",
        "time": "<aws.scheduler.scheduled-time>",
        "schedule": monthly,
        "account": "222222222222",
        "region": "us-east-1",
    }
    assert len({item["Name"] for item in checks}) == 2
    allowed = [entry["Action"] for entry in statements(template, f"{NAME}-due")]
    assert allowed == ["lambda:InvokeFunction", "sqs:SendMessage"]
    looks = [entry["Action"] for entry in statements(template, NAME) if "glue" in str(entry["Action"])]
    assert looks == [["glue:GetJobRun", "glue:GetJobRuns"]]


def test_a_stage_whose_schedules_are_off_has_no_checks(tmp_path: Path) -> None:
    template = synth(make_stage(make_job(tmp_path, "A", schedule="cron(0 3 * * ? *)"), recipients=EMAIL))
    template.resource_count_is("AWS::Scheduler::Schedule", 0)


def test_a_job_tells_glue_after_how_long_a_run_is_long(tmp_path: Path) -> None:
    jobs = [make_job(tmp_path, "Long", max_duration_minutes=15), make_job(tmp_path, "Other")]
    template = Template.from_stack(GlueAppStack(make_app(), "Stack", stage=make_stage(*jobs)))
    told = {item["Name"]: item.get("NotificationProperty") for item in found(template, "AWS::Glue::Job")}
    assert told == {"Long-dev": {"NotifyDelayAfter": 15}, "Other-dev": None}


def test_the_pipeline_tells_of_failures_and_approvals(tmp_path: Path) -> None:
    config = with_monitoring(make_config((make_job(tmp_path, "Show"),)))
    app = make_app()
    env = Environment(account=PIPELINE.aws_account_id, region=PIPELINE.aws_region)
    template = Template.from_stack(PipelineStack(app, "PipelineStack", config=config, env=env))
    rules = {item.get("Name"): item["EventPattern"] for item in found(template, "AWS::Events::Rule")}
    name = "glue-notifications-pipeline"
    assert rules[f"{name}-failed"] == {
        "source": ["aws.codepipeline"],
        "detail-type": ["CodePipeline Pipeline Execution State Change"],
        "detail": {"pipeline": ["GluePipeline"], "state": ["FAILED"]},
    }
    assert rules[f"{name}-approval"] == {
        "source": ["aws.codepipeline"],
        "detail-type": ["CodePipeline Action Execution State Change"],
        "detail": {"pipeline": ["GluePipeline"], "type": {"category": ["Approval"]}, "state": ["STARTED"]},
    }
    roles = [item for item in found(template, "AWS::IAM::Role") if item.get("RoleName") == name]
    policies = [entry for policy in roles[0]["Policies"] for entry in policy["PolicyDocument"]["Statement"]]
    looks = [entry for entry in policies if "codepipeline" in str(entry["Action"])]
    assert [(entry["Action"], entry["Resource"]) for entry in looks] == [
        ("codepipeline:ListActionExecutions", "arn:aws:codepipeline:us-east-1:111111111111:GluePipeline")
    ]


def test_cfn_lint_finds_nothing(tmp_path: Path) -> None:
    jobs = (make_job(tmp_path, "Show", schedule="cron(0 3 * * ? *)"),)
    config = with_monitoring(make_config(jobs))
    stages = tuple(one.model_copy(update={"schedules": True}) for one in config.stages)
    app = make_app()
    env = Environment(account=PIPELINE.aws_account_id, region=PIPELINE.aws_region)
    PipelineStack(app, "PipelineStack", config=config.model_copy(update={"stages": stages}), env=env)
    templates = sorted(Path(app.synth().directory).rglob("*.template.json"))
    assert len(templates) == 6  # the pipeline, two stages of two stacks, and the artifacts of prod's Region
    assert lint(*templates) == ""


def test_the_dashboard_shows_the_metrics_that_the_function_writes(tmp_path: Path) -> None:
    job = make_job(tmp_path, "Cheap", worker_type="R.1X", glue_version="6.0")
    template = synth(make_stage(job, make_job(tmp_path, "Show"), name_prefix="orders", dashboard=True))
    for kind in ("AWS::SNS::Topic", "AWS::CloudWatch::Alarm"):
        template.resource_count_is(kind, 0)  # nobody is told
    (dashboard,) = found(template, "AWS::CloudWatch::Dashboard")
    assert dashboard["DashboardName"] == "orders-glue-jobs-dev"
    parts = dashboard["DashboardBody"]["Fn::Join"][1]
    body = json.loads("".join(part if isinstance(part, str) else "failed" for part in parts))
    text, *graphs = body["widgets"]
    assert "Not in USD, since their price is not known: Cheap." in text["properties"]["markdown"]
    shown = {json.dumps(metric) for graph in graphs for metric in graph["properties"]["metrics"]}
    for metric in ("Runs", "Failures", "Usd", "RulesPassed", "RulesFailed"):
        assert json.dumps(["GlueJobs", metric, "Stage", "orders-dev"]) in shown
    expressions = [json.loads(line)[0]["expression"] for line in shown if "expression" in line]
    for metric in ("Failures", "Seconds", "DpuHours", "Usd", "RulesFailed"):
        search = f'SEARCH(\'{{GlueJobs,Stage,Job}} Stage="orders-dev" MetricName="{metric}"\''
        assert len([line for line in expressions if search in line]) == 1
    assert {graph["properties"]["region"] for graph in graphs} == {"us-east-1"}
    corners = [(graph["x"], graph["y"]) for graph in graphs]
    assert len(corners) == len(set(corners)) == 10
