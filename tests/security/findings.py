"""The findings of cdk-nag: the AwsSolutions rules on every resource of the whole app."""

from __future__ import annotations

import re
from dataclasses import dataclass

import aws_cdk as core
from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks
from constructs import IConstruct

# The start of an ARN. Account and Region come from the config; in the pipeline's own account they are tokens.
PLACE = re.compile(r"arn:(?:[a-z-]+|<AWS::Partition>|\*):(\w+):(?:<AWS::Region>|[\w-]*):(?:<AWS::AccountId>|\w*):")
# CDK moves statements that are too much for a role's policy to these policies.
OVERFLOW = re.compile(r"/OverflowPolicy\d+/")
# The id of a project of a stage. It ends with a hash of its path.
STAGE_PROJECT = re.compile(r"(<GluePipeline(?:Deploy|Approve)\w+(?:IntegrationTest|ShowChanges))[0-9A-F]{8}(?=>)")
# CDK's name of the bucket with this pipeline's artifacts in another Region, cut as the name of the stack needs it.
REPLICA = re.compile(r"[a-z0-9-]+eplicationbucket[0-9a-f]+(?=/)")


@dataclass(frozen=True, order=True)
class Finding:
    """One finding on one construct; `rule` is cdk-nag's, such as `AwsSolutions-IAM5[Resource::…]`."""

    path: str
    rule: str

    @property
    def anywhere(self) -> Finding:
        """The finding without partition, account, Region and hashes: `IAM5[Resource::arn:logs:log-group:…]`."""
        rule = PLACE.sub(r"arn:\1:", self.rule.removeprefix("AwsSolutions-"))
        rule = STAGE_PROJECT.sub(r"\1", REPLICA.sub("<replication bucket>", rule))
        return Finding(OVERFLOW.sub("/DefaultPolicy/", self.path), rule)


def find(app: core.App) -> set[Finding]:
    """Return the findings in `app` that are not acknowledged."""
    report = AwsSolutionsChecks(app).validate_scope(app)
    return {
        Finding(resource.construct_path or "", violation.rule_name)
        for violation in report.violations
        for resource in violation.violating_resources
    }


def acknowledge(app: core.App, finding: Finding, reason: str) -> None:
    """Acknowledge the finding on its own construct only, and not on the constructs below it."""
    construct: IConstruct = app
    for name in finding.path.split("/"):
        construct = construct.node.find_child(name)
    Validations.of(construct).acknowledge(core.Acknowledgment(id=finding.rule, reason=reason))
