"""`make preflight`: what it finds where all is well, where something is missing, and where rights are."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import PROJECT, load_config
from aws_glue_cdk_baseline.config.source import EXAMPLE_ARN
from tests.apps import make_whole_app
from tests.configs import load
from tests.template.preflight.answers import Answers
from tests.template.preflight.conftest import CONFIG, DEV, HOME, PROD, SCRIPT, VERSION, Aws, Run, encrypt
from tools import assembly
from tools.job_arguments import RunError
from tools.preflight.bootstrap import Bootstrap
from tools.preflight.finding import Outcome
from tools.preflight.parts import parts_of, synthesized
from tools.preflight.quotas import DPUS, JOBS, RUNS, RUNS_OF_A_JOB
from tools.preflight.reader import READS, DeniedError, NotReadingError, Reader
from tools.stage_jobs.account import MissingError

DEPLOY = f"cdk-hnb659fds-deploy-role-{DEV}-us-east-1"
ASSETS = f"cdk-hnb659fds-assets-{DEV}-us-east-1"
EXECUTE = f"cdk-hnb659fds-cfn-exec-role-{DEV}-us-east-1"
COMMAND = (
    f"run `npx cdk bootstrap aws://{DEV}/us-east-1 --profile dev --trust {HOME} --cloudformation-execution-policies"
    f" arn:aws:iam::{DEV}:policy/deploy-stage-account`"
)
OF_DEV = """\
ok              bootstrap in us-east-1: version 31; this app needs 6
ok              trust in us-east-1: the account of the pipeline, 111111111111, is trusted
ok              CloudFormation's role in us-east-1: may do all that the stacks need; IAM's simulator was asked
ok              DeployDev-GlueAppStack: will be created; its names are free
ok              bucket raw-dev: exists
ok              bucket clean-dev: exists, and the jobs may use its key
ok              database shop_dev: exists
ok              connection orders-db: exists
ok              secret arn:aws:secretsmanager:us-east-1:222222222222:secret:shop/dev: exists
ok              secret login/dev: exists
ok              jobs in us-east-1: 1 of this stage and 0 others; the quota is 1000
ok              job runs at once in us-east-1: dev starts up to 1 at the same time; the quota is 50
ok              DPUs at once in us-east-1: dev uses up to 4; the quota is 300
ok              IAM roles: 2 new ones and 3 that are there; the quota is 1000
"""


def profiles(*names: str) -> list[str]:
    return [argument for name in names for argument in ("--profile", name)]


def findings(lines: list[str], outcome: Outcome) -> list[str]:
    """Return the findings with an outcome, without it."""
    return [line.removeprefix(outcome).strip() for line in lines if line.startswith(f"{outcome.value} ")]


def test_where_all_is_well_everything_is_looked_at_and_green(run: Run) -> None:
    code, lines, err = run(*profiles("pipeline", "dev", "prod"))
    assert code == 0
    assert [line for line in lines if "AWS account" in line] == [
        f"pipeline: AWS account {HOME} in us-east-1, as arn:aws:iam::{HOME}:user/pipeline",
        f"dev: AWS account {DEV} in us-east-1, as arn:aws:iam::{DEV}:user/dev",
        f"prod: AWS account {PROD} in eu-west-1, as arn:aws:iam::{PROD}:user/prod",
    ]
    assert lines[-1] == "33 ok, 0 FAIL, 0 could not look"
    pipeline = findings(lines[: lines.index("")] if lines[0] else lines[1 : lines.index("", 1)], Outcome.OK)
    assert pipeline == [
        "bootstrap in us-east-1: version 31; this app needs 6",
        "CloudFormation's role in us-east-1: may do all that the stacks need; IAM's simulator was asked",
        "PipelineStack: will be created; its names are free",
        "bootstrap in eu-west-1: version 31; this app needs no certain one",
        "CloudFormation's role in eu-west-1: may do all that the stacks need; IAM's simulator was asked",
        "PipelineStack-support-eu-west-1: will be created; its names are free",
        "repository: etl in CodeCommit has the branch develop",
    ]
    assert "synthesizing c.yaml" in err


def test_the_documented_rights_are_enough_for_one_account_alone(run: Run) -> None:
    code, lines, _ = run(*profiles("reader"))
    assert (code, "\n".join(lines[2:16]) + "\n") == (0, OF_DEV)
    assert lines[-2:] == [
        "14 ok, 0 FAIL, 0 could not look",
        f'not looked at: pipeline ({HOME}), prod ({PROD}); name profiles of these accounts too: PROFILES="…"',
    ]
    code, lines, _ = run(*profiles("pipeline-reader"))
    assert (code, lines[-2]) == (0, "7 ok, 0 FAIL, 0 could not look")


def test_without_rights_each_right_is_named_and_nothing_is_red(run: Run, lacking_services: Answers) -> None:
    lacking_services.refuse("ListServiceQuotas", "AccessDeniedException", "no")
    code, lines, _ = run(*profiles("nobody"))
    assert (code, lines[-2]) == (0, "0 ok, 0 FAIL, 13 could not look")
    named = [line.partition(": no right to ")[2].split(" on ")[0] for line in lines if ": no right to " in line]
    assert named == [
        *("ssm:GetParameter", "s3:ListBucket", "iam:GetRole", "iam:GetRole", "cloudformation:DescribeStacks"),
        *("s3:ListBucket", "s3:ListBucket", "kms:DescribeKey"),
        *("glue:GetDatabase", "glue:GetConnection", "secretsmanager:DescribeSecret"),
        *("servicequotas:ListServiceQuotas", "iam:GetAccountSummary"),
    ]
    assert "could not look  bucket raw-dev: no right to s3:ListBucket on arn:aws:s3:::raw-dev" in lines


def test_without_the_simulator_the_policies_are_read(run: Run, aws: Aws) -> None:
    iam = aws.client("iam")
    denied = {"Effect": "Deny", "Action": "iam:SimulatePrincipalPolicy", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
    iam.put_user_policy(UserName="reader", PolicyName="no-simulator", PolicyDocument=document)
    try:
        code, lines, _ = run(*profiles("reader"))
        said = "CloudFormation's role in us-east-1: may do all that the stacks need; its policies were read"
        assert (code, said in findings(lines, Outcome.OK)) == (0, True)
        with policy_without(aws, "glue:CreateJob"):
            code, lines, _ = run(*profiles("reader"))
        assert (code, findings(lines, Outcome.FAIL)) == (1, [lacks_create_job("its policies were read")])
    finally:
        iam.delete_user_policy(UserName="reader", PolicyName="no-simulator")


def lacks_create_job(how: str) -> str:
    return (
        f"CloudFormation's role in us-east-1: may not glue:CreateJob on arn:aws:glue:us-east-1:{DEV}:job/Clean-dev;"
        f" {how}; update its policies from bootstrap/stage-account.json: docs/operate.md#bootstrap"
    )


# --- each of them missing -----------------------------------------------------------------------------------------


@contextmanager
def policy_without(aws: Aws, action: str) -> Iterator[None]:
    iam, arn = aws.client("iam"), f"arn:aws:iam::{DEV}:policy/deploy-stage-account"
    document = json.loads((PROJECT / "bootstrap" / "stage-account.json").read_text(encoding="utf-8"))
    for statement in document["Statement"]:
        statement["Action"] = [name for name in statement["Action"] if name != action]
    iam.put_role_policy(RoleName=EXECUTE, PolicyName="less", PolicyDocument=json.dumps(document))
    iam.detach_role_policy(RoleName=EXECUTE, PolicyArn=arn)
    yield
    iam.attach_role_policy(RoleName=EXECUTE, PolicyArn=arn)
    iam.delete_role_policy(RoleName=EXECUTE, PolicyName="less")


@contextmanager
def version(aws: Aws, value: str) -> Iterator[None]:
    ssm = aws.client("ssm")
    if value:
        ssm.put_parameter(Name=VERSION, Value=value, Type="String", Overwrite=True)
    else:
        ssm.delete_parameter(Name=VERSION)
    yield
    ssm.put_parameter(Name=VERSION, Value="31", Type="String", Overwrite=True)


@contextmanager
def trusting(aws: Aws, *accounts: str) -> Iterator[None]:
    iam = aws.client("iam")
    before = iam.get_role(RoleName=DEPLOY)["Role"]["AssumeRolePolicyDocument"]
    principals = [f"arn:aws:iam::{account}:root" for account in accounts]
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principals}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.update_assume_role_policy(RoleName=DEPLOY, PolicyDocument=document)
    yield
    text = before if isinstance(before, str) else json.dumps(before)
    iam.update_assume_role_policy(RoleName=DEPLOY, PolicyDocument=text)


@contextmanager
def no_bucket(aws: Aws, name: str, elsewhere: str = "") -> Iterator[None]:
    s3 = aws.client("s3")
    s3.delete_bucket(Bucket=name)
    if elsewhere:
        there = aws.client("s3", DEV, elsewhere)
        there.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": elsewhere})
    yield
    if elsewhere:
        there.delete_bucket(Bucket=name)
    s3.create_bucket(Bucket=name)


@contextmanager
def key(aws: Aws, change: Callable[[Any, str], object], back: Callable[[Any, str], object]) -> Iterator[None]:
    kms = aws.client("kms")
    change(kms, aws.keys["dev"])
    yield
    back(kms, aws.keys["dev"])


@contextmanager
def other_key(aws: Aws) -> Iterator[None]:
    s3 = aws.client("s3")
    encrypt(s3, "clean-dev", f"arn:aws:kms:us-east-1:{DEV}:key/of-nobody")
    yield
    encrypt(s3, "clean-dev", aws.keys["dev"])


@contextmanager
def no_database(aws: Aws) -> Iterator[None]:
    glue = aws.client("glue")
    glue.delete_database(Name="shop_dev")
    yield
    glue.create_database(DatabaseInput={"Name": "shop_dev"})


@contextmanager
def no_secret(aws: Aws, days: int = 0) -> Iterator[None]:
    api = aws.client("secretsmanager")
    if days:
        api.delete_secret(SecretId="shop/dev", RecoveryWindowInDays=days)
    else:
        api.delete_secret(SecretId="shop/dev", ForceDeleteWithoutRecovery=True)
    yield
    if days:
        api.restore_secret(SecretId="shop/dev")
    else:
        api.create_secret(Name="shop/dev", SecretString="{}")


@contextmanager
def no_role(aws: Aws) -> Iterator[None]:
    """Take CloudFormation's role away."""
    iam, arn = aws.client("iam"), f"arn:aws:iam::{DEV}:policy/deploy-stage-account"
    before = iam.get_role(RoleName=EXECUTE)["Role"]["AssumeRolePolicyDocument"]
    iam.detach_role_policy(RoleName=EXECUTE, PolicyArn=arn)
    iam.delete_role(RoleName=EXECUTE)
    yield
    text = before if isinstance(before, str) else json.dumps(before)
    iam.create_role(RoleName=EXECUTE, AssumeRolePolicyDocument=text)
    iam.attach_role_policy(RoleName=EXECUTE, PolicyArn=arn)


