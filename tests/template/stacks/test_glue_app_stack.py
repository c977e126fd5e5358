import json
from pathlib import Path
from typing import Any

import aws_cdk as core
import pytest
from aws_cdk.assertions import Match, Template

from aws_glue_cdk_baseline.config import Account, Job
from aws_glue_cdk_baseline.config.job_settings import Expect
from aws_glue_cdk_baseline.config.stacks import ONE_STACK
from aws_glue_cdk_baseline.config.statements import PolicyStatement
from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack
from aws_glue_cdk_baseline.log_encryption import ENCRYPT_LOGS
from tests.apps import make_app
from tests.configs import PIPELINE, make_job, make_stage

ENV = core.Environment(account="222222222222", region="us-east-1")


LOGS_SERVICE = {"Fn::Join": ["", ["logs.us-east-1.", {"Ref": "AWS::URLSuffix"}]]}


def make_stack(*jobs: Job, stage: str = "dev", tested_by: Account | None = None, days: int = 30) -> GlueAppStack:
    return GlueAppStack(
        make_app(),
        "TestGlueAppStack",
        stage=make_stage(*jobs, name=stage, log_retention_days=days),
        tested_by=tested_by,
        env=ENV,
    )


def synth(*jobs: Job, **options: Any) -> Template:
    return Template.from_stack(make_stack(*jobs, **options))


