"""Refuse to deploy a file that looks like a credential, by its name or by its content.

The patterns follow the formats that the issuers publish. The library detect-secrets would add six packages and 0.15 s
to each synth, and does not know unquoted AWS secrets, encrypted private keys and GitHub's newer tokens.
tests/template/stacks/test_secret_scan.py compares the patterns with it.
"""

from __future__ import annotations

import bz2
import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from io import BufferedIOBase
from itertools import islice
from pathlib import Path

from aws_glue_cdk_baseline.config.errors import ConfigError, ErrorLine

MAX_BYTES = 10 * 1024 * 1024  # of each file: large files are data, and a credential is rarely at their end
MAX_SHOWN = 10  # of one kind in one file

NAMES = {
    "environment variables": r"\.env(\.(?!example$|sample$|template$|dist$).*)?|\.env~|\.envrc|[\w-]+\.env",
    "a private key": r".*\.(pem|key|ppk|p12|pfx|jks|keystore)|id_(rsa|dsa|ecdsa|ed25519)(\.(old|bak))?",
    "stored credentials": r"credentials(\.(json|ya?ml|csv|ini|txt))?|\.(netrc|pypirc|pgpass|htpasswd|git-credentials)"
    r"|rootkey\.csv|.*_accessKeys\.csv|.*\.tfstate(\.backup)?|\.vault-token|kubeconfig",
}
_ASSIGNED = rb"[\\\"']{0,3}\s{0,40}(?:[=:,]|=>)\s{0,40}[\\\"']{0,3}"
_SECRET = rb"[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])(?<!EXAMPLEKEY)"  # the examples in AWS's documentation end with it
_IN_URL = rb"[^\s:/?#@\[\]!$&'()*+,;=\"<>{}]"
_PLACEHOLDER = rb"(?i:password|passwd|passphrase|pass|pwd|pw|secret|token|changeme|x+|\.+)"
CONTENT = {
    "a private key": rb"----[- ]BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY|PuTTY-User-Key-File-\d",
    "an AWS access key id": rb"(?<![A-Za-z0-9/+])A(?:3T[A-Z0-9]|KIA|SIA|BIA|CCA)(?!([A-Z0-9])\1{15})[A-Z0-9]{16}"
    rb"(?<!EXAMPLE)(?![A-Za-z0-9+])",
    "an AWS secret access key": rb"(?i:secret[._-]?(?:access[._-]?)?key)" + _ASSIGNED + _SECRET + rb"|"
    rb"(?i:secret\.key</name>\s{0,40}<value>)" + _SECRET + rb"|"
    rb"(?i:aws.{0,20}?(?:key|pwd|pw|password|pass|token)).{0,20}?[\"'](?<![A-Za-z0-9/+=])" + _SECRET + rb"[\"']",
    "an AWS session token": rb"(?i:session[._-]?token)" + _ASSIGNED + rb"[A-Za-z0-9/+=]{100}",
    "a GitHub token": rb"(?:gh[pousr]_(?!([A-Za-z0-9_])\1{15})[A-Za-z0-9_]{36}|github_pat_[A-Za-z0-9_]{50})",
    "a GitLab token": rb"(?:gl(?:pat|dt|ft|soat|rt|cbt|imt|ptt|agent|oas)-|GR1348941)[A-Za-z0-9_-]{20}",
    "a Slack token": rb"(?i:xox[abeoprs]-(?:\d+-)+[a-z0-9]+|xapp-\d-[A-Z0-9]+-\d+-[a-z0-9]+"
    rb"|hooks\.slack\.com/services/T\w+/B\w+/\w+)",
    "an npm token": rb"npm_[A-Za-z0-9]{36}|:_authToken=\s*(?:npm_.|[A-Fa-f0-9-]{36})",
    "a PyPI token": rb"pypi-Ag(?:EIcHlwaS5vcmc|ENdGVzdC5weXBpLm9yZw)[\w-]{50}",
    "a Stripe key": rb"[rs]k_live_[0-9a-zA-Z]{24}",
    "a Google API key": rb"AIza[\w-]{35}",
    "a Databricks token": rb"\bdapi[0-9a-f]{32}\b",
    "an Azure storage key": rb"AccountKey=[A-Za-z0-9+/]{86}==",
    # Except a password that equals the user's name (postgres:postgres), a placeholder, or one for this machine.
    "a password in a URL": rb"://(?P<user>"
    + _IN_URL
    + rb"+):(?!(?:(?P=user)|"
    + _PLACEHOLDER
    + rb")@)"
    + _IN_URL
    + rb"{3,}@(?!localhost\b|127\.0\.0\.1\b)|(?i:jdbc:)[^\s\"']{1,300}[?;&](?i:password)=(?!"
    + _PLACEHOLDER
    + rb"\b)[^\s\"'&;${}<>*]{3,}",
}
BY_NAME = (
    "and would go to the Git repository; name it in .gitignore and remove it from Git (`git rm --cached`);"
    " if it is harmless, write `pragma: allowlist secret` in its first line"
)
BY_CONTENT = (
    "and would go to the Git repository; remove it, and revoke it if it was committed; if it is harmless, write"
    " `pragma: allowlist secret` at the end of the line, or `pragma: allowlist nextline secret` on the line above"
)
IN_SAMPLE = (
    "and would go to the Git repository; leave it out of the sample or take it again with MASK=column, and revoke it if"
    " it was committed; if it is harmless, add this line to {}: {}"
)
SAMPLES, ALLOWLIST = "samples/", "samples/allowlist.txt"  # data has no place for a remark
COMPRESSED: dict[bytes, Callable[[Path], BufferedIOBase]] = {b"\x1f\x8b": gzip.GzipFile, b"BZh": bz2.BZ2File}
_THIS_LINE = re.compile(rb"pragma: ?allowlist[ -]secret")
_NEXT_LINE = re.compile(rb"pragma: ?allowlist[ -]nextline[ -]secret")
OUTSIDE = "is a link out of the project, and its target would go to the Git repository; replace the link by a file"