@contextmanager
def taken_names(aws: Aws) -> Iterator[None]:
    """Make a job, a log group and a role of names that the new stack wants to give."""
    glue, logs, iam = aws.client("glue"), aws.client("logs"), aws.client("iam")
    glue.create_job(Name="Clean-dev", Role="any", Command={"Name": "glueetl", "ScriptLocation": "s3://raw-dev/x.py"})
    logs.create_log_group(logGroupName="/aws-glue/jobs/dev/output")
    iam.create_role(RoleName="glue-test-dev", AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}')
    yield
    glue.delete_job(JobName="Clean-dev")
    logs.delete_log_group(logGroupName="/aws-glue/jobs/dev/output")
    iam.delete_role(RoleName="glue-test-dev")


@contextmanager
def failed_stack(aws: Aws) -> Iterator[None]:
    """Deploy a stack whose first deployment fails."""
    api, name = aws.client("cloudformation"), "DeployDev-GlueAppStack"
    template = {"Resources": {"Taken": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "raw-prod"}}}}
    api.create_stack(StackName=name, TemplateBody=json.dumps(template))
    while api.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"].endswith("_IN_PROGRESS"):
        time.sleep(0.05)
    yield
    api.delete_stack(StackName=name)


@contextmanager
def no_connection(aws: Aws) -> Iterator[None]:
    glue = aws.client("glue")
    before = glue.get_connection(Name="orders-db")["Connection"]
    glue.delete_connection(ConnectionName="orders-db")
    yield
    names = ("Name", "ConnectionType", "ConnectionProperties")
    glue.create_connection(ConnectionInput={name: before[name] for name in names})


