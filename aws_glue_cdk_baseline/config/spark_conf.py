"""Glue's argument `--conf`: the settings of Spark of one job, as `name=value` pairs chained by ` --conf `."""

import re
from collections.abc import Mapping

CONF = "--conf"


def spark_conf(value: str) -> dict[str, str]:
    """Return the settings in Glue's argument --conf: `name=value`, further ones after ` --conf `."""
    pairs = [pair.partition("=") for pair in re.split(r"\s+--conf\s+", value.strip()) if "=" in pair]
    return {name.strip(): setting.strip() for name, _, setting in pairs}


def conf_argument(settings: Mapping[str, str], further: str = "") -> str:
    """Return Glue's argument --conf with these settings, after those of the argument `further`."""
    pairs = [f"{name}={value}" for name, value in settings.items()]
    return " --conf ".join([*([further] if further else []), *pairs])
