"""MiniStack, an emulator of AWS, as a process of its own on 127.0.0.1 and a free port."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

START_SECONDS = 30
STOP_SECONDS = 0.3  # it has nothing to save: all its files are thrown away


class EmulatorError(Exception):
    """The emulator did not start; the message is one line."""


@dataclass(frozen=True)
class Certificate:
    """What the emulator serves HTTPS with: `server` (certificate and chain), its `key`, the `authority` to trust."""

    server: Path
    key: Path
    authority: Path


@dataclass(frozen=True)
class Emulator:
    """A running emulator: `url` is what AWS_ENDPOINT_URL wants; with HTTPS, `authority` is what clients trust."""

    url: str
    authority: Path | None = None
    pid: int = 0

    def environment(self, account: str = "000000000000", region: str = "us-east-1") -> dict[str, str]:
        """The variables with which boto3, the AWS CLI and the CDK CLI reach it as the root of `account`."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "emulated",
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
            **self.trust(),
        }

    def trust(self) -> dict[str, str]:
        """The variables with which clients trust its certificate."""
        authority = str(self.authority)
        return {"AWS_CA_BUNDLE": authority, "NODE_EXTRA_CA_CERTS": authority} if self.authority else {}


@contextmanager
def emulator(
    folder: Path,
    settings: Mapping[str, str] | None = None,
    *,
    certificate: Certificate | None = None,
    module: str = "ministack",
    keep: bool = False,
) -> Iterator[Emulator]:
    """Start MiniStack with its files and its log in `folder` and stop it at the end, however that comes.

    With `certificate` it answers HTTPS only. `module` is what starts it, for one that changes MiniStack first. With
    `keep` it outlives a block that ends without an error. Raises EmulatorError where it does not answer within
    START_SECONDS.
    """
    port = _free_port()
    log = folder / "ministack.log"
    environment = {
        # Profiles and sessions of the user have no business with the emulator.
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "TMPDIR": str(folder),
        "S3_DATA_DIR": str(folder / "s3"),
        "STATE_DIR": str(folder / "state"),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        **(_https(certificate) if certificate else {}),
        **(settings or {}),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us alone; what ends the emulator is the end of this block
        )
    scheme = "https" if certificate else "http"
    running = Emulator(f"{scheme}://127.0.0.1:{port}", certificate.authority if certificate else None, process.pid)
    try:
        _wait_until_ready(process, running, log)
        yield running
    except BaseException:
        keep = False
        raise
    finally:
        if not keep:
            _stop(process)


def _https(certificate: Certificate) -> dict[str, str]:
    return {
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(certificate.server),
        "MINISTACK_SSL_KEY": str(certificate.key),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], running: Emulator, log: Path) -> None:
    trust = ssl.create_default_context(cafile=running.authority) if running.authority else None
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(f"{running.url}/_ministack/health", timeout=2, context=trust):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    address = running.url.split("//")[1]
    raise EmulatorError(f"MiniStack did not start on {address}; its log is {log}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop it and all that it started: they share its session."""
    _signal(process, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _signal(process, signal.SIGKILL)
        process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