@contextmanager
def no_login(aws: Aws) -> Iterator[None]:
    api = aws.client("secretsmanager")
    api.delete_secret(SecretId="login/dev", ForceDeleteWithoutRecovery=True)
    yield
    api.create_secret(Name="login/dev", SecretString="{}")


SECRET = f"secret arn:aws:secretsmanager:us-east-1:{DEV}:secret:shop/dev"
MISSING: dict[str, tuple[Callable[[Aws], AbstractContextManager[None]], str]] = {
    "no bootstrap": (
        lambda aws: version(aws, ""),
        f"bootstrap in us-east-1: there is none; delete the stack CDKToolkit and the bucket {ASSETS}, then {COMMAND}",
    ),
    "an old bootstrap": (
        lambda aws: version(aws, "5"),
        "bootstrap in us-east-1: its version is 5, and this app needs 6; run `npx cdk bootstrap"
        f" aws://{DEV}/us-east-1 --profile dev`",
    ),
    "a bootstrap that trusts others": (
        lambda aws: trusting(aws, DEV, PROD),
        f"trust in us-east-1: {DEPLOY} does not trust the pipeline's account {HOME}; {COMMAND}",
    ),
    "no bucket of the bootstrap": (
        lambda aws: no_bucket(aws, f"cdk-hnb659fds-assets-{DEV}-us-east-1"),
        f"bootstrap in us-east-1: its bucket {ASSETS} is gone; delete the stack CDKToolkit, then {COMMAND}",
    ),
    "no role of CloudFormation": (
        no_role,
        f"CloudFormation's role in us-east-1: there is no role {EXECUTE}; delete the stack CDKToolkit and the bucket"
        f" {ASSETS}, then {COMMAND}",
    ),
    "a role that lacks an action": (
        lambda aws: policy_without(aws, "glue:CreateJob"),
        lacks_create_job("IAM's simulator was asked"),
    ),
    "names that are taken": (
        taken_names,
        "DeployDev-GlueAppStack: has names that are taken: the job Clean-dev, the role glue-test-dev, the log group"
        " /aws-glue/jobs/dev/output; delete what has them, or choose a namePrefix",
    ),
    "a stack that cannot be deployed again": (
        failed_stack,
        "DeployDev-GlueAppStack: is in ROLLBACK_COMPLETE: its first deployment has failed; delete it: `aws"
        " cloudformation delete-stack --stack-name DeployDev-GlueAppStack --region us-east-1 --profile dev`",
    ),
    "no bucket": (
        lambda aws: no_bucket(aws, "raw-dev"),
        "bucket raw-dev: does not exist; create it in us-east-1, or correct the location of Clean (c.yaml:17)",
    ),
    "a bucket in another Region": (
        lambda aws: no_bucket(aws, "raw-dev", "eu-west-1"),
        "bucket raw-dev: is in eu-west-1, and the stage is in us-east-1; take a bucket there for Clean (c.yaml:17)",
    ),
    "a disabled key": (
        lambda aws: key(aws, lambda kms, arn: kms.disable_key(KeyId=arn), lambda kms, arn: kms.enable_key(KeyId=arn)),
        "bucket clean-dev: is encrypted with KEY, which is in the state Disabled; enable it, or use another key"
        " (Clean, c.yaml:18)",
    ),
    "a key on its way out": (
        lambda aws: key(
            aws,
            lambda kms, arn: kms.schedule_key_deletion(KeyId=arn),
            lambda kms, arn: (kms.cancel_key_deletion(KeyId=arn), kms.enable_key(KeyId=arn)),
        ),
        "bucket clean-dev: is encrypted with KEY, which is in the state PendingDeletion; cancel its deletion and enable"
        " it, or use another key (Clean, c.yaml:18)",
    ),
    "a key that is gone": (
        other_key,
        f"bucket clean-dev: is encrypted with arn:aws:kms:us-east-1:{DEV}:key/of-nobody, which does not exist; use"
        " another key (Clean, c.yaml:18)",
    ),
    "no database": (
        no_database,
        "database shop_dev: does not exist in us-east-1; create it, or correct it for Clean (c.yaml:19)",
    ),
    "no connection": (
        no_connection,
        "connection orders-db: does not exist in us-east-1; create it, or correct it for Clean (c.yaml:8)",
    ),
    "no secret of a connection": (
        no_login,
        "secret login/dev: does not exist in us-east-1; create it, or correct it for Clean (c.yaml:8)",
    ),
    "no secret": (
        no_secret,
        f"{SECRET}: does not exist in us-east-1; create it, or correct it for Clean (c.yaml:13)",
    ),
    "a secret on its way out": (
        lambda aws: no_secret(aws, 7),
        f"{SECRET}: is going to be deleted; restore it, or take another one for Clean (c.yaml:13)",
    ),
}


