"""A role in the account of a stage that only one build of the pipeline may assume."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from aws_glue_cdk_baseline.config import Account
from aws_glue_cdk_baseline.config.regions import partition_of


def trusted_role(
    stack: Stack, construct_id: str, *, role_name: str, description: str, build_role: str, pipeline_account: Account
) -> iam.Role:
    """Return a role that only the role called `build_role` in the pipeline's account may assume.

    The trust policy names that role in a condition, and not as the principal: IAM refuses a principal that does not
    exist yet, as on the first deployment. It also stores the id of a principal, so that a role that is created again
    under the same name would not be trusted.
    """
    account, partition = pipeline_account.aws_account_id, partition_of(pipeline_account.aws_region)
    arn = f"arn:{partition}:iam::{account}:role/{build_role}"
    return iam.Role(
        stack,
        construct_id,
        role_name=role_name,
        description=description,
        assumed_by=iam.AccountPrincipal(account).with_conditions({"ArnEquals": {"aws:PrincipalArn": arn}}),
    )
