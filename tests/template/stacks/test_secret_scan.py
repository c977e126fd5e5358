"""Texts that look like a credential. Every fake is put together here, so that this file has none in it."""

from __future__ import annotations

import bz2
import gzip
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.pipeline.secret_scan import CONTENT, CredentialError, refuse_credentials

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
KEY_ID = "AK" + "IA" + "Q3EGRTZ7UVPWXYAB"
SECRET = "wJal/rXUtnFEMI+K7MDENGb" + "PxRfiCYzzzzzzzzzz"
KEY_HEADER = "-----BEGIN {}" + "PRIVATE KEY-----"
FAKES = {
    "aws_access_key_id = " + KEY_ID: "an AWS access key id",
    f'key = "AS{"IA"}{"ABCDEFGH" * 2}"': "an AWS access key id",
    "aws_secret_" + "access_key = " + SECRET: "an AWS secret access key",
    "export AWS_SECRET_" + "ACCESS_KEY=" + SECRET: "an AWS secret access key",
    "aws_secret_" + "access_key          = " + SECRET: "an AWS secret access key",
    'conf.set("fs.s3a.secret' + f'.key", "{SECRET}")': "an AWS secret access key",
    '\\"aws_secret_' + f'access_key\\": \\"{SECRET}\\"': "an AWS secret access key",
    "<name>fs.s3a.secret" + f".key</name><value>{SECRET}</value>": "an AWS secret access key",
    "Credential=" + KEY_ID + "/20260101/us-east-1": "an AWS access key id",
    '"SecretAccess' + f'Key": "{SECRET}"': "an AWS secret access key",
    "aws_session_" + "token=" + LETTERS * 3: "an AWS session token",
    KEY_HEADER.format(""): "a private key",
    KEY_HEADER.format("RSA "): "a private key",
    KEY_HEADER.format("ENCRYPTED "): "a private key",
    "PuTTY-User-" + "Key-File-3: ssh-ed25519": "a private key",
    "gh" + "p_" + LETTERS: "a GitHub token",
    "github_" + "pat_" + LETTERS * 2: "a GitHub token",
    "gl" + "pat-" + LETTERS[:20]: "a GitLab token",
    "xox" + "b-123456789012-" + LETTERS: "a Slack token",
    "https://hooks." + "slack.com/services/T0/B0/x": "a Slack token",
    "npm" + "_" + LETTERS: "an npm token",
    "pypi-" + "AgEIcHlwaS5vcmc" + LETTERS * 2: "a PyPI token",
    "sk_" + "live_" + LETTERS[:24]: "a Stripe key",
    "AI" + "za" + LETTERS[:35]: "a Google API key",
    "da" + "pi" + "0123456789abcdef" * 2: "a Databricks token",
    "Account" + "Key=" + "Ab3+" * 21 + "Ab==": "an Azure storage key",
    "jdbc:postgresql://etl:" + "hunter2@db.internal/sales": "a password in a URL",
    "jdbc:mysql://db.internal/sales?user=etl&pass" + "word=hunter2": "a password in a URL",
}
HARMLESS = [
    "AK" + "IAIOSFODNN7EXAMPLE",  # AWS's documentation
    "aws_secret_" + "access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    'aws_secret_access_key="emulated"',
    "arn:aws:secretsmanager:us-east-1:123456789101:secret:db-AbCdEf",
    "https://example.com:8443/a@b",
    "git@example.com:team/project.git",
    "sha512-" + "q3EGRTZ7UVPWXYAB" * 5,
    "-----BEGIN CERTIFICATE-----",
    "password: ${PASSWORD}",
    "postgresql://user:" + "password@db.internal/sales",
    "postgresql+psycopg2://airflow:" + "airflow@postgres/airflow",
    "http://minio:" + "hunter2hunter@localhost:9000",
    "jdbc:mysql://db/sales?user=etl&pass" + "word=${PASSWORD}",
    "https://user:" + "TOKEN@github.com/team/project",
    "AK" + "IA" + "X" * 16,
    "gh" + "p_" + "x" * 36,
]


def said(tmp_path: Path, name: str, text: str | bytes) -> list[str]:
    """The lines that refuse a file, without the advice."""
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        refuse_credentials({name: file}, tmp_path)
    except CredentialError as error:
        return [line.split(", and would")[0] for line in str(error).splitlines()]
    return []


@pytest.mark.parametrize("fake", FAKES)
def test_a_credential_is_named_with_its_line(tmp_path: Path, fake: str) -> None:
    assert said(tmp_path, "a.txt", f"first\n\n  {fake}\nlast") == [f"a.txt:3: looks like {FAKES[fake]}"]


def test_every_kind_has_a_fake() -> None:
    assert set(FAKES.values()) == set(CONTENT)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_none_passes(tmp_path: Path, text: str) -> None:
    assert said(tmp_path, "a.txt", text) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    {
        **dict.fromkeys([".env", ".env.prod", "jobs/.env", "prod.env", ".envrc", ".ENV"], "environment variables"),
        **dict.fromkeys(["ca.pem", "keys/tls.key", "id_rsa.old", "x.p12", "kafka.jks", "CA.PEM"], "a private key"),
        **dict.fromkeys(["credentials", ".aws/credentials", "credentials.json", ".netrc"], "stored credentials"),
    }.items(),
)
def test_a_file_is_known_by_its_name(tmp_path: Path, name: str, kind: str) -> None:
    assert said(tmp_path, name, b"\xff\x00") == [f"{name}:1: looks like {kind} by its name"]


@pytest.mark.parametrize(
    "name", [".env.example", "credentials.py", "environment.yml", "keys.txt", "monkey", "id_rsa.pub"]
)
def test_a_harmless_name_passes(tmp_path: Path, name: str) -> None:
    assert said(tmp_path, name, "x") == []
    assert said(tmp_path, ".env", "\n") == []  # and a file with nothing in it


