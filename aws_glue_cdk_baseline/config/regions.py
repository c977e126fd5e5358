"""The Regions that have Glue, and the AWS partition of each."""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from aws_glue_cdk_baseline.config.errors import did_you_mean, shown
from aws_glue_cdk_baseline.config.section import text_like


@cache
def known_regions() -> dict[str, str]:
    """Return the AWS partition of each Region that has Glue, from botocore's data.

    The data file is read directly: to import botocore takes a tenth of a synth.
    """
    botocore = find_spec("botocore")
    assert botocore is not None, "botocore is in requirements.txt"
    assert botocore.origin is not None, "botocore is a package with files"
    text = (Path(botocore.origin).parent / "data" / "endpoints.json").read_text(encoding="utf-8")
    return {
        region: str(partition["partition"])
        for partition in json.loads(text)["partitions"]
        for region in partition["services"].get("glue", {}).get("endpoints", {})
        if region in partition["regions"]
    }


def partition_of(region: str) -> str:
    """Return the AWS partition of a Region with Glue, such as `aws`."""
    return known_regions()[region]


def _region(value: str) -> str:
    if value in known_regions():
        return value
    hint = did_you_mean(value, sorted(known_regions())) or "; use one such as us-east-1"
    raise ValueError(f"{shown(value)} is not an AWS Region with Glue{hint}")


Region = Annotated[str, AfterValidator(_region), text_like("^[a-z]{2}(-[a-z]+)+-[0-9]$")]
