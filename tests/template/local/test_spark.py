from local import spark


def test_the_stand_in_comes_last_on_the_path_so_that_it_shadows_nothing() -> None:
    environment = spark.spark_environment({"PYTHONPATH": "/usr/lib/spark/python", "HOME": "/h"})
    assert environment["PYTHONPATH"] == f"/usr/lib/spark/python:{spark.GLUE_LIBS}"
    assert environment["HOME"] == "/h"


def test_spark_listens_on_loopback_only() -> None:
    environment = spark.spark_environment({})
    assert environment["SPARK_LOCAL_IP"] == "127.0.0.1"
    assert "--conf 'spark.driver.bindAddress=127.0.0.1'" in environment["PYSPARK_SUBMIT_ARGS"]
