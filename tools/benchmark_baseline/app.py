"""An app like the AWS baseline of 2023: a pipeline and two stages of two jobs, for the versions pinned there.

Only `make benchmark-synth ARGS=--baseline` uses it. That command installs requirements.lock into a temporary folder.
"""

import aws_cdk as cdk
import aws_cdk.aws_glue_alpha as glue
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_iam as iam
from aws_cdk import pipelines

LOCATION = "s3://awsglue-datasets/examples/us-legislators/all/"
INPUTS = {"orgs": "organizations.json", "persons": "persons.json", "memberships": "memberships.json"}


class Jobs(cdk.Stage):
    def __init__(self, scope, stage, account):
        super().__init__(scope, stage, env=cdk.Environment(account=account, region="us-east-1"))
        stack = cdk.Stack(self, "GlueAppStack")
        for name, arguments in {
            "ProcessLegislators": {"--input_path": f"{LOCATION}persons.json"},
            "JoinLegislators": {f"--input_path_{key}": f"{LOCATION}{value}" for key, value in INPUTS.items()},
        }.items():
            script = glue.Code.from_asset(__file__)
            executable = glue.JobExecutable.python_etl(
                glue_version=glue.GlueVersion.V4_0, python_version=glue.PythonVersion.THREE, script=script
            )
            glue.Job(stack, name, executable=executable, default_arguments=arguments, tags={"stack": stack.stack_name})
        actions = ["glue:GetJobs", "glue:GetJobRun", "glue:StartJobRun"]
        policy = iam.PolicyDocument(statements=[iam.PolicyStatement(actions=actions, resources=["*"])])
        principal = iam.AccountPrincipal("123456789101")
        iam.Role(stack, "TestRole", role_name=f"test-{stage}", assumed_by=principal, inline_policies={"Glue": policy})


app = cdk.App()
home = cdk.Stack(app, "PipelineStack", env=cdk.Environment(account="123456789101", region="us-east-1"))
repository = codecommit.Repository(home, "Repository", repository_name="benchmark")
source = pipelines.CodePipelineSource.code_commit(repository, "main")
synth = pipelines.CodeBuildStep("CdkSynth_UnitTest", input=source, commands=["cdk synth"])
pipeline = pipelines.CodePipeline(home, "GluePipeline", cross_account_keys=True, synth=synth)
dev = pipeline.add_stage(Jobs(home, "DeployDev", "123456789102"))
dev.add_post(pipelines.CodeBuildStep("IntegrationTest", input=source, commands=["true"]))
prod = pipeline.add_stage(Jobs(home, "DeployProd", "123456789103"))
prod.add_pre(pipelines.ManualApprovalStep("Approval"))
app.synth()
