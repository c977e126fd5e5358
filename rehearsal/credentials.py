"""Who calls the emulator: an IAM user of each account, and the roles that are assumed from there.

A role whose trust names only an AWS service cannot be assumed by anybody else: the rehearsal stands in for the
service, and extends the trust, in the emulator, by its own user.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
STAND_IN = "RehearsalStandsInForTheService"
ONE_TRY = Config(retries={"total_max_attempts": 2, "mode": "standard"}, connect_timeout=5, read_timeout=120)


class TrustError(Exception):
    """A service may not assume the role that it is to run with; the message is one line."""


@dataclass(frozen=True)
class Credentials:
    """Keys of a user or of an assumed role."""

    access_key: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)

    def environment(self) -> dict[str, str]:
        keys = {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret}
        return keys | ({"AWS_SESSION_TOKEN": self.token} if self.token else {})


def account_of(arn: str) -> str:
    """The account id in an ARN."""
    return arn.split(":")[4]


class Identities:
    """Users, roles and clients of the emulator at `url`, whose certificate `authority` signed.

    `name` tells this process's users from those of another. `say` is told of each trust that is extended.
    """

    def __init__(
        self, url: str, authority: str, name: str = "", say: Callable[[str], None] = lambda line: None
    ) -> None:
        self.url, self._authority = url, authority
        self._name = f"rehearsal-{name or os.getpid()}"
        self._say = say
        self._users: dict[str, Credentials] = {}
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._session = boto3.Session()
        self._lock = threading.RLock()

    def client(self, service: str, credentials: Credentials, region: str) -> Any:
        """A boto3 client of the emulator. Creating one is slow and not thread-safe: each is made once."""
        key = (service, credentials.access_key, region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._session.client(
                    service,
                    region_name=region,
                    endpoint_url=self.url,
                    verify=self._authority,
                    aws_access_key_id=credentials.access_key,
                    aws_secret_access_key=credentials.secret,
                    aws_session_token=credentials.token or None,
                    config=ONE_TRY,
                )
            return self._clients[key]

    def user(self, account: str) -> Credentials:
        """The rehearsal's own IAM user in an account, an administrator, made when it is first asked for."""
        with self._lock:
            if account not in self._users:
                iam = self.client("iam", root(account), "us-east-1")
                iam.create_user(UserName=self._name)
                iam.attach_user_policy(UserName=self._name, PolicyArn=ADMINISTRATOR)
                key = iam.create_access_key(UserName=self._name)["AccessKey"]
                self._users[account] = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
            return self._users[account]

    def users(self) -> dict[str, Credentials]:
        """The users that were made, by account."""
        return dict(self._users)

    def assume(self, role_arn: str, caller: Credentials, session_name: str, region: str) -> Credentials:
        """The credentials of a role, asked for by `caller`; ClientError where that is not allowed."""
        sts = self.client("sts", caller, region)
        keys = sts.assume_role(RoleArn=role_arn, RoleSessionName=session_name[:64])["Credentials"]
        return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

    def as_service(self, role_arn: str, service: str, session_name: str, region: str) -> Credentials:
        """The credentials with which `service` (such as codebuild.amazonaws.com) runs what has this role.

        Raises TrustError where the role does not trust that service.
        """
        account = account_of(role_arn)
        user = self.user(account)
        iam = self.client("iam", user, "us-east-1")
        role = iam.get_role(RoleName=role_arn.rpartition("/")[2])["Role"]
        trust = role["AssumeRolePolicyDocument"]
        trust = json.loads(trust) if isinstance(trust, str) else trust
        if not trusts(trust, service):
            raise TrustError(f"{role_arn} cannot be used by {service}: its trust policy does not name it")
        if not any(statement.get("Sid") == STAND_IN for statement in trust["Statement"]):
            trust["Statement"].append(self._stand_in(account))
            iam.update_assume_role_policy(RoleName=role["RoleName"], PolicyDocument=json.dumps(trust))
            self._say(f"{role['RoleName']} (trusts {service} only)")
        return self.assume(role_arn, user, session_name, region)

    @staticmethod
    def _stand_in(account: str) -> dict[str, Any]:
        return {
            "Sid": STAND_IN,
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "sts:AssumeRole",
            "Condition": {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{account}:user/rehearsal-*"}},
        }


def root(account: str) -> Credentials:
    """The root of an account in MiniStack: it makes the user, and does nothing else."""
    return Credentials(account, "emulated")


def trusts(policy: dict[str, Any], service: str) -> bool:
    """Whether a trust policy lets `service` assume the role."""
    for statement in policy.get("Statement", []):
        principals = statement.get("Principal")
        named = principals.get("Service", []) if isinstance(principals, dict) else []
        if statement["Effect"] == "Allow" and service in ([named] if isinstance(named, str) else named):
            return True
    return False
