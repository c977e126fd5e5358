"""The accepted findings of cdk-nag in the pipeline's own stack, each with its reason.

CDK Pipelines makes these resources and has no option to change them. `<…>` is a resource of the stack.
"""

from __future__ import annotations

from collections.abc import Iterator

from aws_glue_cdk_baseline.config import Config, StageConfig
from aws_glue_cdk_baseline.pipeline.approval import diff_build_role_id
from aws_glue_cdk_baseline.pipeline.integration_test import build_role_id
from aws_glue_cdk_baseline.pipeline.source import action_id
from tests.security.findings import Finding

Reasons = dict[Finding, str]
PIPELINE = "PipelineStack/GluePipeline"
OWNER = f"{PIPELINE}/Pipeline/Role/DefaultPolicy/Resource"
SYNTH = f"{PIPELINE}/Pipeline/Build/CdkSynth_UnitTest/CdkBuildProject/Role/DefaultPolicy/Resource"
UPDATE = f"{PIPELINE}/UpdatePipeline/SelfMutation/Role/DefaultPolicy/Resource"
ASSETS = f"{PIPELINE}/Assets/FileRole/DefaultPolicy/Resource"

NO_ACCESS_LOGS = (
    "CloudTrail already records each role that reads or writes an artifact: artifacts are encrypted with a KMS key of"
    " the pipeline and without a bucket key, so that each read and write is a KMS event with the object's ARN. Access"
    " logs would add denied requests, listings and deletions, which CloudTrail's data events can record too. They need"
    " a second bucket, which is worth it only if the account has no bucket for access logs yet. Only the roles of the"
    " pipeline use this bucket, only over TLS, and its objects expire after 30 days."
)
READ = (
    "CDK grants reading with the three patterns s3:GetObject*, s3:GetBucket* and s3:List*. They apply only to the"
    " bucket of this pipeline's artifacts, which CodePipeline and CodeBuild read and list."
)
WRITE = (
    "CDK grants writing with the patterns s3:DeleteObject* and s3:Abort*. They apply only to the bucket of this"
    " pipeline's artifacts, to which this role writes its output."
)
USE_KEY = (
    "CDK grants encryption with the patterns kms:GenerateDataKey* and kms:ReEncrypt*. They apply only to the key of"
    " this pipeline's artifacts, which encrypts nothing else."
)
ARTIFACTS = (
    "CodePipeline gives each artifact a random name. The policy can only name the bucket of this pipeline, which has"
    " nothing but artifacts."
)
OWN_LOG = (
    "The log streams of this build's own log group. Their names are the ids of builds, which are not known before."
)
OWN_REPORTS = "The report groups of this build. CodeBuild names them <project>-<name in the buildspec>."

OTHER_REGIONS = {
    Finding(OWNER, "IAM5[Resource::arn:s3:<replication bucket>/*]"): ARTIFACTS,
    Finding(OWNER, "IAM5[Resource::*]"): (
        "The role encrypts and decrypts artifacts in the Region of another stage. CloudFormation cannot refer to a key"
        " in another Region, so CDK grants the five kms actions without naming the key. The role can use each key of"
        " the pipeline's account whose key policy leaves access to IAM, and no key of another account. Only"
        " CodePipeline may assume the role. If all stages are in one Region, there is no such grant."
    ),
}

PULL_REQUESTS = {
    Finding("PipelineStack/PullRequests/Project/Resource", "CB4"): (
        "The build has no artifacts, no cache and no reports: there is nothing to encrypt with a key. Its log is"
        " encrypted with a KMS key of its own."
    ),
}


def artifacts_of(path: str, *, writes: bool) -> Iterator[tuple[Finding, str]]:
    """Yield the findings of a grant to read the pipeline's artifacts, and with `writes` also to write them."""
    for action in ("GetBucket", "GetObject", "List"):
        yield Finding(path, f"IAM5[Action::s3:{action}*]"), READ
    for action in ("Abort", "DeleteObject") if writes else ():
        yield Finding(path, f"IAM5[Action::s3:{action}*]"), WRITE
    yield Finding(path, "IAM5[Resource::<GluePipelineArtifactsBucket195C1A4B.Arn>/*]"), ARTIFACTS


def key_of(path: str) -> Iterator[tuple[Finding, str]]:
    """Yield the findings of a grant to encrypt artifacts."""
    for action in ("GenerateDataKey", "ReEncrypt"):
        yield Finding(path, f"IAM5[Action::kms:{action}*]"), USE_KEY


