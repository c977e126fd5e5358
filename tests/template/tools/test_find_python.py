"""The set-up finds a Python 3.11 or fetches one, once; fakes stand in for uv, for pip's index and for other Pythons."""

import ast
import base64
import hashlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from tools import fetch_python
from tools.fetch_python import FetchError

# A Python that is not 3.11, but runs scripts; `pip` fails.
OTHER_PYTHON = f"""#!/bin/sh
case "$1 $2" in
  "-c "*"(3, 11)"*) exit 1 ;;
  "-c "*) exit 0 ;;
  "-m pip") exit 1 ;;
esac
exec {sys.executable} "$@"
"""
UV = f"""#!{sys.executable}
import os, sys
from pathlib import Path

with open(os.environ["UV_LOG"], "a") as log:
    print(*sys.argv[1:], file=log)
bin = Path(os.environ["UV_PYTHON_INSTALL_DIR"], "cpython-3.11.99-test", "bin")
bin.mkdir(parents=True)
if "UV_FAILS" in os.environ:
    sys.exit("error: no download\\n  cause: the mirror is closed")
(bin / "python3.11").symlink_to({sys.executable!r})
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the scripts of the set-up, on a machine with an empty PATH."""
    project = tmp_path / "a project"
    (project / "tools").mkdir(parents=True)
    for name in ("tools/find_python.sh", "tools/fetch_python.py", "requirements-local.lock"):
        (project / name).write_bytes((PROJECT / name).read_bytes())
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("UV_LOG", str(tmp_path / "uv.log"))
    return project


def install(folder: Path, **programs: str) -> None:
    for name, text in programs.items():
        program = folder.parent / "bin" / name
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)


def find(project: Path, *python: str) -> subprocess.CompletedProcess[str]:
    command = ["/bin/sh", "tools/find_python.sh", *python]
    return subprocess.run(command, cwd=project, capture_output=True, text=True)


def test_a_python_of_the_path_is_taken_and_nothing_is_said(project: Path) -> None:
    (project.parent / "bin" / "python3.11").symlink_to(sys.executable)
    install(project, python3=OTHER_PYTHON, uv=UV)
    result = find(project)
    assert (result.returncode, result.stdout, result.stderr) == (0, "python3.11\n", "")
    assert not (project / ".python").exists()


def test_where_there_is_only_another_python_it_is_fetched_once(project: Path) -> None:
    install(project, python3=OTHER_PYTHON, uv=UV)
    result = find(project)
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"{project}/.python/cpython-3.11.99-test/bin/python3.11\n"
    assert result.stderr == (
        "Python 3.11, as in Glue 5, is not installed: fetching it into .python with uv, once"
        " (UV_PYTHON_INSTALL_MIRROR names a mirror)\n"
    )
    again = find(project)
    assert (again.stdout, again.stderr) == (".python/cpython-3.11.99-test/bin/python3.11\n", "")
    log = (project.parent / "uv.log").read_text(encoding="utf-8")
    assert log == "python install --no-bin --no-progress 3.11\n"


def test_where_it_cannot_be_fetched_one_line_says_the_ways_out_and_nothing_stays(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_FAILS", "1")
    install(project, python3=OTHER_PYTHON, uv=UV)
    result = find(project)
    assert (result.returncode, result.stdout) == (1, "")
    _, error = result.stderr.splitlines()
    assert error.startswith(
        "Python 3.11 could not be fetched (uv failed: cause: the mirror is closed): install it (from "
    )
    assert "make PYTHON=/path/to/python3.11" in error
    assert "UV_PYTHON_INSTALL_MIRROR=https://" in error
    assert not (project / ".python").exists()


def test_without_any_python_one_line_says_what_to_do(project: Path) -> None:
    result = find(project)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "Python 3.11, as in Glue 5, is not installed, and there is no Python from 3.9 on to fetch it with;"
        " install one of them, or name Python 3.11: make PYTHON=/path/to/python3.11\n"
    )


def test_a_python_that_is_named_is_the_only_one_to_be_tried(project: Path) -> None:
    install(project, python3=OTHER_PYTHON, uv=UV)
    named = find(project, sys.executable)
    assert (named.returncode, named.stdout) == (0, f"{sys.executable}\n")
    wrong = find(project, "python3")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr == (
        "PYTHON=python3 is not a Python 3.11 with venv and ensurepip; name another one, or leave PYTHON out\n"
    )


