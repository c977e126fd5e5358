import json
from pathlib import Path
from typing import Any

import aws_cdk as core
import pytest
import yaml
from aws_cdk.assertions import Match, Template

from aws_glue_cdk_baseline.config import PROJECT, Account, Job, StageConfig
from aws_glue_cdk_baseline.config.job_settings import Expect
from aws_glue_cdk_baseline.pipeline_stack import PipelineStack
from tests.apps import make_app
from tests.configs import DEV, PIPELINE, PROD, make_config, make_job
from tools.list_stages import stages

HOME = core.Environment(account=PIPELINE.aws_account_id, region=PIPELINE.aws_region)


class Synthesized:
    """A synthesized PipelineStack: its template, its assembly and the build projects by name."""

    def __init__(
        self,
        folder: Path,
        jobs: int = 1,
        dev: Account = DEV,
        prod: Account = PROD,
        file: str = "c.yaml",
        job: Job | None = None,
        chain: tuple[Job, ...] = (),
        stages: dict[str, dict[str, object]] | None = None,
    ):
        self.app = make_app()
        made = (job,) if job else chain or tuple(make_job(folder, f"Job{n}") for n in range(jobs))
        config = make_config(made, dev, prod, file)
        if stages:
            records = [
                StageConfig.model_validate({"name": n, "account": DEV, "jobs": made, **v}) for n, v in stages.items()
            ]
            config = config.model_copy(update={"stages": tuple(records)})
        self.stack = PipelineStack(self.app, "PipelineStack", config=config, env=HOME)
        self.assembly = self.app.synth()
        self.template = Template.from_stack(self.stack)

    def actions(self) -> dict[str, dict[str, Any]]:
        pipeline = next(iter(self.template.find_resources("AWS::CodePipeline::Pipeline").values()))
        return {
            f"{stage['Name']}/{action['Name']}": action
            for stage in pipeline["Properties"]["Stages"]
            for action in stage["Actions"]
        }

    def project(self, part_of_id: str) -> dict[str, Any]:
        projects = self.template.find_resources("AWS::CodeBuild::Project")
        found: dict[str, Any] = next(item["Properties"] for name, item in projects.items() if part_of_id in name)
        return found

    def buildspec(self, part_of_id: str) -> dict[str, Any]:
        source = self.project(part_of_id)["Source"]["BuildSpec"]
        text = source if source.startswith("{") else (Path(self.assembly.directory) / source).read_text()
        spec: dict[str, Any] = yaml.safe_load(text)
        return spec


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    return Synthesized(tmp_path_factory.mktemp("jobs"))


def test_the_stages_and_actions_are_those_of_the_baseline(pipeline: Synthesized) -> None:
    assert stages(pipeline.template.to_json()) == [
        ("Source", ["aws-glue-cdk-baseline"]),
        ("Build", ["CdkSynth_UnitTest"]),
        ("UpdatePipeline", ["SelfMutate"]),
        ("Assets", ["FileAssets"]),
        ("DeployDev", ["GlueAppStack.Prepare", "GlueAppStack.Deploy", "IntegrationTest"]),
        ("DeployProd", ["Approval", "GlueAppStack.Prepare", "GlueAppStack.Deploy"]),
    ]


def test_the_pipeline_is_of_type_v2_and_its_key_rotates(pipeline: Synthesized) -> None:
    pipeline.template.has_resource_properties(
        "AWS::CodePipeline::Pipeline", {"Name": "GluePipeline", "PipelineType": "V2", "RestartExecutionOnUpdate": True}
    )
    pipeline.template.has_resource_properties("AWS::KMS::Key", {"EnableKeyRotation": True})


def test_the_repository_starts_with_the_projects_files_on_main(pipeline: Synthesized) -> None:
    repositories = pipeline.template.find_resources("AWS::CodeCommit::Repository")
    properties = next(iter(repositories.values()))["Properties"]
    assert properties["RepositoryName"] == "aws-glue-cdk-baseline"
    assert properties["Code"]["BranchName"] == "main"
    assert properties["Code"]["S3"]["Key"].endswith(".zip")


