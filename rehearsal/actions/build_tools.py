"""The tools of a build: those of this project, so that installed packages are not downloaded again.

A build has a Python environment of its own, which also sees the packages of this project's environment: pip adds only
what is missing. npm, docker and pip are the stand-ins in shims.py.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from local import job_packages
from local.spark import spark_environment
from rehearsal.aws.cloud import HERE

SHIMS = Path(__file__).resolve().parent / "shims.py"
PYTHON_NAMES = ("python", "python3", f"python3.{sys.version_info.minor}")
# The module `pip` of a build: `pip` and `python -m pip` start the stand-in, `import pip` gets the real one.
PIP_MODULE = f"""\
import runpy, sys
if __name__ == "__main__":
    sys.argv[:1] = [{str(SHIMS)!r}, "pip"]
    runpy.run_path({str(SHIMS)!r}, run_name="__main__")
else:
    import importlib, os
    path, sys.path = sys.path, [part for part in sys.path if part != os.path.dirname(__file__)]
    del sys.modules[__name__]
    importlib.import_module(__name__)
    sys.path = path
"""
PIP_COMMAND = '#!/bin/sh\nexec "$(dirname "$0")/python" -m pip "$@"\n'


def build_tools(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` with the tools of a build. Their files are written to `folder`."""
    commands, packages = python_environment(folder / "python")
    npm_packages = folder / "npm"
    shims = folder / "shims"
    shims.mkdir()
    (folder / "tmp").mkdir()
    for name in ("npm",) if os.environ.get("ENGINE") == "docker" else ("npm", "docker"):
        _command(shims / name, f'#!/bin/sh\nexec "{sys.executable}" -S "{SHIMS}" {name} "$@"\n'.encode())
    path = [str(shims), str(commands), str(npm_packages / "bin"), environment["PATH"]]
    return {
        **environment,
        "PATH": os.pathsep.join(path),
        "TMPDIR": str(folder / "tmp"),  # the files of a killed build are removed with the rehearsal's folder
        "VIRTUAL_ENV": str(folder / "python"),
        "NPM_CONFIG_PREFIX": str(npm_packages),
        job_packages.VARIABLE: str(job_packages.PLACE),  # the job tests of Glue 6.0 run on the laptop's Spark 4.1
        "REHEARSAL_NODE_MODULES": str(HERE / "node_modules"),
        "REHEARSAL_NPM": shutil.which("npm", path=environment["PATH"]) or "",
        "REHEARSAL_PIP": str(packages),
        "REHEARSAL_SPARK": json.dumps(spark_environment({}, small_data=True)),
    }


def python_environment(folder: Path) -> tuple[Path, Path]:
    """Make a virtual environment that also sees this project's packages. Return its `bin` and `site-packages`."""
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
    (packages / "pip.py").write_text(PIP_MODULE, encoding="utf-8")
    for name in ("pip", "pip3"):
        _command(bin_folder / name, PIP_COMMAND.encode())
    for command in Path(sys.executable).parent.iterdir():
        if command.is_file() and not (bin_folder / command.name).exists() and os.access(command, os.X_OK):
            _take_over(command, bin_folder)
    return bin_folder, packages


def _take_over(command: Path, bin_folder: Path) -> None:
    """Add a command of this project to the build's environment, so that it runs with the build's Python."""
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
