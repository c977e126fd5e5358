"""One Glue job: its script, its role, its size and its limits, from its config to two CloudFormation resources."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Annotations, Duration

# The only import of the Glue module: to move to the one in aws-cdk-lib, write `aws_glue as glue` here.
from aws_cdk import aws_glue_alpha as glue
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.job_role import job_role


class GlueJob(Construct):
    """A PySpark job `job_name` and the role it runs with, which may do what the job's parameters need and no more.

    `log_group_prefix` names the stage's log groups, `output_log_group` is the one for what the script prints.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        job: Job,
        job_name: str,
        log_group_prefix: str,
        output_log_group: logs.ILogGroup,
        tags: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        script = assets.Asset(self, "Script", path=str(job.script))
        role = job_role(
            self,
            "Role",
            script_object=f"{script.s3_bucket_name}/{script.s3_object_key}",
            input_locations=job.input_locations,
            output_locations=job.output_locations,
            managed_policies=job.settings.managed_policies,
            log_group_prefix=log_group_prefix,
        )
        settings = job.settings
        construct = glue.PySparkFlexEtlJob if settings.execution_class == "FLEX" else glue.PySparkEtlJob
        glue_job = construct(
            self,
            "Job",
            job_name=job_name,
            description=settings.description,
            role=role.without_policy_updates(),  # its policy is complete; more would be a third resource a job
            script=glue.Code.from_bucket(script.bucket, script.s3_object_key),
            glue_version=getattr(glue.GlueVersion, f"V{settings.glue_version.replace('.', '_')}"),
            worker_configuration=glue.WorkerConfiguration(
                worker_type=getattr(glue.WorkerType, settings.worker_type.replace(".", "_")),
                number_of_workers=settings.number_of_workers,
            ),
            timeout=Duration.minutes(settings.timeout_minutes),
            max_retries=settings.max_retries,
            max_concurrent_runs=settings.max_concurrent_runs,
            enable_metrics=False,  # metrics cost extra, and the role may not put them
            enable_observability_metrics=False,
            continuous_logging=glue.ContinuousLoggingProps(enabled=True, log_group=output_log_group),
            default_arguments={
                "--enable-auto-scaling": "true",
                "--custom-logGroup-prefix": log_group_prefix,
                **settings.default_arguments,
                **job.arguments,
            },
            tags=tags,
        )
        Annotations.of(glue_job).acknowledge_warning(
            "@aws-cdk/aws-glue-alpha:unencryptedContinuousLogging",
            "CloudWatch Logs encrypts every log group; a security configuration would add nothing but a resource",
        )