def build(path: str, project: str) -> Iterator[tuple[Finding, str]]:
    """Yield the findings of a grant to write the logs and reports of a CodeBuild project."""
    yield Finding(path, f"IAM5[Resource::arn:logs:log-group:/aws/codebuild/<{project}>:*]"), OWN_LOG
    yield Finding(path, f"IAM5[Resource::arn:codebuild:report-group/<{project}>-*]"), OWN_REPORTS


def pipeline_acknowledgements(config: Config) -> Reasons:
    """Return the reason for each accepted finding in the pipeline's stack and in its buckets in other Regions."""
    home = config.pipeline_account
    regions = {stage.account.aws_region for stage in config.stages} - {home.aws_region}
    support = [
        f"cross-region-stack-{home.aws_account_id}:{region}/Default/CrossRegionCodePipelineReplicationBucket/Resource"
        for region in regions
    ]
    source = f"{PIPELINE}/Pipeline/Source/{action_id(config.source)}/CodePipelineActionRole/DefaultPolicy/Resource"
    return {
        Finding(f"{PIPELINE}/Pipeline/ArtifactsBucket/Resource", "S1"): NO_ACCESS_LOGS,
        **{Finding(path, "S1"): NO_ACCESS_LOGS for path in support},
        **(OTHER_REGIONS if regions else {}),
        **dict(artifacts_of(OWNER, writes=True)),
        **dict(key_of(OWNER)),
        **dict(artifacts_of(source, writes=True)),
        **dict(key_of(source)),
        **dict(artifacts_of(SYNTH, writes=True)),
        **dict(key_of(SYNTH)),
        **dict(build(SYNTH, "GluePipelineBuildCdkSynthUnitTestCdkBuildProject8DDAE51B")),
        **dict(artifacts_of(UPDATE, writes=False)),
        **dict(key_of(UPDATE)),
        **dict(build(UPDATE, "GluePipelineUpdatePipelineSelfMutationC06AE537")),
        **(PULL_REQUESTS if config.pull_requests else {}),
        Finding(UPDATE, "IAM5[Resource::arn:iam:role/*]"): (
            "The pipeline deploys itself with the bootstrap's publishing and deploy roles. A condition limits"
            " sts:AssumeRole to roles with their tag aws-cdk:bootstrap-role, in this account."
        ),
        Finding(UPDATE, "IAM5[Resource::*]"): (
            "`cdk deploy` looks for the bootstrap stack and its bucket with cloudformation:DescribeStacks and"
            " s3:ListBucket, because their names are not known before. The two calls return the names, parameters and"
            " outputs of stacks, and the keys in buckets, of the pipeline's account, which has no data. They read no"
            " object."
        ),
        **dict(artifacts_of(ASSETS, writes=False)),
        Finding(ASSETS, "IAM5[Resource::arn:logs:log-group:/aws/codebuild/*]"): (
            "CDK makes one role for all builds that publish assets, before it makes their projects, so that the names"
            " of their log groups are not known. The statement only allows the role to write logs."
        ),
        Finding(ASSETS, "IAM5[Resource::arn:codebuild:report-group/*]"): (
            "The names of the report groups are not known either. These builds write no reports, and reports have no"
            " secrets."
        ),
        **{
            finding: reason
            for stage in config.stages
            for finding, reason in (
                *(integration_test(stage) if stage.integration_test else ()),
                *(show_changes(stage) if stage.shows_changes else ()),
            )
        },
    }


def integration_test(stage: StageConfig) -> Iterator[tuple[Finding, str]]:
    """Yield the findings of the integration test's build of a stage."""
    path = f"PipelineStack/{build_role_id(stage)}/DefaultPolicy/Resource"
    yield from artifacts_of(path, writes=False)
    yield from key_of(path)
    yield from build(path, f"GluePipeline{stage.names.pipeline_stage}IntegrationTest")


def show_changes(stage: StageConfig) -> Iterator[tuple[Finding, str]]:
    """Yield the findings of the build that shows what an approval of a stage approves."""
    path = f"PipelineStack/{diff_build_role_id(stage)}/DefaultPolicy/Resource"
    yield from artifacts_of(path, writes=True)
    yield from key_of(path)
    shown_in = stage.names.approval_stage if stage.rollback else stage.names.pipeline_stage
    yield from build(path, f"GluePipeline{shown_in}ShowChanges")