def statements(template: Template, role: str) -> list[dict[str, Any]]:
    """The policy statements of the role whose logical id begins with `role`, wherever CDK has put them."""
    resources = template.to_json()["Resources"]
    found = []
    for name, resource in resources.items():
        if name.startswith(role) and resource["Type"].startswith("AWS::IAM::"):
            properties = resource["Properties"]
            documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
            documents += [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
            found += [statement for document in documents for statement in document["Statement"]]
    return found


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_a_job_gets_its_size_limits_and_arguments_from_the_config(tmp_path: Path) -> None:
    job = make_job(
        tmp_path,
        description="shows",
        glue_version="5.1",
        worker_type="R.2X",
        number_of_workers=7,
        timeout_minutes=90,
        max_retries=2,
        max_concurrent_runs=3,
        default_arguments={"--additional-python-modules": "pyarrow"},
    )
    synth(job).has_resource_properties(
        "AWS::Glue::Job",
        {
            "Name": "Show-dev",
            "Description": "shows",
            "GlueVersion": "5.1",
            "WorkerType": "R.2X",
            "NumberOfWorkers": 7,
            "Timeout": 90,
            "MaxRetries": 2,
            "ExecutionProperty": {"MaxConcurrentRuns": 3},
            "Command": {"Name": "glueetl", "PythonVersion": "3", "ScriptLocation": Match.string_like_regexp(r"\.py$")},
            "DefaultArguments": {
                "--input_path": "s3://data/in/",
                "--additional-python-modules": "pyarrow",
                "--enable-auto-scaling": "true",
                "--enable-continuous-cloudwatch-log": "true",
                "--custom-logGroup-prefix": "/aws-glue/jobs/dev",
            },
        },
    )


def test_a_bookmark_is_an_argument_and_no_permission(tmp_path: Path) -> None:
    template, without = synth(make_job(tmp_path, bookmark=True)), synth(make_job(tmp_path))
    arguments = {"--job-bookmark-option": "job-bookmark-enable", "--input_path": "s3://data/in/"}
    template.has_resource_properties("AWS::Glue::Job", {"DefaultArguments": arguments})
    assert statements(template, "RolesShow") == statements(without, "RolesShow") != []
    assert "--job-bookmark-option" not in str(without.to_json())


def test_jars_and_files_of_the_config_reach_the_job_and_its_role_may_read_each_jar(tmp_path: Path) -> None:
    arguments = {"--extra-jars": "s3://libs/a.jar,s3://libs/b.jar", "--user-jars-first": "true"}
    jars = ("s3://libs/a.jar", "s3://libs/b.jar")
    template = synth(make_job(tmp_path, default_arguments=arguments, input_locations=jars))
    template.has_resource_properties(
        "AWS::Glue::Job", {"DefaultArguments": {**arguments, "--input_path": "s3://data/in/"}}
    )
    assert statements(template, "RolesShow")[0]["Resource"][1:] == [
        "arn:aws:s3:::libs/a.jar",
        "arn:aws:s3:::libs/b.jar",
    ]


def test_left_alone_a_job_is_small_and_ends(tmp_path: Path) -> None:
    synth(make_job(tmp_path)).has_resource_properties(
        "AWS::Glue::Job",
        {"GlueVersion": "5.1", "WorkerType": "G.1X", "NumberOfWorkers": 2, "Timeout": 60, "MaxRetries": 0},
    )


def test_a_flex_job_runs_in_the_flex_class(tmp_path: Path) -> None:
    template = synth(make_job(tmp_path, execution_class="FLEX"))
    template.has_resource_properties("AWS::Glue::Job", {"ExecutionClass": "FLEX", "GlueVersion": "5.1", "Timeout": 60})


def test_a_job_has_the_four_tags_of_the_baseline(tmp_path: Path) -> None:
    synth(make_job(tmp_path)).has_resource_properties(
        "AWS::Glue::Job",
        {
            "Tags": {
                "environment": "aws://222222222222/us-east-1",
                "artifact_id": "TestGlueAppStack",
                "stack_id": {"Ref": "AWS::StackId"},
                "stack_name": "TestGlueAppStack",
            }
        },
    )


def test_a_job_is_two_resources(tmp_path: Path) -> None:
    one, three = (synth(*[make_job(tmp_path, f"Job{n}") for n in range(count)]).to_json() for count in (1, 3))
    assert len(three["Resources"]) - len(one["Resources"]) == 4


def test_the_most_jobs_with_the_longest_names_fit_one_stack_and_its_test_role(tmp_path: Path) -> None:
    names = [f"{'J' * 97}{n:03}" for n in range(ONE_STACK)]
    template = Template.from_stack(make_stack(*[make_job(tmp_path, name) for name in names], tested_by=PIPELINE))
    resources = template.to_json()["Resources"]
    assert len(resources) <= 500
    assert len(json.dumps(template.to_json())) < 1_000_000
    run = [item for item in statements(template, "GlueTestRole") if "glue:StartJobRun" in item["Action"]]
    started = [resource.rpartition("/")[2] for item in run for resource in as_list(item["Resource"])]
    assert sorted(started) == [f"{name}-dev" for name in names]
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    managed = template.find_resources("AWS::IAM::ManagedPolicy").values()
    assert len(managed) <= 10
    assert all(len(json.dumps(item["Properties"]["PolicyDocument"], separators=(",", ":"))) <= 6144 for item in managed)
    (inline,) = template.find_resources("AWS::IAM::Policy").values()
    assert len(json.dumps(inline["Properties"]["PolicyDocument"], separators=(",", ":"))) <= 10240


def test_the_same_job_has_a_name_of_its_own_in_each_stage(tmp_path: Path) -> None:
    templates = [synth(make_job(tmp_path), stage=stage) for stage in ("dev", "prod")]
    for template, stage in zip(templates, ("dev", "prod"), strict=True):
        template.has_resource_properties("AWS::Glue::Job", {"Name": f"Show-{stage}"})
        template.has_resource_properties("AWS::Logs::LogGroup", {"LogGroupName": f"/aws-glue/jobs/{stage}/output"})


@pytest.mark.parametrize("days", [30, 3653])
def test_logs_are_kept_as_long_as_the_config_says_and_encrypted_with_the_stages_key(tmp_path: Path, days: int) -> None:
    template = synth(make_job(tmp_path), days=days)
    (key,) = template.find_resources("AWS::KMS::Key")
    encrypted = {"RetentionInDays": days, "KmsKeyId": {"Fn::GetAtt": [key, "Arn"]}}
    template.resource_count_is("AWS::Logs::LogGroup", 2)
    template.all_resources_properties("AWS::Logs::LogGroup", encrypted)


def test_the_key_rotates_and_the_logs_service_may_use_it_for_the_stages_log_groups_alone(tmp_path: Path) -> None:
    (key,) = synth(make_job(tmp_path)).find_resources("AWS::KMS::Key").values()
    assert key["Properties"]["EnableKeyRotation"] is True
    owner, service = key["Properties"]["KeyPolicy"]["Statement"]
    assert owner["Principal"] == {"AWS": "arn:aws:iam::222222222222:root"}
    assert service["Principal"] == {"Service": LOGS_SERVICE}
    assert not [action for action in service["Action"] if "*" in action]
    log_group = "arn:aws:logs:us-east-1:222222222222:log-group:/aws-glue/jobs/dev"
    assert service["Condition"] == {
        "ArnEquals": {"kms:EncryptionContext:aws:logs:arn": [f"{log_group}/output", f"{log_group}/error"]}
    }


def test_a_role_may_read_its_script_and_inputs_write_its_outputs_and_log_and_no_more(tmp_path: Path) -> None:
    job = make_job(
        tmp_path, input_locations=("s3://in/a.json", "s3://in/folder/"), output_locations=("s3://out/result/",)
    )
    read, write, list_in, list_out, logs, encrypt = statements(synth(job), "RolesShow")
    script, *inputs = read["Resource"]
    assert read["Action"] == ["s3:GetObject"]
    assert script.startswith("arn:aws:s3:::cdk-hnb659fds-assets-222222222222-us-east-1/")
    assert script.endswith(".py")
    assert inputs == [f"arn:aws:s3:::in/{key}" for key in ("a.json", "folder", "folder/*", "folder_$folder$")]
    assert write["Action"] == ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    assert write["Resource"] == [
        "arn:aws:s3:::out/result",
        "arn:aws:s3:::out/result/*",
        "arn:aws:s3:::out/result_$folder$",
    ]
    assert [(item["Resource"], item["Condition"]["StringLike"]["s3:prefix"]) for item in (list_in, list_out)] == [
        (["arn:aws:s3:::in"], ["a.json", "a.json/*", "a.json_$folder$", "folder", "folder/*", "folder_$folder$"]),
        (["arn:aws:s3:::out"], ["result", "result/*", "result_$folder$"]),
    ]
    assert logs["Action"] == ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    assert logs["Resource"] == [
        f"arn:aws:logs:us-east-1:222222222222:log-group:/aws-glue/jobs/dev/{group}"
        for group in ("output", "output:*", "error", "error:*")
    ]
    assert encrypt["Action"] == ENCRYPT_LOGS
    assert [list(resource) for resource in encrypt["Resource"]] == [["Fn::GetAtt"]]
    assert encrypt["Condition"] == {"StringEquals": {"kms:ViaService": LOGS_SERVICE}}


@pytest.mark.parametrize(
    ("location", "readable"),
    [
        ("s3://in/a.csv", ["in/a.csv"]),
        ("s3://in/a.JSON.gz", ["in/a.JSON.gz"]),
        ("s3://in/a.json/", ["in/a.json", "in/a.json/*", "in/a.json_$folder$"]),
        ("s3://in/a.parquet", ["in/a.parquet", "in/a.parquet/*", "in/a.parquet_$folder$"]),
        ("s3://in/a/b", ["in/a/b", "in/a/b/*", "in/a/b_$folder$"]),
    ],
)
def test_an_input_named_like_a_file_is_read_alone(tmp_path: Path, location: str, readable: list[str]) -> None:
    read = statements(synth(make_job(tmp_path, input_locations=(location,))), "RolesShow")[0]
    assert read["Resource"][1:] == [f"arn:aws:s3:::{key}" for key in readable]


def test_the_folders_above_an_output_may_be_marked_and_nothing_in_them_written(tmp_path: Path) -> None:
    job = make_job(tmp_path, input_locations=(), output_locations=("s3://out/team/daily/result/",))
    _, write, mark, listing, *_ = statements(synth(job), "RolesShow")
    assert write["Resource"][-1] == "arn:aws:s3:::out/team/daily/result_$folder$"
    assert mark["Action"] == ["s3:GetObject", "s3:PutObject"]
    assert mark["Resource"] == [f"arn:aws:s3:::out/{name}_$folder$" for name in ("team/daily", "team")]
    assert listing["Condition"]["StringLike"]["s3:prefix"] == [
        *("team/daily/result", "team/daily/result/*", "team/daily/result_$folder$"),
        *("team/daily_$folder$", "team_$folder$"),
    ]


def test_a_whole_bucket_may_be_a_location(tmp_path: Path) -> None:
    found = statements(synth(make_job(tmp_path, input_locations=("s3://all",))), "RolesShow")
    assert "arn:aws:s3:::all/*" in found[0]["Resource"]


def test_a_role_may_read_the_databases_of_its_job_and_write_its_output_databases_and_no_more(tmp_path: Path) -> None:
    job = make_job(tmp_path, input_databases=("raw", "clean"), output_databases=("clean",))
    read, write = [item for item in statements(synth(job), "RolesShow") if "glue:" in str(item)]
    glue = "arn:aws:glue:us-east-1:222222222222:"
    assert read["Action"] == [
        *("glue:GetDatabase", "glue:GetTable", "glue:GetTables"),
        *("glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"),
    ]
    assert read["Resource"] == [
        glue + part for part in ("catalog", "database/raw", "table/raw/*", "database/clean", "table/clean/*")
    ]
    assert write["Action"] == [
        *("glue:CreateTable", "glue:UpdateTable", "glue:CreatePartition", "glue:BatchCreatePartition"),
        *("glue:UpdatePartition", "glue:BatchUpdatePartition", "glue:DeletePartition", "glue:BatchDeletePartition"),
    ]
    assert write["Resource"] == [glue + part for part in ("catalog", "database/clean", "table/clean/*")]


def test_a_job_whose_sql_uses_the_catalog_may_find_the_database_default(tmp_path: Path) -> None:
    arguments = {"--enable-glue-datacatalog": "true"}
    job = make_job(tmp_path, input_databases=("raw",), default_arguments=arguments)
    without = make_job(tmp_path, default_arguments=arguments)
    found = [item for item in statements(synth(job), "RolesShow") if "glue:" in str(item)]
    glue = "arn:aws:glue:us-east-1:222222222222:"
    assert found[1:] == [
        {
            "Effect": "Allow",
            "Action": ["glue:GetDatabase"],
            "Resource": [f"{glue}catalog", f"{glue}database/default"],
        }
    ]
    assert not [item for item in statements(synth(without), "RolesShow") if "glue:" in str(item)]


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_databases_are_those_of_the_stages_region_and_partition(tmp_path: Path, region: str, partition: str) -> None:
    job = make_job(tmp_path, input_databases=("raw",))
    env = core.Environment(account="222222222222", region=region)
    stack = GlueAppStack(make_app(), "TestGlueAppStack", stage=make_stage(job), env=env)
    [read] = [item for item in statements(Template.from_stack(stack), "RolesShow") if "glue:" in str(item)]
    assert read["Resource"][1] == f"arn:{partition}:glue:{region}:222222222222:database/raw"


def test_statements_of_the_config_come_on_top(tmp_path: Path) -> None:
    table = "arn:aws:dynamodb:us-east-1:222222222222:table/terms"
    statement = PolicyStatement(
        actions=("dynamodb:GetItem",), resources=(table,), conditions={"Bool": {"aws:SecureTransport": ("true",)}}
    )
    plain = statements(synth(make_job(tmp_path)), "RolesShow")
    more = statements(synth(make_job(tmp_path, statements=(statement,))), "RolesShow")
    assert more == [
        *plain,
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem"],
            "Resource": [table],
            "Condition": {"Bool": {"aws:SecureTransport": ["true"]}},
        },
    ]