PROJECTS = ["CdkSynth", "SelfMutation", "FileAsset", "IntegrationTest"]


@pytest.mark.parametrize("project", PROJECTS)
def test_every_project_states_its_image_and_its_python(pipeline: Synthesized, project: str) -> None:
    assert pipeline.project(project)["Environment"]["Image"] == "aws/codebuild/standard:8.0"
    runtimes = pipeline.buildspec(project)["phases"]["install"]["runtime-versions"]
    assert runtimes == {"python": "3.11", "nodejs": "24"}


def test_there_is_no_project_besides(pipeline: Synthesized) -> None:
    pipeline.template.resource_count_is("AWS::CodeBuild::Project", len(PROJECTS))


def test_the_build_stage_runs_scripts_of_the_repository(pipeline: Synthesized) -> None:
    phases = pipeline.buildspec("CdkSynth")["phases"]
    assert phases["install"]["commands"] == ["bash build_stage/install.sh"]
    assert phases["build"]["commands"] == ["bash build_stage/build.sh c.yaml"]
    assert (PROJECT / "build_stage" / "install.sh").is_file()
    assert (PROJECT / "build_stage" / "build.sh").is_file()


def test_the_build_stage_synthesizes_the_config_it_was_deployed_with(tmp_path: Path) -> None:
    commands = Synthesized(tmp_path, file="teams/my config.yaml").buildspec("CdkSynth")["phases"]["build"]["commands"]
    assert commands == ["bash build_stage/build.sh 'teams/my config.yaml'"]


def test_the_build_stage_may_use_docker_and_reports_its_tests(pipeline: Synthesized) -> None:
    assert pipeline.project("CdkSynth")["Environment"]["PrivilegedMode"] is True
    assert pipeline.project("CdkSynth")["Environment"]["ComputeType"] == "BUILD_GENERAL1_MEDIUM"
    reports = {"pytest": {"files": ["*.xml"], "base-directory": "reports", "file-format": "JUNITXML"}}
    assert pipeline.buildspec("CdkSynth")["reports"] == reports


@pytest.mark.parametrize(("project", "tool"), [("SelfMutation", "aws-cdk"), ("FileAsset", "cdk-assets")])
def test_the_cdk_tools_have_the_versions_and_hashes_of_the_lock_file(
    pipeline: Synthesized, project: str, tool: str
) -> None:
    version = json.loads((PROJECT / "package.json").read_text())["devDependencies"][tool]
    integrity = json.loads((PROJECT / "package-lock.json").read_text())["packages"][f"node_modules/{tool}"]["integrity"]
    assert pipeline.buildspec(project)["phases"]["install"]["commands"] == [
        f"npm view {tool}@{version} dist.integrity | grep -xF {integrity}",
        f"npm install -g {tool}@{version}",
    ]


def test_the_integration_test_installs_its_lock_file_with_hashes(pipeline: Synthesized) -> None:
    command = "pip install --require-hashes --only-binary=:all: -r tests/integ/requirements.lock"
    assert pipeline.buildspec("IntegrationTest")["phases"]["install"]["commands"] == [command]


def test_all_assets_are_published_by_one_action(tmp_path: Path) -> None:
    many = Synthesized(tmp_path, jobs=20)
    assert [name for name in many.actions() if name.startswith("Assets/")] == ["Assets/FileAssets"]


def test_the_build_that_publishes_assets_may_start_no_other(pipeline: Synthesized) -> None:
    policies = pipeline.template.find_resources("AWS::IAM::Policy")
    [assets] = [item for name, item in policies.items() if "AssetsFileRole" in name]
    actions = [statement["Action"] for statement in assets["Properties"]["PolicyDocument"]["Statement"]]
    assert "sts:AssumeRole" in actions  # the publishing roles
    assert "StartBuild" not in str(actions)


