"""The JSON values of flags. `aws_glue_cdk_baseline/pipeline/integration_flags.py` writes them, long ones compressed."""

from __future__ import annotations

import base64
import bz2
import json
from typing import Any

COMPRESSED = "bz2:"  # begins a text that is compressed and in Base64


def read_json(text: str) -> Any:
    """Return the JSON value in the text of a flag. Raise ValueError if there is none."""
    if text.startswith(COMPRESSED):
        try:
            text = bz2.decompress(base64.b64decode(text.removeprefix(COMPRESSED), validate=True)).decode()
        except (OSError, EOFError) as error:
            raise ValueError(f"not compressed with bz2: {error}") from None
    return json.loads(text)
