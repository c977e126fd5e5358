"""Check a config file: `python -m aws_glue_cdk_baseline.config FILE`. Without FILE, print the JSON Schema."""

from __future__ import annotations

import sys
from pathlib import Path

from aws_glue_cdk_baseline.config import ConfigError, json_schema, load_config, print_warnings

if not sys.argv[1:]:
    sys.stdout.write(json_schema())
else:
    try:
        print_warnings(load_config(Path(sys.argv[1])))
    except ConfigError as error:
        sys.exit(str(error))