def test_the_integration_test_gets_the_flags_of_the_baseline(pipeline: Synthesized) -> None:
    assert pipeline.buildspec("IntegrationTest")["phases"]["build"]["commands"] == [
        "python tests/integ/integ_test_glue_app_stack.py --account 222222222222 --region us-east-1"
        " --stage-name DeployDev --sts-role-arn arn:aws:iam::222222222222:role/glue-test-dev"
        " --max-duration 3600 --junit reports/integration-test.xml"
    ]


def test_a_run_may_take_as_long_as_its_job_and_the_test_of_them_all_longer(tmp_path: Path) -> None:
    synthesized = Synthesized(tmp_path, job=make_job(tmp_path, timeout_minutes=90))
    [command] = synthesized.buildspec("IntegrationTest")["phases"]["build"]["commands"]
    assert " --max-duration 5400 " in command
    projects = synthesized.template.find_resources("AWS::CodeBuild::Project")
    [test] = [item for name, item in projects.items() if "IntegrationTest" in name]
    assert test["Properties"]["TimeoutInMinutes"] == 480


PIP = "pip install --require-hashes --only-binary=:all:"


def test_spark_is_installed_only_where_a_job_has_quality_rules(tmp_path: Path) -> None:
    def phases(expect: Expect) -> dict[str, Any]:
        job = make_job(
            tmp_path,
            arguments={"--input_path": "s3://data/in/", "--output_path": "s3://data/out/"},
            output_locations=("s3://data/out/",),
            quality_sources={"inputLocation": "s3://data/in/"} if expect.quality else {},
            expect=expect,
        )
        found: dict[str, Any] = Synthesized(tmp_path, job=job).buildspec("IntegrationTest")["phases"]
        return found

    assert phases(Expect(outputRows=7))["install"]["commands"][1:] == [f"{PIP} -r tests/integ/requirements.lock"]
    rules = ["RowCount > 0", 'ReferentialIntegrity "id" "inputLocation.id" = 1.0']
    checked = phases(Expect(quality=rules))
    assert checked["install"]["commands"][1:] == [
        f"{PIP} -r tests/integ/requirements.lock",
        f"{PIP} -r tests/integ/setuptools.lock",
        f"{PIP} --no-binary=pyspark --no-build-isolation -r tests/integ/spark.lock",
    ]


def test_a_stage_with_more_to_say_gives_the_test_the_cloud_assembly_with_its_plan(
    tmp_path: Path, pipeline: Synthesized
) -> None:
    jobs = (make_job(tmp_path, "A"), make_job(tmp_path, "B", after=("A",)))
    synthesized = Synthesized(tmp_path, chain=jobs)
    phases = synthesized.buildspec("IntegrationTest")["phases"]
    assert phases["build"]["commands"][0].endswith(" --plan cdk.out/integration-test/dev.json")
    inputs = synthesized.actions()["DeployDev/IntegrationTest"]["InputArtifacts"]
    [assembly] = synthesized.actions()["Build/CdkSynth_UnitTest"]["OutputArtifacts"]
    assert inputs[1:] == [assembly]
    linked = f'ln -s -- "$CODEBUILD_SRC_DIR_{assembly["Name"]}" "cdk.out"'
    assert any(linked in command for command in phases["install"]["commands"])
    plain = pipeline.actions()["DeployDev/IntegrationTest"]["InputArtifacts"]
    assert plain == inputs[:1]
    assert "--plan" not in str(pipeline.buildspec("IntegrationTest"))


def test_the_integration_test_may_assume_the_test_role_and_no_other(pipeline: Synthesized) -> None:
    policies = pipeline.template.find_resources("AWS::IAM::Policy")
    policy = next(item["Properties"] for name, item in policies.items() if "IntegrationTest" in name)
    assumed = [
        statement["Resource"]
        for statement in policy["PolicyDocument"]["Statement"]
        if "sts:AssumeRole" in statement["Action"]
    ]
    assert assumed == ["arn:aws:iam::222222222222:role/glue-test-dev"]


