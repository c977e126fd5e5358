"""Run a job script like `python SCRIPT`, and write one line that says why it failed.

The command is `python local/script_errors.py REASON_FILE SCRIPT ARGUMENTS…`. The rehearsal calls `run_script`.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

SPARK_ERROR = re.compile(r"\[[A-Z_]+[A-Z_.]*\] .*")
NOT_HERE = "; it is not on this machine: run the job in "
IN_IMAGE, IN_AWS = "the Glue image (make run JOB=… ENGINE=docker)", "AWS, since Glue 6.0 has no image"
WORKER_ERROR = re.compile(r"^Traceback \(most recent call last\):\n(?:[ \t].*\n)+(\S.*)", re.MULTILINE)
JAVA_CAUSE = re.compile(r"^Caused by: (.*)", re.MULTILINE)


def run_script(script: Path, arguments: list[str], reason_file: Path) -> None:
    """Run `script` as the main program of this process. Raise SystemExit if it ends with an error.

    The traceback is printed as Python does, and the reason is written to `reason_file`.
    """
    sys.argv = [str(script), *arguments]
    sys.path[0] = str(script.parent)
    main = ModuleType("__main__")
    main.__dict__.update(__file__=str(script), __builtins__=__builtins__)
    sys.modules["__main__"] = main
    try:
        exec(compile(script.read_bytes(), str(script), "exec", dont_inherit=True), main.__dict__)
    except SystemExit as leaving:
        if leaving.code not in (None, 0):
            reason_file.write_text(reason(leaving), encoding="utf-8")
        raise
    except BaseException as error:
        reason_file.write_text(reason(error), encoding="utf-8")
        error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next  # leave out this function
        sys.excepthook(type(error), error, error.__traceback__)
        sys.exit(1)


def reason(error: BaseException) -> str:
    """Return one line about `error`. For an error in Spark's Java it has Spark's own message and the last cause."""
    kind, said = type(error).__name__, str(error).strip()
    if kind in ("PythonException", "Py4JJavaError") and (in_worker := WORKER_ERROR.findall(said)):
        return f"{in_worker[-1]} (in a Python function that Spark called)"
    if kind == "Py4JJavaError":
        named = SPARK_ERROR.search(said)
        causes = [re.sub(r"^(?:[\w$]+\.)+", "", cause) for cause in JAVA_CAUSE.findall(said)]
        if told := "; ".join(dict.fromkeys([*([named[0]] if named else causes[:1]), *causes[-1:]])):
            elsewhere = IN_AWS if version("pyspark") >= "4" else IN_IMAGE
            return told + (NOT_HERE + elsewhere if "ClassNotFoundException: " in told else "")
    line = f"{kind}: {said.splitlines()[0]}" if said else kind
    if isinstance(error, BaseExceptionGroup):
        return "; ".join([line, *map(reason, error.exceptions)])
    return line


if __name__ == "__main__":
    run_script(Path(sys.argv[2]), sys.argv[3:], Path(sys.argv[1]))
