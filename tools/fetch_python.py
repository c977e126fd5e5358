"""Fetch Python 3.11 with uv into a folder and print its path: `python3 tools/fetch_python.py .python`.

It runs before there is a virtual environment, with any Python from 3.9 on and only the standard library. It installs uv
from pip's package index, with the version and a hash of the lock file. After an error it leaves nothing.
"""

from __future__ import annotations

import base64
import hashlib
import html.parser
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

VERSION = "3.11"
LOCK = Path(__file__).resolve().parent.parent / "requirements-local.lock"
WAYS_OUT = (
    "install it (from python.org, or with `brew install python@3.11`), name one with make PYTHON=/path/to/python3.11,"
    " or name a mirror: UV_PYTHON_INSTALL_MIRROR=https://… for Python, PIP_INDEX_URL=https://… for uv"
)
IMPORTABLE = "import ensurepip, ssl, sys, venv; sys.exit(sys.version_info[:2] != (3, 11))"


class FetchError(Exception):
    """Python cannot be fetched. The message is one line."""


def fetch(folder: Path) -> Path:
    """Install Python into `folder` and return its path. Raise FetchError and leave no folder if that fails."""
    existed = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="uv-", dir=folder) as temporary:
            uv = shutil.which("uv") or str(fetch_uv(Path(temporary)))
            _run([uv, "python", "install", "--no-bin", "--no-progress", VERSION], UV_PYTHON_INSTALL_DIR=str(folder))
        return _installed(folder)
    except BaseException:
        if not existed:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _installed(folder: Path) -> Path:
    for python in sorted(folder.glob(f"cpython-{VERSION}*/bin/python{VERSION}")):
        if subprocess.run([str(python), "-c", IMPORTABLE], stderr=subprocess.DEVNULL).returncode == 0:
            return python
    raise FetchError(f"uv installed no Python {VERSION} that runs on this machine")


def fetch_uv(folder: Path) -> Path:
    """Install uv into `folder`, with pip if there is one, else from the package index. Return the program."""
    requirement = locked_uv(LOCK.read_text(encoding="utf-8"))
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True).returncode == 0:
        lock = folder / "uv.lock"
        lock.write_text(requirement, encoding="utf-8")
        options = ["--no-deps", "--quiet", "--quiet", "--disable-pip-version-check", "--target", str(folder / "uv")]
        _run([*pip, "install", "--require-hashes", "--only-binary=:all:", *options, "--requirement", str(lock)])
        return folder / "uv" / "bin" / "uv"
    return _unpack(_download_wheel(requirement), folder)


def locked_uv(lock: str) -> str:
    """Return the entry of uv in a lock file, with its hashes."""
    entry = re.search(r"^uv==(?:.*\\\n)*.*\n", lock, re.MULTILINE)
    if entry is None:
        raise FetchError(f"{LOCK.name} has no uv")
    return entry[0]


class _Links(html.parser.HTMLParser):
    """The files that a page of a package index lists (PEP 503)."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.urls += [value for name, value in attrs if tag == "a" and name == "href" and value]


def _download_wheel(requirement: str) -> bytes:
    version = requirement.split()[0].partition("==")[2]
    page = f"{package_index().rstrip('/')}/uv/"
    links = _Links()
    links.feed(_read(page).decode("utf-8", "replace"))
    for url in (urllib.parse.urljoin(page, link) for link in links.urls):
        name = urllib.parse.unquote(urllib.parse.urlsplit(url).path.rpartition("/")[2])
        if name.startswith(f"uv-{version}-") and name.endswith(".whl") and fits(name):
            wheel = _read(url)
            if f"sha256:{hashlib.sha256(wheel).hexdigest()}" not in requirement:
                raise FetchError(f"{name} has another hash than {LOCK.name}")
            return wheel
    raise FetchError(f"the package index has no wheel of uv {version} for this machine")


def fits(wheel: str) -> bool:
    """Return true if a wheel of this name runs on this machine. The version of the system is not compared."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    tags = wheel[: -len(".whl")].rpartition("-")[2]
    if sys.platform == "darwin":
        return bool(re.search(rf"macosx_\w*_({'arm64' if machine == 'aarch64' else machine}|universal2)\b", tags))
    libc = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    return libc in tags and tags.endswith(f"_{machine}")


def package_index() -> str:
    """Return the address of the package index, from pip's environment variables and files, in pip's order."""
    if url := os.environ.get("PIP_INDEX_URL"):
        return url
    home = Path.home()
    files = [home / ".config/pip/pip.conf", home / ".pip/pip.conf", Path("/etc/pip.conf")]
    files.insert(1, home / "Library/Application Support/pip/pip.conf")
    if file := os.environ.get("PIP_CONFIG_FILE"):
        files.insert(0, Path(file))
    for path in files:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if found := re.search(r"^\s*index[-_]url\s*[=:]\s*(\S+)", text, re.MULTILINE):
            return found[1]
    return "https://pypi.org/simple"


def _read(url: str) -> bytes:
    """Read a page or a file, with the user and password in its address, and with the certificates that pip uses."""
    parts = urllib.parse.urlsplit(url)
    request = urllib.request.Request(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl())
    if parts.username:
        login = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        request.add_header("Authorization", f"Basic {base64.b64encode(login.encode()).decode()}")
    try:
        certificates = ssl.create_default_context(cafile=os.environ.get("PIP_CERT"))
        with urllib.request.urlopen(request, timeout=60, context=certificates) as answer:
            content: bytes = answer.read()
            return content
    except (OSError, ValueError) as error:
        raise FetchError(f"{parts.hostname}{parts.path} cannot be read: {error}") from None


def _unpack(wheel: bytes, folder: Path) -> Path:
    archive, uv = folder / "uv.whl", folder / "uv"
    archive.write_bytes(wheel)
    with zipfile.ZipFile(archive) as opened:
        member = next(name for name in opened.namelist() if name.endswith(".data/scripts/uv"))
        uv.write_bytes(opened.read(member))
    uv.chmod(0o755)
    return uv


def _run(command: list[str], **environment: str) -> None:
    """Run a command. Raise FetchError with the last line of its output if it fails."""
    result = subprocess.run(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if result.returncode:
        lines = [line.strip() for line in result.stdout.splitlines() if line.strip()] or ["no output"]
        raise FetchError(f"{'pip' if 'pip' in command else 'uv'} failed: {lines[-1]}")


def main() -> int:
    folder = Path(sys.argv[1]).absolute()
    print(
        f"Python {VERSION}, as in Glue 5, is not installed: fetching it into {sys.argv[1]} with uv, once"
        " (UV_PYTHON_INSTALL_MIRROR names a mirror)",
        file=sys.stderr,
        flush=True,
    )
    try:
        print(fetch(folder))
    except (FetchError, OSError) as error:
        print(f"Python {VERSION} could not be fetched ({error}): {WAYS_OUT}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