def test_the_test_role_trusts_the_role_that_the_integration_test_has(pipeline: Synthesized) -> None:
    role = pipeline.project("IntegrationTest")["ServiceRole"]["Fn::GetAtt"][0]
    resource = pipeline.template.to_json()["Resources"][role]
    assert resource["Properties"]["RoleName"] == "glue-integration-test-dev"
    assert resource["Properties"]["AssumeRolePolicyDocument"]["Statement"] == [
        {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}}
    ]
    (trust,) = trusts_of_the_test_role(pipeline)
    assert trust["Principal"] == {"AWS": "arn:aws:iam::111111111111:root"}
    assert trust["Condition"] == {
        "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/glue-integration-test-dev"}
    }


def trusts_of_the_test_role(synthesized: Synthesized) -> list[dict[str, Any]]:
    for resource in nested_template(synthesized, "DeployDev")["Resources"].values():
        if resource.get("Properties", {}).get("RoleName") == "glue-test-dev":
            found: list[dict[str, Any]] = resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]
            return found
    return []


def test_the_synth_build_reaches_its_artifacts_its_log_and_its_reports_and_nothing_else(pipeline: Synthesized) -> None:
    resources = pipeline.template.to_json()["Resources"]
    role = pipeline.project("CdkSynth")["ServiceRole"]["Fn::GetAtt"][0]
    assert not resources[role]["Properties"].get("ManagedPolicyArns")
    assert not resources[role]["Properties"].get("Policies")
    policies = [
        item["Properties"] for item in resources.values() if {"Ref": role} in item["Properties"].get("Roles", [])
    ]
    (policy,) = policies
    reached = services_and_places(policy["PolicyDocument"]["Statement"])
    assert sorted(reached) == ["codebuild report-group", "kms artifacts", "logs /aws/codebuild", "s3 artifacts"]


def services_and_places(statements: list[dict[str, Any]]) -> set[str]:
    """`s3 artifacts` and the like: what is reached, by service; `other` is what should not be."""
    places = {
        "ArtifactsBucket": "artifacts",
        ":log-group:/aws/codebuild/": "/aws/codebuild",
        ":report-group/": "report-group",
    }
    found = set()
    for statement in statements:
        actions, resources = statement["Action"], statement["Resource"]
        for resource in resources if isinstance(resources, list) else [resources]:
            text = json.dumps(resource)
            place = next((name for part, name in places.items() if part in text), f"other: {text}")
            found |= {
                f"{action.partition(':')[0]} {place}" for action in ([actions] if isinstance(actions, str) else actions)
            }
    return found


def test_artifacts_are_encrypted_reached_over_tls_alone_and_expire(tmp_path: Path) -> None:
    two_regions = Synthesized(tmp_path)
    support = next(stack for stack in two_regions.assembly.stacks if "support" in stack.stack_name)
    assert support.environment.region == "eu-west-1"
    for template in (two_regions.template, Template.from_json(support.template)):
        (bucket,) = template.find_resources("AWS::S3::Bucket").values()
        (rule,) = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 30)
        (encryption,) = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
        template.all_resources_properties("AWS::KMS::Key", {"EnableKeyRotation": True})
        (policy,) = template.find_resources("AWS::S3::BucketPolicy").values()
        denied = [item for item in policy["Properties"]["PolicyDocument"]["Statement"] if item["Effect"] == "Deny"]
        assert [(item["Action"], item["Principal"], item["Condition"]) for item in denied] == [
            ("s3:*", {"AWS": "*"}, {"Bool": {"aws:SecureTransport": "false"}})
        ]


def test_the_pipeline_waits_for_the_policy_of_its_role(pipeline: Synthesized) -> None:
    (resource,) = pipeline.template.find_resources("AWS::CodePipeline::Pipeline").values()
    role = resource["Properties"]["RoleArn"]["Fn::GetAtt"][0]
    resources = pipeline.template.to_json()["Resources"]
    assert [resources[name]["Properties"]["Roles"] for name in resource["DependsOn"]] == [[{"Ref": role}]]


