"""Find what a deleted pipeline leaves in its account: the buckets of its artifacts and the logs of its builds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aws_glue_cdk_baseline.config import Config
from tools.job_arguments import RunError
from tools.stage_jobs.account import Caller
from tools.teardown.plan import Plan

BUILDS = "/aws/codebuild/"
PROJECT = "AWS::CodeBuild::Project"


@dataclass(frozen=True)
class Leftovers:
    """Buckets, each with the caller that may delete it, and log groups. `unknown` says what could not be looked up."""

    buckets: tuple[tuple[Caller, str], ...] = ()
    build_logs: tuple[str, ...] = ()
    unknown: str = ""

    def __bool__(self) -> bool:
        return bool(self.buckets or self.build_logs)

    def lines(self, *, deleted: bool) -> Iterator[str]:
        """Yield lines that say what is deleted with ALL=1, or stays without."""
        if self:
            yield "left by the pipeline:" if not deleted else "left by the pipeline, and deleted too:"
        for _, bucket in self.buckets:
            yield f"  bucket {bucket}, with the artifacts in it"
        for group in self.build_logs:
            yield f"  log group {group}, with the logs of the builds"
        if self and not deleted:
            yield "  They stay; ALL=1 deletes them too. A bucket in another Region than the pipeline has a fixed name,"
            yield "  and must go before this copy is deployed again."
        if self.unknown:
            yield f"  {self.unknown}"


def left_over(own: Caller, config: Config, plan: Plan) -> Leftovers:
    """Return what the pipeline of a config leaves: of the stacks in the plan, and of those deleted before."""
    kept = {bucket: stack.caller.region for stack in plan.stacks for bucket in stack.kept_buckets}
    projects = [item.name for stack in plan.stacks for item in stack.resources if item.kind == PROJECT]
    unknown = ""
    try:
        kept |= dict(_buckets_by_name(own, config))
    except RunError as error:
        unknown = f"further buckets are not known: {error}"
    regions = sorted(set(kept.values()))
    callers = {region: own if region == own.region else Caller(own.profile, region) for region in regions}
    return Leftovers(
        tuple((callers[region], bucket) for bucket, region in sorted(kept.items())),
        tuple(sorted(_log_groups(own, projects))),
        unknown,
    )


def _buckets_by_name(own: Caller, config: Config) -> Iterator[tuple[str, str]]:
    """Yield the buckets whose names begin as CloudFormation and the CDK make them, each with its Region."""
    stack = config.names.pipeline_stack.lower()
    beginnings = (f"{stack}-gluepipelineartifacts", f"{stack}-support-"[:25])
    for bucket in own.call("s3", "list_buckets", "the buckets")["Buckets"]:
        if bucket["Name"].startswith(beginnings):
            place = own.call("s3", "get_bucket_location", bucket["Name"], Bucket=bucket["Name"])
            yield bucket["Name"], place["LocationConstraint"] or "us-east-1"


def _log_groups(own: Caller, projects: list[str]) -> Iterator[str]:
    for project in projects:
        try:
            found = own.call("logs", "describe_log_groups", project, logGroupNamePrefix=f"{BUILDS}{project}")
        except RunError:
            continue
        names = [group["logGroupName"] for group in found["logGroups"]]
        yield from (name for name in names if name == f"{BUILDS}{project}")
