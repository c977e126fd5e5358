"""Check a config file: `python -m aws_glue_cdk_baseline.config FILE`. Without FILE, print the JSON Schema."""

from __future__ import annotations

import sys
from pathlib import Path

from aws_glue_cdk_baseline.config import ConfigError, json_schema, load_config, print_warnings, save_record

if not sys.argv[1:]:
    sys.stdout.write(json_schema())
else:
    try:
        file = Path(sys.argv[1])
        config = load_config(file)
        print_warnings(config)
        save_record(config, file)
    except ConfigError as error:
        sys.exit(str(error))