def test_dev_is_tested_and_prod_is_not(pipeline: Synthesized) -> None:
    roles = [
        resource["Properties"].get("RoleName")
        for stage in ("DeployDev", "DeployProd")
        for resource in nested_template(pipeline, stage)["Resources"].values()
        if resource["Type"] == "AWS::IAM::Role"
    ]
    assert roles == ["glue-test-dev", None, None]


def nested_template(pipeline: Synthesized, stage: str) -> dict[str, Any]:
    nested = pipeline.assembly.get_nested_assembly(f"assembly-PipelineStack-{stage}")
    template: dict[str, Any] = nested.stacks[0].template
    return template


def test_each_stage_goes_to_its_own_account_and_region(pipeline: Synthesized) -> None:
    actions = pipeline.actions()
    dev, prod = (actions[f"{stage}/GlueAppStack.Deploy"] for stage in ("DeployDev", "DeployProd"))
    assert "222222222222" in json.dumps(dev["RoleArn"])
    assert "333333333333" in json.dumps(prod["RoleArn"])
    assert prod["Region"] == "eu-west-1"


def test_one_account_for_all_three_works(tmp_path: Path) -> None:
    one = Synthesized(tmp_path, dev=PIPELINE, prod=PIPELINE)
    assert [name for name, _ in stages(one.template.to_json())][-2:] == ["DeployDev", "DeployProd"]
    templates = [nested_template(one, stage) for stage in ("DeployDev", "DeployProd")]
    names = [
        {
            resource["Properties"].get("Name") or resource["Properties"].get("LogGroupName")
            for resource in template["Resources"].values()
            if resource["Type"] in ("AWS::Glue::Job", "AWS::Logs::LogGroup")
        }
        for template in templates
    ]
    assert not names[0] & names[1]
    nested = one.assembly.get_nested_assembly("assembly-PipelineStack-DeployDev")
    assert nested.stacks[0].environment.account == "unknown-account"  # as in the baseline: the pipeline's own
    assert nested.stacks[0].stack_name == "DeployDev-GlueAppStack"
    (trust,) = trusts_of_the_test_role(one)
    assert trust["Condition"]["ArnEquals"]["aws:PrincipalArn"].endswith(":role/glue-integration-test-dev")
    assert "111111111111" in json.dumps(trust["Principal"])


def test_each_stage_of_the_config_is_deployed_in_its_order_with_its_approval_and_its_test(tmp_path: Path) -> None:
    of_four: dict[str, dict[str, object]] = {
        "dev": {"integration_test": True},
        "test": {"integration_test": True},
        "preProd": {"approval": True},
        "prod": {"approval": True, "integration_test": True},
    }
    four = Synthesized(tmp_path, stages=of_four)
    deployed = ["GlueAppStack.Prepare", "GlueAppStack.Deploy"]
    assert stages(four.template.to_json())[4:] == [
        ("DeployDev", [*deployed, "IntegrationTest"]),
        ("DeployTest", [*deployed, "IntegrationTest"]),
        ("DeployPreProd", ["Approval", *deployed]),
        ("DeployProd", ["Approval", *deployed, "IntegrationTest"]),
    ]
    roles = four.template.find_resources("AWS::IAM::Role", {"Properties": {"RoleName": Match.any_value()}})
    assert sorted(role["Properties"]["RoleName"] for role in roles.values()) == [
        "glue-integration-test-dev",
        "glue-integration-test-prod",
        "glue-integration-test-test",
    ]
    commands = four.buildspec("DeployTestIntegrationTest")["phases"]["build"]["commands"]
    assert "--stage-name DeployTest --sts-role-arn arn:aws:iam::222222222222:role/glue-test-test " in commands[0]
