"""The function by value: each event and each answer of AWS gives exactly this message, and these metrics."""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from aws_glue_cdk_baseline.monitoring.run_reporter import handler
from aws_glue_cdk_baseline.monitoring.run_reporter.facts import Facts, JobFacts

OWN, EXISTING = "arn:aws:sns:eu-west-1:333333333333:glue-notifications-prod", "arn:aws:sns:eu-west-1:444444444444:ops"
JOBS = {
    "CleanOrders-prod": JobFacts(
        "CleanOrders", "/aws-glue/jobs/prod/output", usd=0.44, longest=15, schedule="cron(0 3 * * ? *)"
    ),
    "Report-prod": JobFacts("Report", usd=None, retries=2),
    "Stream-prod": JobFacts("Stream", stopped_by_test=True),
}
FACTS = Facts("prod", "prod", "us-east-1", JOBS)
PLACE = {"account": "333333333333", "region": "eu-west-1", "time": "2026-11-26T03:06:00Z"}
STARTED = datetime(2026, 11, 26, 3, 5, tzinfo=UTC)
RUN = {
    "Id": "jr_1",
    "JobRunState": "FAILED",
    "StartedOn": STARTED,
    "ExecutionTime": 42,
    "NumberOfWorkers": 2,
    "WorkerType": "G.1X",
    "ErrorMessage": "ValueError: no rows in orders",
    "Attempt": 0,
}
RUN_PAGE = (
    "run page: https://eu-west-1.console.aws.amazon.com/gluestudio/home?region=eu-west-1#/job/CleanOrders-prod/run/jr_1"
)
LOG_PAGE = (
    "log page: https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/"
    "$252Faws-glue$252Fjobs$252Fprod$252Foutput$3FlogStreamNameFilter$3Djr_1"
)
STEP = "The log: make logs JOB=CleanOrders RUN=jr_1 STAGE=prod PROFILE=…"
Stubs = dict[str, Stubber]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubs]:
    """Stubs of the clients of the function, which knows the jobs of prod and has a topic."""
    names = ("glue", "sns", "codepipeline")
    clients = {
        name: boto3.client(name, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
        for name in names
    }
    monkeypatch.setattr(handler, "client", clients.__getitem__)
    monkeypatch.setattr(handler, "_facts", lambda: FACTS)
    monkeypatch.setattr(handler, "_delivered", deque(maxlen=handler.REMEMBERED))
    monkeypatch.setenv("OWN_TOPIC", OWN)
    monkeypatch.delenv("EXISTING_TOPIC", raising=False)
    stubs = {name: Stubber(client) for name, client in clients.items()}
    for stub in stubs.values():
        stub.activate()
    yield stubs
    for stub in stubs.values():
        stub.assert_no_pending_responses()


class Sent:
    """Expects a message to be published, and remembers it."""

    def __init__(self, aws: Stubs) -> None:
        self.parameters: dict[str, Any] = {}
        client = aws["sns"].client
        client.meta.events.register("provide-client-params.sns.Publish", self._keep)
        aws["sns"].add_response("publish", {"MessageId": "m"})

    def _keep(self, params: dict[str, Any], **_: Any) -> None:
        self.parameters = dict(params)

    @property
    def lines(self) -> list[str]:
        """The text for email."""
        assert self.parameters["MessageStructure"] == "json"
        return str(json.loads(self.parameters["Message"])["default"]).splitlines()

    @property
    def chat(self) -> dict[str, Any]:
        """The custom notification of Amazon Q Developer."""
        found: dict[str, Any] = json.loads(json.loads(self.parameters["Message"])["https"])
        return found


def told(aws: Stubs, event: dict[str, Any]) -> Sent:
    """Return the one message that the function sends of an event."""
    sent = Sent(aws)
    handler.handle(event, None)
    return sent


def job_event(
    state: str = "FAILED", job: str = "CleanOrders-prod", kind: str = "Glue Job State Change", **more: Any
) -> Any:
    detail = {"jobName": job, "state": state, "jobRunId": "jr_1", "message": "Job run failed", **more}
    return {"id": "e1", "source": "aws.glue", "detail-type": kind, **PLACE, "detail": detail}


def look(aws: Stubs, job: str = "CleanOrders-prod", **changed: Any) -> None:
    """Have Glue answer once with the run of a job."""
    aws["glue"].add_response("get_job_run", {"JobRun": {**RUN, **changed}}, {"JobName": job, "RunId": "jr_1"})


@pytest.mark.parametrize(("state", "is_told"), [("STOPPED", False), ("FAILED", True)])
def test_a_streaming_job_that_the_integration_test_stops_has_not_failed(aws: Stubs, state: str, is_told: bool) -> None:
    look(aws, "Stream-prod")
    if is_told:
        Sent(aws)  # without this, the stub refuses to publish
    handler.handle(job_event(state, "Stream-prod"), None)


def test_the_commands_name_the_config_if_it_is_not_the_default_one(aws: Stubs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "_facts", lambda: replace(FACTS, config_file="shop.yaml"))
    look(aws)
    ended = Sent(aws)
    handler.handle(job_event(), None)
    assert ended.lines[-1] == "The log: make logs JOB=CleanOrders RUN=jr_1 STAGE=prod CONFIG=shop.yaml PROFILE=…"


@pytest.mark.parametrize("condition", [{}, {"notificationCondition": None}])
def test_a_long_run_whose_event_has_no_limit_has_that_of_the_config(aws: Stubs, condition: Any) -> None:
    look(aws, ExecutionTime=0)
    sent = Sent(aws)
    handler.handle(job_event("RUNNING", kind="Glue Job Run Status", **condition), None)
    assert sent.lines[0] == "CleanOrders takes longer than 15 min in prod"
    assert sent.lines[4] == "duration: 1 min 0 s"  # until the event, also if the message is late


def test_a_failed_run(aws: Stubs, capsys: pytest.CaptureFixture[str]) -> None:
    look(aws)
    sent = told(aws, job_event())
    assert sent.parameters["TopicArn"] == OWN
    assert sent.parameters["Subject"] == "CleanOrders FAILED in prod after 42 s"
    assert sent.lines == [
        "CleanOrders FAILED in prod after 42 s",
        "",
        "error:    ValueError: no rows in orders",
        "run:      jr_1",
        "duration: 42 s",
        "cost:     $0.0147, at the price of us-east-1",
        "started:  2026-11-26 03:05 UTC",
        "job:      CleanOrders, in Glue CleanOrders-prod",
        "stage:    prod, AWS account 333333333333 in eu-west-1",
        RUN_PAGE,
        LOG_PAGE,
        "",
        STEP,
    ]
    line = json.loads(capsys.readouterr().out)
    definition = line.pop("_aws")
    assert line == {
        "Stage": "prod",
        "Job": "CleanOrders",
        "Runs": 1,
        "Failures": 1,
        "Seconds": 42,
        "DpuHours": 0.033333,
        "Usd": 0.014667,
    }
    assert definition["Timestamp"] == 1795662360000
    (metrics,) = definition["CloudWatchMetrics"]
    assert (metrics["Namespace"], metrics["Dimensions"]) == ("GlueJobs", [["Stage"], ["Stage", "Job"]])
    assert [item["Name"] for item in metrics["Metrics"]] == ["Runs", "Failures", "Seconds", "DpuHours", "Usd"]


def test_a_chat_channel_gets_a_custom_notification(aws: Stubs) -> None:
    look(aws)
    sent = told(aws, job_event())
    assert sent.chat == {
        "version": "1.0",
        "source": "custom",
        "id": "e1.0",
        "content": {
            "textType": "client-markdown",
            "title": "CleanOrders FAILED in prod after 42 s",
            "description": "\n".join(
                [
                    "*error*: ValueError: no rows in orders",
                    "*run*: jr_1",
                    "*duration*: 42 s",
                    "*cost*: $0.0147, at the price of us-east-1",
                    "*started*: 2026-11-26 03:05 UTC",
                    "*job*: CleanOrders, in Glue CleanOrders-prod",
                    "*stage*: prod, AWS account 333333333333 in eu-west-1",
                    f"*run page*: {RUN_PAGE.removeprefix('run page: ')}",
                    f"*log page*: {LOG_PAGE.removeprefix('log page: ')}",
                ]
            ),
            "nextSteps": [STEP],
        },
        "metadata": {"threadId": "prod-CleanOrders", "summary": "CleanOrders FAILED in prod after 42 s"},
    }


@pytest.mark.parametrize(
    ("state", "run", "title", "error"),
    [
        ("TIMEOUT", {"ExecutionTime": 3600, "ErrorMessage": "Timeout"}, "TIMEOUT in prod after 1 h 0 min", "Timeout"),
        ("STOPPED", {"ExecutionTime": 125, "ErrorMessage": ""}, "STOPPED in prod after 2 min 5 s", "Job run failed"),
        ("FAILED", {"ExecutionTime": 0, "CompletedOn": STARTED}, "FAILED in prod after 0 s", RUN["ErrorMessage"]),
    ],
)
def test_each_bad_end(aws: Stubs, state: str, run: dict[str, Any], title: str, error: str) -> None:
    look(aws, JobRunState=state, **run)
    sent = told(aws, job_event(state))
    assert sent.lines[0] == f"CleanOrders {title}"
    assert sent.lines[2].split(":", 1)[1].strip() == error


def test_a_good_run_is_not_told_and_is_in_the_metrics(aws: Stubs, capsys: pytest.CaptureFixture[str]) -> None:
    look(aws, JobRunState="SUCCEEDED", DPUSeconds=360.0)
    handler.handle(job_event("SUCCEEDED"), None)
    line = json.loads(capsys.readouterr().out)
    assert (line["Runs"], line["Failures"], line["DpuHours"], line["Usd"]) == (1, 0, 0.1, 0.044)


def test_a_job_of_somebody_else_is_neither_asked_about_nor_told(aws: Stubs, capsys: pytest.CaptureFixture[str]) -> None:
    handler.handle(job_event(job="Theirs-prod"), None)
    assert capsys.readouterr().out == ""


def test_a_long_error_is_shortened(aws: Stubs) -> None:
    look(aws, ErrorMessage="x" * 1500)
    sent = told(aws, job_event())
    assert sent.lines[2] == f"error:    {'x' * 1000}… (500 more characters: see the log)"


def test_an_error_of_several_lines_stays_below_itself(aws: Stubs) -> None:
    look(aws, ErrorMessage="ValueError: a\nat line 3")
    sent = told(aws, job_event())
    assert sent.lines[2:4] == ["error:    ValueError: a", "          at line 3"]


def test_an_attempt_says_whether_glue_tries_again_and_an_unknown_price_stays_unknown(
    aws: Stubs, capsys: pytest.CaptureFixture[str]
) -> None:
    for attempt, said in enumerate(("1 of 3; Glue tries again", "2 of 3; Glue tries again", "3 of 3")):
        look(aws, "Report-prod", Attempt=attempt)
        sent = told(aws, {**job_event(job="Report-prod"), "id": f"e{attempt}"})
        assert sent.lines[3] == f"run:      jr_1 (attempt {said})"
        assert sent.lines[5] == "cost:     unknown: aws_glue_cdk_baseline/prices.py has no price of this kind of run"
    assert ["Usd" in json.loads(line) for line in capsys.readouterr().out.splitlines()] == [False] * 3


@pytest.mark.parametrize("state", ["STOPPED", "TIMEOUT"])
def test_a_run_that_was_stopped_is_not_tried_again(aws: Stubs, state: str) -> None:
    look(aws, "Report-prod", JobRunState=state)
    sent = told(aws, job_event(state, job="Report-prod"))
    assert sent.lines[3] == "run:      jr_1 (attempt 1 of 3)"


def test_without_the_right_to_look_a_failure_is_told_all_the_same(
    aws: Stubs, capsys: pytest.CaptureFixture[str]
) -> None:
    aws["glue"].add_client_error("get_job_run", "AccessDeniedException", "no right to glue:GetJobRun", 400)
    sent = told(aws, job_event())
    denied = (
        "An error occurred (AccessDeniedException) when calling the GetJobRun operation: no right to glue:GetJobRun"
    )
    assert sent.lines == [
        "CleanOrders FAILED in prod",
        "",
        "error:    Job run failed",
        "run:      jr_1",
        f"details:  unknown: {denied}",
        "job:      CleanOrders, in Glue CleanOrders-prod",
        "stage:    prod, AWS account 333333333333 in eu-west-1",
        RUN_PAGE,
        LOG_PAGE,
        "",
        STEP,
    ]
    line = json.loads(capsys.readouterr().out)
    assert ("Seconds" in line, line["Failures"]) == (False, 1)


def test_a_run_that_takes_longer_than_it_should(aws: Stubs, capsys: pytest.CaptureFixture[str]) -> None:
    look(aws, JobRunState="RUNNING", ExecutionTime=905, ErrorMessage="")
    condition = {"NotifyDelayAfter": 15.0}
    sent = told(aws, job_event("RUNNING", kind="Glue Job Run Status", notificationCondition=condition))
    assert sent.lines[:4] == [
        "CleanOrders takes longer than 15 min in prod",
        "",
        "state:    RUNNING; the run goes on until its timeoutMinutes",
        "run:      jr_1",
    ]
    assert sent.lines[4] == "duration: 15 min 5 s"
    assert capsys.readouterr().out == ""  # it has not ended


def test_the_same_event_twice_is_sent_once(aws: Stubs, capsys: pytest.CaptureFixture[str]) -> None:
    look(aws)
    look(aws)
    Sent(aws)
    handler.handle(job_event(), None)
    handler.handle(job_event(), None)
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_topic_that_refuses_is_tried_again_and_the_other_one_not(
    aws: Stubs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EXISTING_TOPIC", EXISTING)
    look(aws)
    aws["sns"].add_client_error("publish", "NotFound", "Topic does not exist", 404)
    aws["sns"].add_response("publish", {"MessageId": "m"})
    with pytest.raises(handler.NotSentError) as error:
        handler.handle(job_event(), None)
    said = "An error occurred (NotFound) when calling the Publish operation: Topic does not exist"
    assert str(error.value) == f"{OWN}: {said}"
    look(aws)
    sent = Sent(aws)  # one more message, and not two
    handler.handle(job_event(), None)
    assert sent.parameters["TopicArn"] == OWN
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_subject_is_one_short_line_of_ascii(aws: Stubs, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "Köln\n" + "x" * 100
    monkeypatch.setattr(handler, "_facts", lambda: Facts("prod", jobs={"CleanOrders-prod": JobFacts(name)}))
    look(aws)
    sent = told(aws, job_event())
    subject = sent.parameters["Subject"]
    assert subject == f"K?ln {'x' * 91}..."
    assert len(subject) == 99


def quality_event(**numbers: int) -> dict[str, Any]:
    context = {"contextType": "GLUE_JOB", "jobId": "jr_1", "jobName": "CleanOrders-prod", "evaluationContext": "orders"}
    result = {"resultID": "dqresult-1", "rulesetNames": ["own"], "state": "FAILED", "score": 0.75}
    kind = "Data Quality Evaluation Results Available"
    detail = {"context": context, **result, **numbers}
    return {"id": "q1", "source": "aws.glue-dataquality", "detail-type": kind, **PLACE, "detail": detail}


@pytest.mark.parametrize("spelling", ["numRules{}", "rules{}"])
def test_failed_data_quality_rules(aws: Stubs, spelling: str, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = {spelling.format("Succeeded"): 3, spelling.format("Failed"): 1, spelling.format("Skipped"): 0}
    sent = told(aws, quality_event(**numbers))
    assert sent.lines == [
        "CleanOrders: 1 of 4 data quality rules failed in prod",
        "",
        "run:     jr_1",
        "context: orders",
        "rules:   own",
        "result:  dqresult-1",
        "job:     CleanOrders, in Glue CleanOrders-prod",
        "stage:   prod, AWS account 333333333333 in eu-west-1",
        "",
        "The result: aws glue get-data-quality-result --result-id dqresult-1",
    ]
    line = json.loads(capsys.readouterr().out)
    assert (line["RulesPassed"], line["RulesFailed"]) == (3, 1)


def test_passed_data_quality_rules_are_not_told(aws: Stubs, capsys: pytest.CaptureFixture[str]) -> None:
    handler.handle(quality_event(numRulesSucceeded=4), None)
    line = json.loads(capsys.readouterr().out)
    assert (line["RulesPassed"], line["RulesFailed"]) == (4, 0)


DUE = {"id": "s1", "schedule": "cron(0 3 * * ? *)", **PLACE, "time": "2026-11-26T04:00:00Z"}
RUNS = {"JobName": "CleanOrders-prod", "MaxResults": 20}


def test_a_job_that_has_started_by_its_schedule_is_not_told(aws: Stubs) -> None:
    aws["glue"].add_response("get_job_runs", {"JobRuns": [RUN]}, RUNS)
    handler.handle(DUE, None)


def test_a_run_that_waits_and_has_no_start_yet_is_not_missing(aws: Stubs) -> None:
    waits = {name: value for name, value in RUN.items() if name != "StartedOn"} | {"JobRunState": "WAITING"}
    aws["glue"].add_response("get_job_runs", {"JobRuns": [waits]}, RUNS)
    handler.handle(DUE, None)


def test_a_job_that_has_not_started_by_its_schedule(aws: Stubs) -> None:
    yesterday = {**RUN, "JobRunState": "SUCCEEDED", "StartedOn": datetime(2026, 11, 25, 3, 0, 5, tzinfo=UTC)}
    aws["glue"].add_response("get_job_runs", {"JobRuns": [yesterday]}, RUNS)
    sent = told(aws, DUE)
    assert sent.lines == [
        "CleanOrders has not started in prod",
        "",
        "due:       2026-11-26 03:00 UTC, by its schedule cron(0 3 * * ? *)",
        "last run:  jr_1, SUCCEEDED, started 2026-11-25 03:00 UTC",
        "job:       CleanOrders, in Glue CleanOrders-prod",
        "stage:     prod, AWS account 333333333333 in eu-west-1",
        "runs page: https://eu-west-1.console.aws.amazon.com/gluestudio/home?region=eu-west-1"
        "#/editor/job/CleanOrders-prod/runs",
        "",
        "Its runs: make status JOB=CleanOrders STAGE=prod PROFILE=…",
        "A run that goes on keeps the next one from starting (maxConcurrentRuns), as does a trigger that is off.",
    ]


def test_a_scheduled_run_that_ended_without_an_event(aws: Stubs) -> None:
    aws["glue"].add_response("get_job_runs", {"JobRuns": [{**RUN, "JobRunState": "ERROR"}]}, RUNS)
    sent = told(aws, DUE)
    assert sent.lines[:5] == [
        "CleanOrders ERROR in prod",
        "",
        "due:       2026-11-26 03:00 UTC, by its schedule cron(0 3 * * ? *)",
        "error:     ValueError: no rows in orders",
        "run:       jr_1",
    ]


def test_without_the_right_to_look_nobody_knows_whether_a_job_has_started(aws: Stubs) -> None:
    aws["glue"].add_client_error("get_job_runs", "AccessDeniedException", "no right", 400)
    sent = told(aws, DUE)
    assert sent.lines[0] == "nobody knows whether CleanOrders has started in prod"
    assert sent.lines[3].endswith("when calling the GetJobRuns operation: no right")


def pipeline_event(kind: str, **more: Any) -> Any:
    detail = {"pipeline": "GluePipeline", "execution-id": "x-1", **more}
    return {"id": "p1", "source": "aws.codepipeline", "detail-type": f"CodePipeline {kind}", **PLACE, "detail": detail}


def actions(aws: Stubs, *found: dict[str, Any]) -> None:
    asked = {"pipelineName": "GluePipeline", "filter": {"pipelineExecutionId": "x-1"}, "maxResults": 100}
    aws["codepipeline"].add_response("list_action_executions", {"actionExecutionDetails": list(found)}, asked)


ABOUT = [
    "execution:      x-1",
    "pipeline:       GluePipeline, AWS account 333333333333 in eu-west-1",
    "execution page: https://eu-west-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/GluePipeline/executions/"
    "x-1/timeline?region=eu-west-1",
]


def test_a_failed_execution_of_the_pipeline(aws: Stubs) -> None:
    result = {
        "externalExecutionSummary": "Build terminated with state: FAILED",
        "externalExecutionUrl": "https://eu-west-1.console.aws.amazon.com/codebuild/x",
    }
    actions(
        aws,
        {
            "stageName": "DeployDev",
            "actionName": "IntegrationTest",
            "status": "Failed",
            "output": {"executionResult": result},
        },
        {"stageName": "Build", "actionName": "CdkSynth_UnitTest", "status": "Succeeded"},
    )
    sent = told(aws, pipeline_event("Pipeline Execution State Change", state="FAILED"))
    assert sent.lines == [
        "GluePipeline FAILED in DeployDev IntegrationTest",
        "",
        "error:          DeployDev IntegrationTest: Build terminated with state: FAILED",
        "action page:    https://eu-west-1.console.aws.amazon.com/codebuild/x",
        *ABOUT,
        "",
        "The log of an action: View details of the action, on the execution page.",
    ]


def test_a_failed_execution_is_told_without_the_right_to_look(aws: Stubs) -> None:
    aws["codepipeline"].add_client_error("list_action_executions", "AccessDenied", "no right", 400)
    sent = told(aws, pipeline_event("Pipeline Execution State Change", state="FAILED"))
    assert sent.lines[0] == "GluePipeline FAILED"
    assert sent.lines[2].endswith("when calling the ListActionExecutions operation: no right")


def test_an_approval_that_waits(aws: Stubs) -> None:
    configuration = {"resolvedConfiguration": {"CustomData": "adds CleanOrders\nremoves Report"}}
    actions(
        aws,
        {"stageName": "DeployProd", "actionName": "Approval", "status": "InProgress", "input": configuration},
    )
    kind = {"category": "Approval"}
    change = "Action Execution State Change"
    sent = told(aws, pipeline_event(change, stage="DeployProd", action="Approval", state="STARTED", type=kind))
    assert sent.parameters["Subject"] == "GluePipeline waits for an approval: DeployProd"
    assert sent.lines == [
        "GluePipeline waits for an approval: DeployProd",
        "",
        "changes:        adds CleanOrders",
        "                removes Report",
        *ABOUT,
        "answer:         https://eu-west-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/GluePipeline/view"
        "?region=eu-west-1",
        "",
        "What it would get: make diff STAGE=prod PROFILE=…",
        "Choose Review at DeployProd. Without an answer the approval fails after 7 days.",
    ]


def test_an_approval_in_a_stage_of_its_own_names_the_stage_of_the_config(
    aws: Stubs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "_facts", lambda: Facts(config_file="shop.yaml"))
    actions(aws)
    event = pipeline_event(
        "Action Execution State Change", stage="ApproveProd", action="Approval", type={"category": "Approval"}
    )
    assert told(aws, event).lines[-2:] == [
        "What it would get: make diff STAGE=prod CONFIG=shop.yaml PROFILE=…",
        "Choose Review at ApproveProd. Without an answer the approval fails after 7 days.",
    ]
