import subprocess
import sys

import pytest

from local import spark


def test_the_stand_in_comes_last_on_the_path_so_that_it_shadows_nothing() -> None:
    environment = spark.spark_environment({"PYTHONPATH": "/usr/lib/spark/python", "HOME": "/h"})
    assert environment["PYTHONPATH"] == f"/usr/lib/spark/python:{spark.GLUE_LIBS}"
    assert environment["HOME"] == "/h"


def test_spark_listens_on_loopback_only() -> None:
    environment = spark.spark_environment({})
    assert environment["SPARK_LOCAL_IP"] == "127.0.0.1"
    assert "--conf 'spark.driver.bindAddress=127.0.0.1'" in environment["PYSPARK_SUBMIT_ARGS"]


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_the_time_zone_of_the_laptop_does_not_reach_the_timestamps_of_a_job(zone: str) -> None:
    """Spark hands a timestamp to collect() and to UDFs by this method: microseconds since 1970 become local time."""
    code = "from pyspark.sql.types import TimestampType as T; print(T().fromInternal(1768519800000000))"
    environment = spark.spark_environment({"TZ": zone})
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert result.stdout == "2026-01-15 23:30:00\n"
