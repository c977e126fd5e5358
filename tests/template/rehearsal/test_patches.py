"""The private functions of MiniStack that the rehearsal patches still exist, with the parameters that it expects."""

import inspect
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import ministack.app
import pytest
from ministack.core import iam_actions, iam_evaluator, router
from ministack.services import codebuild, dynamodb, eventbridge, glue, iam, s3, sns
from ministack.services.cloudformation import provisioners

from rehearsal.ministack import cloudformation, codepipeline, glue_jobs


def test_the_version_is_the_one_that_the_patches_were_written_for() -> None:
    assert version("ministack") == "1.5.33"


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (glue._get_docker, []),
        (glue._resolve_script, ["script_location"]),
        (glue._execute_spark_docker, ["run", "job", "job_name", "args", "script_path", "docker_client"]),
        (glue._batch_stop_job_run, ["data"]),
        (glue._create_job, ["data"]),
        (glue._update_job, ["data"]),
        (glue._execute_subprocess, ["run", "job", "args", "resolved"]),
        (glue._start_job_run, ["data"]),
        (glue._start_trigger, ["data"]),
        (glue._handle_request_sync, ["method", "path", "headers", "body", "query_params"]),
        (codebuild._get_docker, []),
        (eventbridge._put_events, ["data", "allow_aws_source"]),
        (sns._resolve_message_for_protocol, None),
        (
            sns._fanout,
            [
                *("topic_arn", "msg_id", "message", "subject", "message_structure", "message_attributes"),
                *("message_group_id", "message_dedup_id"),
            ],
        ),
        (iam_evaluator._resolve_condition_key, ["key", "ctx"]),
        (iam_evaluator.evaluate_resource_policy, ["doc", "ctx", "service", "named_only", "direct_only"]),
        (iam_evaluator.caller_arn, []),
        (
            iam_actions.extract_resource_arn,
            ["service", "method", "path", "headers", "body", "query_params", "region", "account_id"],
        ),
        (iam_actions.identity_denial_message, ["action", "principal_arn", "resource", "explicit_deny"]),
        (iam._extract_simulate_params, ["p"]),
        (
            iam._build_simulate_results_real,
            ["actions", "resource_arn", "principal_arn", "account_id", "policies"],
        ),
        (iam._p, None),
        (s3._bucket_owner_account, ["name"]),
        (
            s3._foreign_bucket_allows,
            ["owner_account", "bucket_name", "key", "method", "query_params", "caller", "headers"],
        ),
        (s3._get_object, ["bucket_name", "key", "headers", "query_params"]),
        (s3._put_object, ["bucket_name", "key", "body", "headers"]),
        (s3._copy_object, ["bucket_name", "dest_key", "headers"]),
        (s3._complete_multipart_upload, ["bucket_name", "key", "body", "query_params", "headers"]),
        (s3._delete_object, ["bucket_name", "key", "headers", "query_params"]),
        (s3._delete_objects, ["bucket_name", "body", "headers"]),
        (ministack.app._port_is_bindable, ["host", "port"]),
        (ministack.app.main, []),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_a_patched_function_is_where_it_was(function: Callable[..., Any], parameters: list[str] | None) -> None:
    assert callable(function)
    if parameters is not None:
        assert list(inspect.signature(function).parameters) == parameters


def test_the_callers_of_patched_functions_still_call_them_by_name() -> None:
    start = inspect.getsource(glue._start_job_run)
    assert "_execute_spark_docker(run, job, job_name, script_args, resolved, docker_client)" in start
    assert "_resolve_script(script_location)" in start
    assert "await run_reentrant(" in inspect.getsource(glue.handle_request)
    assert "_handle_request_sync, method, path" in inspect.getsource(glue.handle_request)
    app = inspect.getsource(ministack.app)
    assert "from ministack.core.iam_actions import" in app
    assert "resource_arn=checked_arn, service_context={**service_context, **keys}" in app
    assert "else [(resource_arn, {})]" in app
    assert "from ministack.core.iam_evaluator import AuthError, enforce" in app
    assert hasattr(iam._roles, "get_scoped")
    assert hasattr(glue, "_jobs")


def test_the_recorded_types_are_still_unknown_to_it() -> None:
    assert not set(cloudformation.TYPES) & set(provisioners._RESOURCE_HANDLERS)


def test_the_policies_of_tables_are_still_left_out() -> None:
    assert "ResourcePolicy" not in inspect.getsource(provisioners._ddb_create)
    assert "dynamodb" not in iam_evaluator._RESOURCE_POLICY_LOOKUPS
    for function in (dynamodb._put_resource_policy, dynamodb._delete_resource_policy):
        assert list(inspect.signature(function).parameters) == ["data"]
    assert {"create", "update", "delete"} <= provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"].keys()


def test_codepipeline_is_still_unknown_to_it_and_is_added_where_services_are() -> None:
    for known in (router.SERVICE_PATTERNS, ministack.app.SERVICE_HANDLERS, iam_actions.SERVICE_TO_IAM_NAMESPACE):
        assert "codebuild" in known
        assert codepipeline.SERVICE not in known
    assert router.SERVICE_PATTERNS["codebuild"]["target_prefixes"] == ["CodeBuild_20161006"]


def test_a_job_keeps_what_ministack_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs: dict[str, dict[str, Any]] = {}
    monkeypatch.setattr(glue, "_jobs", jobs)
    spark = {"WorkerType": "G.1X", "NumberOfWorkers": 2}

    def create(data: dict[str, Any]) -> str:
        jobs[data["Name"]] = {"Command": data["Command"], **spark}
        return "created"

    answer = glue_jobs.keeping(create, lambda data: (data["Name"], data))
    assert answer({"Name": "A", "Command": {"Name": "glueetl"}, "JobRunQueuingEnabled": True}) == "created"
    answer({"Name": "B", "Command": {"Name": "pythonshell"}, "ExecutionProperty": {"MaxConcurrentRuns": 3}})
    once: dict[str, Any] = {"ExecutionProperty": {"MaxConcurrentRuns": 1}, "JobRunQueuingEnabled": False}
    kept = {"NotificationProperty": {}, "ExecutionClass": None, "MaintenanceWindow": None, **once}
    assert jobs["A"] == {"Command": {"Name": "glueetl"}, **spark, **kept, "JobRunQueuingEnabled": True}
    several = {"ExecutionProperty": {"MaxConcurrentRuns": 3}}
    assert jobs["B"] == {"Command": {"Name": "pythonshell"}, **kept, **several}  # of Spark it has nothing
    shell, flex = dict(spark), dict(spark)
    glue_jobs.complete_run(shell, jobs["B"])
    glue_jobs.complete_run(flex, {**jobs["A"], "ExecutionClass": "FLEX"})
    assert (shell, flex) == ({}, {**spark, "ExecutionClass": "FLEX"})
