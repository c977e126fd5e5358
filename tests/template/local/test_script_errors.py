import subprocess
import sys

import pytest

from local.script_errors import pass_on, reason

JAVA = """Traceback (most recent call last):
  File "job.py", line 3, in <module>
py4j.protocol.Py4JJavaError: An error occurred while calling o62.count.
: org.apache.spark.SparkException: Job aborted: Lost task: [MALFORMED_RECORD.X] Malformed records are detected: [null].
\tat org.apache.spark.Some.method(Some.scala:1)
Caused by: org.apache.spark.SparkException: Malformed records are detected in record parsing: [null].
\tat org.apache.spark.Some.method(Some.scala:1)
Caused by: com.fasterxml.jackson.core.io.JsonEOFException: Unexpected end-of-input
\t... 25 more
"""


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("Traceback\n  File\nValueError: boom: no\n", "ValueError: boom: no"),
        ("Traceback\nawsglue.utils.GlueArgumentError: missing\nWARN ShutdownHook: x\n", "GlueArgumentError: missing"),
        (
            JAVA,
            "[MALFORMED_RECORD.X] Malformed records are detected: [null].; JsonEOFException: Unexpected end-of-input",
        ),
        (JAVA + "ValueError: a.json:3: not JSON\n", "ValueError: a.json:3: not JSON"),
        ("Killed\n", ""),
    ],
)
def test_the_reason_is_the_exception_that_ended_the_script(said: str, why: str) -> None:
    assert reason(said) == why


def test_what_a_script_says_is_passed_on_and_its_end_is_kept(capfd: pytest.CaptureFixture[str]) -> None:
    code = "import sys; sys.stderr.write('x' * 200_000 + 'é end')"
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) as process:
        assert pass_on(process)[-5:] == "é end"
    assert len(capfd.readouterr().err) == 200_005
