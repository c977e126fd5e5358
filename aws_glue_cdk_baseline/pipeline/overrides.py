"""Changes to resources for which CDK Pipelines has no option: artifacts expire, a permission goes, cfn-lint passes."""

from __future__ import annotations

from typing import cast

from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk.pipelines import CodePipeline

# An execution needs its artifacts until its approval is answered, at most 7 days later.
ARTIFACTS_KEPT_DAYS = 30


def finish_pipeline(pipeline: codepipeline.Pipeline) -> None:
    """Let the artifacts in the bucket of every Region expire, and prevent two findings of cfn-lint."""
    buckets = [pipeline.artifact_bucket, *(each.replication_bucket for each in pipeline.cross_region_support.values())]
    for bucket in buckets:
        _expire(cast(s3.CfnBucket, bucket.node.default_child))
    resource = cast(codepipeline.CfnPipeline, pipeline.node.default_child)
    # CDK makes the pipeline depend on its role and on the role's policy. The first is superfluous, since the pipeline
    # refers to its role (cfn-lint W3005).
    policy = pipeline.stack.get_logical_id(
        pipeline.role.node.find_child("DefaultPolicy").node.default_child  # type: ignore[arg-type]
    )
    resource.add_override("DependsOn", [policy])
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


def _expire(bucket: s3.CfnBucket) -> None:
    bucket.lifecycle_configuration = s3.CfnBucket.LifecycleConfigurationProperty(
        rules=[
            s3.CfnBucket.RuleProperty(
                id="ExpireArtifacts",
                status="Enabled",
                expiration_in_days=ARTIFACTS_KEPT_DAYS,
                abort_incomplete_multipart_upload=s3.CfnBucket.AbortIncompleteMultipartUploadProperty(
                    days_after_initiation=1
                ),
            )
        ]
    )
