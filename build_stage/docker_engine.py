"""Check that Docker answers, and run a container to its end."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Container

START_FAILED = 125  # the exit code of `docker run` if the container did not start
ANSWER_SECONDS = 30


class ImageError(Exception):
    """The Glue image cannot be used, or the command in it has failed. The message is one line."""


def check_docker(otherwise: str) -> None:
    """Raise ImageError if Docker is not installed or does not answer. `otherwise` is the alternative in the message."""
    if not shutil.which("docker"):
        raise ImageError(f"docker is not installed; {otherwise}")
    try:
        answers = subprocess.run(["docker", "version"], capture_output=True, timeout=ANSWER_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        answers = False
    if not answers:
        raise ImageError(f"docker is installed, but its daemon does not answer; start it, or {otherwise}")


def interrupt_on_termination() -> None:
    """Let SIGTERM end this process as Ctrl-C does, so that `execute` removes its container."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def execute(command: list[str], what: str, success: Container[int] = (0,)) -> None:
    """Run a `docker run` command line. Raise ImageError if it fails; `what` names it in the message.

    After an interruption the container is removed by its name: the command in it may ignore the signal.
    """
    process = subprocess.Popen(command)
    try:
        code = process.wait()
    except BaseException:
        name = command[command.index("--name") + 1]
        subprocess.run(["docker", "rm", "--force", name], capture_output=True)
        process.wait()
        raise
    if code == START_FAILED:
        raise ImageError(f"{what}: docker could not start the container; its message is above")
    if code not in success:
        raise ImageError(f"{what} failed in the image (exit code {code})")
