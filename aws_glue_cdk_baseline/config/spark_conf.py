"""Read Glue's argument `--conf`: the settings of Spark of one job."""

import re


def spark_conf(value: str) -> dict[str, str]:
    """Return the settings in Glue's argument --conf: `name=value`, further ones after ` --conf `."""
    pairs = [pair.partition("=") for pair in re.split(r"\s+--conf\s+", value.strip()) if "=" in pair]
    return {name.strip(): setting.strip() for name, _, setting in pairs}
