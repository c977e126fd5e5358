"""Refuse to deploy a file that looks like a credential, by its name or by what is written in it.

The formats are those that their issuers publish. A few patterns instead of a library: detect-secrets, which
tests/unit/test_credential_check.py compares them with, would add six packages to what a synth needs, 0.15 s to import
it, and knows neither unquoted AWS secrets nor encrypted private keys nor GitHub's newer tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from aws_glue_cdk_baseline.config_checks.errors import ConfigError, Problem

MAX_BYTES = 10 * 1024 * 1024  # of each file: credentials are not at the end of large data
MAX_SHOWN = 10  # of one kind in one file

NAMES = {
    "environment variables": r"\.env(\.(?!example$|sample$|template$|dist$).*)?",
    "a private key": r".*\.(pem|key|ppk|p12|pfx)|id_(rsa|dsa|ecdsa|ed25519)",
    "stored credentials": r"credentials(\.(json|ya?ml|csv|ini|txt))?|\.(netrc|pypirc|pgpass|htpasswd|git-credentials)"
    r"|rootkey\.csv|.*_accessKeys\.csv",
}
_SECRET = rb"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])(?<!EXAMPLEKEY)"  # AWS's own examples end so
CONTENT = {
    "a private key": rb"----[- ]BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY|PuTTY-User-Key-File-\d",
    "an AWS access key id": rb"(?<![A-Za-z0-9/+])A(?:3T[A-Z0-9]|KIA|SIA|BIA|CCA)[A-Z0-9]{16}(?<!EXAMPLE)"
    rb"(?![A-Za-z0-9/+])",
    "an AWS secret access key": rb"(?i:secret_?(?:access_?)?key)[\"']?\s{0,3}[=:,]\s{0,3}[\"']?" + _SECRET + rb"|"
    rb"(?i:aws.{0,20}?(?:key|pwd|pw|password|pass|token)).{0,20}?[\"']" + _SECRET + rb"[\"']",
    "an AWS session token": rb"(?i:session_?token)[\"']?\s{0,3}[=:]\s{0,3}[\"']?[A-Za-z0-9/+=]{100}",
    "a GitHub token": rb"gh[pousr]_[A-Za-z0-9_]{36}|github_pat_[A-Za-z0-9_]{50}",
    "a GitLab token": rb"(?:gl(?:pat|dt|ft|soat|rt|cbt|imt|ptt|agent|oas)-|GR1348941)[A-Za-z0-9_-]{20}",
    "a Slack token": rb"(?i:xox[abeoprs]-(?:\d+-)+[a-z0-9]+|xapp-\d-[A-Z0-9]+-\d+-[a-z0-9]+"
    rb"|hooks\.slack\.com/services/T\w+/B\w+/\w+)",
    "an npm token": rb"npm_[A-Za-z0-9]{36}|:_authToken=\s*(?:npm_.|[A-Fa-f0-9-]{36})",
    "a PyPI token": rb"pypi-Ag(?:EIcHlwaS5vcmc|ENdGVzdC5weXBpLm9yZw)[\w-]{50}",
    "a Stripe key": rb"[rs]k_live_[0-9a-zA-Z]{24}",
    "a Google API key": rb"AIza[\w-]{35}",
    "a password in a URL": rb"://[^\s:/?#@\[\]!$&'()*+,;=\"<>{}]+:[^\s:/?#@\[\]!$&'()*+,;=\"<>{}]{3,}@",
}
BY_NAME = (
    "and would go to the Git repository; name it in .gitignore and remove it from Git (`git rm --cached`);"
    " if it is harmless, write `pragma: allowlist secret` in its first line"
)
BY_CONTENT = (
    "and would go to the Git repository; take it out, and revoke it if it was committed; if it is none, write"
    " `pragma: allowlist secret` at the end of the line, or `pragma: allowlist nextline secret` on the line above"
)
_THIS_LINE = re.compile(rb"pragma: ?allowlist[ -]secret")
_NEXT_LINE = re.compile(rb"pragma: ?allowlist[ -]nextline[ -]secret")


class CredentialError(ConfigError):
    """Files that must not be deployed: app.py ends with it as with a faulty config."""


def refuse_credentials(files: Mapping[str, Path]) -> None:
    """Raises CredentialError where one of `files`, by the names that messages call them, looks like a credential."""
    if problems := [problem for name, file in files.items() for problem in _problems(name, file)]:
        raise CredentialError(problems)


def _problems(name: str, file: Path) -> Iterator[Problem]:
    if file.is_symlink() or not file.is_file():  # of a link, Git and the asset keep where it points to
        return
    with file.open("rb") as stream:
        content = stream.read(MAX_BYTES)
    for kind, by_name in NAMES.items():
        if re.fullmatch(by_name, file.name) and not _acknowledged(content, 0, of_file=True):
            yield Problem(name, 1, "", f"looks like {kind} by its name, {BY_NAME}")
            return
    for kind, pattern in CONTENT.items():
        places = (match.start() for match in re.finditer(pattern, content))
        for place in islice((place for place in places if not _acknowledged(content, place)), MAX_SHOWN):
            line = content.count(b"\n", 0, place) + 1
            yield Problem(name, line, "", f"looks like {kind}, {BY_CONTENT}")


def _acknowledged(content: bytes, position: int, *, of_file: bool = False) -> bool:
    start = content.rfind(b"\n", 0, position) + 1
    end = content.find(b"\n", position)
    line = content[start : end if end >= 0 else len(content)]
    above = content[content.rfind(b"\n", 0, max(start - 1, 0)) + 1 : start]
    return bool(_THIS_LINE.search(line) or _NEXT_LINE.search(line if of_file else above))
