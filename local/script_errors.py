"""What a job script says on standard error: passed on as it comes, and in the end its reason to fail, in one line."""

from __future__ import annotations

import re
import sys
from subprocess import Popen

KEPT = 100_000  # bytes of the end
PYTHON_ERROR = re.compile(r"^[\w.]+(?:Error|Exception|Interrupt|Exit)(?::|$).*", re.MULTILINE)
SPARK_ERROR = re.compile(r"\[[A-Z_]+[A-Z_.]*\] .*")
JAVA_CAUSE = re.compile(r"^Caused by: (.*)", re.MULTILINE)


def pass_on(process: Popen[bytes]) -> str:
    """Copy the process's standard error to ours until it ends; returns the end of it."""
    kept = b""
    assert process.stderr is not None
    while chunk := process.stderr.read1(8192):  # type: ignore[attr-defined]
        sys.stderr.buffer.write(chunk)
        sys.stderr.flush()
        kept = (kept + chunk)[-KEPT:]
    return kept.decode("utf-8", "replace")


def reason(said: str) -> str:
    """The exception that ended a script; of one from Spark's Java, what Spark calls it and its last cause."""
    errors = list(PYTHON_ERROR.finditer(said))
    if not errors:
        return ""
    last = errors[-1]
    if "Py4JJavaError" not in last[0]:
        return _short(last[0])
    java = said[last.end() :]
    named = SPARK_ERROR.search(java)
    causes = [_short(cause) for cause in JAVA_CAUSE.findall(java)]
    return "; ".join(dict.fromkeys([*([named[0]] if named else causes[:1]), *causes[-1:]])) or _short(last[0])


def _short(error: str) -> str:
    return re.sub(r"^(?:[\w$]+\.)+", "", error)