@pytest.mark.parametrize("what", MISSING)
def test_what_is_missing_is_one_red_line_with_the_mend(run: Run, aws: Aws, what: str) -> None:
    change, said = MISSING[what]
    with change(aws):
        code, lines, _ = run(*profiles("dev"))
    assert findings(lines, Outcome.FAIL) == [said.replace("KEY", aws.keys["dev"])]
    assert findings(lines, Outcome.UNKNOWN) == []
    assert code == 1
    assert ", 1 FAIL, " in lines[-2]


@pytest.mark.parametrize(
    ("quota", "value", "said"),
    [
        (JOBS, 0, "jobs in us-east-1: 1 of this stage and 0 others; the quota is 0"),
        (RUNS, 0, "job runs at once in us-east-1: dev starts up to 1 at the same time; the quota is 0"),
        (DPUS, 3, "DPUs at once in us-east-1: dev uses up to 4; the quota is 3"),
    ],
)
def test_a_quota_that_is_too_small_is_red(
    run: Run, lacking_services: Answers, quota: str, value: int, said: str
) -> None:
    for item in lacking_services.by_operation["ListServiceQuotas"]["Quotas"]:
        if item["QuotaCode"] == quota:
            item["Value"] = value
    code, lines, _ = run(*profiles("dev"))
    assert code == 1
    assert findings(lines, Outcome.FAIL) == [f"{said}: ask for more in the console of Service Quotas"]


