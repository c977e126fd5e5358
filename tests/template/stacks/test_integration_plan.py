"""The plan of the integration test, and the fingerprints in it: what changes one, and what does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as core
import pytest

from aws_glue_cdk_baseline.config import PROJECT, Config, load_config
from aws_glue_cdk_baseline.glue_app_stage import GlueAppStage
from aws_glue_cdk_baseline.pipeline.fingerprints import fingerprints
from aws_glue_cdk_baseline.pipeline.integration_plan import needs_plan, write_plans
from tests.apps import make_app
from tests.configs import make_config, make_job, make_project, with_stage
from tests.integ.plan import read_plan
from tests.integ.selection import _changes

SCRIPT = """\
import sys
{imports}
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path"])
"""
CONFIG = """\
pipelineAccount: {awsAccountId: "111111111111", awsRegion: us-east-1}
devAccount: {awsAccountId: "222222222222", awsRegion: us-east-1}
prodAccount: {awsAccountId: "333333333333", awsRegion: us-east-1}
jobs:
  Load: {description: loads orders}
  Clean: {after: Load, numberOfWorkers: 3}
  Report: {after: Clean}
dev:
  integrationTest: changed
  jobs:
    Load: {inputLocation: s3://data/raw/}
    Clean: {inputLocation: s3://data/clean/}
    Report: {inputLocation: s3://data/report/}
    Alone: {inputLocation: s3://data/alone/}
prod:
  jobs:
    Load: {inputLocation: s3://data/raw/}
"""
LOCK = """\
# requests: requests
requests==2.32.3 \\
    --hash=sha256:0
    # via -r requirements-jobs.txt
urllib3==1.25.10 \\
    --hash=sha256:1
    # via requests
yarl==1.0.0 \\
    --hash=sha256:2
    # via -r requirements-jobs.txt
"""
FILES = {
    "load.py": SCRIPT.format(imports="import requests"),
    "clean.py": SCRIPT.format(imports="import money"),
    "report.py": SCRIPT.format(imports=""),
    "alone.py": SCRIPT.format(imports=""),
    "money.py": "CENTS = 100\n",
}
Change = tuple[str, str]  # a text and what stands in its place


def plan(folder: Path, config: Change = ("", ""), lock: Change = ("", ""), **files: Change) -> Any:
    """Return the plan of dev, with one text replaced in the config, in the lock or in a script, by its name."""
    scripts = dict(FILES)
    for name, (old, new) in files.items():
        assert old in scripts[f"{name}.py"]
        scripts[f"{name}.py"] = scripts[f"{name}.py"].replace(old, new)
    make_project(folder, scripts)
    (folder / "requirements-jobs.txt").write_text("requests==2.32.3\n")
    (folder / "requirements-jobs.lock").write_text(LOCK.replace(*lock))
    assert config[0] in CONFIG
    (folder / "c.yaml").write_text(CONFIG.replace(*config, 1))
    loaded = load_config(folder / "c.yaml", folder)
    assembly = synthesized(loaded)
    write_plans(loaded, assembly, folder)
    return json.loads((assembly / "integration-test" / "dev.json").read_text())


def synthesized(config: Config) -> Path:
    """Return the cloud assembly of the stages, without the pipeline."""
    app = make_app()
    pipeline = core.Stack(app, "PipelineStack")
    for stage in config.stages:
        env = core.Environment(account=stage.account.aws_account_id, region=stage.account.aws_region)
        tested_by = config.pipeline_account if stage.integration_test else None
        GlueAppStage(pipeline, stage.names.pipeline_stage, stage=stage, tested_by=tested_by, env=env)
    return Path(app.synth().directory)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return plan(tmp_path_factory.mktemp("before"))


def changes(before: Any, after: Any) -> dict[str, str]:
    """Return in words what has changed, by job."""
    jobs = {name: item["parts"] for name, item in before["jobs"].items()}
    found = {
        name: _changes(jobs.get(name, {}), item["parts"])
        for name, item in after["jobs"].items()
        if item["fingerprint"] != before["jobs"].get(name, {}).get("fingerprint")
    }
    same = [name for name, item in after["jobs"].items() if name not in found and item["parts"] != jobs[name]]
    assert same == []
    return found


def test_a_plan_is_the_same_in_another_folder_and_names_no_path(tmp_path: Path, before: Any) -> None:
    assert plan(tmp_path / "elsewhere" / "deep") == before
    assert str(tmp_path.parent) not in json.dumps(before)
    assert all(item["fingerprint"] and item["parts"] for item in before["jobs"].values())


NOTHING: list[dict[str, Change]] = [
    {"config": ("jobs:\n  Load", "# a comment\njobs:\n  Load")},
    {"config": ("loads orders", "says it better")},
    {"config": ("dev:\n", "dev:\n  logRetentionDays: 90\n")},
    {"config": ("dev:\n", "dev:\n  tags: {team: orders}\n")},
    {"config": ("    Alone: {", "    Alone: {maxDurationMinutes: 5, ")},
    {"config": ("prod:\n  jobs:\n    Load: {", "prod:\n  jobs:\n    Load: {timeoutMinutes: 5, ")},
    {"lock": ("sha256:2", "sha256:3")},  # of a package that no job imports
]


@pytest.mark.parametrize("edit", NOTHING, ids=lambda edit: next(iter(edit.values()))[1].strip())
def test_what_no_run_depends_on_changes_no_fingerprint(tmp_path: Path, before: Any, edit: dict[str, Change]) -> None:
    assert changes(before, plan(tmp_path, **edit)) == {}


UPSTREAM = {"Clean-dev": "upstream Load-dev changed", "Report-dev": "upstream Clean-dev changed"}
REPORT = {"Report-dev": "upstream Clean-dev changed"}
ALONE = "    Alone: {"


def of_alone(setting: str) -> dict[str, Change]:
    return {"config": (ALONE, f"{ALONE}{setting}, ")}


EDITS: list[tuple[dict[str, Change], dict[str, str]]] = [
    ({"alone": ("import sys", "import sys, os")}, {"Alone-dev": "script changed"}),
    ({"report": ("import sys", "import sys, os")}, {"Report-dev": "script changed"}),
    ({"money": ("100", "10")}, {"Clean-dev": "shared code changed", **REPORT}),
    ({"load": ("import sys", "import sys, os")}, {"Load-dev": "script changed", **UPSTREAM}),
    ({"lock": ("sha256:0", "sha256:9")}, {"Load-dev": "packages changed", **UPSTREAM}),
    ({"lock": ("urllib3==1.25.10", "urllib3==1.25.11")}, {"Load-dev": "packages changed", **UPSTREAM}),
    (
        {"config": ("s3://data/alone/", "s3://data/elsewhere/")},
        {"Alone-dev": "argument --input_path, permissions changed"},
    ),
    (of_alone("workerType: G.2X"), {"Alone-dev": "setting workerType changed"}),
    (of_alone("numberOfWorkers: 4"), {"Alone-dev": "setting numberOfWorkers changed"}),
    (of_alone("timeoutMinutes: 5"), {"Alone-dev": "setting timeoutMinutes changed"}),
    (of_alone("maxRetries: 1"), {"Alone-dev": "setting maxRetries changed"}),
    (of_alone("maxConcurrentRuns: 2"), {"Alone-dev": "setting maxConcurrentRuns changed"}),
    (of_alone('glueVersion: "5.0"'), {"Alone-dev": "setting glueVersion changed"}),
    (of_alone("executionClass: FLEX"), {"Alone-dev": "setting executionClass changed"}),
    (of_alone("queuing: true"), {"Alone-dev": "setting queuing changed"}),
    (of_alone("sparkConf: {spark.sql.shuffle.partitions: 64}"), {"Alone-dev": "argument --conf changed"}),
    (of_alone("bookmark: true"), {"Alone-dev": "argument --job-bookmark-option changed"}),
    (of_alone("defaultArguments: {--conf: a=b}"), {"Alone-dev": "argument --conf changed"}),
    (of_alone("managedPolicies: [AmazonSQSReadOnlyAccess]"), {"Alone-dev": "permissions changed"}),
    (
        of_alone("statements: [{actions: ['sqs:SendMessage'], resources: ['arn:aws:sqs:us-east-1:222222222222:a']}]"),
        {"Alone-dev": "permissions changed"},
    ),
    (of_alone("expect: {maxMinutes: 5}"), {"Alone-dev": "expect changed"}),
    (of_alone("after: Load"), {"Alone-dev": "after, upstream Load-dev changed"}),
    ({"config": ("Clean: {after: Load, ", "Clean: {")}, {"Clean-dev": "after, upstream Load-dev changed", **REPORT}),
]


@pytest.mark.parametrize(("edit", "changed"), EDITS, ids=lambda value: str(value)[:60])
def test_what_runs_depend_on_changes_the_fingerprints_of_the_job_and_of_those_after_it(
    tmp_path: Path, before: Any, edit: dict[str, Change], changed: dict[str, str]
) -> None:
    assert changes(before, plan(tmp_path, **edit)) == changed


def test_another_job_changes_no_fingerprint(tmp_path: Path, before: Any) -> None:
    new = "    Other: {script: alone.py, inputLocation: s3://data/other/}\n"
    found = changes(before, plan(tmp_path, config=("    Load: {", f"{new}    Load: {{")))
    assert list(found) == ["Other-dev"]


ROLE = {"Type": "AWS::IAM::Role", "Properties": {"Policies": []}}
JOB = {
    "Name": "a-dev",
    "Role": {"Fn::Join": ["", ["arn:aws:iam::2:role/", {"Ref": "Role"}]]},
    "Command": {"Name": "glueetl", "ScriptLocation": "s3://b/x.py"},
    "Connections": {"Connections": [{"Ref": "Database"}]},
}
RESOURCES = {
    "Job": {"Type": "AWS::Glue::Job", "Properties": JOB},
    "Role": ROLE,
    "Own": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "Role"}], "PolicyDocument": "own"}},
    "Shared": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": "shared"}},
    "Other": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "Foreign"}], "PolicyDocument": "other"}},
    "Database": {"Type": "AWS::Glue::Connection", "Properties": {"Host": "a"}},
}


@pytest.mark.parametrize(
    ("name", "properties", "changed"),
    [
        ("Role", {"Policies": ["wider"]}, "permissions changed"),
        ("Role", {"Policies": [], "Tags": ["x"]}, ""),
        ("Own", {"Roles": [{"Ref": "Role"}], "PolicyDocument": "wider"}, "permissions changed"),
        ("Role", {"Policies": [], "ManagedPolicyArns": [{"Ref": "Shared"}]}, "permissions changed"),
        ("Shared", {"PolicyDocument": "wider"}, ""),  # it is attached to no role
        ("Other", {"Roles": [{"Ref": "Foreign"}], "PolicyDocument": "wider"}, ""),
        ("Database", {"Host": "b"}, "setting connections changed"),
        ("Job", {**JOB, "Tags": {"team": "a"}, "Description": "b"}, ""),
        ("Job", {**JOB, "NewOfGlue": 1}, "setting newOfGlue changed"),
    ],
)
def test_what_a_job_refers_to_counts_and_no_setting_can_be_forgotten(
    name: str, properties: dict[str, Any], changed: str
) -> None:
    def parts(resources: dict[str, Any]) -> dict[str, str]:
        return fingerprints({"a-dev": {}}, [{"Resources": resources}], {})["a-dev"][1]

    before, after = parts(RESOURCES), parts({**RESOURCES, name: {**RESOURCES[name], "Properties": properties}})
    assert (_changes(before, after) if before != after else "") == changed


def test_the_jobs_of_a_stage_may_be_in_several_stacks() -> None:
    other = {"Job": {"Type": "AWS::Glue::Job", "Properties": {**JOB, "Name": "b-dev"}}, "Role": ROLE}
    jobs = {"b-dev": {"after": ["a-dev"]}, "a-dev": {}}
    found = fingerprints(jobs, [{"Resources": RESOURCES}, {"Resources": other}], {})
    assert list(found) == ["b-dev", "a-dev"]
    assert found["b-dev"][1]["upstream a-dev"] == found["a-dev"][0]


def test_a_plan_of_an_earlier_synth_is_not_left_behind(tmp_path: Path) -> None:
    (tmp_path / "integration-test").mkdir()
    (tmp_path / "integration-test" / "dev.json").write_text("old")
    write_plans(make_config((make_job(tmp_path),)), tmp_path)
    assert not (tmp_path / "integration-test").exists()


def test_the_plan_says_what_the_config_says(before: Any, tmp_path: Path) -> None:
    config = make_config((make_job(tmp_path),))
    assert [needs_plan(stage) for stage in config.stages] == [False, False]
    assert (before["stage"], before["changedOnly"], before["records"]) == ("DeployDev", True, "glue-test-records-dev")
    (tmp_path / "dev.json").write_text(json.dumps(before))
    read = read_plan(tmp_path / "dev.json", "DeployDev", "222222222222", "us-east-1")
    assert read.job("Report-dev").after == ("Clean-dev",)
    assert read.job("Alone-dev").arguments == {"--input_path": "s3://data/alone/"}
    assert read.job("Alone-dev").fingerprint == before["jobs"]["Alone-dev"]["fingerprint"]


def test_records_are_kept_where_only_changed_jobs_are_tested_or_a_run_has_a_limit(tmp_path: Path) -> None:
    plain = make_config((make_job(tmp_path),))
    assert [stage.keeps_test_records for stage in plain.stages] == [False, False]
    changed = with_stage(plain, "dev", tests_changed_only=True, name_prefix="orders")
    assert [stage.keeps_test_records for stage in changed.stages] == [True, False]
    assert changed.stage("dev").names.test_records == "orders-glue-test-records-dev"
    assert (PROJECT / "app.py").read_text().count("finish_assembly(") == 1
