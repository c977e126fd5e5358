"""Sessions in the emulated AWS, each of one user or role and one Region.

If the trust policy of a role names only an AWS service, nobody else can assume the role. The rehearsal acts for the
service: in the emulator, it adds its own user to the trust policy.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import create_loader

from local.emulator import Emulator

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
STAND_IN = "RehearsalStandsInForTheService"
# The emulator is on this machine, so that no proxy is used, even if the environment names one.
CLIENTS = Config(retries={"total_max_attempts": 2, "mode": "standard"}, connect_timeout=5, read_timeout=120, proxies={})
LOADER = create_loader()  # all sessions share it, so that the description of each service is read once
IAM_REGION = "us-east-1"  # IAM and its users have no Region; a client needs one


class TrustError(Exception):
    """A service cannot assume a role, because the role does not trust it. The message is one line."""


@dataclass(frozen=True)
class Session:
    """A boto3 session of one user or role in a Region. `client("s3")` makes a client for the emulator."""

    account: str
    region: str
    client: Callable[[str], Any] = field(repr=False)
    environment: dict[str, str] = field(repr=False)  # the variables that give a command this session


class Sessions:
    """The users and roles of `emulator`.

    `name` makes the names of its users different from those of other processes. `say` gets a line for each trust
    policy that is extended.
    """

    def __init__(self, emulator: Emulator, name: str = "", say: Callable[[str], None] = lambda line: None) -> None:
        self._emulator = emulator
        self._name = f"rehearsal-{name or os.getpid()}"
        self._say = say
        self._users: dict[str, tuple[str, str]] = {}
        self._sessions: dict[tuple[str, str], Session] = {}
        self._lock = threading.RLock()

    def user(self, account: str, region: str = IAM_REGION) -> Session:
        """Return the session of the rehearsal's own user in an account: an administrator, made by the first call."""
        with self._lock:
            if (account, region) not in self._sessions:
                if account not in self._users:
                    self._users[account] = self._create_user(account)
                self._sessions[account, region] = self._session(account, region, *self._users[account])
            return self._sessions[account, region]

    def users(self, region: str) -> list[Session]:
        """Return a session of each user that exists."""
        return [self.user(account, region) for account in self._users]

    def assume(self, role_arn: str, caller: Session, session_name: str, region: str = "") -> Session:
        """Return the session of a role that `caller` assumes. Raise ClientError if that is not allowed."""
        answer = caller.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=session_name[:64])
        keys = answer["Credentials"]
        place = account_of(role_arn), region or caller.region
        return self._session(*place, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

    def as_service(self, role_arn: str, service: str, session_name: str, region: str) -> Session:
        """Return the session of a role that `service` (such as codebuild.amazonaws.com) assumes.

        Raise TrustError if the role does not trust that service.
        """
        account = account_of(role_arn)
        user = self.user(account, region)
        iam = user.client("iam")
        role = iam.get_role(RoleName=role_arn.rpartition("/")[2])["Role"]
        trust = role["AssumeRolePolicyDocument"]
        trust = json.loads(trust) if isinstance(trust, str) else trust
        if not trusts(trust, service):
            raise TrustError(f"{role_arn} cannot be used by {service}: its trust policy does not name it")
        if not any(statement.get("Sid") == STAND_IN for statement in trust["Statement"]):
            trust["Statement"].append(_stand_in(account))
            iam.update_assume_role_policy(RoleName=role["RoleName"], PolicyDocument=json.dumps(trust))
            self._say(f"{role['RoleName']} (trusts {service} only)")
        return self.assume(role_arn, user, session_name, region)

    def _create_user(self, account: str) -> tuple[str, str]:
        # In MiniStack, the id of an account is the access key of its root user, which is used only to make this user.
        iam = self._session(account, IAM_REGION, account, "emulated").client("iam")
        iam.create_user(UserName=self._name)
        iam.attach_user_policy(UserName=self._name, PolicyArn=ADMINISTRATOR)
        key = iam.create_access_key(UserName=self._name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def _session(self, account: str, region: str, key: str, secret: str, token: str = "") -> Session:
        core = botocore.session.Session()
        core.register_component("data_loader", LOADER)
        core.set_default_client_config(CLIENTS)
        core.set_config_variable("ca_bundle", str(self._emulator.authority))
        core.get_component("config_store").set_config_variable("endpoint_url", self._emulator.url)
        made = boto3.Session(key, secret, token or None, region, botocore_session=core)
        variables = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}
        variables |= {"AWS_SESSION_TOKEN": token} if token else {}
        variables |= {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}
        return Session(account, region, made.client, variables)


def account_of(arn: str) -> str:
    """Return the account id in an ARN."""
    return arn.split(":")[4]


def trusts(policy: dict[str, Any], service: str) -> bool:
    """Return true if a trust policy lets `service` assume the role."""
    for statement in policy.get("Statement", []):
        principals = statement.get("Principal")
        named = principals.get("Service", []) if isinstance(principals, dict) else []
        if statement["Effect"] == "Allow" and service in ([named] if isinstance(named, str) else named):
            return True
    return False


def _stand_in(account: str) -> dict[str, Any]:
    return {
        "Sid": STAND_IN,
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{account}:user/rehearsal-*"}},
    }
