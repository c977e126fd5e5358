import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from local import spark, sparks
from local.s3.gateway import gateway
from local.s3.store import FileStore


def test_the_stand_in_comes_last_on_the_path_so_that_it_shadows_nothing() -> None:
    environment = spark.spark_environment(
        {"PYTHONPATH": "/usr/lib/spark/python", "HOME": "/h"}, spark=sparks.spark_of("5.1")
    )
    assert environment["PYTHONPATH"] == f"/usr/lib/spark/python:{spark.GLUE_LIBS}"
    assert environment["HOME"] == "/h"


def test_spark_listens_on_loopback_only() -> None:
    environment = spark.spark_environment({})
    assert environment["SPARK_LOCAL_IP"] == "127.0.0.1"
    assert "--conf spark.driver.bindAddress=127.0.0.1 " in environment["PYSPARK_SUBMIT_ARGS"]


def test_settings_of_a_job_win_but_for_what_the_laptop_has_in_its_own_way() -> None:
    settings = {"spark.sql.shuffle.partitions": "64", "spark.sql.session.timeZone": "Asia/Tokyo"}
    laptops = {"spark.driver.memory": "100g", "spark.master": "yarn", "spark.driver.host": "x", "spark.a b": "c d"}
    options = spark.spark_environment({}, settings={**settings, **laptops})["PYSPARK_SUBMIT_ARGS"]
    assert "--conf spark.sql.shuffle.partitions=64 " in options
    assert "--conf spark.sql.session.timeZone=Asia/Tokyo " in options
    assert "--conf 'spark.a b=c d' " in options
    assert "--conf spark.driver.memory=2g " in options
    assert not {"100g", "yarn", "spark.driver.host=x"} & set(options.replace("spark.driver.memory=", " ").split())


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_the_time_zone_of_the_laptop_does_not_reach_the_timestamps_of_a_job(zone: str) -> None:
    """Spark hands a timestamp to collect() and to UDFs by this method: microseconds since 1970 become local time."""
    code = "from pyspark.sql.types import TimestampType as T; print(T().fromInternal(1768519800000000))"
    environment = spark.spark_environment({"TZ": zone})
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert result.stdout == "2026-01-15 23:30:00\n"


def test_java_gets_the_archive_of_sparks_classes_once_it_is_there(tmp_path: Path) -> None:
    here = replace(sparks.current(), compiled=tmp_path)
    archive = spark.archive_of(here)
    option = f"-XX:SharedArchiveFile={archive.java_classes}:{archive.spark_classes}"

    def submit_arguments(small_data: bool) -> str:
        return spark.spark_environment({}, spark=here, small_data=small_data)["PYSPARK_SUBMIT_ARGS"]

    assert option not in submit_arguments(small_data=True)
    archive.folder.mkdir()
    archive.spark_classes.touch()
    assert option in submit_arguments(small_data=True)
    assert option not in submit_arguments(small_data=False)


@pytest.mark.slow
def test_java_loads_sparks_classes_from_the_archive_that_is_made_of_them(tmp_path: Path) -> None:
    here = replace(sparks.current(), compiled=tmp_path)
    spark.archive_classes(here)
    with gateway(FileStore(tmp_path / "samples", tmp_path / "out")) as s3:
        environment = spark.spark_environment(spark=here, small_data=True, s3=s3)
        option = "-Xshare:auto -Xlog:disable"
        assert option in environment["PYSPARK_SUBMIT_ARGS"]
        log = f"-Xshare:auto -Xlog:class+load:file={tmp_path}/loaded"
        environment["PYSPARK_SUBMIT_ARGS"] = environment["PYSPARK_SUBMIT_ARGS"].replace(option, log)
        subprocess.run([sys.executable, "-c", spark.SMALL_SESSION], env=environment, check=True, capture_output=True)
    loaded = [
        line
        for line in (tmp_path / "loaded").read_text().splitlines()
        if " org.apache.spark." in line and "Lambda" not in line
    ]
    shared = [line for line in loaded if "shared objects file" in line]
    assert len(shared) > 0.9 * len(loaded) > 1000
