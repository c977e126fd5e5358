"""More of Glue by config, in the template of a stage: what each setting is there."""

import json
from pathlib import Path
from typing import Any

from aws_cdk.assertions import Template

from aws_glue_cdk_baseline.config.job_settings import Expect
from tests.apps import make_whole_app
from tests.configs import PIPELINE, make_config, make_job, make_stage
from tests.template.stacks.test_glue_app_stack import make_stack, statements, synth
from tests.unit.test_templates import lint

KEY = "arn:aws:kms:us-east-1:222222222222:key/1234"


def job_properties(template: Template) -> dict[str, Any]:
    (job,) = template.find_resources("AWS::Glue::Job").values()
    properties: dict[str, Any] = job["Properties"]
    return properties


def test_each_setting_reaches_the_job(tmp_path: Path) -> None:
    job = make_job(
        tmp_path,
        spark_conf={"spark.sql.shuffle.partitions": "64", "spark.sql.ansi.enabled": "false"},
        observability=True,
        spark_ui="s3://logs/events/",
        queuing=True,
        connections=("orders-db", "our vpc"),
        security_configuration="ours",
        tags={"Team": "data"},
    )
    properties, plain = job_properties(synth(job)), job_properties(synth(make_job(tmp_path)))
    assert properties.pop("Connections") == {"Connections": ["orders-db", "our vpc"]}
    assert properties.pop("SecurityConfiguration") == "ours"
    assert (properties["JobRunQueuingEnabled"], plain["JobRunQueuingEnabled"]) == (True, False)
    assert properties["Tags"] == {**plain["Tags"], "Team": "data"}
    assert properties["DefaultArguments"] == {
        **plain["DefaultArguments"],
        "--conf": "spark.sql.shuffle.partitions=64 --conf spark.sql.ansi.enabled=false",
        "--enable-metrics": "true",
        "--enable-observability-metrics": "true",
        "--enable-spark-ui": "true",
        "--spark-event-logs-path": "s3://logs/events/",
    }
    assert properties.keys() == plain.keys()


def test_a_flex_job_has_no_queue_and_the_other_settings(tmp_path: Path) -> None:
    job = make_job(tmp_path, execution_class="FLEX", observability=True, connections=("orders-db",))
    properties = job_properties(synth(job))
    assert properties["ExecutionClass"] == "FLEX"
    assert properties["DefaultArguments"]["--enable-observability-metrics"] == "true"
    assert properties["Connections"] == {"Connections": ["orders-db"]}


def test_a_python_shell_job_has_a_capacity_and_none_of_sparks_arguments(tmp_path: Path) -> None:
    job = make_job(tmp_path, type="pythonshell", max_capacity=1.0, timeout_minutes=5, connections=("orders-db",))
    properties = job_properties(synth(job))
    assert properties["Command"] | {"ScriptLocation": ""} == {
        "Name": "pythonshell",
        "PythonVersion": "3.9",
        "ScriptLocation": "",
    }
    assert (properties["MaxCapacity"], properties["Timeout"]) == (1, 5)
    assert not {"WorkerType", "NumberOfWorkers", "ExecutionClass"} & properties.keys()
    assert set(properties["DefaultArguments"]) == {
        *("--input_path", "--job-language", "library-set", "--custom-logGroup-prefix"),
        *("--enable-continuous-cloudwatch-log", "--continuous-log-logGroup"),
    }
    least = job_properties(synth(make_job(tmp_path, type="pythonshell")))
    assert least["MaxCapacity"] == 0.0625


def test_a_python_shell_job_may_also_log_where_glue_logs_such_jobs(tmp_path: Path) -> None:
    template = synth(make_job(tmp_path, "Shell", type="pythonshell"), make_job(tmp_path, "Plain"))
    group = "arn:aws:logs:us-east-1:222222222222:log-group:/aws-glue/python-jobs/output"
    assert f"'{group}:*'" in str(statements(template, "RolesShell"))
    assert "python-jobs" not in str(statements(template, "RolesPlain"))


def test_a_streaming_job_is_one_of_glue_with_its_maintenance_window(tmp_path: Path) -> None:
    job = make_job(tmp_path, type="streaming", timeout_minutes=10080, maintenance_window="Sun:3", glue_version="6.0")
    properties, plain = job_properties(synth(job)), job_properties(synth(make_job(tmp_path, glue_version="6.0")))
    assert properties["Command"] == {**plain["Command"], "Name": "gluestreaming"}
    assert properties.pop("MaintenanceWindow") == "Sun:3"
    assert {**properties, "Command": 0} == {
        **{name: value for name, value in plain.items() if name not in ("ExecutionClass", "Timeout")},
        "Command": 0,
    }


def test_glue_restarts_a_streaming_job_each_week_unless_it_ends_before(tmp_path: Path) -> None:
    endless = job_properties(synth(make_job(tmp_path, type="streaming", timeout_minutes=10080)))
    ending = job_properties(synth(make_job(tmp_path, type="streaming", timeout_minutes=600)))
    batch = job_properties(synth(make_job(tmp_path, timeout_minutes=10080)))
    assert ("Timeout" in endless, ending["Timeout"], batch["Timeout"]) == (False, 600, 10080)


def test_event_logs_are_written_and_are_no_output_that_the_integration_test_reads(tmp_path: Path) -> None:
    job = make_job(
        tmp_path,
        spark_ui="s3://logs/events/",
        output_locations=("s3://data/out/",),
        arguments={"--output_path": "s3://data/out/"},
        expect=Expect(outputRows=1),
    )
    template = synth(job, tested_by=PIPELINE)
    (written,) = [one for one in statements(template, "RolesShow") if "s3:DeleteObject" in one["Action"]]
    assert "arn:aws:s3:::logs/events/*" in written["Resource"]
    assert "events" not in str(statements(template, "GlueTestRole"))


