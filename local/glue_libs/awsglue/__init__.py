"""A stand-in for AWS Glue's Python library on plain PySpark, so that a job script runs on a laptop as it is.

Written from the public documentation; local/README.md says what is covered. What is not raises NotImplementedError
with its name: run the job in the Glue image then, which has the real library.
"""

import importlib.machinery
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ELSEWHERE = [path for path in sys.path if Path(path or ".").resolve() != _HERE.parent]
_REAL = importlib.machinery.PathFinder.find_spec("awsglue", _ELSEWHERE)
if _REAL is not None and _REAL.origin and Path(_REAL.origin).resolve().parent != _HERE:
    raise ImportError(
        f"the local awsglue stand-in would shadow the library at {_REAL.origin}; take {_HERE.parent} off PYTHONPATH"
    )

from awsglue import _spark_s3  # noqa: E402  (after the check above)

_spark_s3.install()