def test_runs_of_one_job_count_against_their_quota(run: Run, aws: Aws, lacking_services: Answers) -> None:
    text = CONFIG.replace("numberOfWorkers: 4", "maxConcurrentRuns: 900")
    quotas = lacking_services.by_operation["ListServiceQuotas"]["Quotas"]
    lacking_services.say("ListServiceQuotas", Quotas=[*quotas[:2], {"QuotaCode": RUNS_OF_A_JOB, "Value": 800}])
    code, lines, _ = run(*profiles("dev"), text=text)
    assert code == 1
    assert findings(lines, Outcome.FAIL) == [
        "runs at once of a job in us-east-1: maxConcurrentRuns of Clean is 900; the quota is 800: ask for more in the"
        " console of Service Quotas"
    ]


def test_a_security_configuration_and_its_key_have_to_be_there(
    run: Run, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = Reader.call

    def answered(self: Reader, service: str, operation: str, about: str = "", **parameters: Any) -> Any:
        if operation == "get_security_configuration":  # MiniStack has none
            assert parameters == {"Name": "strict"}
            raise MissingError("strict")
        return call(self, service, operation, about, **parameters)

    monkeypatch.setattr(Reader, "call", answered)
    gone = f"arn:aws:kms:us-east-1:{DEV}:key/of-nobody"
    text = CONFIG.replace("connections: [orders-db]", "securityConfiguration: strict")
    text = text.replace("kmsKeys: {clean-dev: KEY}", f"kmsKeys: {{clean-dev: KEY, strict: '{gone}'}}")
    code, lines, _ = run(*profiles("dev"), text=text)
    assert code == 1
    assert findings(lines, Outcome.FAIL) == [
        f"key {gone}: does not exist; use another key (Clean, c.yaml:10)",
        "securityConfiguration strict: does not exist in us-east-1; create it, or correct it for Clean (c.yaml:8)",
    ]


def test_the_topic_of_notifications_has_to_be_there(run: Run, aws: Aws) -> None:
    sns = aws.client("sns")
    arn = sns.create_topic(Name="team")["TopicArn"]
    text = CONFIG.replace("dev:\n", f"dev:\n  notifications: {{topicArn: '{arn}'}}\n")
    code, lines, _ = run(*profiles("reader"), text=text)
    assert (code, f"ok              topic {arn}: exists" in lines) == (0, True)
    sns.delete_topic(TopicArn=arn)
    code, lines, _ = run(*profiles("dev"), text=text)
    said = f"topic {arn}: does not exist; create it, or correct topicArn (c.yaml:10)"
    assert (code, findings(lines, Outcome.FAIL)) == (1, [said])


def test_a_key_that_no_role_may_use_is_red(run: Run, aws: Aws) -> None:
    without = CONFIG.replace("  kmsKeys: {clean-dev: KEY}\n", "")
    code, lines, _ = run(*profiles("dev"), text=without)
    assert code == 1
    assert findings(lines, Outcome.FAIL) == [
        f"bucket clean-dev: is encrypted with a key that Clean may not use; add `kmsKeys: {{clean-dev:"
        f" '{aws.keys['dev']}'}}` (c.yaml:17)"
    ]
    other = f"arn:aws:kms:us-east-1:{DEV}:key/of-others"
    code, lines, _ = run(*profiles("dev"), text=CONFIG.replace("clean-dev: KEY", f"clean-dev: '{other}'"))
    assert findings(lines, Outcome.FAIL)[0] == (
        f"bucket clean-dev: is encrypted with a key that Clean may not use; write `clean-dev: ['{other}',"
        f" '{aws.keys['dev']}']` under kmsKeys (c.yaml:10)"
    )


def test_a_bootstrap_keeps_what_it_trusts_and_an_empty_account_gets_its_policy_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there: dict[str, Any] = {}

    def call(self: Reader, service: str, operation: str, about: str = "", **parameters: Any) -> Any:
        if operation == "get_caller_identity":
            return {"Account": DEV, "Arn": "me"}
        if operation not in there:
            raise MissingError(about)
        return there[operation]

    monkeypatch.setattr(Reader, "call", call)
    monkeypatch.setattr(Reader, "__init__", lambda self, profile: setattr(self, "profile", profile))
    place = assembly.Environment(DEV, "us-east-1", "hnb659fds")

    def mends() -> list[str]:
        return [finding.text for finding in Bootstrap(Reader("dev"), place, HOME, ["stage"]).check(6)]  # type: ignore[call-arg]

    assert mends() == [f"there is none; make the policy deploy-stage-account as the README does, then {COMMAND}"]
    there["head_bucket"] = {}
    there["get_policy"] = {}
    assert mends() == [f"there is none; delete the bucket {ASSETS}, then {COMMAND}"]
    values = {"TrustedAccounts": PROD, "CloudFormationExecutionPolicies": "arn:aws:iam::aws:policy/Other"}
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
    there["describe_stacks"] = {"Stacks": [{"StackStatus": "CREATE_COMPLETE", "Parameters": parameters}]}
    there["get_parameter"] = {"Parameter": {"Value": "31"}}
    there["get_role"] = {"Role": {"AssumeRolePolicyDocument": {"Statement": []}}}
    assert mends()[1:] == [
        f"{DEPLOY} does not trust the pipeline's account {HOME}; run `npx cdk bootstrap aws://{DEV}/us-east-1 --profile"
        f" dev --trust {PROD} --trust {HOME} --cloudformation-execution-policies arn:aws:iam::aws:policy/Other`"
    ]
    parameters[0]["ParameterValue"] = f"{PROD},{HOME}"
    assert mends()[1].endswith("; its trust was changed by hand; add the account to it again, in IAM")


def test_an_input_of_another_account_may_be_in_another_region(
    run: Run, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = aws.client("s3", PROD, "eu-west-1")
    there.create_bucket(Bucket="public", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    allowed = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{DEV}:root"},
        "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::public",
    }
    there.put_bucket_policy(Bucket="public", Policy=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
    call = Reader.call

    def checked(self: Reader, service: str, operation: str, about: str = "", **parameters: Any) -> Any:
        if parameters.get("ExpectedBucketOwner") == DEV:  # MiniStack does not compare it
            raise DeniedError("s3:ListBucket")
        return call(self, service, operation, about, **parameters)

    monkeypatch.setattr(Reader, "call", checked)
    text = CONFIG.replace("s3://raw-dev/orders/", "s3://public/orders/")
    code, lines, _ = run(*profiles("dev"), text=text)
    assert (
        "ok              bucket public: exists, in eu-west-1; it is of another account, which alone sees its key"
        in lines
    )
    assert code == 0


# --- the source ---------------------------------------------------------------------------------------------------

OLD_ARN = EXAMPLE_ARN.replace("codeconnections", "codestar-connections").replace("123456789101", HOME)
CONNECTED = CONFIG.replace("{codeCommit: etl, branch: develop}", f"{{connectionArn: '{OLD_ARN}', repository: a/b}}")
ADDRESS = "(Developer Tools, Connections)"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("AVAILABLE", ""),
        ("PENDING", f"connection: acme is pending: open it in the console {ADDRESS} and finish it"),
        ("ERROR", f"connection: acme is in the state ERROR; look at it in the console {ADDRESS}"),
    ],
)
@pytest.mark.parametrize("arn", [OLD_ARN, OLD_ARN.replace("codestar-connections", "codeconnections")])
def test_a_connection_has_to_be_available(
    run: Run, lacking_services: Answers, status: str, said: str, arn: str
) -> None:
    lacking_services.by_operation["GetConnection"]["Connection"]["ConnectionStatus"] = status
    code, lines, _ = run(*profiles("pipeline"), text=CONNECTED.replace(OLD_ARN, arn))
    assert (code, findings(lines, Outcome.FAIL)) == ((1, [said]) if said else (0, []))
    if not said:
        line = "ok              connection: acme to GitHub is available; only a run shows whether it reaches a/b"
        assert line in lines


@pytest.mark.parametrize(
    ("operation", "code", "text", "said"),
    [
        (
            "GetConnection",
            "ResourceNotFoundException",
            CONNECTED,
            f"connection: {OLD_ARN} does not exist; make one in the console and correct connectionArn (c.yaml:4)",
        ),
        (
            "GetRepository",
            "RepositoryDoesNotExistException",
            CONFIG,
            "repository: there is no CodeCommit repository etl in us-east-1; make it, or leave codeCommit out"
            " (c.yaml:4)",
        ),
        (
            "GetBranch",
            "BranchDoesNotExistException",
            CONFIG,
            "repository: etl has no branch develop; push it: git push … HEAD:develop",
        ),
    ],
)
def test_a_source_that_is_not_there_is_red(
    run: Run, aws: Aws, lacking_services: Answers, operation: str, code: str, text: str, said: str
) -> None:
    lacking_services.refuse(operation, code)
    ended, lines, _ = run(*profiles("pipeline"), text=text)
    assert (ended, findings(lines, Outcome.FAIL)) == (1, [said])


def test_the_repository_that_the_first_deployment_makes_must_not_be_there(
    run: Run, aws: Aws, lacking_services: Answers
) -> None:
    text = CONFIG.replace("source: {codeCommit: etl, branch: develop}\n", "")
    code, lines, _ = run(*profiles("pipeline"), text=text)
    assert code == 1
    assert findings(lines, Outcome.FAIL) == [
        "repository: there is a CodeCommit repository aws-glue-cdk-baseline already, and PipelineStack is not deployed:"
        " delete it, choose a namePrefix, or name another one with source.codeCommit"
    ]
    lacking_services.refuse("GetRepository", "RepositoryDoesNotExistException")
    code, lines, _ = run(*profiles("pipeline"), text=text)
    assert (code, findings(lines, Outcome.OK)[-1]) == (
        0,
        "repository: the first deployment makes aws-glue-cdk-baseline in CodeCommit",
    )


# --- whose account ------------------------------------------------------------------------------------------------


def test_a_stage_can_be_looked_at_alone(run: Run) -> None:
    code, lines, _ = run(*profiles("dev"), "--stage", "dev")
    assert (code, lines[-1]) == (0, "14 ok, 0 FAIL, 0 could not look")


def test_a_stage_in_the_account_of_the_pipeline_is_looked_at_with_it(
    run: Run, aws: Aws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = CONFIG.replace(f'devAccount: {{awsAccountId: "{DEV}"', f'devAccount: {{awsAccountId: "{HOME}"')
    folder = tmp_path / "project"
    folder.mkdir()
    config = load(folder, text.replace("KEY", aws.keys["dev"]), {"clean.py": SCRIPT})
    found = list(assembly.stacks(Path(make_whole_app(config).synth().directory)))
    code, lines, _ = run(*profiles("pipeline"), text=text, stacks=found)
    own = [line for line in lines if "in us-east-1" in line]
    assert own[:5] == [
        f"pipeline: AWS account {HOME} in us-east-1, as arn:aws:iam::{HOME}:user/pipeline",
        "ok              bootstrap in us-east-1: version 31; this app needs 6",
        OF_DEV.splitlines()[2],
        f"dev: AWS account {HOME} in us-east-1, as arn:aws:iam::{HOME}:user/pipeline",
        own[4],
    ]
    # The role has the policy of the pipeline's account alone
    assert own[4].startswith("FAIL            CloudFormation's role in us-east-1: may not ")
    assert own[4].endswith("update its policies from bootstrap/stage-account.json: docs/operate.md#bootstrap")
    assert code == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            profiles("stranger"),
            "PROFILE=stranger reaches AWS account 999999999999, as arn:aws:iam::999999999999:user/stranger; in c.yaml"
            f" pipeline is in {HOME}, dev is in {DEV}, prod is in {PROD}: name a profile of such an account with"
            " PROFILE=",
        ),
        (
            [*profiles("dev"), "--stage", "prod"],
            f"PROFILE=dev reaches AWS account {DEV}, as arn:aws:iam::{DEV}:user/dev; in c.yaml prod is in {PROD}: name"
            " a profile of such an account with PROFILE=",
        ),
        (profiles("none"), "PROFILE=none: there is no such AWS profile; there are: "),
        ([*profiles("dev"), "--stage", "pord"], "c.yaml has no stage 'pord'; did you mean prod?"),
    ],
)
def test_what_cannot_be_asked_is_one_line(run: Run, arguments: list[str], said: str) -> None:
    code, lines, err = run(*arguments)
    assert (code, lines) == (1, [])
    assert err.startswith(said)
    assert err.count("\n") == 0


