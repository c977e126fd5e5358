"""Changes to resources for which CDK Pipelines has no option: artifacts expire, stages roll back, cfn-lint passes."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk.pipelines import CodePipeline

# An execution needs its artifacts until its approval is answered, at most 7 days later.
ARTIFACTS_KEPT_DAYS = 30
# A stage returns to its last good execution with the artifacts of that execution.
ARTIFACTS_KEPT_DAYS_FOR_ROLLBACK = 365


def finish_pipeline(pipeline: codepipeline.Pipeline, rollback_stages: Collection[str] = ()) -> None:
    """Let the artifacts in the bucket of every Region expire, and prevent two findings of cfn-lint.

    The stages of the pipeline called `rollback_stages` return to their last good execution where they fail.
    """
    days = ARTIFACTS_KEPT_DAYS_FOR_ROLLBACK if rollback_stages else ARTIFACTS_KEPT_DAYS
    buckets = [pipeline.artifact_bucket, *(each.replication_bucket for each in pipeline.cross_region_support.values())]
    for bucket in buckets:
        _expire(cast(s3.CfnBucket, bucket.node.default_child), days)
    resource = cast(codepipeline.CfnPipeline, pipeline.node.default_child)
    # CDK makes the pipeline depend on its role and on the role's policy. The first is superfluous, since the pipeline
    # refers to its role (cfn-lint W3005).
    policy = pipeline.stack.get_logical_id(
        pipeline.role.node.find_child("DefaultPolicy").node.default_child  # type: ignore[arg-type]
    )
    resource.add_override("DependsOn", [policy])
    for number, stage in enumerate(pipeline.stages):
        if stage.stage_name in rollback_stages:
            resource.add_property_override(f"Stages.{number}.OnFailure.Result", "ROLLBACK")
    # cfn-lint reports its hint I1022 (Fn::Sub instead of Fn::Join) for the ARN of a role as the error E3703.
    resource.add_metadata("cfn-lint", {"config": {"ignore_checks": ["E3703"]}})


def start_no_builds(pipeline: CodePipeline) -> None:
    """Remove an unused permission from the role of the builds that publish assets: to start builds.

    CodePipeline starts these builds with another role. The permission is dangerous: a build can be started with another
    buildspec, which runs with the role of that build.
    """
    role = pipeline.node.find_child("Assets").node.find_child("FileRole")
    policy = cast(iam.CfnPolicy, role.node.find_child("DefaultPolicy").node.default_child)
    document = policy.stack.resolve(policy.policy_document)
    kept = [statement for statement in document["Statement"] if "codebuild:StartBuild" not in statement["Action"]]
    policy.policy_document = {**document, "Statement": kept}


def _expire(bucket: s3.CfnBucket, days: int) -> None:
    bucket.lifecycle_configuration = s3.CfnBucket.LifecycleConfigurationProperty(
        rules=[
            s3.CfnBucket.RuleProperty(
                id="ExpireArtifacts",
                status="Enabled",
                expiration_in_days=days,
                abort_incomplete_multipart_upload=s3.CfnBucket.AbortIncompleteMultipartUploadProperty(
                    days_after_initiation=1
                ),
            )
        ]
    )
