"""Whole rehearsals that succeed, or are stopped. Slow."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import load_config, save_record
from aws_glue_cdk_baseline.config.stacks import FILLED, ONE_STACK
from tests.template.rehearsal.projects import Outcome, Project, third_party_project, this_project

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    return third_party_project(tmp_path / "shop")


def test_an_app_of_somebody_else_rehearses_behind_a_proxy_and_waits_for_its_approval(shop: Project) -> None:
    nowhere = "http://127.0.0.1:9"  # nothing listens there: the emulator must be reached directly
    process = shop.start(HTTPS_PROXY=nowhere, HTTP_PROXY=nowhere, https_proxy=nowhere, http_proxy=nowhere)
    output, _ = process.communicate()
    outcome = Outcome(process.returncode, output)
    assert outcome.code == 0, outcome.output
    assert outcome.rows()[3:] == [
        ("Source", "shop", "succeeded"),
        ("Build", "Synthesize", "succeeded"),
        ("UpdatePipeline", "SelfMutate", "succeeded"),
        ("Assets", "Prices", "succeeded"),
        ("Staging", "Store.Prepare", "succeeded"),
        ("Staging", "Store.Deploy", "succeeded"),
        ("Staging", "Smoke", "succeeded"),
        ("Live", "Owner", "waiting"),
        ("Live", "Store.Prepare", "not reached"),
        ("Live", "Store.Deploy", "not reached"),
    ]


def test_two_rehearsals_at_once_do_not_meet(shop: Project) -> None:
    processes = [shop.start(answer) for answer in ("--approve", "--reject")]
    outputs = [process.communicate()[0] for process in processes]
    approved, rejected = [Outcome(p.returncode, output) for p, output in zip(processes, outputs, strict=True)]
    assert (approved.code, approved.rows()[-1]) == (0, ("Live", "Store.Deploy", "succeeded")), approved.output
    assert (rejected.code, rejected.rows()[-1]) == (1, ("Live", "Store.Deploy", "not reached")), rejected.output
    assert ("Live", "Owner", "rejected") in rejected.rows()


@pytest.mark.parametrize(
    ("project", "reached", "later"),
    [
        (third_party_project, "cdk bootstrap", 0.7),
        (third_party_project, "  Synthesize", 0.7),
        (this_project, "  IntegrationTest", 6.0),  # the job runs have started Java
    ],
    ids=["bootstrap", "build", "job runs"],
)
def test_ctrl_c_stops_everything_within_3_seconds(
    project: Callable[[Path], Project], reached: str, later: float, tmp_path: Path
) -> None:
    process = project(tmp_path / "project").start()
    assert process.stdout
    with process.stdout:
        said = ""
        while reached not in said:
            said += os.read(process.stdout.fileno(), 4096).decode()
        time.sleep(later)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        code, seconds = process.wait(), time.monotonic() - start
        assert "Traceback" not in process.stdout.read()
    assert (code, seconds < 3) == (130, True), f"{seconds:.1f} s"
    assert list((tmp_path / "tmp").glob("rehearsal-*")) == []
    assert processes_that_mention(str(tmp_path / "tmp")) == []


def test_a_committed_change_of_the_config_takes_over_once_and_then_settles(tmp_path: Path) -> None:
    project = this_project(tmp_path / "project")
    project.replace("default-config.yaml", "\nprod:\n", "\nprod:\n  approval: changes\n")
    project.commit()
    project.replace("default-config.yaml", "123456789102", "444444444444")
    project.replace("default-config.yaml", "numberOfWorkers: 2", "numberOfWorkers: 3")
    script = "aws_glue_cdk_baseline/job_scripts/process_legislators.py"
    project.write(script, project.read(script) + "\n# the last line\n")
    project.commit()
    outcome = project.rehearse("--deployed", "HEAD~1", "--approve")
    assert outcome.code == 0, outcome.output
    assert outcome.output.count("the new one takes over and starts again from its first stage") == 1
    assert "new accounts, bootstrapped: 444444444444/us-east-1" in outcome.output
    assert "changed: GluePipeline" in outcome.output
    assert [stage for stage, action, _ in outcome.rows() if action == "SelfMutate"] == ["UpdatePipeline"] * 2
    assert outcome.rows()[-1] == ("DeployProd", "GlueAppStack.Deploy", "succeeded")
    assert outcome.output.count("job run JoinLegislators-dev SUCCEEDED on local Spark") == 1
    shown = outcome.output.partition("# prod: ")[2].splitlines()
    assert [line.strip() for line in shown[:5]] == [
        "1 job changed",
        "## Jobs",
        "- changed: ProcessLegislators",
        "- script: +2 -0 lines",
        "- numberOfWorkers: `2` -> `3`",
    ]
    assert ("DeployProd", "ShowChanges", "succeeded") in outcome.rows()


def test_one_account_for_all_three_and_uncommitted_files_are_counted(tmp_path: Path) -> None:
    project = this_project(tmp_path / "project")
    for account in ("123456789102", "123456789103"):
        project.replace("default-config.yaml", account, "123456789101")
    project.replace("default-config.yaml", "\njobs:\n", "\nsource: {codeCommit: etl, branch: develop}\njobs:\n")
    outcome = project.rehearse("--working-tree")
    assert outcome.code == 0, outcome.output
    assert "a git clone stands in for CodeCommit etl develop: " in outcome.output
    assert "and 1 file is not committed" in outcome.output
    assert ("DeployProd", "Approval", "waiting") in outcome.rows()


LOCATION = "s3://awsglue-datasets/examples/us-legislators/all/persons.json"
CONNECTION = "arn:aws:codeconnections:eu-west-1:111111111111:connection/0a1b-EXAMPLE"
FOUR_STAGES = f"""\
source: {{connectionArn: "{CONNECTION}", repository: acme/data/orders, branch: develop}}
pipelineAccount: {{awsAccountId: "111111111111", awsRegion: us-east-1}}
devAccount: {{awsAccountId: "222222222222", awsRegion: us-east-1}}
testAccount: {{awsAccountId: "333333333333", awsRegion: us-east-1}}
stagingAccount: {{awsAccountId: "444444444444", awsRegion: us-east-1}}
prodAccount: {{awsAccountId: "555555555555", awsRegion: eu-west-1}}
dev: {{jobs: {{ProcessLegislators: {{inputLocation: "{LOCATION}"}}}}}}
test: {{integrationTest: none, jobs: {{ProcessLegislators: {{inputLocation: "{LOCATION}"}}}}}}
staging: {{approval: true, jobs: {{ProcessLegislators: {{inputLocation: "{LOCATION}"}}}}}}
prod: {{approval: changes, jobs: {{ProcessLegislators: {{inputLocation: "{LOCATION}"}}}}}}
"""


def test_four_stages_in_as_many_accounts_and_prod_in_another_region(tmp_path: Path) -> None:
    project = this_project(tmp_path / "project")
    project.write("default-config.yaml", FOUR_STAGES)
    project.commit()
    outcome = project.rehearse("--approve")
    assert outcome.code == 0, outcome.output
    deployed = ["GlueAppStack.Prepare", "GlueAppStack.Deploy"]
    assert [(stage, action) for stage, action, _ in outcome.rows() if stage.startswith("Deploy")] == [
        *(("DeployDev", action) for action in [*deployed, "IntegrationTest"]),
        *(("DeployTest", action) for action in ["Prepare", "Deploy"]),  # CDK's names where nothing is beside them
        *(("DeployStaging", action) for action in ["Approval", *deployed, "IntegrationTest"]),
        *(("DeployProd", action) for action in ["ShowChanges", "Approval", *deployed]),
    ]
    assert {ended for _, _, ended in outcome.rows()} == {"succeeded"}
    assert "job run ProcessLegislators-staging SUCCEEDED on local Spark" in outcome.output
    for stage in ("DeployStaging", "prod"):  # prod's is the text of the step ShowChanges
        assert f"\n      # {stage}: nothing is deployed yet: 1 job\n" in outcome.output
    assert "- this pipeline has not deployed prod yet: its deployment makes the role glue-diff-prod" in outcome.output
    assert "a git clone stands in for CodeStarSourceConnection acme/data/orders develop: " in outcome.output
    assert "111111111111/eu-west-1" in outcome.output  # bootstrapped too, for the artifacts


def test_stages_of_several_stacks_deploy_in_order_and_their_jobs_are_tested(tmp_path: Path) -> None:
    """Dev has a job in each of two stacks, and prod has more jobs than one stack holds, and a chain."""
    project = this_project(tmp_path / "project")
    text = project.read("default-config.yaml")
    dev, prod = text.split("\nprod:\n")
    location = "s3://awsglue-datasets/examples/us-legislators/all/persons.json"
    more = [f"    Job{n}: {{script: process_legislators.py, inputLocation: {location}}}\n" for n in range(ONE_STACK)]
    dev = dev.replace("  JoinLegislators:\n", "  JoinLegislators:\n    after: ProcessLegislators\n", 1)
    project.write("default-config.yaml", f"{dev}\nprod:\n{prod.rstrip()}\n{''.join(more)}")
    project.write("default-config.stacks.txt", "dev/JoinLegislators 2\ndev/ProcessLegislators 1\n")
    project.commit()
    refused = project.rehearse("--approve")
    assert refused.failed() == [("Build", "CdkSynth_UnitTest")]
    assert "default-config.stacks.txt:1: lacks 243 lines (prod/" in refused.output
    file = project.folder / "default-config.yaml"
    save_record(load_config(file, project.folder), file)
    project.commit()
    outcome = project.rehearse("--approve")
    assert outcome.code == 0, outcome.output
    parts = ["GlueAppStack.Prepare", "GlueAppStack.Deploy", "GlueAppStack2.Prepare", "GlueAppStack2.Deploy"]
    triggers = ["GlueTriggerStack.Prepare", "GlueTriggerStack.Deploy"]
    assert [(stage, action) for stage, action, _ in outcome.rows() if stage.startswith("Deploy")] == [
        *(("DeployDev", action) for action in [*parts, "IntegrationTest"]),
        *(("DeployProd", action) for action in ["Approval", *parts, *triggers]),
    ]
    for name in ("ProcessLegislators", "JoinLegislators"):
        assert f"job run {name}-dev SUCCEEDED on local Spark" in outcome.output
    assert f"{2 * FILLED + 4} changes to DeployProd-GlueAppStack" in outcome.output


def processes_that_mention(text: str) -> list[str]:
    """The command lines and environments of the processes of this machine that hold `text`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            content = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if text.encode() in content:
            found.append(content.decode(errors="replace")[:200])
    return found
