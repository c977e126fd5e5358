"""Artifacts: zip files in the pipeline's own bucket, put and fetched with the roles that do so in AWS."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path
from uuid import uuid4

from rehearsal.credentials import Credentials, Identities
from rehearsal.pipeline import Pipeline


class Artifacts:
    """The artifacts of one pipeline execution."""

    def __init__(self, identities: Identities, pipeline: Pipeline, pipeline_role: Credentials) -> None:
        self._identities, self._pipeline, self._pipeline_role = identities, pipeline, pipeline_role
        self._places: dict[str, tuple[str, str]] = {}  # name -> Region, key

    def put(self, name: str, folder: Path, credentials: Credentials, region: str = "") -> None:
        """Store the folder as the artifact `name`, in the bucket of the action's Region."""
        region = region or self._pipeline.region
        key = f"{self._pipeline.name[:20]}/{name[:20]}/{uuid4().hex[:7]}"
        self._store(region, key, zipped(folder), credentials)
        self._places[name] = (region, key)

    def fetch(self, name: str, folder: Path, credentials: Credentials, region: str = "") -> None:
        """Unpack the artifact into `folder`; one from another Region is copied by the pipeline first."""
        unzip(self.read(name, credentials, region), folder)

    def read(self, name: str, credentials: Credentials, region: str = "") -> bytes:
        """The artifact as a zip file."""
        region = region or self._pipeline.region
        home, key = self._places[name]
        if home != region:
            self._store(region, key, self._load(home, key, self._pipeline_role), self._pipeline_role)
            self._places[name] = (region, key)
        return self._load(region, key, credentials)

    def _store(self, region: str, key: str, body: bytes, credentials: Credentials) -> None:
        bucket, encryption_key = self._pipeline.stores[region]
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": encryption_key} if encryption_key else {}
        self._identities.client("s3", credentials, region).put_object(Bucket=bucket, Key=key, Body=body, **encryption)

    def _load(self, region: str, key: str, credentials: Credentials) -> bytes:
        s3 = self._identities.client("s3", credentials, region)
        body: bytes = s3.get_object(Bucket=self._pipeline.stores[region][0], Key=key)["Body"].read()
        return body


def zipped(folder: Path) -> bytes:
    """A zip file of a folder, with permissions and symbolic links."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1, strict_timestamps=False) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink():
                entry = zipfile.ZipInfo(str(path.relative_to(folder)))
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
                archive.writestr(entry, os.readlink(path))
            elif path.is_file():
                archive.write(path, path.relative_to(folder))
    return buffer.getvalue()


def unzip(content: bytes, folder: Path) -> None:
    """Unpack what `zipped` made."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            mode, target = entry.external_attr >> 16, folder / entry.filename
            if stat.S_ISLNK(mode):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(archive.read(entry).decode())
            else:
                archive.extract(entry, folder)
                if mode and not entry.is_dir():
                    target.chmod(stat.S_IMODE(mode))
