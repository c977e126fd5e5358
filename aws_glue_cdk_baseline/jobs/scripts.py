"""The job scripts of one stack as CDK assets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.pipeline.secret_scan import refuse_credentials


@dataclass(frozen=True)
class UploadedScript:
    """The place of a script in S3 after the stack's assets are published."""

    bucket: s3.IBucket
    bucket_name: str
    key: str


class ScriptAssets(Construct):
    """Uploads job scripts to the asset bucket of a stack. A script that several jobs share is uploaded once."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self._uploaded: dict[Path, UploadedScript] = {}

    def upload(self, script: Path) -> UploadedScript:
        """Return the place of `script`. The first call makes it an asset.

        Raise CredentialError if a line of it looks like a credential.
        """
        if script not in self._uploaded:
            # The source asset's check does not see a script that git ignores.
            refuse_credentials({_shown(script): script}, PROJECT)
            asset = assets.Asset(self, f"Script{len(self._uploaded)}", path=str(script))
            # All assets of a stack share one bucket. To ask each asset for it takes a tenth of a synth with 100 jobs.
            first = next(iter(self._uploaded.values()), None)
            bucket, name = (first.bucket, first.bucket_name) if first else (asset.bucket, asset.s3_bucket_name)
            self._uploaded[script] = UploadedScript(bucket, name, asset.s3_object_key)
        return self._uploaded[script]

    @property
    def keys(self) -> list[str]:
        """The keys of all uploaded scripts in the bucket of the stack's assets."""
        return [script.key for script in self._uploaded.values()]

    @property
    def bucket_name(self) -> str:
        """The bucket of the stack's assets. There is no name before the first script."""
        return next(iter(self._uploaded.values())).bucket_name


def _shown(script: Path) -> str:
    return str(script.relative_to(PROJECT) if script.is_relative_to(PROJECT) else script)