class CredentialError(ConfigError):
    """There are files that must not be deployed. app.py prints them like the errors of a config."""


def refuse_credentials(files: Mapping[str, Path], project: Path) -> None:
    """Raise CredentialError if one of `files` (name in messages -> path) looks like a credential.

    A file that is reached by a link out of `project` is refused too: CDK would pack the target of the link.
    """
    allowed = _allowed_in_samples(project)
    errors = {error: None for name, file in files.items() for error in _errors(name, file, project, allowed)}
    if errors:
        raise CredentialError(list(errors))


def _allowed_in_samples(project: Path) -> set[str]:
    """Return the lines of the allowlist of samples, such as `bucket/orders/a.json: an npm token`, without comments."""
    file = project / ALLOWLIST
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.is_file() else []
    return {line.partition("#")[0].strip() for line in lines}


def _errors(name: str, file: Path, project: Path, allowed: set[str]) -> Iterator[ErrorLine]:
    if not file.is_file():
        return
    if link := _link_outside(file, project):
        yield ErrorLine(link, 1, "", OUTSIDE)
        return
    content = _content(file)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16, in which PowerShell writes files
        content = content.decode("utf-16", errors="replace").encode()
    if not content.strip():
        return
    data = name.startswith(SAMPLES) and name != ALLOWLIST
    for kind, by_name in NAMES.items():
        if re.fullmatch(by_name, file.name, re.IGNORECASE) and not _acknowledged(content, 0, of_file=True):
            entry = f"{name.removeprefix(SAMPLES)}: {kind}"
            if not (data and entry in allowed):
                advice = IN_SAMPLE.format(ALLOWLIST, entry) if data else BY_NAME
                yield ErrorLine(name, 1, "", f"looks like {kind} by its name, {advice}")
            return
    for kind, pattern in CONTENT.items():
        entry = f"{name.removeprefix(SAMPLES)}: {kind}"
        if data and entry in allowed:
            continue
        advice = IN_SAMPLE.format(ALLOWLIST, entry) if data else BY_CONTENT
        places = (match.start() for match in re.finditer(pattern, content))
        for place in islice((place for place in places if not _acknowledged(content, place)), MAX_SHOWN):
            line = content.count(b"\n", 0, place) + 1
            yield ErrorLine(name, line, "", f"looks like {kind}, {advice}")


def _content(file: Path) -> bytes:
    """Return the beginning of a file, decompressed if it is a gzip or bzip2 file that can be read."""
    with file.open("rb") as stream:
        content = stream.read(MAX_BYTES)
    for magic, opened in COMPRESSED.items():
        if content.startswith(magic):
            try:
                with opened(file) as stream:
                    return stream.read(MAX_BYTES)
            except (OSError, EOFError, zlib.error):
                break
    return content


def _link_outside(file: Path, project: Path) -> str | None:
    """Return the link in the path of a file that leads out of the project, or None."""
    if not file.is_relative_to(project) or file.resolve().is_relative_to(project.resolve()):
        return None
    parts = file.relative_to(project).parts
    paths = [project.joinpath(*parts[: depth + 1]) for depth in range(len(parts))]
    return next(path.relative_to(project).as_posix() for path in paths if path.is_symlink())


def _acknowledged(content: bytes, position: int, *, of_file: bool = False) -> bool:
    start = content.rfind(b"\n", 0, position) + 1
    end = content.find(b"\n", position)
    line = content[start : end if end >= 0 else len(content)]
    above = content[content.rfind(b"\n", 0, max(start - 1, 0)) + 1 : start]
    return bool(_THIS_LINE.search(line) or _NEXT_LINE.search(line if of_file else above))