@cache  # a zip file has the time in it
def wheel() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("uv-1.2.3.data/scripts/uv", UV)
    return content.getvalue()


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, project: Path) -> Iterator[list[str]]:
    """A package index on loopback that asks for a login, and the paths that were read."""
    monkeypatch.setattr(fetch_python, "fits", lambda name: name.endswith("_here.whl"))
    paths: list[str] = []
    names = ["uv-1.2.2-py3-none-linux_here.whl", "uv-1.2.3-py3-none-there.whl", "uv-1.2.3-py3-none-linux_here.whl"]
    login = f"Basic {base64.b64encode(b'me:p@ss').decode()}"

    class Index(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200 if self.headers["Authorization"] == login else 401)
            self.end_headers()
            links = "".join(f'<a href="../../files/{name}#sha256=0">{name}</a>' for name in names)
            self.wfile.write(links.encode() if self.path == "/simple/uv/" else wheel())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("PIP_INDEX_URL", f"http://me:p%40ss@127.0.0.1:{server.server_port}/simple")
    yield paths
    server.shutdown()
    server.server_close()


def test_without_pip_uv_comes_from_the_index_with_the_hash_of_the_lock_file(
    project: Path, index: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(project, python3=OTHER_PYTHON)
    monkeypatch.setattr(sys, "executable", str(project.parent / "bin" / "python3"))
    lock = project / "requirements-local.lock"
    monkeypatch.setattr(fetch_python, "LOCK", lock)
    lock.write_text(f"uv==1.2.3 \\\n    --hash=sha256:{hashlib.sha256(wheel()).hexdigest()}\nuvloop==1\n")
    assert fetch_python.fetch_uv(project).read_text(encoding="utf-8") == UV
    assert index == ["/simple/uv/", "/files/uv-1.2.3-py3-none-linux_here.whl"]
    lock.write_text(f"uv==1.2.3 \\\n    --hash=sha256:{'0' * 64}\n")
    with pytest.raises(FetchError, match=r"^uv-1\.2\.3-py3-none-linux_here\.whl has another hash than requirements-lo"):
        fetch_python.fetch_uv(project)
    lock.write_text(f"uv==1.2.4 \\\n    --hash=sha256:{'0' * 64}\n")
    with pytest.raises(FetchError, match=r"^the package index has no wheel of uv 1\.2\.4 for this machine$"):
        fetch_python.fetch_uv(project)


@pytest.mark.parametrize(
    ("system", "machine", "libc", "expected"),
    [
        ("linux", "x86_64", "glibc", "manylinux_2_17_x86_64.manylinux2014_x86_64"),
        ("linux", "aarch64", "glibc", "manylinux_2_28_aarch64"),
        ("linux", "x86_64", "", "musllinux_1_1_x86_64"),
        ("darwin", "arm64", "", "macosx_11_0_arm64"),
        ("darwin", "x86_64", "", "macosx_10_12_x86_64"),
    ],
)
def test_the_wheel_is_the_one_for_this_machine(
    system: str, machine: str, libc: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("platform.libc_ver", lambda: (libc, ""))
    tags = [
        *("macosx_10_12_x86_64", "macosx_11_0_arm64", "manylinux_2_17_armv7l.manylinux2014_armv7l"),
        *("manylinux_2_17_i686.manylinux2014_i686", "manylinux_2_17_x86_64.manylinux2014_x86_64"),
        *("manylinux_2_28_aarch64", "musllinux_1_1_x86_64", "win_amd64", "win_arm64", "linux_armv6l"),
    ]
    assert [tag for tag in tags if fetch_python.fits(f"uv-1.2.3-py3-none-{tag}.whl")] == [expected]


def test_the_index_is_the_one_of_pips_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_INDEX_URL", "PIP_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    (tmp_path / ".config" / "pip" / "pip.conf").write_text("[global]\ntimeout = 9\nindex-url = https://mine/simple\n")
    assert fetch_python.package_index() == "https://mine/simple"
    (tmp_path / "other.conf").write_text("[global]\nindex_url: https://other/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "other.conf"))
    assert fetch_python.package_index() == "https://other/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "https://first/simple")
    assert fetch_python.package_index() == "https://first/simple"


def test_it_is_written_for_python_3_9() -> None:
    text = (PROJECT / "tools" / "fetch_python.py").read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 9))
    assert isinstance(tree.body[1], ast.ImportFrom)
    assert tree.body[1].module == "__future__"
    imported = {
        (name.name if isinstance(node, ast.Import) else node.module or "").split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert imported <= set(sys.stdlib_module_names)
