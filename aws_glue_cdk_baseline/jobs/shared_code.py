"""The modules and packages beside a job's script as one zip: a CDK asset, for `--extra-py-files`.

The zip depends on the content of its files alone, not on their times or permissions. Jobs with equal files share one.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from aws_glue_cdk_baseline.config import PROJECT, Job
from aws_glue_cdk_baseline.pipeline.secret_scan import refuse_credentials

TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip can have
MODE = 0o644 << 16
UNIX = 3  # the system on which the zip is made, in the file format


def zipped(files: Iterable[Path], root: Path) -> bytes:
    """Return a zip of `files`, each by its path from `root`.

    A package without `__init__.py` gets an empty one: Glue asks for it in a zip.
    """
    contents = {file.relative_to(root).as_posix(): file.read_bytes() for file in files}
    for name in list(contents):
        if name.endswith(".py"):
            for folder in PurePosixPath(name).parents[:-1]:
                contents.setdefault(f"{folder}/__init__.py", b"")
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:  # not compressed: two versions of zlib would differ
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, TIME)
            entry.external_attr, entry.create_system = MODE, UNIX
            archive.writestr(entry, contents[name])
    return output.getvalue()


class SharedCodeAssets(Construct):
    """Uploads the shared code of the jobs of a stack. Jobs with the same files share one asset."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self._keys: dict[tuple[Path, ...], str] = {}

    def upload(self, job: Job) -> str:
        """Return the key of the zip of a job's shared files in the bucket of the stack's assets.

        Raise CredentialError if a line of a file looks like a credential.
        """
        files = job.shared_files
        if files not in self._keys:
            # The source asset's check does not see files that git ignores.
            refuse_credentials({_shown(file): file for file in files}, PROJECT)
            # CDK copies a zip as it is into its output, under the name of its content.
            with tempfile.TemporaryDirectory(prefix="shared-code-") as folder:
                archive = Path(folder) / "shared_code.zip"
                archive.write_bytes(zipped(files, job.scripts_folder))
                asset = assets.Asset(self, f"Zip{len(self._keys)}", path=str(archive))
            self._keys[files] = asset.s3_object_key
        return self._keys[files]


def _shown(file: Path) -> str:
    return str(file.relative_to(PROJECT) if file.is_relative_to(PROJECT) else file)