def test_a_false_positive_is_acknowledged_where_it_stands(tmp_path: Path) -> None:
    assert said(tmp_path, "a.py", f"x = '{KEY_ID}'  # pragma: allowlist secret") == []
    assert said(tmp_path, "a.py", f"# pragma: allowlist nextline secret\n{KEY_HEADER}".format("")) == []
    assert said(tmp_path, "ca.pem", "# public: pragma: allowlist secret\n") == []
    assert said(tmp_path, "a.py", f"# pragma: allowlist secret\n{KEY_ID}") == [
        "a.py:2: looks like an AWS access key id"
    ]
    assert len(said(tmp_path, "b.py", f"{KEY_ID} # pragma: allowlist secret\n{KEY_ID}\n{KEY_ID}")) == 2


def test_the_advice_is_on_the_same_line_and_the_credential_is_not(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(KEY_ID)
    with pytest.raises(CredentialError) as raised:
        refuse_credentials({"a": tmp_path / "a"}, tmp_path)
    assert str(raised.value) == (
        "a:1: looks like an AWS access key id, and would go to the Git repository; remove it, and revoke it if it was"
        " committed; if it is harmless, write `pragma: allowlist secret` at the end of the line, or `pragma: allowlist"
        " nextline secret` on the line above"
    )


def test_ten_of_a_kind_are_enough(tmp_path: Path) -> None:
    assert len(said(tmp_path, "a.txt", f"{KEY_ID}\n" * 200_000)) == 10


def test_a_file_that_is_gone_or_a_folder_is_no_content(tmp_path: Path) -> None:
    refuse_credentials({name: tmp_path / name for name in ("gone", ".")}, tmp_path)


def test_what_a_link_points_to_is_read_and_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    outside, project = tmp_path / "outside", tmp_path / "project"
    for folder in (outside / "deep", project / "jobs"):
        folder.mkdir(parents=True)
    (outside / "deep" / "harmless").write_text("nothing")
    (project / "a").write_text(KEY_ID)
    (project / "inside").symlink_to(project / "a")
    (project / "file").symlink_to(outside / "deep" / "harmless")
    (project / "jobs" / "folder").symlink_to(outside)
    names = ["inside", "file", "jobs/folder/deep/harmless"]
    with pytest.raises(CredentialError) as raised:
        refuse_credentials({name: project / name for name in names}, project)
    assert [line.split("; ")[0].split(", and")[0] for line in str(raised.value).splitlines()] == [
        "file:1: is a link out of the project",
        "inside:1: looks like an AWS access key id",
        "jobs/folder:1: is a link out of the project",
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_that_powershell_wrote_is_read(tmp_path: Path, encoding: str) -> None:
    mark = {"utf-16": b"", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}[encoding]
    assert said(tmp_path, "a.txt", mark + f"x\n{KEY_ID}\n".encode(encoding)) == [
        "a.txt:2: looks like an AWS access key id"
    ]


@pytest.mark.parametrize("packed", [bytes, gzip.compress, bz2.compress])
def test_a_sample_is_read_also_if_it_is_compressed(tmp_path: Path, packed: Callable[[bytes], bytes]) -> None:
    name = "samples/data/in/a.json"
    content = packed(f'{{"id": 1}}\n{{"id": "{KEY_ID}"}}\n'.encode())
    assert said(tmp_path, name, content) == [f"{name}:2: looks like an AWS access key id"]
    assert said(tmp_path, name, packed(b'{"id": 1}\n')) == []
    assert said(tmp_path, name, gzip.compress(b"x" * 999)[:20]) == []  # no gzip file that can be read


def test_a_false_positive_in_a_sample_is_acknowledged_in_a_list_since_data_has_no_place_for_a_remark(
    tmp_path: Path,
) -> None:
    name = "samples/data/in/a.json"
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "allowlist.txt").write_text("# ids of devices\ndata/in/a.json: an npm token\n")
    (tmp_path / "x").write_text(KEY_ID)
    assert said(tmp_path, name, KEY_ID) == [f"{name}:1: looks like an AWS access key id"]
    with pytest.raises(CredentialError, match=r"to samples/allowlist\.txt: data/in/a\.json: an AWS access key id$"):
        refuse_credentials({name: tmp_path / name}, tmp_path)
    (tmp_path / "samples" / "allowlist.txt").write_text("data/in/a.json: an AWS access key id  # of devices\n")
    assert said(tmp_path, name, KEY_ID) == []
    assert said(tmp_path, "samples/data/in/b.json", KEY_ID) != []


def test_the_projects_own_files_pass() -> None:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True).stdout.split("\0")
    refuse_credentials({name: PROJECT / name for name in names if name}, PROJECT)


DETECTORS = ["AWS Access Key", "Private Key", "GitHub Token", "GitLab Token", "Slack Token", "Stripe Access Key"]
DETECTORS += ["NPM tokens", "PyPI Token"]
ASCII = st.characters(min_codepoint=32, max_codepoint=126)


@pytest.mark.parametrize("kind", DETECTORS)
def test_what_the_library_detect_secrets_finds_is_found(tmp_path: Path, kind: str) -> None:
    detector: Any = get_mapping_from_secret_type_to_class()[kind]

    @settings(max_examples=30, derandomize=True, database=None, suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.one_of(*(st.from_regex(pattern, fullmatch=True, alphabet=ASCII) for pattern in detector.denylist)))
    def found(secret: str) -> None:
        assume(not re.search(r"(.)\1{15}", secret))  # what people write in the place of one
        assert said(tmp_path, "a.txt", f"-----{secret} " if kind == "Private Key" else f" {secret} ")

    found()
