"""A CDK Pipelines app that shares nothing with this template: two stages, ShellSteps, an S3 asset, one account."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as assets
from aws_cdk import pipelines

ENVIRONMENT = cdk.Environment(account="210987654321", region="eu-west-1")


class Shop(cdk.Stage):
    """A bucket, and a role that may read a file of the app."""

    def __init__(self, scope: cdk.Stack, name: str) -> None:
        super().__init__(scope, name, env=ENVIRONMENT)
        stack = cdk.Stack(self, "Store")
        bucket = s3.Bucket(stack, "Goods")
        prices = assets.Asset(stack, "Prices", path=str(Path(__file__).parent / "prices.csv"))
        prices.grant_read(iam.Role(stack, "Reader", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")))
        self.bucket_name = cdk.CfnOutput(stack, "GoodsName", value=bucket.bucket_name)


app = cdk.App()
home = cdk.Stack(app, "Delivery", env=ENVIRONMENT)
repository = codecommit.Repository(home, "Code", repository_name="shop")
source = pipelines.CodePipelineSource.code_commit(repository, "trunk")
pipeline = pipelines.CodePipeline(
    home,
    "Line",
    cli_version="2.1148.1",
    cdk_assets_cli_version="4.4.13",
    synth=pipelines.ShellStep(
        "Synthesize", input=source, commands=["pip install -r requirements.txt", "cdk synth --quiet"]
    ),
)
staging = Shop(home, "Staging")
smoke = pipelines.ShellStep(
    "Smoke",
    input=source,
    env_from_cfn_outputs={"GOODS": staging.bucket_name},
    commands=["export FOUND=$(cat prices.csv)", 'test "$FOUND" = "bolt,2" && echo "the bucket is $GOODS"'],
)
pipeline.add_stage(staging, post=[smoke])
pipeline.add_stage(Shop(home, "Live"), pre=[pipelines.ManualApprovalStep("Owner")])
app.synth()
