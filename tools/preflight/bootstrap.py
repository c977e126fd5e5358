"""The bootstrap of an account and Region: is it there, of a version that serves, and does it trust the pipeline?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from ministack.core.iam_evaluator import evaluate_trust_policy

from aws_glue_cdk_baseline.config.regions import partition_of
from tools.assembly import Environment
from tools.job_arguments import RunError
from tools.preflight.finding import Finding, fail, looked, ok
from tools.preflight.reader import Reader
from tools.stage_jobs.account import MissingError

TOOLKIT = "CDKToolkit"
# The bootstrap's roles that the pipeline assumes in the account of a stage.
ASSUMED = ("deploy", "file-publishing")
GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")


@dataclass
class Bootstrap:
    """The bootstrap of a place. `pipeline` is the account that deploys there.

    `files` are those of bootstrap/ with the policies of CloudFormation's role: `stage`, `pipeline`, or both.
    """

    reader: Reader
    place: Environment
    pipeline: str
    files: Sequence[str]
    is_there: bool = True  # false once nothing was found

    def check(self, version: int) -> Iterator[Finding]:
        """Yield the findings. `version` is what the app asks for."""
        about = f"bootstrap in {self.place.region}"
        yield from looked(about, lambda: self._version(version, about))
        if not self.is_there:
            return
        yield from looked(about, lambda: self._bucket(about))
        if self.pipeline != self.place.account:
            about = f"trust in {self.place.region}"
            yield from looked(about, lambda: self._trust(about))

    @property
    def anew(self) -> str:
        """How to bootstrap the place as if it were new, in words: what is in the way goes first."""
        in_the_way = [
            *([f"the stack {TOOLKIT}"] if _seen(lambda: self._stack) else []),
            *([f"the bucket {self._bucket_name}"] if _seen(lambda: self._has_bucket) else []),
        ]
        first = f"delete {' and '.join(in_the_way)}, then " if in_the_way else ""
        return first + self._with_trust

    @property
    def _base(self) -> str:
        """The command that keeps the trust and the policies that a bootstrap has."""
        profile = f" --profile {self.reader.profile}" if self.reader.profile else ""
        return f"npx cdk bootstrap aws://{self.place}{profile}"

    @property
    def _with_trust(self) -> str:
        """What gives the bootstrap its trust and policies. The command replaces both: it names those of before, too."""
        before = self._parameter("TrustedAccounts")
        trusted = [*before, *({self.pipeline} - {self.place.account, *before})]
        policies, missing = self._parameter("CloudFormationExecutionPolicies"), list[str]()
        if not policies:
            names = [f"deploy-{file}-account" for file in self.files]
            policies = [self._policy_arn(name) for name in names]
            missing = [name for name in names if not _seen(partial(self._has_policy, name), unknown=True)]
        first = f"make the policy {' and '.join(missing)} as the README does, then " if missing else ""
        trust = "".join(f" --trust {account}" for account in trusted)
        return f"{first}run `{self._base}{trust} --cloudformation-execution-policies {','.join(policies)}`"

    def _policy_arn(self, name: str) -> str:
        return f"arn:{partition_of(self.place.region)}:iam::{self.place.account}:policy/{name}"

    def _has_policy(self, name: str) -> bool:
        arn = self._policy_arn(name)
        try:
            self.reader.call("iam", "get_policy", arn, PolicyArn=arn)
        except MissingError:
            return False
        return True

    @property
    def _bucket_name(self) -> str:
        return f"cdk-{self.place.qualifier}-assets-{self.place.account}-{self.place.region}"

    @cached_property
    def _has_bucket(self) -> bool:
        arn = f"arn:{partition_of(self.place.region)}:s3:::{self._bucket_name}"
        try:
            self.reader.call("s3", "head_bucket", arn, Bucket=self._bucket_name)
        except MissingError:
            return False
        return True

    @cached_property
    def _stack(self) -> dict[str, Any]:
        """The stack of the bootstrap, by its usual name, or nothing."""
        try:
            [stack] = self.reader.call("cloudformation", "describe_stacks", TOOLKIT, StackName=TOOLKIT)["Stacks"]
        except MissingError:
            return {}
        return dict(stack)

    def _parameter(self, name: str) -> list[str]:
        """Return the values of a parameter of the bootstrap's stack, as far as the profile may see it."""
        parameters = self._stack.get("Parameters", []) if _seen(lambda: self._stack) else []
        found = {each["ParameterKey"]: str(each.get("ParameterValue", "")) for each in parameters}
        return [value for value in found.get(name, "").split(",") if value]

    def _version(self, version: int, about: str) -> Iterator[Finding]:
        name = f"/cdk-bootstrap/{self.place.qualifier}/version"
        needs = f"this app needs {version or 'no certain one'}"
        try:
            found = int(self.reader.call("ssm", "get_parameter", name, Name=name)["Parameter"]["Value"])
        except MissingError:
            self.is_there = False
            yield fail(about, f"there is none; {self.anew}")
            return
        if found < version:
            yield fail(about, f"its version is {found}, and this app needs {version}; run `{self._base}`")
        elif not self._stack:
            yield ok(about, f"version {found}; {needs} (its stack has another name than {TOOLKIT})")
        elif (status := self._stack["StackStatus"]) in GOOD:
            yield ok(about, f"version {found}; {needs}")
        else:
            yield fail(about, f"the stack {TOOLKIT} is in {status}; look at its events, then run `{self._base}`")

    def _bucket(self, about: str) -> Iterator[Finding]:
        if not self._has_bucket:
            yield fail(about, f"its bucket {self._bucket_name} is gone; {self.anew}")

    def _trust(self, about: str) -> Iterator[Finding]:
        partition = partition_of(self.place.region)
        for kind in ASSUMED:
            name = f"cdk-{self.place.qualifier}-{kind}-role-{self.place.account}-{self.place.region}"
            try:
                role = self.reader.call("iam", "get_role", name, RoleName=name)["Role"]
            except MissingError:
                yield fail(about, f"there is no role {name}; {self.anew}")
                return
            policy = role["AssumeRolePolicyDocument"]
            policy = json.loads(policy) if isinstance(policy, str) else policy
            if not evaluate_trust_policy(policy, f"arn:{partition}:iam::{self.pipeline}:root"):
                said, mend = f"{name} does not trust the pipeline's account {self.pipeline}", self._with_trust
                if self.pipeline in self._parameter("TrustedAccounts"):  # the command would change nothing
                    mend = "its trust was changed by hand; add the account to it again, in IAM"
                yield fail(about, f"{said}; {mend}")
                return
        yield ok(about, f"the account of the pipeline, {self.pipeline}, is trusted")


def _seen(look: Callable[[], Any], *, unknown: bool = False) -> bool:
    """Return whether something is there, or `unknown` where the profile may not look: a mend needs no rights."""
    try:
        return bool(look())
    except RunError:
        return unknown
