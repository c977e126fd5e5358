"""The tools that a build finds: those of this project, so that nothing that is here already is downloaded again.

Python packages: an environment of its own above this project's, in which the real pip sees what is installed and
adds what is not. npm and docker: commands of ours, first on the path, that say what they do.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from rehearsal.toolbox import HERE

SHIMS = Path(__file__).resolve().parent / "shims"
PYTHON_NAMES = ("python", "python3", f"python3.{sys.version_info.minor}")
PIP = '#!/bin/sh\nexec "$(dirname "$0")/python" -m pip "$@"\n'


def build_tools(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` with the tools of a build whose files are in `folder`."""
    commands = python_environment(folder / "python")
    npm_packages = folder / "npm"
    shims = folder / "shims"
    shims.mkdir()
    real_npm = shutil.which("npm", path=environment["PATH"]) or ""
    replaced = {"npm": "npm.py"} | ({} if os.environ.get("ENGINE") == "docker" else {"docker": "docker.py"})
    for name, module in replaced.items():
        # -S: such a command needs no packages, and starts in half the time
        _command(shims / name, f'#!/bin/sh\nexec "{sys.executable}" -S "{SHIMS / module}" "$@"\n'.encode())
    path = [str(shims), str(commands), str(npm_packages / "bin"), environment["PATH"]]
    return {
        **environment,
        "PATH": os.pathsep.join(path),
        "VIRTUAL_ENV": str(folder / "python"),
        "NPM_CONFIG_PREFIX": str(npm_packages),
        "REHEARSAL_NODE_MODULES": str(HERE / "node_modules"),
        "REHEARSAL_NPM": real_npm,
        "REHEARSAL_PYTHON": sys.executable,
        "REHEARSAL_HOME": str(HERE),
    }


def python_environment(folder: Path) -> Path:
    """A virtual environment that also sees this project's packages; returns its folder of commands."""
    bin_folder = folder / "bin"
    packages = folder / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    bin_folder.mkdir(parents=True)
    packages.mkdir(parents=True)
    base = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    (folder / "pyvenv.cfg").write_text(
        f"home = {base.parent}\ninclude-system-site-packages = false\n", encoding="utf-8"
    )
    for name in PYTHON_NAMES:
        (bin_folder / name).symlink_to(base)
    (packages / "rehearsal.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    for name in ("pip", "pip3"):
        _command(bin_folder / name, PIP.encode())
    for command in Path(sys.executable).parent.iterdir():
        if command.is_file() and not (bin_folder / command.name).exists() and os.access(command, os.X_OK):
            _take_over(command, bin_folder)
    return bin_folder


def _take_over(command: Path, bin_folder: Path) -> None:
    """Make a command of this project run in the build's environment."""
    with command.open("rb") as file:
        script = file.read(2) == b"#!"
    if script:
        first, _, rest = command.read_bytes().partition(b"\n")
        interpreter = f"#!{bin_folder / 'python'}".encode() if b"python" in first else first
        _command(bin_folder / command.name, interpreter + b"\n" + rest)
    else:
        (bin_folder / command.name).symlink_to(command)


def _command(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    file.chmod(0o755)
