"""The tags of what a stage deploys: those of the AWS baseline, and those of a config."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Stack, Tags

BELOW_A_RESOURCES_OWN = 10  # the CDK's priority of a tag in the properties of a resource is 50


def stack_tags(stack: Stack) -> dict[str, str]:
    """Return the tags of the jobs and triggers of a stack, as the AWS baseline has them."""
    return {
        "environment": stack.environment,
        "artifact_id": stack.artifact_id,
        "stack_id": stack.stack_id,
        "stack_name": stack.stack_name,
    }


def add_tags(stack: Stack, tags: Mapping[str, str]) -> None:
    """Add tags to the resources of a stack. A resource that has a tag with this key already keeps its own.

    The stack itself gets none: CloudFormation would copy them to resources whose tags its role may not write.
    """
    for key, value in tags.items():
        Tags.of(stack).add(key, value, priority=BELOW_A_RESOURCES_OWN, exclude_resource_types=["aws:cdk:stack"])
