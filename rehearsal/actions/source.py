"""The Source action, and the artifacts of all actions: zip files in the pipeline's bucket, as in AWS."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from rehearsal.aws.sessions import Session
from rehearsal.model import Action, ActionFailed, Done, Pipeline, RehearsalError

HEAD = "HEAD"


@dataclass(frozen=True)
class Source:
    """A clean copy of the project in `folder`, without Git history; its commit; and a remark to print."""

    folder: Path
    commit: str
    remark: str


class Artifacts:
    """The artifacts of one execution. `pipeline_session` copies an artifact that another Region needs."""

    def __init__(self, pipeline: Pipeline, pipeline_session: Session) -> None:
        self._pipeline, self._pipeline_session = pipeline, pipeline_session
        self._places: dict[str, tuple[str, str]] = {}  # name -> Region, key

    def put(self, folders: Iterable[tuple[str, Path]], session: Session) -> None:
        """Store each folder as the artifact of its name, in the bucket of the session's Region."""
        for name, folder in folders:
            key = f"{self._pipeline.name[:20]}/{name[:20]}/{uuid4().hex[:7]}"
            self._store(session, session.region, key, zipped(folder))
            self._places[name] = (session.region, key)

    def fetch(self, folders: Iterable[tuple[str, Path]], session: Session) -> None:
        """Unpack each artifact into its folder."""
        for name, folder in folders:
            folder.mkdir(parents=True)
            unzip(self.read(name, session), folder)

    def read_json(self, place: str, session: Session) -> dict[str, Any]:
        """Return the content of the JSON file at `place`, such as `Synth_Output::template.json`."""
        name, _, path = place.partition("::")
        with zipfile.ZipFile(io.BytesIO(self.read(name, session))) as files:
            try:
                content: dict[str, Any] = json.loads(files.read(path))
            except KeyError as error:
                raise ActionFailed(f"{path} is not in the artifact {name}") from error
        return content

    def read(self, name: str, session: Session) -> bytes:
        """Return an artifact as a zip file. If it is in another Region, the pipeline's role copies it first."""
        home, key = self._places[name]
        if home != session.region:
            self._store(self._pipeline_session, session.region, key, self._load(self._pipeline_session, home, key))
            self._places[name] = (session.region, key)
        return self._load(session, session.region, key)

    def _store(self, session: Session, region: str, key: str, body: bytes) -> None:
        bucket, encryption_key = self._pipeline.stores[region]
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": encryption_key} if encryption_key else {}
        session.client("s3").put_object(Bucket=bucket, Key=key, Body=body, **encryption)

    def _load(self, session: Session, region: str, key: str) -> bytes:
        answer = session.client("s3").get_object(Bucket=self._pipeline.stores[region][0], Key=key)
        body: bytes = answer["Body"].read()
        return body


def run_source(
    action: Action, session: Session, artifacts: Artifacts, clone: Callable[[Path], Source], folder: Path
) -> Done:
    """Store a clone of the project as the action's output, whichever repository and branch the action names."""
    source = clone(folder)
    artifacts.put([(name, source.folder) for name in action.outputs], session)
    settings = action.configuration
    repository = settings.get("FullRepositoryId") or settings.get("RepositoryName", "")
    variables = {
        "CommitId": source.commit,
        "BranchName": settings.get("BranchName", ""),
        "FullRepositoryName": repository,
        "RepositoryName": repository,
        "ConnectionArn": settings.get("ConnectionArn", ""),
    }
    place = " ".join(filter(None, [action.provider, repository, settings.get("BranchName")]))
    return Done("emulated", f"a git clone stands in for {place}: {source.remark}", variables)


def take(project: Path, folder: Path, *, working_tree: bool = False, revision: str = HEAD) -> Source:
    """Clone `revision` of the project's repository into `folder`. `working_tree` adds the uncommitted files.

    Of a project in a subfolder of its repository, only the subfolder counts.
    """
    commit = _git(project, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").strip()
    subject = _git(project, "log", "-1", "--format=%h %s", commit).strip()
    root, subfolder = _git(project, "rev-parse", "--show-toplevel", "--show-prefix").split("\n")[:2]
    _git(project, "clone", "--quiet", "--no-checkout", root, str(folder))
    _git(folder, "checkout", "--quiet", "--detach", commit)
    shutil.rmtree(folder / ".git")  # an artifact of a Source action has no history
    folder = folder / subfolder
    if not folder.is_dir():
        raise RehearsalError(f"{subfolder} is not in the commit {subject}; commit it first")
    changed = [line[3:] for line in _git(project, "status", "--porcelain", "-uall", "--", ".").splitlines()]
    if working_tree:
        known = _git(project, "ls-tree", "-r", "-z", "--name-only", commit)  # some may have been removed or renamed
        there = _git(project, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        for name in filter(None, {*known.split("\0"), *there.split("\0")}):
            _copy(project / name, folder / name)
        remark = f"{subject}, and {_files(len(changed))} not committed"
    elif changed and revision == HEAD:
        remark = f"{subject}; {_files(len(changed))} not committed and so not in it (--working-tree adds them)"
    else:
        remark = subject
    return Source(folder, commit, remark)


def last_commits(project: Path, count: int) -> list[str]:
    """Return the last commits, the oldest first. The last one is HEAD. Raise RehearsalError if there are fewer."""
    if count == 1:
        return [HEAD]
    commits = _git(project, "rev-list", "--first-parent", f"--max-count={count}", HEAD).split()
    if len(commits) < count:
        raise RehearsalError(f"there are {len(commits)} commits, and not {count}; give a smaller number")
    return [*commits[:0:-1], HEAD]


def uncommitted(project: Path, folder: str) -> list[str]:
    """Return the files in a folder of the project that are not in its last commit as they are, ignored or not."""
    new = _git(project, "ls-files", "-z", "--others", "--", folder)
    changed = _git(project, "diff", "-z", "--name-only", "--relative", "HEAD", "--", folder)
    return sorted({name for name in [*new.split("\0"), *changed.split("\0")] if (project / name).is_file()})


def _copy(origin: Path, target: Path) -> None:
    if origin.is_dir():
        return
    target.unlink(missing_ok=True)
    if origin.is_symlink() or origin.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(origin, target, follow_symlinks=False)


def _files(count: int) -> str:
    return "1 file is" if count == 1 else f"{count} files are"


def _git(folder: Path, *arguments: str) -> str:
    result = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True)
    if result.returncode:
        said = result.stderr.strip().splitlines()
        raise RehearsalError(f"git {arguments[0]} in {folder}: {said[-1] if said else 'no such revision'}")
    return result.stdout


def zipped(folder: Path) -> bytes:
    """Return a zip file of a folder, with file permissions and symbolic links."""
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
    """Unpack a zip file that `zipped` has made."""
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
