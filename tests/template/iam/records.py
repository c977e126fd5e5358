"""Calls about the records of the integration test: the test may make them, and nobody else may write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

from rehearsal.aws.cloud import Cloud
from tests.template.iam.attempts import Attempt

TABLE, STACK = "glue-test-records-dev", "DeployDev-GlueAppStack"
KEY = {"job": {"S": "Load-dev"}}
ITEM = {**KEY, "record": {"S": "forged"}}


def records_attempts(running: Cloud, home: str, account: str, region: str) -> Iterator[Attempt]:
    """Yield the attempts of the test, its build, the job Load and an administrator of the stage's `account`.

    `home` is the account of the pipeline.
    """
    owner = running.sessions.user(account, region)
    build = f"arn:aws:iam::{home}:role/glue-integration-test-dev"
    builder = running.sessions.as_service(build, "codebuild.amazonaws.com", "attempt", region)
    test = running.sessions.assume(f"arn:aws:iam::{account}:role/glue-test-dev", builder, "attempt", region)
    resources = owner.client("cloudformation").list_stack_resources(StackName=STACK)["StackResourceSummaries"]
    role = next(
        item["PhysicalResourceId"]
        for item in resources
        if item["ResourceType"] == "AWS::IAM::Role" and "Load" in item["LogicalResourceId"]
    )
    job = running.sessions.as_service(f"arn:aws:iam::{account}:role/{role}", "glue.amazonaws.com", "attempt", region)
    for who, session, reads, writes in (
        ("the test", test, True, True),
        ("its build", builder, False, False),
        ("a job", job, False, False),
        ("an administrator", owner, True, False),
    ):
        client = session.client("dynamodb")
        yield Attempt(who, "reads the records", reads, partial(client.scan, TableName=TABLE))
        yield Attempt(who, "writes a record", writes, partial(client.put_item, TableName=TABLE, Item=ITEM))
    tests = test.client("dynamodb")
    yield Attempt("the test", "deletes a record", False, partial(tests.delete_item, TableName=TABLE, Key=KEY))
    yield Attempt("the test", "deletes the table", False, partial(tests.delete_table, TableName=TABLE))
    yield Attempt("the test", "lists tables", False, tests.list_tables)
    statement = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    owner.client("iam").put_role_policy(RoleName=role, PolicyName="Wide", PolicyDocument=document)
    client = job.client("dynamodb")
    batch = {TABLE: [{"PutRequest": {"Item": ITEM}}]}
    for what, call in {
        "puts a record": partial(client.put_item, TableName=TABLE, Item=ITEM),
        "updates a record": partial(client.update_item, TableName=TABLE, Key=KEY),
        "writes many": partial(client.batch_write_item, RequestItems=batch),
    }.items():
        yield Attempt("a job that may do everything", what, False, call)
    call = partial(owner.client("dynamodb").delete_item, TableName=TABLE, Key=KEY)
    yield Attempt("an administrator", "deletes a record", True, call)
