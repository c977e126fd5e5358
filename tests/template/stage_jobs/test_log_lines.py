"""Which lines of a log are the script's, by lines as Glue 5 and Spark write them."""

import pytest

from tools.stage_jobs.log_lines import LineFilter

ERROR_GROUP = """\
-SLF4J: Class path contains multiple SLF4J bindings.
-2026-11-27 03:00:00,123 INFO [main] glue.ProcessLauncher (Logging.scala:logInfo(59)): Application Launched
-2026-11-27 03:00:01,003 WARN [main] spark.SparkConf (Logging.scala:logWarning(69)): a setting is
-  deprecated
-26/11/27 03:00:02 INFO SparkContext: Running Spark version 3.5.6
+2026-11-27 03:00:03,000 INFO [Thread-7] log.GlueLogger (GlueLogger.scala:info(8)): 12 orders
+  of 2 shops
-2026-11-27 03:00:03,100 DEBUG [Thread-7] log.GlueLogger (GlueLogger.scala:debug(8)): details
+WARN GlueLogger: no column
-[Stage 3:=====>      (3 + 2) / 8]
+2026-11-27 03:00:04 ERROR [main] glue.ProcessLauncher (Logging.scala:logError(7)): Traceback (most recent call last):
+  File "/tmp/clean_orders.py", line 12, in <module>
+py4j.protocol.Py4JJavaError: An error occurred while calling o1.load.
+: java.io.IOException: no such bucket
-	at org.apache.hadoop.fs.FileSystem.get(FileSystem.java:469)
-	at java.base/java.lang.Thread.run(Unknown Source)
-	... 12 more
+Caused by: java.net.ConnectException: refused
-2026-11-27 03:00:05,000 ERROR [main] gea.GlueExceptionAnalysisListener (Logging.scala:logError(9)): {"Event":1}
-2026-11-27 03:00:06,000 INFO [shutdown-hook-0] util.ShutdownHookManager (Logging.scala:logInfo(61)): Shutdown
"""
OUTPUT_GROUP = """\
+root
+ |-- id: string
+
+INFO orders: 5 rows
+INFO:root:from the logging module
+2026-11-27 03:00:03 WARNING orders: what the script formats so itself
+/tmp/clean_orders.py:3: DeprecationWarning: old
-2026-11-27 03:00:03,000 INFO [main] spark.SparkContext (Logging.scala:logInfo(60)): Submitted
+10439
"""


@pytest.mark.parametrize(("text", "of_spark"), [(ERROR_GROUP, True), (OUTPUT_GROUP, False)])
def test_prints_warnings_errors_and_tracebacks_are_kept_and_the_noise_of_spark_is_not(
    text: str, of_spark: bool
) -> None:
    lines = LineFilter(of_spark=of_spark)
    marked = text.splitlines()
    assert [("+" if lines.keeps(line[1:]) else "-") + line[1:] for line in marked] == marked
