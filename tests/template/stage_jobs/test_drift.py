"""`make drift`: what somebody has changed by hand, and nothing else."""

import json
from collections.abc import Callable, Iterator
from typing import cast

import pytest

from aws_glue_cdk_baseline.config import Config
from tests.configs import DEV, with_stage
from tests.template.stage_jobs.conftest import Aws, deploy
from tools.stage_jobs import __main__ as command
from tools.stage_jobs.account import StageAccount
from tools.stage_jobs.deployed_stack import Resource
from tools.stage_jobs.drift import JOB, LOG_GROUP, argument_words, job_drift, log_group_drift
from tools.stage_jobs.role_drift import MANAGED, permissions, role_drift

Run = Callable[..., tuple[int, str, str]]
REGION = "eu-central-1"
GIVEN = ("drift", "--profile", "dev", "--stage", "other")


@pytest.fixture
def other(aws: Aws, config: Config, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[Aws]:
    """Deploy a stage of its own for each test, which changes it, in another Region of dev's account."""
    place = DEV.model_copy(update={"aws_region": REGION})
    stage = config.stage("dev").model_copy(update={"name": "other", "account": place})
    renamed = config.model_copy(update={"stages": (stage,)})
    deploy(aws, renamed, "other")
    monkeypatch.setattr(command, "load_config", lambda path: renamed)
    yield aws
    api = aws.client("cloudformation", region=REGION)
    api.delete_stack(StackName="DeployOther-GlueAppStack")
    api.get_waiter("stack_delete_complete").wait(
        StackName="DeployOther-GlueAppStack", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )


def test_a_stage_as_it_was_deployed_has_no_drift(run: Run, other: Aws) -> None:
    code, out, err = run(*GIVEN)
    assert out.splitlines()[1:] == [
        "nothing was changed by hand: 4 jobs, 5 roles, 4 log groups are as they were deployed; not compared: 1"
        " AWS::KMS::Key, and tags"
    ]
    assert (code, err) == (0, "")


def test_all_stacks_of_a_stage_with_many_jobs_are_looked_at(
    run: Run, aws: Aws, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = DEV.model_copy(update={"aws_region": "eu-west-3"})
    stacks = {"Quick": 1, "Broken": 2, "Slow": 2, "Idle": 2}
    values = {"stacks": stacks, "stack_count": 2, "trigger_stack_count": 1}
    stage = config.stage("dev").model_copy(update={"name": "wide", "account": place, **values})
    wide = config.model_copy(update={"stages": (stage,)})
    deploy(aws, wide, "wide")
    monkeypatch.setattr(command, "load_config", lambda path: wide)
    given = (*GIVEN[:-1], "wide")
    code, out, err = run(*given)
    assert out.splitlines()[1].startswith("nothing was changed by hand: 4 jobs, 5 roles, 4 log groups are as they were")
    assert (code, err) == (0, "")
    aws.client("glue", region="eu-west-3").delete_job(JobName="Idle-wide")
    code, out, err = run(*given)
    assert (code, out.splitlines()[1]) == (1, "Idle: the job was deleted by hand")


def test_each_change_by_hand_is_named_in_the_words_of_the_config(run: Run, other: Aws) -> None:
    glue, iam, logs = other.client("glue", region=REGION), other.client("iam"), other.client("logs", region=REGION)
    job = glue.get_job(JobName="Quick-other")["Job"]
    role = job["Role"].rpartition("/")[2]
    arguments = {**job["DefaultArguments"], "--input_path": "s3://data/by-hand/", "--conf": "a=b"}
    del arguments["--seconds"]
    update = {"NumberOfWorkers": 10, "Timeout": 600, "Role": job["Role"], "Command": job["Command"]}
    glue.update_job(JobName="Quick-other", JobUpdate={**update, "DefaultArguments": arguments})
    glue.delete_job(JobName="Idle-other")
    statement = {"Effect": "Allow", "Action": ["s3:DeleteObject"], "Resource": "arn:aws:s3:::data/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName="ByHand", PolicyDocument=document)
    iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    broken = glue.get_job(JobName="Broken-other")["Job"]["Role"].rpartition("/")[2]
    iam.delete_role_policy(RoleName=broken, PolicyName="JobPolicy")
    logs.put_retention_policy(logGroupName="/aws-glue/jobs/other/output", retentionInDays=1)
    logs.delete_retention_policy(logGroupName="/aws-glue/jobs/other/error")
    code, out, err = run(*GIVEN)
    assert (code, err) == (1, "")
    *lines, last, advice = out.splitlines()[1:]
    assert sorted(line for line in lines if not line.startswith("the role of Broken")) == [
        "/aws-glue/jobs/other/error: logRetentionDays is without an end; it was deployed as 30",
        "/aws-glue/jobs/other/output: logRetentionDays is 1; it was deployed as 30",
        "Idle: the job was deleted by hand",
        "Quick: inputLocation is s3://data/by-hand/; it was deployed as s3://data/in/",
        "Quick: numberOfWorkers is 10; it was deployed as 2",
        "Quick: seconds was removed; it was deployed as 1",
        "Quick: sparkConf (--conf) was added: a=b",
        "Quick: timeoutMinutes is 600; it was deployed as 30",
        "the role of Quick: managedPolicies: arn:aws:iam::aws:policy/AmazonS3FullAccess was attached by hand",
        "the role of Quick: may s3:DeleteObject on arn:aws:s3:::data/*, by hand",
    ]
    lost = [line for line in lines if line.startswith("the role of Broken")]
    assert lost[0].startswith(
        "the role of Broken: no longer may kms:Decrypt on arn:aws:kms:eu-central-1:222222222222:key/"
    )
    assert lost[-1].startswith("the role of Broken: and ")
    assert last.startswith("6 of 13 were changed by hand, of 4 jobs, 5 roles, 4 log groups; not compared: ")
    assert advice.endswith("or write it into the config and push.")


def test_a_role_or_a_log_group_that_was_deleted_by_hand(run: Run, other: Aws) -> None:
    iam, logs = other.client("iam"), other.client("logs", region=REGION)
    role = other.client("glue", region=REGION).get_job(JobName="Slow-other")["Job"]["Role"].rpartition("/")[2]
    iam.delete_role_policy(RoleName=role, PolicyName="JobPolicy")
    iam.delete_role(RoleName=role)
    logs.delete_log_group(logGroupName="/aws-glue/jobs/other/error")
    code, out, _ = run(*GIVEN)
    assert code == 1
    assert sorted(out.splitlines()[1:3]) == [
        "/aws-glue/jobs/other/error: the log group was deleted by hand",
        "the role of Slow: it was deleted by hand",
    ]


def test_the_same_permissions_in_another_form_are_no_drift() -> None:
    condition = {"StringLike": {"s3:prefix": ["b", "a"]}}
    one = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "r", "Condition": condition}
    split = [{**one, "Action": "s3:PutObject", "Sid": "x"}, {**one, "Action": ["s3:GetObject"], "Resource": ["r"]}]
    split[0] = {**split[0], "Condition": {"StringLike": {"s3:prefix": ["a", "b"]}}}
    assert permissions([{"Statement": one}]) == permissions([{"Statement": split}])
    assert permissions([{"Statement": {**one, "Condition": {}}}]) != permissions([{"Statement": one}])


def test_what_the_cdk_moves_to_a_managed_policy_is_no_drift() -> None:
    """The role of the integration test of many jobs has such policies."""
    attached, trust = "arn:aws:iam::222222222222:policy/Overflow", {"Statement": [{"Effect": "Allow"}]}

    class OfIam:
        def call(self, *_: str, **__: str) -> dict[str, object]:
            return {"Role": {"AssumeRolePolicyDocument": trust}}

        def pages(self, _: str, operation: str, *__: str, **___: str) -> list[object]:
            return [{"PolicyArn": attached}] if operation == "list_attached_role_policies" else []

    account = cast(StageAccount, OfIam())
    role = Resource("", "AWS::IAM::Role", "glue-test-dev", {"AssumeRolePolicyDocument": trust})
    document = {"Statement": [{"Effect": "Allow", "Action": "glue:StartJobRun", "Resource": "arn:x"}]}
    own, other = (
        Resource("", MANAGED, attached, {"Roles": [name], "PolicyDocument": document}) for name in (role.name, "other")
    )
    assert role_drift(account, role, [own], "role") == []
    assert role_drift(account, role, [other], "role") == [f"role: managedPolicies: {attached} was attached by hand"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("--input_path_orgs", "inputLocationOrgs"),
        ("--minimum_age", "minimumAge"),
        ("--conf", "sparkConf (--conf)"),
        ("--enable-metrics", "observability (--enable-metrics)"),
        ("--enable-auto-scaling", "defaultArguments --enable-auto-scaling"),
        ("--TempDir", "defaultArguments --TempDir"),
    ],
)
def test_an_argument_in_the_words_of_the_config(name: str, words: str) -> None:
    assert argument_words(name) == words


@pytest.mark.parametrize(
    ("deployed", "of_glue"),
    [
        ({"WorkerType": "G.1X", "NumberOfWorkers": 2, "Timeout": 60}, {"MaxCapacity": 2.0, "AllocatedCapacity": 2}),
        ({"WorkerType": "G.1X", "NumberOfWorkers": 2}, {"MaxCapacity": 2.0, "Timeout": 0}),
        ({"MaxCapacity": 0.0625, "Timeout": 60}, {"AllocatedCapacity": 0, "ExecutionClass": "STANDARD"}),
    ],
)
def test_what_glue_fills_in_itself_is_no_drift(
    config: Config, deployed: dict[str, object], of_glue: dict[str, object]
) -> None:
    """GetJob of AWS has the MaxCapacity of each job, as its documentation shows; MiniStack's has not."""

    class OfGlue:
        stage = config.stage("dev")

        def call(self, *_: str, JobName: str) -> dict[str, object]:
            return {"Job": {"Name": JobName, "GlueVersion": "5.1", **deployed, **of_glue}}

    job = Resource("", JOB, "Quick-dev", {"GlueVersion": "5.1", **deployed})
    assert job_drift(cast(StageAccount, OfGlue()), job) == []


def test_the_key_that_glue_gives_a_log_group_of_a_security_configuration_is_no_drift() -> None:
    """MiniStack has no AssociateKmsKey: the groups are told as CloudWatch Logs would."""

    class OfGlue:
        def pages(self, *_: str, logGroupNamePrefix: str) -> list[dict[str, object]]:
            return [{"logGroupName": logGroupNamePrefix, "retentionInDays": 30, "kmsKeyId": "arn:…:key/other"}]

    deployed = {"RetentionInDays": 30, "KmsKeyId": "arn:…:key/stage"}
    groups = [Resource("", LOG_GROUP, f"/aws-glue/jobs/dev/{name}", deployed) for name in ("error", "error-ours")]
    assert [log_group_drift(cast(StageAccount, OfGlue()), group, ("-ours",)) for group in groups] == [
        ["/aws-glue/jobs/dev/error: it is encrypted with another key"],
        [],
    ]


def test_what_cannot_be_compared_is_one_line(run: Run, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, err = run("drift", "--profile", "reader")
    assert code == 1
    assert err.startswith(
        "DeployDev-GlueAppStack: access denied: arn:aws:iam::222222222222:user/reader may not cloudformation:GetTempl"
    )
    assert "\n" not in err
    assert run("drift", "--profile", "dev", "Quick")[2] == "make drift compares the whole stage; leave out JOB=Quick"
    elsewhere = with_stage(config, "dev", account=DEV.model_copy(update={"aws_region": "eu-west-3"}))
    monkeypatch.setattr(command, "load_config", lambda path: elsewhere)
    assert run("drift", "--profile", "dev")[2] == (
        "DeployDev-GlueAppStack does not exist in this account and Region; the pipeline deploys it"
    )