def test_the_logs_of_a_security_configuration_are_in_groups_of_their_own_that_expire_too(tmp_path: Path) -> None:
    jobs = [make_job(tmp_path, name, security_configuration="ours") for name in ("A", "B")]
    template = synth(*jobs, make_job(tmp_path, "Plain"), days=7)
    groups = template.find_resources("AWS::Logs::LogGroup").values()
    assert {item["Properties"]["LogGroupName"]: item["Properties"]["RetentionInDays"] for item in groups} == {
        "/aws-glue/jobs/dev/output": 7,
        "/aws-glue/jobs/dev/error": 7,
        "/aws-glue/jobs/dev/output-ours": 7,
        "/aws-glue/jobs/dev/error-ours": 7,
    }
    start = "arn:aws:logs:us-east-1:222222222222:log-group:"
    start = start.replace("arn:aws:", "arn:aws:")
    (encrypted,) = [one for one in statements(template, "RolesA") if "logs:AssociateKmsKey" in one["Action"]]
    assert "output-ours:*" in str(encrypted["Resource"])
    assert "/aws-glue/*jobs-*-ours/*" in str(encrypted["Resource"])
    assert "AssociateKmsKey" not in str(statements(template, "RolesPlain"))
    (key,) = template.find_resources("AWS::KMS::Key").values()
    of_logs = key["Properties"]["KeyPolicy"]["Statement"][1]["Condition"]["ArnEquals"]
    assert len(of_logs["kms:EncryptionContext:aws:logs:arn"]) == 4


def test_the_integration_test_decrypts_the_outputs_that_it_reads(tmp_path: Path) -> None:
    job = make_job(
        tmp_path,
        arguments={"--output_path": "s3://data/out/"},
        output_locations=("s3://data/out/",),
        kms_keys={"data": (KEY,)},
        expect=Expect(outputRows=1),
    )
    (found,) = [one for one in statements(synth(job, tested_by=PIPELINE), "GlueTestRole") if "kms" in str(one)]
    assert found == {
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": KEY,
        "Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}},
    }
    unchecked = job.model_copy(update={"settings": make_job(tmp_path).settings})
    assert "kms" not in str(statements(synth(unchecked, tested_by=PIPELINE), "GlueTestRole"))


def test_tags_of_the_stage_are_on_everything_and_those_of_a_job_on_it_and_its_role(tmp_path: Path) -> None:
    jobs = [make_job(tmp_path, "Own", tags={"Owner": "job", "Team": "data"}), make_job(tmp_path, "Plain")]
    config = make_config(tuple(jobs)).model_copy(update={"tags": {"Owner": "file"}})
    stages = tuple(stage.model_copy(update={"tags": {"Owner": "stage"}}) for stage in config.stages)
    assembly = make_whole_app(config.model_copy(update={"stages": stages})).synth()
    (stack,) = assembly.get_nested_assembly("assembly-PipelineStack-DeployDev").stacks
    tags = {name: item["Properties"].get("Tags") for name, item in stack.template["Resources"].items()}
    own = {name: as_pairs(found) for name, found in tags.items() if found is not None}
    assert {pairs["Owner"] for name, pairs in own.items() if "Own" not in name} == {"stage"}
    assert {name[:-8] for name in own} == {
        *("GlueTestRole", "LogsKey", "LogsOutput", "LogsError184"[:-3]),
        *("RolesOwn", "RolesPlain", "Own", "Plain"),
    }
    assert {name[:-8]: (pairs["Owner"], pairs["Team"]) for name, pairs in own.items() if "Team" in pairs} == {
        "RolesOwn": ("job", "data"),
        "Own": ("job", "data"),
    }
    assert stack.tags == {}
    home = assembly.get_stack_by_name("PipelineStack").template["Resources"].values()
    tagged = {item["Type"] for item in home if {"Key": "Owner", "Value": "file"} in item["Properties"].get("Tags", [])}
    assert {"AWS::CodePipeline::Pipeline", "AWS::CodeBuild::Project", "AWS::IAM::Role", "AWS::S3::Bucket"} <= tagged
    assert "'Value': 'stage'" not in str(home)


def test_cloudformation_takes_every_setting_of_every_type(tmp_path: Path) -> None:
    """A template with all of it is a right one for cfn-lint."""
    common: dict[str, Any] = {
        "connections": ("orders-db",),
        "security_configuration": "ours",
        "tags": {"Cost Center": "0420"},
        "kms_keys": {"data": (KEY,), "ours": (KEY,)},
        "output_locations": ("s3://data/out/",),
    }
    spark: dict[str, Any] = {
        **common,
        "observability": True,
        "spark_ui": "s3://data/ui/",
        "spark_conf": {"spark.a": "1"},
    }
    jobs = [
        make_job(tmp_path, "Spark", **spark, queuing=True),
        make_job(tmp_path, "Stream", **spark, type="streaming", maintenance_window="Sun:3", timeout_minutes=10080),
        make_job(tmp_path, "Shell", **common, type="pythonshell", max_capacity=1.0, max_duration_minutes=5),
    ]
    file = tmp_path / "stage.template.json"
    file.write_text(json.dumps(synth(*jobs, tested_by=PIPELINE).to_json()))
    assert lint(file) == ""


def as_pairs(tags: Any) -> dict[str, Any]:
    return tags if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags}


def test_a_stage_without_tags_of_its_own_has_none(tmp_path: Path) -> None:
    assert make_stage().tags == {}
    assert "'Tags': [" not in str(Template.from_stack(make_stack(make_job(tmp_path))).to_json())
