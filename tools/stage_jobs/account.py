"""AWS as a user's profile reaches it, and the account of a stage. Every error of AWS becomes one line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import boto3
from botocore import exceptions as failures
from botocore.config import Config as ClientConfig

from aws_glue_cdk_baseline.config import StageConfig
from tools.job_arguments import RunError, config_variable
from tools.samples.s3 import EXPIRED, SSO, UNKNOWN, profile_names

PATIENT = ClientConfig(retries={"total_max_attempts": 5, "mode": "standard"}, connect_timeout=10, read_timeout=60)
ONCE = ClientConfig(retries={"total_max_attempts": 1, "mode": "standard"}, connect_timeout=10, read_timeout=60)
SESSION = "aws-glue-cdk-baseline"
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
MISSING = (
    *("EntityNotFoundException", "NoSuchBucket", "NoSuchEntity", "ParameterNotFound"),
    *("PipelineNotFoundException", "ResourceNotFoundException"),
)
# How AWS says who may not do what: "… is not authorized to perform: glue:GetJob on resource: arn:… because …".
WHAT = re.compile(r"not authorized to perform: (?P<action>[\w-]+:\w+)(?: on resource: (?P<resource>\S+))?")


class MissingError(RunError):
    """What a call is about does not exist."""


class DeniedError(RunError):
    """The caller lacks the right to make a call."""


class RefusedError(RunError):
    """AWS has refused a call, with this `code`, which only the caller can explain."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NoAnswerError(RunError):
    """A call got no answer. What it asks for may have happened."""


class Caller:
    """A user or role of AWS in one Region, whose every error is one line.

    `who` says whose credentials these are; `profile` is the AWS profile, or empty. Without a profile, they are those
    that the AWS CLI would use. `user` is the ARN as which AWS is called, `account` its account id. Raise RunError if
    AWS does not know them.
    """

    def __init__(self, profile: str, region: str, session: boto3.Session | None = None, who: str = "") -> None:
        self.profile, self.region = profile, region
        self.user = self.who = who or (f"PROFILE={profile}" if profile else "this environment")
        self._clients: dict[tuple[str, bool], Any] = {}
        self._session = session or _session(profile, region_name=region)
        identity = self.call("sts", "get_caller_identity")
        self.account, self.user = str(identity["Account"]), str(identity["Arn"])

    def assuming(self, role_arn: str, region: str) -> Caller:
        """Return the caller that has assumed a role. Raise RunError if this one may not."""
        answer = self.call("sts", "assume_role", RoleArn=role_arn, RoleSessionName=SESSION)
        keys = answer["Credentials"]
        given = {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"]}
        session = _session("", **given, aws_session_token=keys["SessionToken"], region_name=region)
        return Caller(self.profile, region, session, role_arn.rpartition("/")[2])

    def call(self, service: str, operation: str, about: str = "", *, once: bool = False, **parameters: Any) -> Any:
        """Return the answer of a call. `about` says what for, in the words of an error.

        With `once` it is not tried again. Raise RunError for every error; its subclasses say what a caller may handle.
        """
        try:
            return getattr(self._client(service, once), operation)(**parameters)
        except SSO:
            raise RunError(f"{self.who}: its sign-in has expired; run `{self._sign_in()}`") from None
        except failures.ClientError as error:
            raise self._explained(service, error, about) from None
        except failures.NoCredentialsError:
            raise RunError(f"there are no AWS credentials; name a profile with PROFILE=; {_profiles()}") from None
        except (failures.BotoCoreError, failures.HTTPClientError) as error:
            raise NoAnswerError(f"{about or service}: {' '.join(str(error).split())} ({self.who})") from None

    def pages(self, service: str, operation: str, key: str, about: str = "", **parameters: Any) -> Iterator[Any]:
        """Yield the items called `key` of all pages of an answer."""
        token: dict[str, Any] = {}
        while True:
            page = self.call(service, operation, about, **parameters, **token)
            yield from page.get(key, [])
            given = next((name for name in ("NextToken", "nextToken", "Marker") if page.get(name)), "")
            if not given or page.get("IsTruncated") is False:
                return
            token = {given: page[given]}

    @property
    def cli_options(self) -> str:
        """The options with which the AWS CLI reaches the same Region, with the same credentials."""
        return f"--region {self.region}" + (f" --profile {self.profile}" if self.profile else "")

    def _client(self, service: str, once: bool) -> Any:
        if (service, once) not in self._clients:
            try:
                self._clients[service, once] = self._session.client(service, config=ONCE if once else PATIENT)
            except ValueError as error:  # of an endpoint in the environment that is no URL
                raise RunError(f"{service}: {error} ({self.who})") from None
        return self._clients[service, once]

    def _explained(self, service: str, error: failures.ClientError, about: str) -> RunError:
        code = error.response["Error"]["Code"]
        message = " ".join(str(error.response["Error"].get("Message", "")).split())
        where = f"{about}: " if about else ""
        if code in EXPIRED:
            return RunError(f"{self.who}: the credentials have expired; sign in again: `{self._sign_in()}`")
        if code in UNKNOWN:
            return RunError(f"{self.who}: AWS does not know these credentials ({code})")
        if code in DENIED:
            said = WHAT.search(message)
            action = said["action"] if said else f"{service}:{error.operation_name}"
            resource = f" on {said['resource']}" if said and said["resource"] else ""
            return DeniedError(f"{where}access denied: {self.user} may not {action}{resource}")
        if code in MISSING or (code == "ValidationError" and "does not exist" in message):
            return MissingError(f"{where}{message}")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
        kind = NoAnswerError if status >= 500 else None
        text = f"{where}{service}:{error.operation_name} failed: {code} {message}".strip()
        return kind(text) if kind else RefusedError(code, text)

    def _sign_in(self) -> str:
        return f"aws sso login --profile {self.profile}" if self.profile else "aws sso login"


class StageAccount(Caller):
    """The account and Region of a stage. `shown` is the first line to print.

    Raise RunError if the credentials are of another account than the stage's.
    """

    def __init__(self, stage: StageConfig, config_file: str, profile: str = "") -> None:
        super().__init__(profile, stage.account.aws_region)
        self.stage, self._config_file = stage, config_file
        own = stage.account.aws_account_id
        if self.account != own:
            raise RunError(
                f"{self.who} reaches AWS account {self.account}, as {self.user}; {stage.name} is deployed to"
                f" {own} in {config_file}: name a profile of that account with PROFILE="
            )
        self.shown = f"{stage.name}: AWS account {own} in {self.region}, as {self.user}"

    def make_variables(self) -> str:
        """Return the variables of make that reach this stage again: `STAGE=dev PROFILE=me`."""
        profile = f" PROFILE={shlex.quote(self.profile)}" if self.profile else ""
        return f"STAGE={self.stage.name}{config_variable(self._config_file)}{profile}"


def _session(profile: str, **values: str) -> boto3.Session:
    """Return a session. Raise RunError if there is no such profile, or if the files of the profiles cannot be read."""
    try:
        return boto3.Session(profile_name=profile or None, **values)
    except failures.ProfileNotFound as error:
        name = f"PROFILE={profile}" if profile else f"AWS_PROFILE={error.kwargs['profile']}"
        raise RunError(f"{name}: there is no such AWS profile; {_profiles()}") from None
    except failures.BotoCoreError as error:
        raise RunError(" ".join(str(error).split())) from None


def _profiles() -> str:
    names = profile_names()
    return f"there are: {', '.join(names)}" if names else "there are none: see `aws configure`"