def test_managed_policies_come_on_top(tmp_path: Path) -> None:
    job = make_job(tmp_path, managed_policies=("service-role/AWSGlueServiceRole", "arn:aws:iam::aws:policy/X"))
    roles = synth(job).find_resources("AWS::IAM::Role")
    policies = next(iter(roles.values()))["Properties"]["ManagedPolicyArns"]
    assert policies == ["arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole", "arn:aws:iam::aws:policy/X"]


def test_a_tested_stage_has_a_role_for_the_test_that_runs_its_own_jobs_and_no_others(tmp_path: Path) -> None:
    template = synth(make_job(tmp_path), make_job(tmp_path, "Other"), tested_by=PIPELINE)
    listing, running = statements(template, "GlueTestRole")
    own_stack = "arn:aws:cloudformation:us-east-1:222222222222:stack/TestGlueAppStack/*"
    assert (listing["Action"], listing["Resource"]) == ("cloudformation:ListStackResources", own_stack)
    assert running["Resource"] == [f"arn:aws:glue:us-east-1:222222222222:job/{name}-dev" for name in ("Other", "Show")]
    assert sorted(running["Action"]) == [
        "glue:BatchStopJobRun",
        "glue:GetJobRun",
        "glue:GetJobRuns",
        "glue:StartJobRun",
    ]


