"""Reach each account and Region of a config with one profile: by the role with which the CDK deploys there."""

from __future__ import annotations

import json

from aws_glue_cdk_baseline.config import PROJECT, Account
from aws_glue_cdk_baseline.config.regions import partition_of
from tools.assembly import QUALIFIER
from tools.job_arguments import RunError
from tools.stage_jobs.account import Caller


def reach(own: Caller, place: Account) -> Caller:
    """Return the caller that sees and deletes stacks in an account and Region.

    That is the deploy role of `cdk bootstrap`, which trusts its own account and the pipeline's; in its own account, a
    user who may not assume it needs the rights itself. Raise RunError if there is no way.
    """
    try:
        return own.assuming(deploy_role(place), place.aws_region)
    except RunError as error:
        if place.aws_account_id == own.account:
            return Caller(own.profile, place.aws_region)
        raise RunError(f"AWS account {place.aws_account_id} in {place.aws_region} cannot be reached: {error}") from None


def bootstrap_version() -> str:
    """Return the name of the parameter that `cdk bootstrap` writes into each account and Region."""
    return f"/cdk-bootstrap/{_qualifier()}/version"


def deploy_role(place: Account) -> str:
    """Return the ARN of the role with which the CDK deploys to an account and Region."""
    account, region = place.aws_account_id, place.aws_region
    name = f"cdk-{_qualifier()}-deploy-role-{account}-{region}"
    return f"arn:{partition_of(region)}:iam::{account}:role/{name}"


def _qualifier() -> str:
    context = json.loads((PROJECT / "cdk.json").read_text(encoding="utf-8")).get("context", {})
    return str(context.get("@aws-cdk/core:bootstrapQualifier", QUALIFIER))
