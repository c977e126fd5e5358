"""Fire a scheduled trigger of the emulator, as Glue's clock does: `python -m rehearsal.fire_trigger TRIGGER`.

AWS has no such call: there, only the clock fires a scheduled trigger. The emulator has no clock.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

FIRE = "AWSGlue.FireTrigger"


def fire_trigger(glue: Any, name: str) -> None:
    """Fire a trigger with a client of Glue that reaches the emulator. Raise ClientError if it is not active."""

    def instead(request: Any, **_: Any) -> None:
        request.headers.replace_header("X-Amz-Target", FIRE)

    event = "before-sign.glue.StartTrigger"
    glue.meta.events.register(event, instead)
    try:
        glue.start_trigger(Name=name)
    finally:
        glue.meta.events.unregister(event, instead)


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit("usage: python -m rehearsal.fire_trigger TRIGGER")
    if not os.environ.get("AWS_ENDPOINT_URL"):
        sys.exit("AWS_ENDPOINT_URL is not set: only the emulator of `make rehearse KEEP=1` has this call")
    try:
        fire_trigger(boto3.client("glue"), sys.argv[1])
    except (BotoCoreError, ClientError) as error:
        sys.exit(str(error))
    print(f"{sys.argv[1]} has fired: its jobs run")


if __name__ == "__main__":
    main()
