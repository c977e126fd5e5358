"""Spark's file system for the gateway: S3FileSystem.java, compiled once with the Java compiler that Spark contains.

Spark's own S3 support needs 280 MB of AWS's Java library, and an S3 server. The Java on this machine has no compiler.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from local.sparks import Spark

SOURCE = Path(__file__).with_name("S3FileSystem.java")
COMPILE = """
import sys
from pyspark.java_gateway import launch_gateway
gateway = launch_gateway()
java = gateway.jvm
compiler = java.org.codehaus.janino.Compiler(
    java.org.codehaus.commons.compiler.util.resource.ResourceFinder.EMPTY_RESOURCE_FINDER,
    java.org.codehaus.janino.ClassLoaderIClassLoader(java.Thread.currentThread().getContextClassLoader()),
)
compiler.setDestinationDirectory(java.java.io.File(sys.argv[2]), False)
compiler.setDebugLines(True)
files = gateway.new_array(java.java.io.File, 1)
files[0] = java.java.io.File(sys.argv[1])
compiler.compile(files)
gateway.shutdown()
gateway.proc.stdin.close()
gateway.proc.wait()
"""


@cache
def identity(spark: Spark) -> str:
    """Return a text that changes with the source and with the Spark that it is compiled for."""
    return hashlib.sha256(SOURCE.read_bytes() + spark.version.encode()).hexdigest()[:16]


@cache
def jar(spark: Spark) -> Path:
    """Return the JAR file with the classes of the file system for a Spark. The first call compiles them."""
    target = spark.compiled / f"s3-file-system-{identity(spark)}.jar"
    if target.exists():
        return target
    spark.compiled.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=spark.compiled) as folder:
        classes = Path(folder) / "classes"
        classes.mkdir()
        environment = {**spark.on_path(os.environ), "JAVA_HOME": str(spark.java_home), "SPARK_LOCAL_IP": "127.0.0.1"}
        environment["PYSPARK_SUBMIT_ARGS"] = "pyspark-shell"
        command = [sys.executable, "-c", COMPILE, str(SOURCE), str(classes)]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        packed = Path(folder) / target.name
        with zipfile.ZipFile(packed, "w") as archive:
            for file in sorted(classes.rglob("*.class")):
                archive.write(file, file.relative_to(classes))
        packed.replace(target)
    return target
