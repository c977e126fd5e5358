"""The pipeline: Source, Build, UpdatePipeline, Assets, then one stage for each stage of the config."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_cdk import Annotations, Environment, Stack
from aws_cdk.pipelines import StageDeployment
from constructs import Construct

from aws_glue_cdk_baseline.config import Config, StageConfig
from aws_glue_cdk_baseline.glue_app_stage import GlueAppStage
from aws_glue_cdk_baseline.jobs.tags import add_tags
from aws_glue_cdk_baseline.pipeline.approval import approval
from aws_glue_cdk_baseline.pipeline.asset_publishing import publish_together
from aws_glue_cdk_baseline.pipeline.code_pipeline import glue_pipeline
from aws_glue_cdk_baseline.pipeline.integration_test import integration_test
from aws_glue_cdk_baseline.pipeline.overrides import finish_pipeline, start_no_builds
from aws_glue_cdk_baseline.pipeline.source import allow_connection, code_commit_repository, pipeline_source


class PipelineStack(Stack):
    """The Git repository and the pipeline that deploys each push to it."""

    def __init__(self, scope: Construct, construct_id: str, *, config: Config, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, stack_name=config.names.pipeline_stack, **kwargs)
        self._home = config.pipeline_account
        if Path(config.file).is_absolute() or config.file.startswith(".."):
            warning = f"{config.file} lies outside this project: the pipeline cannot read it; move it in to deploy"
            Annotations.of(self).add_warning_v2("aws-glue-cdk-baseline:configOutsideProject", warning)
        source = pipeline_source(self, config.source, config.names.repository)
        self.pipeline = glue_pipeline(self, source, config.file, config.names.pipeline)
        for stage in config.stages:
            before = (
                approval(self, source, self.pipeline.cloud_assembly_file_set, stage, config) if stage.approval else []
            )
            if stage.rollback and before:  # in a stage of its own: a rejected approval is no failed deployment
                self.pipeline.add_wave(stage.names.approval_stage, pre=before)
            deployment = self._deploy(stage)
            if not stage.rollback:
                deployment.add_pre(*before)
            if stage.integration_test:
                deployment.add_post(integration_test(self, source, stage, self.pipeline.cloud_assembly_file_set))
        self.pipeline.build_pipeline()  # makes the resources that the next lines change
        rollback_stages = [stage.names.pipeline_stage for stage in config.stages if stage.rollback]
        finish_pipeline(self.pipeline.pipeline, rollback_stages)
        start_no_builds(self.pipeline)
        publish_together(self.pipeline)
        allow_connection(self.pipeline, config.source)
        if config.recipients:
            # Its imports from the CDK take a tenth of a synth.
            from aws_glue_cdk_baseline.monitoring.pipeline_messages import PipelineMessages

            PipelineMessages(
                self, "Messages", names=config.names, recipients=config.recipients, config_file=config.file
            )
        if config.pull_requests:
            from aws_glue_cdk_baseline.pipeline.pull_requests import PullRequestBuild

            PullRequestBuild(
                self,
                "PullRequests",
                name=config.names.pull_requests,
                repository=code_commit_repository(self, config.source),
                config_file=config.file,
            )
        add_tags(self, config.tags)

    def _deploy(self, stage: StageConfig) -> StageDeployment:
        app_stage = GlueAppStage(
            self,
            stage.names.pipeline_stage,
            stage=stage,
            tested_by=self._home if stage.integration_test else None,
            shown_to=self._home if stage.shows_changes else None,
            env=None
            if stage.account == self._home
            else Environment(account=stage.account.aws_account_id, region=stage.account.aws_region),
        )
        return self.pipeline.add_stage(app_stage)
