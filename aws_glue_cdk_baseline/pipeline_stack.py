"""The pipeline: Source, Build, UpdatePipeline, Assets, then one stage for each copy of the Glue app."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from aws_cdk import Annotations, Duration, Environment, Stack
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_iam as iam
from aws_cdk.pipelines import (
    CodeBuildOptions,
    CodeBuildStep,
    CodePipeline,
    CodePipelineSource,
    IFileSetProducer,
    ManualApprovalStep,
    StageDeployment,
    Step,
)
from constructs import Construct

from aws_glue_cdk_baseline.config import Account, Config, StageConfig
from aws_glue_cdk_baseline.glue_app_stage import GlueAppStage
from aws_glue_cdk_baseline.pipeline.cdk_tools import CdkTool
from aws_glue_cdk_baseline.pipeline.overrides import finish_pipeline, start_no_builds
from aws_glue_cdk_baseline.pipeline.source_code import source_code

BRANCH = "main"
# Image and runtimes: https://docs.aws.amazon.com/codebuild/latest/userguide/available-runtimes.html
BUILD_IMAGE = codebuild.LinuxBuildImage.from_code_build_image_id("aws/codebuild/standard:8.0")
RUNTIMES = {"python": "3.11", "nodejs": "24"}
INTEGRATION_TEST_TIMEOUT = Duration.hours(8)  # hundreds of jobs, ten at a time; CodeBuild's own is one hour
REPORTS = {"pytest": {"files": ["*.xml"], "base-directory": "reports", "file-format": "JUNITXML"}}


class PipelineStack(Stack):
    """The Git repository and the pipeline that deploys what is pushed to it."""

    def __init__(self, scope: Construct, construct_id: str, *, config: Config, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self._home = config.pipeline_account
        if Path(config.file).is_absolute() or config.file.startswith(".."):
            warning = f"{config.file} lies outside this project: the pipeline cannot read it; move it in to deploy"
            Annotations.of(self).add_warning_v2("aws-glue-cdk-baseline:configOutsideProject", warning)
        source = self._source()
        self.pipeline = self._pipeline(source, config.file)

        dev = self._add_stage("DeployDev", config.dev, tested=True)
        dev.add_post(self._integration_test(source, config.dev, dev))
        self._add_stage("DeployProd", config.prod).add_pre(ManualApprovalStep("Approval"))
        self.pipeline.build_pipeline()  # no stage can be added from here on
        finish_pipeline(self.pipeline.pipeline)
        start_no_builds(self.pipeline)

    def _source(self) -> IFileSetProducer:
        """A CodeCommit repository that starts with this project's files. Another Git host: return
        `CodePipelineSource.connection("owner/name", BRANCH, connection_arn=…)` instead."""
        repository = codecommit.Repository(
            self,
            "GitRepo",
            repository_name="aws-glue-cdk-baseline",
            code=codecommit.Code.from_asset(source_code(self, "SourceCode"), BRANCH),
        )
        return CodePipelineSource.code_commit(repository, BRANCH)

    def _pipeline(self, source: IFileSetProducer, config_file: str) -> CodePipeline:
        cli, publisher = CdkTool("aws-cdk"), CdkTool("cdk-assets")
        return CodePipeline(
            self,
            "GluePipeline",
            pipeline_name="GluePipeline",
            pipeline_type=codepipeline.PipelineType.V2,
            cross_account_keys=True,
            enable_key_rotation=True,
            docker_enabled_for_synth=True,
            publish_assets_in_parallel=False,  # one project and one action, however many jobs there are
            cli_version=cli.version,
            cdk_assets_cli_version=publisher.version,
            self_mutation_code_build_defaults=cli.checked,
            asset_publishing_code_build_defaults=publisher.checked,
            code_build_defaults=CodeBuildOptions(
                build_environment=codebuild.BuildEnvironment(build_image=BUILD_IMAGE),
                partial_build_spec=codebuild.BuildSpec.from_object(
                    {"version": "0.2", "phases": {"install": {"runtime-versions": RUNTIMES}}}
                ),
            ),
            synth=CodeBuildStep(
                "CdkSynth_UnitTest",
                input=source,
                # Scripts of the repository: a build command that is broken is mended by a push (aws-cdk#36120).
                install_commands=["bash build_stage/install.sh"],
                commands=[f"bash build_stage/build.sh {shlex.quote(config_file)}"],
                primary_output_directory="cdk.out",
                build_environment=codebuild.BuildEnvironment(
                    compute_type=codebuild.ComputeType.MEDIUM,  # Spark in the Glue image needs more than 3 GB
                ),
                partial_build_spec=codebuild.BuildSpec.from_object({"version": "0.2", "reports": REPORTS}),
            ),
        )

    def _add_stage(self, stage_name: str, stage: StageConfig, *, tested: bool = False) -> StageDeployment:
        app_stage = GlueAppStage(
            self,
            stage_name,
            stage=stage.name,
            jobs=stage.jobs,
            log_retention_days=stage.log_retention_days,
            tested_by=self._tester_arn(stage) if tested else None,
            env=None if stage.account == self._home else _environment(stage.account),
        )
        return self.pipeline.add_stage(app_stage)

    def _integration_test(self, source: IFileSetProducer, stage: StageConfig, deployment: StageDeployment) -> Step:
        account, region = stage.account.aws_account_id, stage.account.aws_region
        role_arn = f"arn:{self.partition}:iam::{account}:role/glue-test-{stage.name}"
        # A name of its own, by which the test role of the stage trusts it (test_role.py).
        role = iam.Role(
            self,
            "IntegrationTestRole",
            role_name=_tester(stage),
            description=f"Runs the integration test of {stage.name}",
            assumed_by=iam.ServicePrincipal("codebuild.amazonaws.com"),
        )
        return CodeBuildStep(
            "IntegrationTest",
            input=source,
            install_commands=["pip install --require-hashes --only-binary=:all: -r tests/integ/requirements.lock"],
            commands=[
                "python tests/integ/integ_test_glue_app_stack.py"
                f" --account {account} --region {region}"
                f" --stage-name {deployment.stage_name} --sts-role-arn {role_arn}"
                f" --max-duration {60 * max(job.settings.timeout_minutes for job in stage.jobs)}"
                f" --junit reports/integration-test.xml{_expectations(stage)}"
            ],
            timeout=INTEGRATION_TEST_TIMEOUT,
            partial_build_spec=codebuild.BuildSpec.from_object({"version": "0.2", "reports": REPORTS}),
            role=role,
            role_policy_statements=[iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[role_arn])],
        )

    def _tester_arn(self, stage: StageConfig) -> str:
        return f"arn:{self.partition}:iam::{self._home.aws_account_id}:role/{_tester(stage)}"


def _tester(stage: StageConfig) -> str:
    """The name of the role of the build that tests a stage."""
    return f"glue-integration-test-{stage.name}"


def _expectations(stage: StageConfig) -> str:
    """What the jobs of a stage are to leave, as the integration test's flag."""
    expected = {
        f"{job.name}-{stage.name}": {
            "outputRows": job.settings.expect.output_rows,
            "outputLocation": job.arguments["--output_path"],
        }
        for job in stage.jobs
        if job.settings.expect
    }
    return f" --expect {shlex.quote(json.dumps(expected))}" if expected else ""


def _environment(account: Account) -> Environment:
    return Environment(account=account.aws_account_id, region=account.aws_region)
