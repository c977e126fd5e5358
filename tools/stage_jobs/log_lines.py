"""Which lines of a job's log are the script's: what it prints, its warnings and errors. The others are Spark's noise.

Since Glue 5.0 the group `output` has what the script writes to stdout and stderr. The group `error` has the messages of
Spark and Glue, and those of the script's Glue logger:
https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html
"""

from __future__ import annotations

import re

# `2026-11-27 03:00:00,123 INFO [main] spark.SparkContext (Logging.scala:logInfo(60)): text`, or shorter forms of it.
MESSAGE = re.compile(
    r"(?P<time>\d{2,4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[,.]\d+)?Z? )?"
    r"(?P<level>TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL) +(?:\[[^\]]*\] )?"
    r"(?P<logger>[\w.$-]+)(?P<place> \([\w.$]+:[^)]*\)+)?: "
)
SCRIPTS_LOGGER = "GlueLogger"
TWICE = "GlueExceptionAnalysis"  # the same error again, as JSON
PROGRESS = re.compile(r"\s*\[Stage \d+:.*")  # Spark's progress bar
FRAME = re.compile(r"\s+at [\w.$/<>]+\(.*\)$|\s*\.\.\. \d+ (?:common frames omitted|more)$")  # of a Java stack trace
START = re.compile(
    r"SLF4J[:(]|Picked up |Setting default log level|To adjust logging level|Using Spark's default log4j"
    r"|WARNING: Using incubator|WARNING: An illegal|WARNING: Please consider|WARNING: Use --illegal"
    r"|WARNING: All illegal|Warning: Ignoring non-Spark config|OpenJDK 64-Bit Server VM warning"
)


class LineFilter:
    """Decides about the lines of one stream, in their order: a line that begins no message belongs to the last one."""

    def __init__(self, *, of_spark: bool) -> None:
        """Prepare for the stream of a script or, with `of_spark`, of the group `error`."""
        self._of_spark, self._kept = of_spark, True

    def keeps(self, line: str) -> bool:
        """Return true if the line is the script's."""
        if not line.strip():
            return self._kept and not self._of_spark
        if PROGRESS.match(line) or FRAME.match(line) or START.match(line):
            return False
        message = MESSAGE.match(line)
        if message and (self._of_spark or message["place"]):  # a script may print `INFO orders: 5` itself
            self._kept = self._is_scripts(message)
        elif not self._of_spark:
            self._kept = True
        return self._kept

    @staticmethod
    def _is_scripts(message: re.Match[str]) -> bool:
        level, logger = message["level"], message["logger"]
        if logger.endswith(SCRIPTS_LOGGER):
            return level not in ("TRACE", "DEBUG")
        return level in ("ERROR", "FATAL") and TWICE not in logger
