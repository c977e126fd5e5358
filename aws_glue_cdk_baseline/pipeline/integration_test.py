"""The integration test of a stage: its step in the pipeline, the role of its build, and the role that it assumes.

The build has the role `glue-integration-test-<stage>` in the pipeline's account. The stage's account has the role
`glue-test-<stage>`, which trusts only the build's role and may run the jobs of the stage.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_iam as iam
from aws_cdk.pipelines import CodeBuildStep, IFileSetProducer, Step

from aws_glue_cdk_baseline.config import Account, Job, StageConfig
from aws_glue_cdk_baseline.permissions.kms import decrypt
from aws_glue_cdk_baseline.permissions.s3 import Statement, folder_above, readable
from aws_glue_cdk_baseline.pipeline.integration_plan import FOLDER, needs_plan
from aws_glue_cdk_baseline.pipeline.trusted_role import trusted_role

# The reports of a build: JUnit files, which the CodePipeline console shows.
REPORTS = {"pytest": {"files": ["*.xml"], "base-directory": "reports", "file-format": "JUNITXML"}}
PIP = "pip install --require-hashes --only-binary=:all:"
INSTALL = (f"{PIP} -r tests/integ/requirements.lock",)
# Spark, which evaluates quality rules. It has no wheel: pip builds one with the setuptools of the first command.
INSTALL_SPARK = (
    f"{PIP} -r tests/integ/setuptools.lock",
    f"{PIP} --no-binary=pyspark --no-build-isolation -r tests/integ/spark.lock",
)
ASSEMBLY = "cdk.out"  # where the build finds the cloud assembly, as on a laptop
TIMEOUT = Duration.hours(8)  # for hundreds of jobs, ten at a time; CodeBuild's default is one hour
RUN = ["glue:GetJobRun", "glue:GetJobRuns", "glue:StartJobRun", "glue:BatchStopJobRun"]
# Jobs in one statement. CDK moves whole statements that do not fit into the role to managed policies.
JOBS_TOGETHER = 10
# Characters of the permissions to read outputs: a role has 10,240 in its own policies, and ten managed ones of 6,144.
MAX_READING = 50_000
MAX_FOLDERS = 3  # below the bucket, to which the locations of a stage with many jobs are shortened first


def integration_test(
    stack: Stack, source: IFileSetProducer, stage: StageConfig, assembly: IFileSetProducer | None
) -> Step:
    """Return the step that runs the jobs of `stage` after its deployment, in the pipeline of `stack`.

    `assembly` is the output of the synth: the plan of the test is in it, if the stage has one.
    """
    account, region = stage.account.aws_account_id, stage.account.aws_region
    plan = f" --plan {ASSEMBLY}/{FOLDER}/{stage.name}.json" if needs_plan(stage) else ""
    prefix = f" --name-prefix {stage.name_prefix}" if stage.name_prefix else ""
    stacks = f" --stacks {stage.stack_count}" if stage.stack_count > 1 else ""
    role_arn = f"arn:{stack.partition}:iam::{account}:role/{stage.names.test_role}"
    role = iam.Role(
        stack,
        build_role_id(stage),
        role_name=stage.names.build_role,
        description=f"Runs the integration test of {stage.name}",
        assumed_by=iam.ServicePrincipal("codebuild.amazonaws.com"),
    )
    return CodeBuildStep(
        "IntegrationTest",
        input=source,
        additional_inputs={ASSEMBLY: assembly} if plan and assembly else None,
        install_commands=[*INSTALL, *(INSTALL_SPARK if _has_rules(stage.jobs) else ())],
        commands=[
            "python tests/integ/integ_test_glue_app_stack.py"
            f" --account {account} --region {region}"
            f" --stage-name {stage.names.pipeline_stage}{prefix}{stacks} --sts-role-arn {role_arn}"
            f" --max-duration {60 * _longest_minutes(stage)}"
            f" --junit reports/integration-test.xml{plan}"
        ],
        timeout=TIMEOUT,
        partial_build_spec=codebuild.BuildSpec.from_object({"version": "0.2", "reports": REPORTS}),
        role=role,
        role_policy_statements=[iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[role_arn])],
    )


def _longest_minutes(stage: StageConfig) -> int:
    """Return the longest that a run may take. A streaming job is stopped long before its end."""
    ending = [job.settings.timeout_minutes for job in stage.jobs if not job.settings.is_streaming]
    return max(ending, default=60)


def build_role_id(stage: StageConfig) -> str:
    """Return the construct id of the role of the test's build.

    That of dev has no stage name, as in this template's first versions: deployed roles keep their id.
    """
    of_stage = "" if stage.name == "dev" else stage.names.pipeline_stage.removeprefix("Deploy")
    return f"{of_stage}IntegrationTestRole"


def add_test_role(stack: Stack, stage: StageConfig, pipeline_account: Account) -> None:
    """Add the role with which the integration test finds, starts, watches and stops the jobs of a stage.

    It may also read the outputs of jobs with an `expect`, and what their quality rules compare these with. Only the
    role of the test's build may assume it.
    """
    role = trusted_role(
        stack,
        "GlueTestRole",
        role_name=stage.names.test_role,
        description=f"Runs the jobs of {stage.name} for the integration test",
        build_role=stage.names.build_role,
        pipeline_account=pipeline_account,
    )
    for statement in _statements(stack, stage):
        role.add_to_policy(statement)
    if stage.keeps_test_records:
        from aws_glue_cdk_baseline.pipeline.integration_records import add_records_table  # no other stage needs it

        for statement in add_records_table(stack, stage):
            role.add_to_policy(statement)


def _statements(stack: Stack, stage: StageConfig) -> Iterator[iam.PolicyStatement]:
    # The test finds the jobs in the stage's stacks; `/*` is the id that CloudFormation gives a stack. The other way,
    # glue:ListJobs, can only be allowed for all jobs of the account:
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
    own_stacks = [
        stack.format_arn(service="cloudformation", resource="stack", resource_name=f"{name}/*")
        for name in (stack.stack_name, *stage.stack_names[1:])
    ]
    yield iam.PolicyStatement(actions=["cloudformation:ListStackResources"], resources=own_stacks)
    jobs_arn = stack.format_arn(service="glue", resource="job", resource_name="")
    if stage.stack_count > 1:
        # The names of so many jobs do not fit into the policies of a role. The tag tells this stage's jobs from those
        # of another copy of the project in the same account, whose names may end alike.
        yield iam.PolicyStatement(
            actions=RUN,
            resources=[f"{jobs_arn}{stage.names.job('*')}"],
            conditions={"StringEquals": {"aws:ResourceTag/stack_name": [stack.stack_name, *stage.stack_names[1:]]}},
        )
        yield from map(iam.PolicyStatement.from_json, many_outputs(stage, stack.partition))
        return
    for start in range(0, len(stage.jobs), JOBS_TOGETHER):
        together = stage.jobs[start : start + JOBS_TOGETHER]
        yield iam.PolicyStatement(actions=RUN, resources=[f"{jobs_arn}{stage.names.job(job.name)}" for job in together])
        outputs = [location for job in together if job.has_checked_output for location in job.output_locations]
        others = [location for job in together for location in job.quality_sources.values()]
        for statement in readable(stack.partition, outputs, others) if outputs else []:
            yield iam.PolicyStatement.from_json(statement)
        for job in together if outputs else []:
            places = [*(job.output_locations if job.has_checked_output else ()), *job.quality_sources.values()]
            for statement in decrypt(job, places):
                yield iam.PolicyStatement.from_json(statement)


def many_outputs(stage: StageConfig, partition: str) -> list[Statement]:
    """Return the permissions to read what the test verifies, of a stage with more jobs than one stack holds.

    If they do not fit into the policies of a role, they are for the folders above the locations.
    """
    tested = [job for job in stage.jobs if job.has_checked_output]
    outputs = [location for job in tested for location in job.output_locations]
    others = [location for job in tested for location in job.quality_sources.values()]
    statements = _reading(outputs, others, partition)
    for depth in range(MAX_FOLDERS, -1, -1):
        if sum(len(json.dumps(statement)) for statement in statements) <= MAX_READING:
            break
        statements = _reading([folder_above(location, depth) for location in (*outputs, *others)], [], partition)
    keys = [each for job in tested for each in decrypt(job, [*job.output_locations, *job.quality_sources.values()])]
    return [*statements, *(key for number, key in enumerate(keys) if key not in keys[:number])]


def _reading(folders: Sequence[str], others: Sequence[str], partition: str) -> list[Statement]:
    """Return the statements to read locations, ten of them in each."""
    folders, others = list(dict.fromkeys(folders)), list(dict.fromkeys(others))
    parts = range(0, max(len(folders), len(others)), JOBS_TOGETHER)
    pairs = [(folders[start : start + JOBS_TOGETHER], others[start : start + JOBS_TOGETHER]) for start in parts]
    return [statement for pair in pairs for statement in readable(partition, *pair)]


def _has_rules(jobs: Sequence[Job]) -> bool:
    return any(job.settings.expect and job.settings.expect.quality for job in jobs)