def test_a_region_that_is_not_enabled_is_red_and_the_others_are_looked_at(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = Reader.call

    def answered(self: Reader, service: str, *given: Any, **parameters: Any) -> Any:
        if service == "sts" and self.region == "eu-west-1":
            raise RunError("AWS does not know these credentials (InvalidClientTokenId)")
        return call(self, service, *given, **parameters)

    monkeypatch.setattr(Reader, "call", answered)
    code, lines, _ = run(*profiles("pipeline", "prod"))
    assert code == 1
    assert findings(lines, Outcome.FAIL) == [
        f"Region eu-west-1: is not enabled in the account {HOME}; enable it",
        f"Region eu-west-1: is not enabled in the account {PROD}; enable it",
    ]
    assert findings(lines, Outcome.OK)[0] == "bootstrap in us-east-1: version 31; this app needs 6"


# --- it changes nothing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("s3", "delete_bucket", {"Bucket": "raw-prod"}),
        ("iam", "delete_role", {"RoleName": EXECUTE}),
        ("glue", "start_job_run", {"JobName": "Clean-dev"}),
        ("secretsmanager", "get_secret_value", {"SecretId": "shop/dev"}),
        ("cloudformation", "create_change_set", {"StackName": "x", "ChangeSetName": "x"}),
    ],
)
def test_a_call_that_is_none_of_those_that_read_is_not_sent(
    run: Run, service: str, operation: str, parameters: dict[str, str], once: bool
) -> None:
    reader = Reader("dev", "us-east-1")
    with pytest.raises(NotReadingError, match="preflight only reads, and "):
        reader.call(service, operation, once=once, **parameters)


