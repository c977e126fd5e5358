"""An error in a project fails the right stage, with a clear message. Slow: each test rehearses a broken project."""

import shutil
from pathlib import Path

import pytest

from tests.template.rehearsal.projects import Outcome, Project, this_project

pytestmark = pytest.mark.slow

CONFIG = """\
pipelineAccount: {awsAccountId: "111111111111", awsRegion: us-east-1}
devAccount: {awsAccountId: "222222222222", awsRegion: us-east-1}
prodAccount: {awsAccountId: "333333333333", awsRegion: us-east-1}
dev:
  jobs: &jobs
    Raises: {}
    Lacks: {}
    ProcessLegislators: {inputLocation: s3://awsglue-datasets/examples/us-legislators/all/persons.json}
prod:
  jobs: *jobs
"""
RAISES = """\
raise ValueError("the terms of 1789 are missing")
"""
LACKS = """\
import sys

from awsglue.utils import getResolvedOptions

wanted = ["minimum_" + "age"]
getResolvedOptions(sys.argv, wanted)
"""
SCRIPTS = "aws_glue_cdk_baseline/job_scripts"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return this_project(tmp_path / "project")


@pytest.fixture(scope="module")
def broken_jobs(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """One job that raises, one whose argument nothing supplies, one whose role may not read its input."""
    project = this_project(tmp_path_factory.mktemp("jobs") / "project")
    project.write("default-config.yaml", f"notifications: {{email: team@example.com}}\n{CONFIG}")
    project.write(f"{SCRIPTS}/raises.py", RAISES)
    project.write(f"{SCRIPTS}/lacks.py", LACKS)
    reads = "*(key for location in inputs for key in input_keys(location))"
    project.replace("aws_glue_cdk_baseline/permissions/s3.py", f"[*code, {reads}]", "[*code]")
    project.commit()
    return project.rehearse("--approve")


def test_failing_jobs_make_deploy_dev_red_and_prod_is_not_reached(broken_jobs: Outcome) -> None:
    assert broken_jobs.code == 1, broken_jobs.output
    assert broken_jobs.failed() == [("DeployDev", "IntegrationTest")]
    assert ("DeployProd", "GlueAppStack.Deploy", "not reached") in broken_jobs.rows()
    assert "0 of 3 jobs passed" in broken_jobs.output
    assert "The whole log: " in broken_jobs.output


def test_a_script_that_raises_fails_with_its_message(broken_jobs: Outcome) -> None:
    assert (
        "job run Raises-dev FAILED on local Spark 3.5.6 ValueError: the terms of 1789 are missing" in broken_jobs.output
    )


def test_the_message_about_each_failed_run_is_shown(broken_jobs: Outcome) -> None:
    told = [line for line in broken_jobs.output.splitlines() if " would tell: " in line]
    start = "glue-notifications-dev would tell: "
    assert sorted(line.removeprefix(start).partition(" in dev after ")[0] for line in told) == [
        "Lacks FAILED",
        "ProcessLegislators FAILED",
        "Raises FAILED",
    ]
    assert "    error:    ValueError: the terms of 1789 are missing" in broken_jobs.output.splitlines()
    assert "    stage:    dev, AWS account 222222222222 in us-east-1" in broken_jobs.output.splitlines()


def test_a_missing_argument_is_named(broken_jobs: Outcome) -> None:
    assert "the following arguments are required: --minimum_age" in broken_jobs.output


def test_a_role_without_read_permission_is_named_with_action_and_resource(broken_jobs: Outcome) -> None:
    denied = next(line for line in broken_jobs.output.splitlines() if line.startswith("access denied: "))
    assert denied.startswith("access denied: arn:aws:iam::222222222222:role/")
    assert denied.endswith(
        " may not s3:GetObject on arn:aws:s3:::awsglue-datasets/examples/us-legislators/all/persons.json"
    )


def test_a_failing_unit_test_makes_build_red(project: Project) -> None:
    project.write("tests/unit/test_planted.py", "def test_the_house() -> None:\n    assert 435 == 100\n")
    project.write("build_stage/build.sh", "python -m pytest -q tests/unit/test_planted.py\n")
    project.commit()
    outcome = project.rehearse()
    assert outcome.code == 1
    assert outcome.failed() == [("Build", "CdkSynth_UnitTest")]
    assert "FAILED tests/unit/test_planted.py::test_the_house - assert 435 == 100" in outcome.output


def test_a_syntax_error_in_the_app_makes_build_red(project: Project) -> None:
    project.replace("app.py", "app = cdk.App()", "app = cdk.App(")
    project.commit()
    outcome = project.rehearse("--deployed", "HEAD~1")
    assert outcome.code == 1
    assert outcome.failed() == [("Build", "CdkSynth_UnitTest")]
    assert "SyntaxError: '(' was never closed" in outcome.output


def test_an_app_that_cannot_be_synthesized_has_no_pipeline_to_run(project: Project) -> None:
    project.replace("app.py", "app = cdk.App()", "app = cdk.App(")
    project.commit()
    outcome = project.rehearse()
    assert outcome.code == 1
    assert "SyntaxError: '(' was never closed" in outcome.output
    assert "cdk synth failed, and there is no pipeline to run; the whole log: " in outcome.output
    assert "Traceback" not in outcome.output


def with_resource(project: Project, text: str) -> None:
    """Add a line to the stack of the jobs."""
    stack = "aws_glue_cdk_baseline/glue_app_stack.py"
    first = "        if tested_by:\n"
    project.replace(stack, first, f"        {text}\n{first}")
    project.replace(stack, "import Annotations,", "import Annotations, CfnRule, CfnRuleAssertion, Fn,")
    project.replace(stack, "from constructs import", "from aws_cdk.aws_s3 import CfnBucket\nfrom constructs import")
    project.commit()


def test_a_template_that_cloudformation_refuses_makes_prepare_red(project: Project) -> None:
    never = 'CfnRuleAssertion(assert_=Fn.condition_equals("a", "b"), assert_description="a is not b")'
    with_resource(project, f'CfnRule(self, "Never", assertions=[{never}])')
    outcome = project.rehearse()
    assert outcome.code == 1
    assert outcome.failed() == [("DeployDev", "GlueAppStack.Prepare")]
    assert "a is not b" in outcome.output.partition("GlueAppStack.Prepare failed: ")[2]


def test_a_resource_that_cannot_be_made_makes_deploy_red(project: Project) -> None:
    taken = "cdk-hnb659fds-assets-123456789101-us-east-1"  # the bootstrap of another account has made it
    shutil.rmtree(project.folder / "bootstrap")  # an administrator deploys then
    with_resource(project, f'CfnBucket(self, "Taken", bucket_name="{taken}")')
    outcome = project.rehearse()
    assert outcome.code == 1
    assert outcome.failed() == [("DeployDev", "GlueAppStack.Deploy")]
    why = outcome.output.partition("GlueAppStack.Deploy failed: ")[2]
    assert why.startswith("DeployDev-GlueAppStack is ROLLBACK_COMPLETE: Taken: ")
    assert taken in why, why


def test_what_cloudformations_role_may_not_do_makes_prepare_red(project: Project) -> None:
    with_resource(project, 'CfnBucket(self, "New", bucket_name="new")')
    outcome = project.rehearse()
    assert outcome.code == 1
    assert outcome.failed() == [("DeployDev", "GlueAppStack.Prepare")]
    assert (
        "CloudFormation's role lacks a permission: access denied: arn:aws:iam::123456789102:role/"
        "cdk-hnb659fds-cfn-exec-role-123456789102-us-east-1 may not s3:CreateBucket on arn:aws:s3:::new"
    ) in outcome.output
    assert "; the policies of its account are in bootstrap/" in outcome.output


def test_a_test_role_that_may_not_start_jobs_makes_the_integration_test_red(project: Project) -> None:
    project.replace("aws_glue_cdk_baseline/pipeline/integration_test.py", '"glue:StartJobRun", ', "")
    project.commit()
    outcome = project.rehearse()
    assert outcome.code == 1
    assert outcome.failed() == [("DeployDev", "IntegrationTest")]
    assert (
        "access denied: arn:aws:iam::123456789102:role/glue-test-dev may not glue:StartJobRun on "
        "arn:aws:glue:us-east-1:123456789102:job/"
    ) in outcome.output
