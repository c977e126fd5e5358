"""The modules and packages beside a job's script as one zip: a CDK asset, for `--extra-py-files`.

A Python shell job takes no zip there: it gets a wheel, which keeps its name in S3. Both depend on the content of the
files alone, not on their times or permissions. Jobs with equal files share one.
"""

from __future__ import annotations

import base64
import hashlib
import io
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from aws_cdk import AssetStaging, FileAssetPackaging, Stack
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from aws_glue_cdk_baseline.config import PROJECT, Job
from aws_glue_cdk_baseline.pipeline.secret_scan import refuse_credentials

TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip can have
MODE = 0o644 << 16
NAME = "shared_code"  # of the package in a wheel
UNIX = 3  # the system on which the zip is made, in the file format


def zipped(files: Iterable[Path], root: Path) -> bytes:
    """Return a zip of `files`, each by its path from `root`.

    A package without `__init__.py` gets an empty one: Glue asks for it in a zip.
    """
    return _archive(_contents(files, root))


def wheel(files: Iterable[Path], root: Path) -> tuple[str, bytes]:
    """Return a wheel of `files`, each by its path from `root`, and its name without `.whl`.

    Its version is a number made of the content. https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    """
    contents = _contents(files, root)
    version = f"0.{int(hashlib.sha256(_archive(contents)).hexdigest()[:12], 16)}"
    about = f"{NAME}-{version}.dist-info"
    contents |= {
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {version}\n".encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: shared code\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in sorted(contents.items())]
    contents[f"{about}/RECORD"] = "\n".join([*record, f"{about}/RECORD,,", ""]).encode()
    return f"{NAME}-{version}-py3-none-any", _archive(contents)


def _contents(files: Iterable[Path], root: Path) -> dict[str, bytes]:
    contents = {file.relative_to(root).as_posix(): file.read_bytes() for file in files}
    for name in list(contents):
        if name.endswith(".py"):
            for folder in PurePosixPath(name).parents[:-1]:
                contents.setdefault(f"{folder}/__init__.py", b"")
    return contents


def _archive(contents: Mapping[str, bytes]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:  # not compressed: two versions of zlib would differ
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, TIME)
            entry.external_attr, entry.create_system = MODE, UNIX
            archive.writestr(entry, contents[name])
    return output.getvalue()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


class SharedCodeAssets(Construct):
    """Uploads the shared code of the jobs of a stack. Jobs with the same files share one asset."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self._keys: dict[tuple[tuple[Path, ...], bool], str] = {}  # of the files, for a Python shell job or not

    def upload(self, job: Job) -> str:
        """Return the key of the zip or the wheel of a job's shared files in the bucket of the stack's assets.

        Raise CredentialError if a line of a file looks like a credential.
        """
        files, is_shell = job.shared_files, job.settings.is_shell
        if (files, is_shell) not in self._keys:
            # The source asset's check does not see files that git ignores.
            refuse_credentials({_shown(file): file for file in files}, PROJECT)
            # CDK copies a zip as it is into its output, under the name of its content.
            with tempfile.TemporaryDirectory(prefix="shared-code-") as folder:
                key = self._wheel(job, Path(folder)) if is_shell else self._zip(job, Path(folder))
            self._keys[files, is_shell] = key
        return self._keys[files, is_shell]

    def _zip(self, job: Job, folder: Path) -> str:
        archive = folder / "shared_code.zip"
        archive.write_bytes(zipped(job.shared_files, job.scripts_folder))
        return assets.Asset(self, f"Zip{len(self._keys)}", path=str(archive)).s3_object_key

    def _wheel(self, job: Job, folder: Path) -> str:
        """Return the key of a wheel: its own name, by which pip knows it, in place of a hash."""
        name, content = wheel(job.shared_files, job.scripts_folder)
        archive = folder / f"{name}.whl"
        archive.write_bytes(content)
        stack = Stack.of(self)
        staged = AssetStaging(self, f"Wheel{len(self._keys)}", source_path=str(archive))
        location = stack.synthesizer.add_file_asset(
            file_name=staged.relative_staged_path(stack), packaging=FileAssetPackaging.FILE, source_hash=name
        )
        return location.object_key

    @property
    def keys(self) -> list[str]:
        """The keys of all uploaded zips in the bucket of the stack's assets."""
        return list(self._keys.values())


def _shown(file: Path) -> str:
    return str(file.relative_to(PROJECT) if file.is_relative_to(PROJECT) else file)
