"""IAM: condition keys that CDK's bootstrap and CDK Pipelines use, and that MiniStack leaves out or guesses.

`iam:ResourceTag`: by it a pipeline may assume the bootstrap's roles. `s3:ResourceAccount`: by it the bootstrap's deploy
role reads artifacts in another account's bucket; a bucket's ARN does not tell whose it is. `aws:PrincipalArn`: of who
calls with an assumed role it is the role, as in AWS, and not the session.
"""

from __future__ import annotations

import re
from typing import Any

import ministack.core.iam_evaluator as service
import ministack.services.iam as iam
import ministack.services.s3 as s3

ROLE_TAG = "iam:resourcetag/"
SESSION = re.compile(r"arn:aws:sts::(\d+):assumed-role/([^/]+)/.*")
OWNER = ("aws:resourceaccount", "s3:resourceaccount")


def install() -> None:
    resolve = service._resolve_condition_key

    def resolved(key: str, context: Any) -> Any:
        name, resource = key.lower(), context.resource_arn
        if name.startswith(ROLE_TAG):
            return role_tags(resource).get(name.removeprefix(ROLE_TAG))
        if name in OWNER and resource.startswith("arn:aws:s3:::"):
            bucket = resource.removeprefix("arn:aws:s3:::").partition("/")[0]
            return s3._bucket_owner_account(bucket) or resolve(key, context)
        if name == "aws:principalarn":
            return role_of(resolve(key, context))
        return resolve(key, context)

    service._resolve_condition_key = resolved


def role_of(principal: str) -> str:
    """The ARN of the role that an assumed role's session is of; any other principal as it is."""
    session = SESSION.fullmatch(principal)
    if not session:
        return principal
    account, name = session.groups()
    role = iam._roles.get_scoped(account, None, name) or {}
    return str(role.get("Arn") or f"arn:aws:iam::{account}:role/{name}")


def role_tags(role_arn: str) -> dict[str, str]:
    """The tags of a role, by their names in lower case; none where it is no role's ARN."""
    account, _, name = role_arn.removeprefix("arn:aws:iam::").partition(":role/")
    role = iam._roles.get_scoped(account, None, name.rpartition("/")[2]) or {}
    return {tag["Key"].lower(): tag["Value"] for tag in role.get("Tags", [])}
