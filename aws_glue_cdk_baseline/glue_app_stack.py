"""The Glue app: the jobs of one stage, their triggers and log groups and, in a tested stage, its test's role."""

from __future__ import annotations

from typing import Any

from aws_cdk import Annotations, CfnWaitConditionHandle, Stack
from constructs import Construct

from aws_glue_cdk_baseline.config import Account, StageConfig
from aws_glue_cdk_baseline.jobs.glue_job import JobEnvironment, add_glue_job
from aws_glue_cdk_baseline.jobs.logs import StageLogs, add_stage_logs, other_stack_logs
from aws_glue_cdk_baseline.jobs.scripts import ScriptAssets
from aws_glue_cdk_baseline.jobs.shared_code import SharedCodeAssets
from aws_glue_cdk_baseline.jobs.tags import add_tags, stack_tags
from aws_glue_cdk_baseline.jobs.triggers import add_triggers
from aws_glue_cdk_baseline.permissions.place import Place
from aws_glue_cdk_baseline.pipeline.approval import add_diff_role
from aws_glue_cdk_baseline.pipeline.integration_test import add_test_role

INDENTED_JOBS = 100  # a template with more jobs is written without indentation


class GlueAppStack(Stack):
    """The jobs of one stage. `tested_by` is the pipeline's account, or None if there is no role for its test;
    `shown_to` likewise, for the role that reads what is deployed before an approval.

    If the jobs are spread over several stacks, this is one of them. What jobs share is in the one with the `number` 1;
    the others find it by its names.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageConfig,
        tested_by: Account | None = None,
        shown_to: Account | None = None,
        number: int = 1,
        **kwargs: Any,
    ) -> None:
        # Without indentation, the template of 240 jobs stays below CloudFormation's limit of 1 MB.
        kwargs.setdefault("suppress_template_indentation", len(stage.jobs) > INDENTED_JOBS)
        super().__init__(scope, construct_id, **kwargs)
        if tested_by:
            add_test_role(self, stage, tested_by)
        logs = add_stage_logs(self, stage) if number == 1 else other_stack_logs(self, stage)
        environment = self._job_environment(logs)
        jobs = {
            job.name: add_glue_job(self, job.name, job=job, job_name=stage.names.job(job.name), environment=environment)
            for job in stage.jobs_in(number)
        }
        if number > 1 and not jobs:
            CfnWaitConditionHandle(self, "Empty.")  # without a resource, CloudFormation would not delete the last job
        if stage.schedules and not stage.stacks:
            add_triggers(self, stage=stage, of=jobs.keys(), jobs=jobs, tags=environment.tags)
        if shown_to:
            files = [*environment.scripts.keys, *environment.shared_code.keys]
            add_diff_role(self, stage, shown_to, environment.scripts.bucket_name, files)
        add_tags(self, stage.tags)

    def _job_environment(self, logs: StageLogs) -> JobEnvironment:
        Annotations.of(self).acknowledge_warning(
            "@aws-cdk/aws-glue-alpha:unencryptedContinuousLogging",
            "the stage's log groups are encrypted with its own key (jobs/logs.py), or with that of the job's"
            " `securityConfiguration`",
        )
        return JobEnvironment(
            logs=logs,
            place=Place(self.partition, self.region, self.account),
            roles=Construct(self, "Roles."),  # the dot avoids a clash with the id of a job, which is its name
            scripts=ScriptAssets(self, "Scripts."),
            shared_code=SharedCodeAssets(self, "SharedCode."),
            tags=stack_tags(self),
        )
