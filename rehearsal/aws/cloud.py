"""The emulated cloud of one rehearsal: MiniStack with HTTPS, enforced IAM and the patches of rehearsal/ministack."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from local.emulator import Certificate, Emulator, emulator, without_proxy
from rehearsal.aws.processes import JOB_PROCESSES, NewRecords, Processes, wait_for_groups
from rehearsal.aws.sessions import Session, Sessions

HERE = Path(__file__).resolve().parents[2]  # this module's own project: the rehearsal uses its tools
CDK_CACHE = HERE / "node_modules" / ".cache" / "node-compile"  # with it, Node starts the CDK's tools in half the time
MINISTACK = "rehearsal.ministack"
LEFT_OUT = ("AWS_", "CDK_", "CODEBUILD_")
QUIET = {
    "CDK_DISABLE_CLI_TELEMETRY": "true",
    "CDK_NOTICES": "false",
    "CDK_DISABLE_VERSION_CHECK": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "NPM_CONFIG_UPDATE_NOTIFIER": "false",
    "NO_COLOR": "1",
}


@dataclass(frozen=True)
class Cloud:
    """A running emulator, the sessions of its users and roles, and the started processes. `folder` is temporary."""

    folder: Path
    emulator: Emulator
    sessions: Sessions
    processes: Processes

    @property
    def records(self) -> Path:
        return self.folder / "records"

    def new_records(self, name: str) -> NewRecords:
        return NewRecords(self.records / name)

    def log(self, name: str) -> Path:
        """Return the path of a log."""
        return self.folder / "logs" / f"{name}.log"

    def environment(self, session: Session | None = None) -> dict[str, str]:
        """Return the variables of a command: the path has this project's tools first, and AWS is the emulator."""
        return {
            **like_a_laptop(os.environ),
            "PATH": os.pathsep.join([*tool_folders(), os.environ["PATH"]]),
            **QUIET,
            "NODE_COMPILE_CACHE": str(CDK_CACHE),
            "AWS_ENDPOINT_URL": self.emulator.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            **self.emulator.trust(),
            **(session.environment if session else {}),
        }

    def run(self, command: Sequence[str], *, log: Path, session: Session | None, cwd: Path) -> int:
        """Run a command with a session and return its exit code."""
        return self.processes.run(command, log=log, env=self.environment(session), cwd=cwd)


@contextmanager
def cloud(folder: Path, *, keep: bool = False, say: Callable[[str], None] = lambda line: None) -> Iterator[Cloud]:
    """Start the emulator with all its files in `folder`. Without `keep` it ends with the block, or with this process.

    The block begins before the emulator answers: call `emulator.wait_until_ready()` before the first request. `say`
    gets a line for each role whose trust policy is extended.
    """
    for name in ("records", "logs", "emulator"):
        (folder / name).mkdir(exist_ok=True)
    certificate = make_certificate(folder)
    settings = {
        "AUTH": "true",
        "REHEARSAL_RECORDS": str(folder / "records"),
        "REHEARSAL_LOGS": str(folder / "logs"),
        "REHEARSAL_AUTHORITY": str(certificate.authority),
        "PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")]),
        **({"REHEARSAL_KEEP": "1"} if keep else {}),
    }
    processes, job_processes = Processes(), NewRecords(folder / "records" / JOB_PROCESSES)
    try:
        with emulator(
            folder / "emulator", settings, certificate=certificate, module=MINISTACK, keep=keep, wait=False
        ) as running:
            try:
                yield Cloud(folder, running, Sessions(running, say=say), processes)
            finally:
                processes.stop()
    except BaseException:
        keep = False
        raise
    finally:
        if not keep:  # job runs end by themselves after the emulator has ended
            wait_for_groups(int(record["group"]) for record in job_processes.read())


def make_certificate(folder: Path) -> Certificate:
    """Make a certificate for 127.0.0.1 and a new authority that signs it, in `folder`. Nobody else has the key."""
    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1", "localhost")
    made = Certificate(folder / "server.pem", folder / "server.key", folder / "authority.pem")
    for number, part in enumerate(server.cert_chain_pems):
        part.write_to_path(str(made.server), append=number > 0)
    made.key.touch(mode=0o600)
    server.private_key_pem.write_to_path(str(made.key))
    authority.cert_pem.write_to_path(str(made.authority))
    return made


def tool_folders() -> list[str]:
    """Return the folders of this project's Python and Node tools."""
    return [str(Path(sys.executable).parent), str(HERE / "node_modules" / ".bin")]


def like_a_laptop(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a person's laptop would have, wherever the rehearsal runs.

    The user's own AWS settings are left out, and a proxy for addresses of this machine. So is what tells a command that
    it runs in CI: a build of the rehearsal sets that by itself.
    """
    kept = {name: value for name, value in environment.items() if name != "CI" and not name.startswith(LEFT_OUT)}
    return without_proxy(kept)
