"""The findings of cdk-nag in the pipeline's own stack, each with the reason why it is accepted.

CDK Pipelines writes these resources and has no option to change them. `<…>` is a resource of the stack.
"""

from __future__ import annotations

from collections.abc import Iterator

from aws_glue_cdk_baseline.config import Config, StageConfig
from tests.security.findings import Finding

Reasons = dict[Finding, str]
PIPELINE = "PipelineStack/GluePipeline"
OWNER = f"{PIPELINE}/Pipeline/Role/DefaultPolicy/Resource"
SOURCE = f"{PIPELINE}/Pipeline/Source/CodeCommit/CodePipelineActionRole/DefaultPolicy/Resource"
SYNTH = f"{PIPELINE}/Pipeline/Build/CdkSynth_UnitTest/CdkBuildProject/Role/DefaultPolicy/Resource"
UPDATE = f"{PIPELINE}/UpdatePipeline/SelfMutation/Role/DefaultPolicy/Resource"
ASSETS = f"{PIPELINE}/Assets/FileRole/DefaultPolicy/Resource"

NO_ACCESS_LOGS = (
    "Who reads or writes an artifact is in CloudTrail without them: each is encrypted with a KMS key of the pipeline's"
    " and no bucket key, so that every read and write is a KMS event with the object's ARN. What access logs would add,"
    " denied requests, listings and deletions, is worth a second bucket with a life of its own only where an account"
    " has none for it already; CloudTrail's data events log them too. The bucket serves the pipeline's roles alone,"
    " over TLS, and its objects expire after 30 days."
)
READ = (
    "One of the three names under which CDK grants reading (s3:GetObject*, s3:GetBucket*, s3:List*): they reach the"
    " bucket of this pipeline's artifacts alone, which CodePipeline and CodeBuild fetch and list."
)
WRITE = (
    "One of the names under which CDK grants writing (s3:DeleteObject*, s3:Abort*): they reach the bucket of this"
    " pipeline's artifacts alone, where this role puts its output."
)
USE_KEY = (
    "CDK's grant to encrypt: the two families kms:GenerateDataKey* and kms:ReEncrypt* on the key of this pipeline's"
    " artifacts alone, which holds nothing else."
)
ARTIFACTS = (
    "CodePipeline names each artifact by chance when an execution makes it: what can be named is the bucket of this"
    " pipeline, which holds nothing but artifacts."
)
OWN_LOG = "The log streams of this build's own log group: CodeBuild names a stream by the id of its build."
OWN_REPORTS = "The report groups of this build: CodeBuild names them <project>-<name in the buildspec>."

OTHER_REGIONS = {
    Finding(OWNER, "IAM5[Resource::arn:s3:<replication bucket>/*]"): ARTIFACTS,
    Finding(OWNER, "IAM5[Resource::*]"): (
        "Encrypting and decrypting artifacts in the Region of another stage: CloudFormation cannot refer to the key"
        " there, so CDK grants the five kms actions without its name. The role may so use any key of the pipeline's"
        " account whose policy leaves that to IAM, and none of another account; CodePipeline alone may assume it. With"
        " all stages in one Region there is no such grant."
    ),
}


def artifacts_of(path: str, *, writes: bool) -> Iterator[tuple[Finding, str]]:
    """Yield the findings of a role's grant to read, and with `writes` to write, the pipeline's artifacts."""
    for action in ("GetBucket", "GetObject", "List"):
        yield Finding(path, f"IAM5[Action::s3:{action}*]"), READ
    for action in ("Abort", "DeleteObject") if writes else ():
        yield Finding(path, f"IAM5[Action::s3:{action}*]"), WRITE
    yield Finding(path, "IAM5[Resource::<GluePipelineArtifactsBucket195C1A4B.Arn>/*]"), ARTIFACTS


def key_of(path: str) -> Iterator[tuple[Finding, str]]:
    """Yield the findings of a role's grant to encrypt artifacts."""
    for action in ("GenerateDataKey", "ReEncrypt"):
        yield Finding(path, f"IAM5[Action::kms:{action}*]"), USE_KEY


def build(path: str, project: str) -> Iterator[tuple[Finding, str]]:
    """Yield the findings of a CodeBuild project's grant to write logs and reports."""
    yield Finding(path, f"IAM5[Resource::arn:logs:log-group:/aws/codebuild/<{project}>:*]"), OWN_LOG
    yield Finding(path, f"IAM5[Resource::arn:codebuild:report-group/<{project}>-*]"), OWN_REPORTS


def pipeline_acknowledgements(config: Config) -> Reasons:
    """Return the reasons by finding, for the pipeline's stack and its buckets in the Regions of the stages."""
    home = config.pipeline_account
    regions = {stage.account.aws_region for stage in config.stages} - {home.aws_region}
    support = [
        f"cross-region-stack-{home.aws_account_id}:{region}/Default/CrossRegionCodePipelineReplicationBucket/Resource"
        for region in regions
    ]
    return {
        Finding(f"{PIPELINE}/Pipeline/ArtifactsBucket/Resource", "S1"): NO_ACCESS_LOGS,
        **{Finding(path, "S1"): NO_ACCESS_LOGS for path in support},
        **(OTHER_REGIONS if regions else {}),
        **dict(artifacts_of(OWNER, writes=True)),
        **dict(key_of(OWNER)),
        **dict(artifacts_of(SOURCE, writes=True)),
        **dict(key_of(SOURCE)),
        **dict(artifacts_of(SYNTH, writes=True)),
        **dict(key_of(SYNTH)),
        **dict(build(SYNTH, "GluePipelineBuildCdkSynthUnitTestCdkBuildProject8DDAE51B")),
        **dict(artifacts_of(UPDATE, writes=False)),
        **dict(key_of(UPDATE)),
        **dict(build(UPDATE, "GluePipelineUpdatePipelineSelfMutationC06AE537")),
        Finding(UPDATE, "IAM5[Resource::arn:iam:role/*]"): (
            "sts:AssumeRole under the condition that the role has the tag aws-cdk:bootstrap-role of the bootstrap's"
            " publishing and deploy roles, in this account: the pipeline deploys itself with them."
        ),
        Finding(UPDATE, "IAM5[Resource::*]"): (
            "`cdk deploy` looks for the bootstrap stack and its bucket, whose names it does not know beforehand:"
            " cloudformation:DescribeStacks and s3:ListBucket. They tell names, parameters and outputs of the stacks"
            " and the keys of the buckets of the pipeline's account, which has no data, and read no object."
        ),
        **dict(artifacts_of(ASSETS, writes=False)),
        Finding(ASSETS, "IAM5[Resource::arn:logs:log-group:/aws/codebuild/*]"): (
            "CDK makes one role for all builds that publish assets, before their projects: their log groups are named"
            " by CodeBuild. Writing logs is all that it allows."
        ),
        Finding(ASSETS, "IAM5[Resource::arn:codebuild:report-group/*]"): (
            "As for its log groups; the build that publishes assets writes no report, and reports hold no secret."
        ),
        **{
            finding: reason
            for stage in config.stages
            for finding, reason in (integration_test(stage) if stage.integration_test else ())
        },
    }


def integration_test(stage: StageConfig) -> Iterator[tuple[Finding, str]]:
    """Yield the findings of the build that tests a stage."""
    of_stage = "" if stage.name == "dev" else stage.deployed_as.removeprefix("Deploy")
    path = f"PipelineStack/{of_stage}IntegrationTestRole/DefaultPolicy/Resource"
    yield from artifacts_of(path, writes=False)
    yield from key_of(path)
    yield from build(path, f"GluePipeline{stage.deployed_as}IntegrationTest")
