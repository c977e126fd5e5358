"""The pipeline without its stages: it builds the app, updates itself and publishes assets."""

from __future__ import annotations

import json
import shlex

from aws_cdk import Stack
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk.pipelines import CodeBuildOptions, CodeBuildStep, CodePipeline, IFileSetProducer

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.pipeline.integration_test import REPORTS

# Image and runtimes: https://docs.aws.amazon.com/codebuild/latest/userguide/available-runtimes.html
BUILD_IMAGE = codebuild.LinuxBuildImage.from_code_build_image_id("aws/codebuild/standard:8.0")
RUNTIMES = {"python": "3.11", "nodejs": "24"}


def glue_pipeline(stack: Stack, source: IFileSetProducer, config_file: str, name: str) -> CodePipeline:
    """Return the pipeline called `name` that synthesizes and tests `source` with `config_file`, and updates itself."""
    cli, publisher = _CdkTool("aws-cdk"), _CdkTool("cdk-assets")
    return CodePipeline(
        stack,
        "GluePipeline",
        pipeline_name=name,
        pipeline_type=codepipeline.PipelineType.V2,
        cross_account_keys=True,
        enable_key_rotation=True,
        docker_enabled_for_synth=True,
        publish_assets_in_parallel=False,  # one project and one action for any number of jobs
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
            # The commands are scripts in the repository, so that a push can repair a broken build (aws-cdk#36120).
            install_commands=["bash build_stage/install.sh"],
            commands=[f"bash build_stage/build.sh {shlex.quote(config_file)}"],
            primary_output_directory="cdk.out",
            build_environment=codebuild.BuildEnvironment(
                compute_type=codebuild.ComputeType.MEDIUM,  # Spark in the Glue image needs more than 3 GB
            ),
            partial_build_spec=codebuild.BuildSpec.from_object({"version": "0.2", "reports": REPORTS}),
        ),
    )


class _CdkTool:
    """A package of package-lock.json that CDK Pipelines installs with `npm install -g name@version`."""

    def __init__(self, name: str) -> None:
        lock = json.loads((PROJECT / "package-lock.json").read_text(encoding="utf-8"))
        self.version: str = lock["packages"][f"node_modules/{name}"]["version"]
        integrity: str = lock["packages"][f"node_modules/{name}"]["integrity"]
        # npm compares a package with the hash that the registry names. This compares that hash with the lock file.
        self.check = f"npm view {name}@{self.version} dist.integrity | grep -xF {shlex.quote(integrity)}"

    @property
    def checked(self) -> CodeBuildOptions:
        """The build options that run the check before CDK Pipelines installs the tool, without a lock file."""
        phases = {"install": {"commands": [self.check]}}
        return CodeBuildOptions(
            partial_build_spec=codebuild.BuildSpec.from_object({"version": "0.2", "phases": phases})
        )
