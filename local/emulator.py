"""Start MiniStack, an emulator of AWS, as a process of its own on a free port of 127.0.0.1."""

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
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

START_SECONDS = 30
STOP_SECONDS = 0.3  # it has nothing to save, since all its files are removed
LOOPBACK = ("127.0.0.1", "localhost")


class EmulatorError(Exception):
    """The emulator did not start. The message is one line."""


@dataclass(frozen=True)
class Certificate:
    """The files for HTTPS: `server` (certificate and chain), its `key`, and the `authority` that clients trust."""

    server: Path
    key: Path
    authority: Path


@dataclass(frozen=True)
class Emulator:
    """An emulator: its `url` for AWS_ENDPOINT_URL and, with HTTPS, the `authority` that clients must trust.

    If this process has started it, `process` is its process and `log` the file with its output.
    """

    url: str
    authority: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    log: Path = Path(os.devnull)

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    def environment(self, account: str = "000000000000", region: str = "us-east-1") -> dict[str, str]:
        """Return the variables with which boto3, the AWS CLI and the CDK CLI use it as the root user of `account`."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "emulated",
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
            **self.trust(),
            **without_proxy({}),
        }

    def trust(self) -> dict[str, str]:
        """Return the variables with which clients trust its certificate."""
        authority = str(self.authority)
        return {"AWS_CA_BUNDLE": authority, "NODE_EXTRA_CA_CERTS": authority} if self.authority else {}

    def wait_until_ready(self) -> None:
        """Wait until it answers. Raise EmulatorError if it does not answer within START_SECONDS."""
        trust = ssl.create_default_context(cafile=self.authority) if self.authority else None
        opener = build_opener(ProxyHandler({}), HTTPSHandler(context=trust))
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and (self.process is None or self.process.poll() is None):
            try:
                with opener.open(f"{self.url}/_ministack/health", timeout=2):
                    return
            except (URLError, OSError):
                time.sleep(0.05)
        address = self.url.split("//")[1]
        raise EmulatorError(f"MiniStack did not start on {address}; its log is {self.log}")


def without_proxy(environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` with a longer NO_PROXY, so that no client uses a proxy for addresses of this machine."""
    given = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    names = [name for name in given.split(",") if name]
    value = ",".join([*names, *(name for name in LOOPBACK if name not in names)])
    return {**environment, "NO_PROXY": value, "no_proxy": value}  # programs read one or the other


@contextmanager
def emulator(
    folder: Path,
    settings: Mapping[str, str] | None = None,
    *,
    certificate: Certificate | None = None,
    module: str = "ministack",
    keep: bool = False,
    wait: bool = True,
) -> Iterator[Emulator]:
    """Start MiniStack with its files and its log in `folder`, and stop it when the block ends, also by an error.

    With `certificate` it answers only HTTPS. `module` is the Python module that starts it, which may patch it first.
    With `keep` it is not stopped unless the block ends with an error. Without `wait` the block begins at once and must
    call wait_until_ready() itself. Raise EmulatorError if the emulator does not answer within START_SECONDS.
    """
    port = _free_port()
    log = folder / "ministack.log"
    environment = {
        # Profiles and sessions of the user must not reach the emulator.
        **without_proxy({name: value for name, value in os.environ.items() if not name.startswith("AWS_")}),
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
            start_new_session=True,  # so that Ctrl-C does not reach it: the end of the block stops it
        )
    scheme = "https" if certificate else "http"
    authority = certificate.authority if certificate else None
    running = Emulator(f"{scheme}://127.0.0.1:{port}", authority, process, log)
    try:
        if wait:
            running.wait_until_ready()
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


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop it and the processes that it started, which share its process group."""
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
