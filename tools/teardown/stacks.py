"""The stacks that a config has deployed, as CloudFormation knows them: found by name, known by what is in them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aws_glue_cdk_baseline.config import StageConfig
from aws_glue_cdk_baseline.config.names import SANDBOX_TAG, Names
from tools.job_arguments import RunError
from tools.stage_jobs.account import Caller
from tools.stage_jobs.deployed_stack import deployed_template

JOB, LOG_GROUP, PIPELINE, REPOSITORY, BUCKET = (
    "AWS::Glue::Job",
    "AWS::Logs::LogGroup",
    "AWS::CodePipeline::Pipeline",
    "AWS::CodeCommit::Repository",
    "AWS::S3::Bucket",
)
# The kinds that are named one by one, in this order. The others are counted.
NAMED = {
    PIPELINE: "pipeline",
    REPOSITORY: "repository, with all its commits",
    JOB: "job",
    "AWS::Glue::Trigger": "trigger",
    "AWS::Glue::Database": "database",
    "AWS::Glue::Table": "table, whose data in S3 stays",
    LOG_GROUP: "log group, with its logs",
    BUCKET: "bucket",
    "AWS::DynamoDB::Table": "DynamoDB table, with its items",
}
COUNTED = {
    "AWS::IAM::Role": "role",
    "AWS::KMS::Key": "key",
    "AWS::CodeBuild::Project": "build project",
    "AWS::CloudWatch::Alarm": "alarm",
    "AWS::CloudWatch::Dashboard": "dashboard",
    "AWS::SNS::Topic": "topic",
    "AWS::Events::Rule": "rule",
    "AWS::Scheduler::Schedule": "schedule",
    "AWS::Lambda::Function": "function",
    "AWS::SQS::Queue": "queue",
}
OF_A_STAGE = ("GlueAppStack", "GlueTriggerStack", "MonitoringStack")  # the ids of its stacks
SHOWN = 8  # names of a kind
KEPT = ("Retain", "RetainExceptOnCreate")


@dataclass(frozen=True)
class Resource:
    """A resource of a stack, by its CloudFormation type and its name. One that is `kept` stays without the stack."""

    kind: str
    name: str
    kept: bool


@dataclass(frozen=True)
class Stack:
    """A deployed stack, its resources, and the caller that may delete it."""

    name: str
    id: str
    status: str
    created: datetime
    is_sandbox: bool
    is_protected: bool
    resources: tuple[Resource, ...]
    template: Mapping[str, Any]
    caller: Caller

    def lines(self) -> Iterator[str]:
        """Yield lines that say what goes with the stack."""
        going = defaultdict(list)
        for resource in self.resources:
            if not resource.kept:
                going[resource.kind].append(resource.name)
        yield f"{self.name}{' (a sandbox)' if self.is_sandbox else ''}"
        for kind, words in NAMED.items():
            if names := going.get(kind):
                yield f"  {_counted(len(names), words)}: {_listed(sorted(names))}"
        if counts := [_counted(len(going[kind]), word) for kind, word in COUNTED.items() if going.get(kind)]:
            yield f"  {', '.join(counts)}"

    @property
    def kept_buckets(self) -> list[str]:
        return [item.name for item in self.resources if item.kind == BUCKET and item.kept and item.name]


def stage_stacks(caller: Caller, stage: StageConfig) -> list[Stack]:
    """Return the stacks of a stage, the newest first. Raise RunError for one of another app with the same name."""
    own = re.compile(rf"{re.escape(stage.names.prefixed(stage.names.pipeline_stage))}-({'|'.join(OF_A_STAGE)})\d*")
    found = [_read(caller, item) for item in _stacks(caller) if own.fullmatch(item["StackName"])]
    for stack in found:
        if stack.name == stage.names.stack and not _has(stack, LOG_GROUP, "LogGroupName", stage.names.log_groups + "/"):
            raise RunError(f"{stack.name} is not of this template: it has no log group {stage.names.log_groups}/…")
        if f"-{stage.name}" not in json.dumps(stack.template):  # as in the name of each job of the stage
            raise RunError(f"{stack.name} is not of this template: it has nothing of {stage.name}")
    return sorted(found, key=lambda stack: stack.created, reverse=True)


def pipeline_stack(caller: Caller, names: Names) -> Stack | None:
    """Return the stack of the pipeline, if it is deployed. Raise RunError for one of another app with its name."""
    found = [_read(caller, item) for item in _stacks(caller) if item["StackName"] == names.pipeline_stack]
    for stack in found:
        if not _has(stack, PIPELINE, "Name", names.pipeline):
            raise RunError(f"{stack.name} is not of this template: it has no pipeline {names.pipeline}")
        return stack
    return None


def support_stack(caller: Caller, names: Names) -> Stack | None:
    """Return the stack with the pipeline's artifacts in the caller's Region, which is not that of the pipeline."""
    name = f"{names.pipeline_stack}-support-{caller.region}"
    found = [_read(caller, item) for item in _stacks(caller) if item["StackName"] == name]
    return next((stack for stack in found if _has(stack, BUCKET, "BucketName", name.lower()[:20])), None)


def artifact_regions(pipeline: Stack) -> set[str]:
    """Return the Regions in which a deployed pipeline has artifacts."""
    pipelines = [item for item in pipeline.template["Resources"].values() if item["Type"] == PIPELINE]
    return {store["Region"] for item in pipelines for store in item["Properties"].get("ArtifactStores", [])}


def _stacks(caller: Caller) -> Iterator[dict[str, Any]]:
    yield from caller.pages("cloudformation", "describe_stacks", "Stacks", "the stacks")


def _read(caller: Caller, item: Mapping[str, Any]) -> Stack:
    name, stack_id = item["StackName"], item["StackId"]
    template = deployed_template(caller, stack_id)
    policies = {key: value.get("DeletionPolicy", "") for key, value in template["Resources"].items()}
    resources = caller.pages(
        "cloudformation", "list_stack_resources", "StackResourceSummaries", name, StackName=stack_id
    )
    return Stack(
        name=name,
        id=stack_id,
        status=item["StackStatus"],
        created=item["CreationTime"],
        is_sandbox=any(tag["Key"] == SANDBOX_TAG for tag in item.get("Tags", [])),
        is_protected=bool(item.get("EnableTerminationProtection")),
        resources=tuple(
            Resource(
                each["ResourceType"],
                str(each.get("PhysicalResourceId", "")),
                policies.get(each["LogicalResourceId"]) in KEPT,
            )
            for each in resources
            if each["ResourceStatus"] != "DELETE_COMPLETE"
        ),
        template=template,
        caller=caller,
    )


def _has(stack: Stack, kind: str, key: str, beginning: str) -> bool:
    """Return true if the template has a resource of the type whose name begins so."""
    found = [item.get("Properties", {}) for item in stack.template["Resources"].values() if item["Type"] == kind]
    return any(str(properties.get(key, "")).startswith(beginning) for properties in found)


def _counted(number: int, words: str) -> str:
    noun, comma, rest = words.partition(",")
    plural = f"{noun[:-1]}ies" if noun.endswith("y") and noun != "key" else f"{noun}s"
    return f"1 {words}" if number == 1 else f"{number} {plural}{comma}{rest.replace(' its ', ' their ')}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
