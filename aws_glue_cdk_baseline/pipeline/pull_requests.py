"""The build of each pull request in CodeCommit: it checks the branch, and comments on the pull request.

Whoever may push a branch decides what runs in it. So its role can clone the repository, write its own log and comment
on pull requests of the repository, and nothing else: it can neither deploy nor approve anything.
"""

from __future__ import annotations

import shlex

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from aws_glue_cdk_baseline.log_encryption import log_key
from aws_glue_cdk_baseline.pipeline.code_pipeline import BUILD_IMAGE, RUNTIMES

LOG_DAYS = logs.RetentionDays.ONE_MONTH
# https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html
EVENTS = ["pullRequestCreated", "pullRequestSourceBranchUpdated"]
# The parts of the event that the build gets.
VARIABLES = {
    "PULL_REQUEST": "$.detail.pullRequestId",
    "SOURCE_COMMIT": "$.detail.sourceCommit",
    "DESTINATION_COMMIT": "$.detail.destinationCommit",
    "DESTINATION_REFERENCE": "$.detail.destinationReference",
}


class PullRequestBuild(Construct):
    """The project `name`, its role and its log, and the rule that starts it for each commit of a pull request."""

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, repository: codecommit.IRepository, config_file: str
    ) -> None:
        super().__init__(scope, construct_id)
        group = self._log_group(f"/aws/codebuild/{name}")
        role = iam.Role(
            self,
            "Role",
            description="Checks branches of pull requests; it can deploy nothing",
            assumed_by=iam.ServicePrincipal("codebuild.amazonaws.com"),
            inline_policies={"Check": iam.PolicyDocument(statements=_permissions(repository, group))},
        )
        project = codebuild.Project(
            self,
            "Project",
            project_name=name,
            description="Checks the branch of a pull request, and comments on it",
            source=codebuild.Source.code_commit(repository=repository),
            environment=codebuild.BuildEnvironment(
                build_image=BUILD_IMAGE, compute_type=codebuild.ComputeType.MEDIUM, privileged=False
            ),
            environment_variables={"REPOSITORY": codebuild.BuildEnvironmentVariable(value=repository.repository_name)},
            build_spec=codebuild.BuildSpec.from_object(_build_spec(config_file)),
            # The CDK would add permissions for report groups and for every log group that begins with the name.
            role=role.without_policy_updates(),
            grant_report_group_permissions=False,
            logging=codebuild.LoggingOptions(cloud_watch=codebuild.CloudWatchLoggingOptions(log_group=group)),
            timeout=Duration.hours(1),
            queued_timeout=Duration.hours(8),
        )
        rule = events.Rule(
            self,
            "Rule",
            description="Starts the check of a pull request when it is opened, and at each push to its branch",
            event_pattern=events.EventPattern(
                source=["aws.codecommit"],
                detail_type=["CodeCommit Pull Request State Change"],
                resources=[repository.repository_arn],
                detail={"event": EVENTS},
            ),
        )
        given = [
            {"name": name, "value": events.EventField.from_path(path), "type": "PLAINTEXT"}
            for name, path in VARIABLES.items()
        ]
        started = events.RuleTargetInput.from_object(
            {
                "sourceVersion": events.EventField.from_path("$.detail.sourceCommit"),
                "environmentVariablesOverride": given,
            }
        )
        rule.add_target(targets.CodeBuildProject(project, event=started))

    def _log_group(self, name: str) -> logs.LogGroup:
        description = "Encrypts the log of the checks of pull requests"
        key = log_key(self, "Key", description=description, log_groups=[name])
        return logs.LogGroup(
            self,
            "Log",
            log_group_name=name,
            encryption_key=key,
            retention=LOG_DAYS,
            removal_policy=RemovalPolicy.DESTROY,
        )


def _permissions(repository: codecommit.IRepository, group: logs.LogGroup) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            actions=["codecommit:GitPull", "codecommit:PostCommentForPullRequest"],
            resources=[repository.repository_arn],
        ),
        # `:*` at the end of the ARN of a log group means its streams.
        iam.PolicyStatement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[group.log_group_arn]),
    ]


def _build_spec(config_file: str) -> dict[str, object]:
    """Return the buildspec. Its commands are in the repository, so that a branch can change the check with the rest."""
    return {
        "version": "0.2",
        "env": {"git-credential-helper": "yes"},  # to fetch the branch that it is compared with
        "phases": {
            "install": {"runtime-versions": RUNTIMES, "commands": ["bash tools/pr_check/install.sh"]},
            "build": {"commands": [f"python -m tools.pr_check.code_commit --config {shlex.quote(config_file)}"]},
        },
    }