def test_the_calls_are_named_as_reading_and_none_reads_data() -> None:
    names = {operation.partition(":")[2] for operation in READS}
    assert {name for name in names if not name.startswith(("Get", "List", "Describe", "Head", "Simulate"))} == set()
    assert names.isdisjoint({"GetObject", "GetSecretValue", "GetParameters", "GetTable", "GetFile"})


def test_the_page_names_every_right_that_it_needs_and_no_other() -> None:
    page = (PROJECT / "docs" / "preflight.md").read_text(encoding="utf-8")
    table = page.partition("rights, to read only")[2].partition("\n\n")[0]
    named, service = set(), ""
    for prefix, action in re.findall(r"`([\w-]+:)?([A-Z]\w+)`", table):
        service = prefix or service
        named.add(service + action)
    assert named == set(filter(None, READS.values()))


# --- the assembly -------------------------------------------------------------------------------------------------


def test_the_parts_have_the_stacks_of_the_synthesized_app() -> None:
    config = load_config(PROJECT / "default-config.yaml")
    parts = list(parts_of(config, synthesized(config)))
    assert [part.name for part in parts] == ["pipeline", *(stage.name for stage in config.stages)]
    assert [stack.name for stack in parts[0].stacks][-1] == config.names.pipeline_stack
    for part, stage in zip(parts[1:], config.stages, strict=True):
        assert stage.names.stack in [stack.name for stack in part.stacks]
        assert part.places[0].account == stage.account.aws_account_id
