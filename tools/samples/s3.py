"""S3 as the source of samples, with a profile of the user: bounded listings, and parts of objects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import botocore.session
from botocore import exceptions as failures
from botocore.config import Config

from local.samples import split
from tools.samples.source import Item, Level, SampleError

MAX_PAGES = 20  # of 1000 names, for one folder
ARCHIVES = ("GLACIER", "DEEP_ARCHIVE")
CLIENTS = Config(retries={"total_max_attempts": 4, "mode": "standard"}, connect_timeout=10, read_timeout=30)
ACTIONS = {"ListObjectsV2": "s3:ListBucket", "GetObject": "s3:GetObject", "HeadObject": "s3:GetObject"}
EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
UNKNOWN = ("InvalidClientTokenId", "InvalidAccessKeyId", "SignatureDoesNotMatch", "UnrecognizedClientException")
SSO = (failures.SSOError, failures.TokenRetrievalError, failures.UnauthorizedSSOTokenError)


def profile_names() -> list[str]:
    """Return the AWS profiles of this machine, also where the environment names one that is not among them."""
    return list(botocore.session.get_session().available_profiles)


class Access:
    """A profile of the user: `account` and `user` (an ARN) as which it reads."""

    def __init__(self, profile: str, region: str) -> None:
        """Sign in. Raise SampleError if that fails."""
        self.profile = profile
        with self.explained("sts:GetCallerIdentity"):
            self._session = boto3.Session(profile_name=profile)
            self._region = self._session.region_name or region
            identity = self.client("sts").get_caller_identity()
        self.account, self.user = identity["Account"], identity["Arn"]

    def client(self, service: str) -> Any:
        return self._session.client(service, region_name=self._region, config=CLIENTS)

    @contextmanager
    def explained(self, where: str) -> Iterator[None]:
        """Turn an error of AWS into one line about `where`."""
        try:
            yield
        except failures.ProfileNotFound:
            known = ", ".join(profile_names()) or "none"
            raise SampleError(f"PROFILE={self.profile}: there is no such AWS profile; there are: {known}") from None
        except SSO:
            raise SampleError(
                f"PROFILE={self.profile}: its sign-in has expired; run `aws sso login --profile {self.profile}`"
            ) from None
        except failures.ClientError as error:
            raise SampleError(f"{where}: {self._reason(error)}") from None
        except (failures.BotoCoreError, failures.HTTPClientError) as error:
            raise SampleError(f"{where}: {' '.join(str(error).split())} (PROFILE={self.profile})") from None

    def _reason(self, error: failures.ClientError) -> str:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        action = ACTIONS.get(error.operation_name, error.operation_name)
        if code in EXPIRED:
            return f"the credentials of PROFILE={self.profile} have expired; sign in again"
        if code in UNKNOWN:
            return f"AWS does not know the credentials of PROFILE={self.profile} ({code})"
        if code in ("AccessDenied", "AccessDeniedException", "403", "Forbidden"):
            who = getattr(self, "user", f"PROFILE={self.profile}")
            action = "kms:Decrypt" if "kms:Decrypt" in message else action
            return f"access denied: {who} may not {action} there"
        if code == "NoSuchBucket":
            return "there is no such bucket"
        if code == "InvalidObjectState":
            return "the object is archived; restore it first, or take another file with FROM="
        return f"{action} failed: {code} {message}".strip()


class S3Source:
    """Objects in S3, as the user of `access` may read them."""

    def __init__(self, access: Access) -> None:
        self._access, self._s3 = access, access.client("s3")

    def single(self, location: str) -> Item | None:
        bucket, key = split(location)
        if not key or key.endswith("/"):
            return None
        try:
            with self._access.explained(location):
                found = self._s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", [])
        except SampleError:
            if item := self._known_by_name(location):  # who may not list may still read it
                return item
            raise
        return _item(bucket, found[0], "") if found and found[0]["Key"] == key else None

    def _known_by_name(self, location: str) -> Item | None:
        bucket, key = split(location)
        try:
            found = self._s3.head_object(Bucket=bucket, Key=key)
        except failures.ClientError:
            return None
        return _item(bucket, {"Key": key, "Size": found["ContentLength"], **found}, "")

    def level(self, location: str, folder: str) -> Level:
        bucket, key = split(location)
        base = f"{key.rstrip('/')}/" if key.strip("/") else ""
        level, token = Level(), ""
        for _ in range(MAX_PAGES):
            after = {"ContinuationToken": token} if token else {}
            with self._access.explained(f"s3://{bucket}/{base}{folder}"):
                page = self._s3.list_objects_v2(Bucket=bucket, Prefix=base + folder, Delimiter="/", **after)
            level.folders += [item["Prefix"].removeprefix(base) for item in page.get("CommonPrefixes", [])]
            level.files += [_item(bucket, item, item["Key"].removeprefix(base)) for item in page.get("Contents", [])]
            token = page.get("NextContinuationToken", "")
            if not token:
                return level
        level.more = True
        return level

    def read(self, item: Item, start: int, length: int) -> bytes:
        bucket, _ = split(item.uri)
        with self._access.explained(item.uri):
            part = f"bytes={start}-{start + length - 1}"
            body = self._s3.get_object(Bucket=bucket, Key=item.key, Range=part)["Body"]
            try:
                content: bytes = body.read(length)
            finally:
                body.close()  # what a server sends in spite of the range is not read
        return content


def _item(bucket: str, found: dict[str, Any], name: str) -> Item:
    storage = found.get("StorageClass", "")
    archived = storage if storage in ARCHIVES and 'ongoing-request="false"' not in found.get("Restore", "") else ""
    return Item(f"s3://{bucket}/{found['Key']}", name, found["Size"], found["Key"], archived)