def test_the_test_role_is_assumed_by_the_tester_alone_even_when_that_is_made_anew(tmp_path: Path) -> None:
    roles = synth(make_job(tmp_path), tested_by=PIPELINE).find_resources(
        "AWS::IAM::Role", {"Properties": {"RoleName": "glue-test-dev"}}
    )
    (role,) = roles.values()
    accounts = "arn:aws:iam::111111111111:"
    assert role["Properties"]["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": "arn:aws:iam::111111111111:root"},  # by its account: IAM would keep a role as its id
            "Condition": {"ArnEquals": {"aws:PrincipalArn": f"{accounts}role/glue-integration-test-dev"}},
        }
    ]


def test_the_test_role_reads_the_outputs_of_which_something_is_expected_and_no_others(tmp_path: Path) -> None:
    jobs = [
        make_job(tmp_path, "Checked", output_locations=("s3://data/out/",), expect=Expect(outputRows=1)),
        make_job(tmp_path, "Other", output_locations=("s3://data/other/",)),
    ]
    _, _, reading, listing = statements(synth(*jobs, tested_by=PIPELINE), "GlueTestRole")
    assert (reading["Action"], reading["Resource"]) == ("s3:GetObject", "arn:aws:s3:::data/out/*")
    assert listing["Condition"] == {"StringLike": {"s3:prefix": ["out", "out/*"]}}


