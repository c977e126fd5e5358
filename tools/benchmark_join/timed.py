"""Start Spark, run a job script, and print its seconds as the last line: `python timed.py SCRIPT [ARGUMENT …]`."""

import runpy
import sys
import time

from pyspark.sql import SparkSession

if __name__ == "__main__":
    SparkSession.builder.getOrCreate().range(1).count()
    sys.argv = sys.argv[1:]
    started = time.monotonic()
    runpy.run_path(sys.argv[0], run_name="__main__")
    print(time.monotonic() - started)
