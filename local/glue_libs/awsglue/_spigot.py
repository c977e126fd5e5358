"""`spigot`: a sample of a frame's records, as JSON files to look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsglue import _formats
from awsglue._coverage import check_options
from awsglue._frames import Rows


def write_sample(records: Rows, path: str, options: Mapping[str, Any]) -> None:
    """Write records below `path`: each with the probability `prob`, and of these the first `topk`; else all."""
    check_options("spigot", options, ["topk", "prob"])
    frame = records.frame
    if (probability := options.get("prob")) not in (None, ""):
        if not 0 <= float(probability) <= 1:
            raise ValueError(f"spigot: prob is a number from 0 to 1, not {probability!r}")
        frame = frame.sample(fraction=float(probability))
    if (count := options.get("topk")) not in (None, ""):
        if int(count) < 1:
            raise ValueError(f"spigot: topk is a number from 1 on, not {count!r}")
        frame = frame.limit(int(count))
    _formats.write(records._replace(frame=frame), path, "json", {}, [])
