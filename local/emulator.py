"""MiniStack, an emulator of AWS, as a process of its own on 127.0.0.1 and a free port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

START_SECONDS = 30
STOP_SECONDS = 2


class EmulatorError(Exception):
    """The emulator did not start; the message is one line."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator: `url` is what AWS_ENDPOINT_URL wants."""

    url: str

    def environment(self, account: str = "000000000000", region: str = "us-east-1") -> dict[str, str]:
        """The variables with which boto3, the AWS CLI and the CDK CLI reach it as the root of `account`."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "emulated",
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
        }


@contextmanager
def emulator(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Emulator]:
    """Start MiniStack with its files and its log in `folder` and stop it at the end, however that comes.

    Raises EmulatorError where it does not answer within START_SECONDS.
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
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        **(settings or {}),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us alone; what ends the emulator is the end of this block
        )
    try:
        _wait_until_ready(process, port, log)
        yield Emulator(url=f"http://127.0.0.1:{port}")
    finally:
        _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/_ministack/health", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise EmulatorError(f"MiniStack did not start on 127.0.0.1:{port}; its log is {log}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
