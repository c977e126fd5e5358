"""What every part of a rehearsal works with: its folder, its identities, and commands that reach the emulator."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.emulator import Emulator
from rehearsal.credentials import Credentials, Identities
from rehearsal.processes import Processes

HERE = Path(__file__).resolve().parents[1]  # the project that this module belongs to, whose tools are used
QUIET = {
    "CDK_DISABLE_CLI_TELEMETRY": "true",
    "CDK_NOTICES": "false",
    "CDK_DISABLE_VERSION_CHECK": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "NPM_CONFIG_UPDATE_NOTIFIER": "false",
    "NO_COLOR": "1",
}


@dataclass(frozen=True)
class Toolbox:
    """`folder` is temporary; `project` is what is rehearsed."""

    folder: Path
    project: Path
    emulator: Emulator
    identities: Identities
    processes: Processes

    def log(self, name: str) -> Path:
        """The file of a log."""
        folder = self.folder / "logs"
        folder.mkdir(exist_ok=True)
        return folder / f"{name}.log"

    def environment(self, credentials: Credentials | None, region: str) -> dict[str, str]:
        """The variables of a command: the tools of this project first, and AWS is the emulator."""
        return {
            **without_aws(os.environ),
            "PATH": os.pathsep.join([*tool_folders(), os.environ["PATH"]]),
            **QUIET,
            "AWS_ENDPOINT_URL": self.emulator.url,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            **self.emulator.trust(),
            **(credentials.environment() if credentials else {}),
        }

    def run(self, command: Sequence[str], *, log: Path, credentials: Credentials | None, region: str, cwd: Path) -> int:
        """Run a command with somebody's credentials; returns its exit code."""
        return self.processes.run(command, log=log, env=self.environment(credentials, region), cwd=cwd)


def tool_folders() -> list[str]:
    """Where this project's Python and Node tools are."""
    return [str(Path(sys.executable).parent), str(HERE / "node_modules" / ".bin")]


def without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """Without the user's own profiles, sessions and regions."""
    return {name: value for name, value in environment.items() if not name.startswith(("AWS_", "CDK_"))}
