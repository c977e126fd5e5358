"""`make diff`: what this project would change in the deployed stage, with no more rights than the page names."""

import json
from collections.abc import Callable
from pathlib import Path

import aws_cdk as core
import pytest

from aws_glue_cdk_baseline.config import PROJECT, Config
from aws_glue_cdk_baseline.glue_app_stage import GlueAppStage
from tests.configs import DEV, PROD, make_job, with_stage
from tests.template.stage_jobs.conftest import Aws, outcome
from tools.stage_diff import __main__ as command

Run = Callable[..., tuple[int, str, str]]
STACK = f"arn:aws:cloudformation:us-east-1:{DEV.aws_account_id}:stack/DeployDev-GlueAppStack/*"
BUCKET = f"cdk-hnb659fds-assets-{DEV.aws_account_id}-us-east-1"
# As docs/operate.md names them.
RIGHTS = [
    {"Effect": "Allow", "Action": ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"], "Resource": STACK},
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"},
]


def synthesized(config: Config) -> Callable[[Path, Path, Path], None]:
    def synthesize(project: Path, file: Path, output: Path) -> None:
        flags = json.loads((PROJECT / "cdk.json").read_text(encoding="utf-8"))["context"]
        app = core.App(context=flags, outdir=str(output))
        for stage in config.stages:
            place = core.Environment(account=stage.account.aws_account_id, region=stage.account.aws_region)
            tested = config.pipeline_account if stage.integration_test else None
            GlueAppStage(app, stage.names.pipeline_stage, stage=stage, tested_by=tested, env=place)
        app.synth()

    return synthesize


@pytest.fixture
def diff(run: Run, config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the command on a config, by default the deployed one."""

    def called(*arguments: str, config: Config = config) -> tuple[int, str, str]:
        monkeypatch.setattr(command, "load_config", lambda path: config)
        monkeypatch.setattr(command, "synthesize", synthesized(config))
        return outcome(command.main, arguments, capsys)

    return called


@pytest.fixture(scope="session")
def reader(aws: Aws) -> Aws:
    """Add profiles with the documented rights, and with those on the stack alone."""
    iam = aws.client("iam")
    lines = []
    for name, statements in (("differ", RIGHTS), ("no-scripts", RIGHTS[:1])):
        iam.create_user(UserName=name)
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName=name, PolicyName="documented", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        lines += [f"[profile {name}]", f"aws_access_key_id = {key['AccessKeyId']}"]
        lines += [f"aws_secret_access_key = {key['SecretAccessKey']}"]
    with aws.profiles.open("a", encoding="utf-8") as file:
        file.write("\n".join([*lines, ""]))
    return aws


@pytest.fixture(scope="session")
def newer(aws: Aws, config: Config, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Return the config with another script and more workers of Quick, and publish the old script."""
    folder = tmp_path_factory.mktemp("newer")
    stack = aws.client("cloudformation").get_template(StackName="DeployDev-GlueAppStack")["TemplateBody"]
    template = json.loads(stack) if isinstance(stack, str) else stack
    jobs = [item["Properties"] for item in template["Resources"].values() if item["Type"] == "AWS::Glue::Job"]
    location = next(job["Command"]["ScriptLocation"] for job in jobs if job["Name"] == "Quick-dev")
    bucket, _, key = location.removeprefix("s3://").partition("/")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    old = config.stage("dev").jobs[0]
    s3.put_object(Bucket=bucket, Key=key, Body=old.script.read_bytes())
    quick = make_job(folder, "Quick", arguments=old.arguments, timeout_minutes=30, number_of_workers=5)
    quick.script.write_text(old.script.read_text() + "print(1)\n")
    return with_stage(config, "dev", jobs=(quick, *config.stage("dev").jobs[1:]))


def test_a_stage_as_it_was_deployed_has_no_changes(diff: Run, reader: Aws) -> None:
    code, out, err = diff("--stage", "dev", "--profile", "differ", "--exit-code")
    assert out == "# dev: nothing changes\n\n"
    user = f"arn:aws:iam::{DEV.aws_account_id}:user/differ"
    assert (code, err) == (0, f"dev: AWS account {DEV.aws_account_id} in us-east-1, as {user}\n")


def test_the_documented_rights_show_the_old_script(diff: Run, reader: Aws, newer: Config) -> None:
    code, out, _ = diff("--stage", "dev", "--profile", "differ", config=newer)
    assert code == 0
    assert out.startswith(
        "# dev: 1 job changed\n\n## Jobs\n\n- changed: Quick\n"
        "  - script: +1 -0 lines\n  - numberOfWorkers: `2` -> `5`\n"
    )
    assert "\n+print(1)\n" in out
    assert diff("--stage", "dev", "--profile", "differ", "--exit-code", config=newer)[0] == 2


def test_without_the_right_to_read_the_script_the_change_is_shown_all_the_same(
    diff: Run, reader: Aws, newer: Config
) -> None:
    code, out, _ = diff("--stage", "dev", "--profile", "no-scripts", config=newer)
    assert code == 0
    assert "  - script changed (old text not readable: access denied: arn:aws:iam::222222222222:user/no-scr" in out
    assert "  - numberOfWorkers: `2` -> `5`\n" in out


def test_without_a_right_on_the_stack_there_is_one_line(diff: Run) -> None:
    code, out, err = diff("--stage", "dev", "--profile", "nobody")
    assert (code, out) == (1, "")
    assert err.splitlines()[-1].startswith(
        "DeployDev-GlueAppStack: access denied: arn:aws:iam::222222222222:user/nobody may not cloudformation:DescribeSt"
    )


def test_a_stage_that_is_not_deployed_is_all_new(diff: Run, config: Config) -> None:
    elsewhere = with_stage(config, "prod", account=PROD.model_copy(update={"aws_region": "eu-west-3"}))
    code, out, _ = diff("--stage", "prod", "--profile", "prod", config=elsewhere)
    assert code == 0
    assert out.startswith("# prod: nothing is deployed yet: 4 jobs\n")


def test_without_a_stage_those_that_the_profile_reaches_are_shown(diff: Run) -> None:
    code, out, err = diff("--profile", "prod")
    assert (code, out.count("# prod: "), out.count("# dev: ")) == (0, 1, 0)
    assert "dev is not compared: PROFILE=prod reaches AWS account 333333333333" in err
    code, out, err = diff("--profile", "unknown")
    assert (code, out) == (1, "")
    assert err.count("AWS does not know these credentials") == 2
