import subprocess
import sys
from pathlib import Path

import pytest

from local import script_errors
from local.script_errors import reason

JAVA = """An error occurred while calling o62.count.
: org.apache.spark.SparkException: Job aborted: Lost task: [MALFORMED_RECORD.X] Malformed records are detected: [null].
\tat org.apache.spark.Some.method(Some.scala:1)
Caused by: org.apache.spark.SparkException: Malformed records are detected in record parsing: [null].
\tat org.apache.spark.Some.method(Some.scala:1)
Caused by: com.fasterxml.jackson.core.io.JsonEOFException: Unexpected end-of-input
\t... 25 more
"""
HANDLED = """
import logging
try:
    int("x")
except ValueError:
    logging.exception("handled")
"""
BAD_INPUT = "class BadInput(Exception): ...\n"


class Py4JJavaError(Exception):
    """Is named as py4j names what comes from Java."""


class GlueArgumentError(Exception):
    """Is named as the stand-in for awsglue names a missing argument."""


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ValueError("boom: no"), "ValueError: boom: no"),
        (GlueArgumentError("missing"), "GlueArgumentError: missing"),
        (
            Py4JJavaError(JAVA),
            "[MALFORMED_RECORD.X] Malformed records are detected: [null].; JsonEOFException: Unexpected end-of-input",
        ),
        (
            Py4JJavaError(
                "An error occurred while calling o1.sql.\n: a.B: c\nCaused by: x.ClassNotFoundException: y.Z\n"
            ),
            "ClassNotFoundException: y.Z; it is not on this machine: run the job in the Glue image (make run JOB=…"
            " ENGINE=docker)",
        ),
        (
            ExceptionGroup("two", [ValueError("a"), KeyError("b")]),
            "ExceptionGroup: two (2 sub-exceptions); ValueError: a; KeyError: 'b'",
        ),
        (SystemExit("no rows"), "SystemExit: no rows"),
        (StopIteration(), "StopIteration"),
        (ValueError("a.json:3\nnot JSON"), "ValueError: a.json:3"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_the_reason_is_one_line(error: BaseException, why: str) -> None:
    assert reason(error) == why


def run(folder: Path, script: str, *arguments: str) -> tuple[int, str, str]:
    """Run a script as the command does: exit code, standard error, reason."""
    (folder / "job.py").write_text(script)
    told = folder / "reason"
    command = [sys.executable, script_errors.__file__, str(told), str(folder / "job.py"), *arguments]
    result = subprocess.run(command, capture_output=True, text=True)
    return result.returncode, result.stderr, told.read_text() if told.exists() else ""


@pytest.mark.parametrize(
    ("ending", "code", "why"),
    [
        (f"{BAD_INPUT}raise BadInput('row 7 has no id')", 1, "BadInput: row 7 has no id"),
        ("sys.exit('no rows')", 1, "SystemExit: no rows"),
        ("sys.exit(3)", 3, "SystemExit: 3"),
        (f"{BAD_INPUT}try:\n    int('y')\nexcept ValueError as e:\n    raise BadInput('y') from e", 1, "BadInput: y"),
        ("raise ExceptionGroup('g', [ValueError('a')])", 1, "ExceptionGroup: g (1 sub-exception); ValueError: a"),
        ("x = (", 1, "SyntaxError: '(' was never closed (job.py, line 7)"),
        ("sys.exit(0)", 0, ""),
        ("pass", 0, ""),
    ],
)
def test_the_reason_is_what_ended_the_script_and_no_error_that_it_handled(
    tmp_path: Path, ending: str, code: int, why: str
) -> None:
    assert run(tmp_path, f"import sys{HANDLED}{ending}\n")[::2] == (code, why)


def test_a_script_sees_what_python_gives_it_and_its_traceback_is_its_own(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("WHERE = 'beside the script'")
    script = "import sys, beside\nassert __name__ == '__main__'\nraise ValueError(f'{sys.argv[1:]} {beside.WHERE}')\n"
    code, said, why = run(tmp_path, script, "--JOB_NAME", "x")
    assert (code, why) == (1, "ValueError: ['--JOB_NAME', 'x'] beside the script")
    assert said == (
        "Traceback (most recent call last):\n"
        f'  File "{tmp_path}/job.py", line 3, in <module>\n'
        "    raise ValueError(f'{sys.argv[1:]} {beside.WHERE}')\n"
        "ValueError: ['--JOB_NAME', 'x'] beside the script\n"
    )


@pytest.mark.parametrize(
    "action", ["collect()", "write.parquet(sys.argv[1])", "rdd.map(lambda row: 1 / row.id).count()"]
)
def test_an_error_in_a_function_that_spark_calls_is_the_reason(tmp_path: Path, action: str) -> None:
    script = tmp_path / "udf.py"
    script.write_text(
        "import sys\nfrom pyspark.sql import SparkSession, functions as F\n"
        "spark = SparkSession.builder.getOrCreate()\n"
        "divide = F.udf(lambda number: 1 / number, 'double')\n"
        f"spark.range(1).select('id', divide('id').alias('x')).{action}\n"
    )
    reason_file = tmp_path / "reason"
    command = [sys.executable, script_errors.__file__, str(reason_file), str(script), str(tmp_path / "out")]
    assert subprocess.run(command, capture_output=True).returncode == 1
    assert reason_file.read_text() == "ZeroDivisionError: division by zero (in a Python function that Spark called)"