def test_a_stage_that_is_not_tested_has_no_role_for_it(tmp_path: Path) -> None:
    stack = make_stack(make_job(tmp_path), stage="prod")
    roles = Template.from_stack(stack).find_resources("AWS::IAM::Role")
    assert [name[:9] for name in roles] == ["RolesShow"]


def test_the_test_role_reads_what_the_rules_compare_with_and_no_more_of_it(tmp_path: Path) -> None:
    job = make_job(
        tmp_path,
        "Checked",
        output_locations=("s3://data/out/",),
        quality_sources={"inputLocation": "s3://data/in/known.json", "inputLocationOrders": "s3://lake/orders/"},
        expect=Expect(outputRows=1),
    )
    _, _, reading, *listing = statements(synth(job, tested_by=PIPELINE), "GlueTestRole")
    assert reading["Action"] == "s3:GetObject"
    assert sorted(reading["Resource"]) == [
        "arn:aws:s3:::data/in/known.json",
        "arn:aws:s3:::data/out/*",
        "arn:aws:s3:::lake/orders",
        "arn:aws:s3:::lake/orders/*",
    ]
    assert {item["Resource"]: item["Condition"]["StringLike"]["s3:prefix"] for item in listing} == {
        "arn:aws:s3:::data": ["in/known.json", "in/known.json/*", "out", "out/*"],
        "arn:aws:s3:::lake": ["orders", "orders/*"],
    }
