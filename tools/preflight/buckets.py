"""The buckets of the jobs' locations: there, in the Region of the stage, and with a key that the jobs may use."""

from __future__ import annotations

from collections.abc import Iterator

from aws_glue_cdk_baseline.config import Job, StageConfig
from aws_glue_cdk_baseline.config.regions import partition_of
from tools.preflight.config_lines import ConfigLines
from tools.preflight.finding import Finding, fail, looked, ok
from tools.preflight.reader import DeniedError, Reader
from tools.preflight.used import Used, Uses, used_buckets, used_keys
from tools.stage_jobs.account import MissingError, RefusedError

OWN_OF_S3 = "alias/aws/s3"  # a key that AWS manages: who may read the bucket may use it
NOT_ENCRYPTED = "ServerSideEncryptionConfigurationNotFoundError"


def check_buckets(reader: Reader, stage: StageConfig, lines: ConfigLines) -> Iterator[Finding]:
    """Yield the findings of each bucket and of each KMS key. `reader` is in the account and Region of the stage."""
    of_buckets, keys = set(), used_keys(stage, lines)
    for name, used in used_buckets(stage, lines).items():
        bucket = _Bucket(reader, name, used, keys)
        yield from looked(bucket.about, bucket.check)
        of_buckets.add(bucket.key)
    for arn, used in keys.items():
        if arn not in of_buckets:
            yield from _key_findings(reader, arn, used)


class _Bucket:
    """A bucket. `key` is the ARN of the key that encrypts new objects, when it has been looked at."""

    def __init__(self, reader: Reader, name: str, used: Used, keys: Uses) -> None:
        self._reader, self._name, self._used, self._keys = reader, name, used, keys
        self.about, self.key = f"bucket {name}", ""
        self._arn = f"arn:{partition_of(reader.region)}:s3:::{name}"

    def check(self) -> Iterator[Finding]:
        here, used = self._reader.region, self._used
        try:
            answer = self._reader.call("s3", "head_bucket", self._arn, Bucket=self._name)
        except MissingError:
            yield fail(
                self.about, f"does not exist; create it in {here}, or correct the location of {used.by} ({used.at})"
            )
            return
        region = answer.get("BucketRegion") or here
        if region != here and (used.written or self._is_of_this_account()):
            yield fail(
                self.about,
                f"is in {region}, and the stage is in {here}; take a bucket there for {used.by} ({used.at})",
            )
            return
        where = "exists" if region == here else f"exists, in {region}"
        try:
            key = self.key = self._key()
        except DeniedError:
            if self._is_of_this_account():
                raise
            yield ok(self.about, f"{where}; it is of another account, which alone sees its key")
            return
        if not key:
            yield ok(self.about, where)
            return
        if problem := _problem(self._reader, key):
            yield fail(self.about, f"is encrypted with {key}, which {problem} ({used.by}, {used.at})")
            return
        if refused := [job.name for job in used.jobs if not _may_use(job, self._name, key)]:
            yield fail(
                self.about,
                f"is encrypted with a key that {', '.join(refused)} may not use; {self._mend(key)}",
            )
            return
        yield ok(self.about, f"{where}, and the jobs may use its key")

    def _mend(self, key: str) -> str:
        """Return how the jobs get the key, where the config may name other keys of the bucket."""
        named = list(dict.fromkeys(arn for job in self._used.jobs for arn in job.kms_keys.get(self._name, ())))
        if not named:
            return f"add `kmsKeys: {{{self._name}: '{key}'}}` ({self._used.at})"
        listed = ", ".join(f"'{arn}'" for arn in [*named, key])
        return f"write `{self._name}: [{listed}]` under kmsKeys ({self._keys[named[0]].at})"

    def _is_of_this_account(self) -> bool:
        owner = self._reader.account
        try:
            self._reader.call("s3", "head_bucket", self._arn, Bucket=self._name, ExpectedBucketOwner=owner)
        except DeniedError:
            return False
        return True

    def _key(self) -> str:
        """Return the ARN of the key that encrypts new objects, or nothing if S3 manages it."""
        try:
            answer = self._reader.call("s3", "get_bucket_encryption", self._arn, Bucket=self._name)
        except RefusedError as error:
            if error.code == NOT_ENCRYPTED:
                return ""
            raise
        for rule in answer["ServerSideEncryptionConfiguration"]["Rules"]:
            default = rule.get("ApplyServerSideEncryptionByDefault", {})
            key = str(default.get("KMSMasterKeyID", ""))
            if default.get("SSEAlgorithm", "").startswith("aws:kms") and key and not key.endswith(OWN_OF_S3):
                return self._arn_of(key)
        return ""

    def _arn_of(self, key: str) -> str:
        """Return the ARN of a key of this account and Region that is given as an id, an alias or an ARN."""
        if ":key/" in key:
            return key
        if "alias/" in key:
            answer = self._reader.call("kms", "describe_key", key, KeyId=key)
            return str(answer["KeyMetadata"]["Arn"])
        return f"arn:{partition_of(self._reader.region)}:kms:{self._reader.region}:{self._reader.account}:key/{key}"


def _key_findings(reader: Reader, arn: str, used: Used) -> Iterator[Finding]:
    about = f"key {arn}"

    def check() -> Iterator[Finding]:
        problem = _problem(reader, arn)
        yield fail(about, f"{problem} ({used.by}, {used.at})") if problem else ok(about, "is enabled")

    yield from looked(about, check)


def _problem(reader: Reader, key: str) -> str:
    """Return why nobody can use a key, or nothing."""
    region = key.split(":")[3]
    if region != reader.region:
        return f"is in {region}, and the jobs run in {reader.region}"
    try:
        state = reader.call("kms", "describe_key", key, KeyId=key)["KeyMetadata"]["KeyState"]
    except MissingError:
        return "does not exist; use another key"
    if state == "Enabled":
        return ""
    first = "cancel its deletion and " if state == "PendingDeletion" else ""
    return f"is in the state {state}; {first}enable it, or use another key"


def _may_use(job: Job, bucket: str, key: str) -> bool:
    """Return true if a job's role gets the key by `kmsKeys`, or by a statement of its own."""
    stated = [arn for item in job.settings.statements for arn in item.resources if "kms:" in str(item.actions)]
    return key in job.kms_keys.get(bucket, ()) or key in stated
