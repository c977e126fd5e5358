"""Refuse a Spark setting that names a class which is not on this machine, such as Iceberg's catalog.

Spark itself says so late: it goes on without an extension, and ends with a stack trace when a table is used.
"""

from __future__ import annotations

import functools
import re
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.context import SparkContext

from awsglue._coverage import not_covered

_SETTING = re.compile(r"spark\.sql\.(extensions|catalog\.\w+)")


def install() -> None:
    """Let each new SparkContext check its settings."""
    start = SparkContext.__init__
    if hasattr(start, "__wrapped__"):
        return

    @functools.wraps(start)
    def checked(self: SparkContext, *args: Any, **kwargs: Any) -> None:
        start(self, *args, **kwargs)
        try:
            check(self)
        except NotImplementedError:
            self.stop()
            raise

    SparkContext.__init__ = checked  # type: ignore[method-assign]


def check(spark: SparkContext) -> None:
    """Raise NotImplementedError for the first class in Spark's settings that Java cannot load."""
    java: Any = spark._jvm
    for setting, value in spark.getConf().getAll():
        for name in map(str.strip, value.split(",")) if _SETTING.fullmatch(setting) else ():
            try:
                java.java.lang.Thread.currentThread().getContextClassLoader().loadClass(name)
            except Py4JJavaError:
                not_covered(f"the class {name} ({setting})", "leave the setting out")
