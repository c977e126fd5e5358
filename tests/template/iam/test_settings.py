"""What a job's role may do for `connections`, `observability`, `securityConfiguration` and KMS keys, and what not.

The emulator has no calls of EC2, KMS and CloudWatch that it checks so closely: its policy evaluator decides here.
"""

from typing import Any

import pytest
from ministack.core import iam_evaluator

from aws_glue_cdk_baseline.config import Job, JobSettings
from aws_glue_cdk_baseline.permissions.job import job_statements
from aws_glue_cdk_baseline.permissions.kms import decrypt
from aws_glue_cdk_baseline.permissions.place import Place
from aws_glue_cdk_baseline.permissions.s3 import Statement
from tests.template.iam.attempts import FOREIGN

HERE = "us-east-1:222222222222"
KEYS = {name: f"arn:aws:kms:{HERE}:key/{name}" for name in ("in", "out", "events", "ours", "other")}
IRELAND = "arn:aws:kms:eu-west-1:222222222222:key/in"
GLUE, EC2 = f"arn:aws:glue:{HERE}", f"arn:aws:ec2:{HERE}"
BY_S3 = {"kms:viaservice": "s3.us-east-1.amazonaws.com"}
GLUES_TAG, NAME_TAG = ["aws-glue-service-resource"], ["Name"]


def job(**settings: Any) -> Job:
    keys = {**{name: (arn,) for name, arn in KEYS.items() if name != "other"}, "in": (KEYS["in"], IRELAND)}
    return Job.model_validate(
        {
            "name": "Load",
            "script": "load.py",
            "arguments": {},
            "input_locations": ("s3://in/a.json",),
            "output_locations": ("s3://out/x/",),
            "kms_keys": keys if settings else {},
            "settings": JobSettings.model_construct(**settings),
        }
    )


EVERYTHING = job(
    connections=("orders-db",), observability=True, security_configuration="ours", spark_ui="s3://events/spark/"
)


def allowed(statements: list[Statement], action: str, resource: str, **context: Any) -> bool:
    document = {"Version": "2012-10-17", "Statement": statements}
    call = iam_evaluator.EvalContext(
        principal_arn="arn:aws:sts::222222222222:assumed-role/Load/run",
        principal_type="AssumedRole",
        principal_account="222222222222",
        action=action,
        resource_arn=resource,
        region=context.get("region", "us-east-1"),
        tag_keys=context.get("tags", []),
        service_context=context.get("service", {}),
    )
    decision: str = iam_evaluator.evaluate(call, [iam_evaluator.parse_policy_document(document)]).decision
    return decision == "Allow"


ATTEMPTS: list[tuple[bool, str, str, dict[str, Any]]] = [
    (True, "glue:GetConnection", f"{GLUE}:connection/orders-db", {}),
    (True, "glue:GetConnection", f"{GLUE}:catalog", {}),
    (False, "glue:GetConnection", f"{GLUE}:connection/customers-db", {}),
    (False, "glue:UpdateConnection", f"{GLUE}:connection/orders-db", {}),
    (True, "ec2:DescribeSubnets", "*", {}),
    (False, "ec2:DescribeSubnets", "*", {"region": "eu-west-1"}),
    (False, "ec2:DescribeInstances", "*", {}),
    (True, "ec2:DescribeVpcAttribute", f"{EC2}:vpc/vpc-1", {}),
    (True, "ec2:CreateNetworkInterface", f"{EC2}:subnet/subnet-1", {}),
    (True, "ec2:CreateNetworkInterface", f"{EC2}:network-interface/*", {}),
    (False, "ec2:CreateNetworkInterface", "arn:aws:ec2:us-east-1:999999999999:subnet/subnet-1", {}),
    (True, "ec2:DeleteNetworkInterface", f"{EC2}:network-interface/eni-1", {}),
    (False, "ec2:AttachNetworkInterface", f"{EC2}:network-interface/eni-1", {}),
    (True, "ec2:CreateTags", f"{EC2}:network-interface/eni-1", {"tags": GLUES_TAG}),
    (False, "ec2:CreateTags", f"{EC2}:network-interface/eni-1", {"tags": NAME_TAG}),
    (False, "ec2:CreateTags", f"{EC2}:instance/i-1", {"tags": GLUES_TAG}),
    (True, "cloudwatch:PutMetricData", "*", {"service": {"cloudwatch:namespace": "Glue"}}),
    (False, "cloudwatch:PutMetricData", "*", {"service": {"cloudwatch:namespace": "AWS/Billing"}}),
    (False, "cloudwatch:PutMetricData", "*", {}),
    (True, "kms:Decrypt", KEYS["in"], {"service": BY_S3}),
    (True, "kms:Decrypt", IRELAND, {"service": {"kms:viaservice": "s3.eu-west-1.amazonaws.com"}}),
    (False, "kms:Decrypt", IRELAND, {"service": BY_S3}),
    (False, "kms:Decrypt", KEYS["in"], {}),
    (False, "kms:GenerateDataKey", KEYS["in"], {"service": BY_S3}),
    (True, "kms:GenerateDataKey", KEYS["out"], {"service": BY_S3}),
    (True, "kms:Decrypt", KEYS["out"], {"service": BY_S3}),
    (True, "kms:GenerateDataKey", KEYS["events"], {"service": BY_S3}),
    (False, "kms:GenerateDataKey", KEYS["out"], {"service": {"kms:viaservice": "rds.us-east-1.amazonaws.com"}}),
    (False, "kms:PutKeyPolicy", KEYS["out"], {"service": BY_S3}),
    (False, "kms:Decrypt", KEYS["other"], {"service": BY_S3}),
    (True, "kms:Encrypt", KEYS["ours"], {}),
    (True, "kms:GenerateDataKey", KEYS["ours"], {}),
    (False, "kms:ScheduleKeyDeletion", KEYS["ours"], {}),
    (False, "s3:GetObject", f"arn:aws:s3:::{FOREIGN}/x", {}),
]


@pytest.mark.parametrize(("expected", "action", "resource", "context"), ATTEMPTS)
def test_every_attempt_ends_as_it_should(expected: bool, action: str, resource: str, context: dict[str, Any]) -> None:
    statements = list(job_statements(EVERYTHING, Place("aws", "us-east-1", "222222222222")))
    assert allowed(statements, action, resource, **context) is expected


def test_a_job_with_none_of_it_has_no_statement_for_it() -> None:
    assert list(job_statements(job(), Place("aws", "us-east-1", "222222222222"))) == []


def test_the_integration_test_decrypts_an_output_and_encrypts_none() -> None:
    statements = list(decrypt(EVERYTHING, EVERYTHING.output_locations))
    assert allowed(statements, "kms:Decrypt", KEYS["out"], service=BY_S3)
    assert not allowed(statements, "kms:GenerateDataKey", KEYS["out"], service=BY_S3)
    assert not allowed(statements, "kms:Decrypt", KEYS["in"], service=BY_S3)


def test_in_china_s3_has_another_name() -> None:
    arn = "arn:aws-cn:kms:cn-north-1:222222222222:key/out"
    there = EVERYTHING.model_copy(update={"kms_keys": {"out": (arn,)}})
    (statement,) = decrypt(there, ["s3://out/x/"])
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": "s3.cn-north-1.amazonaws.com.cn"}}
