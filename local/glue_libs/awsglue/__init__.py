"""A stand-in for AWS Glue's Python library on plain PySpark: a job script runs on a laptop without a change.

It is written from the public documentation. local/README.md lists the names and options that it covers. Every other
one raises NotImplementedError with its name: run such a job in the Glue image, which has the real library.
"""

import importlib.machinery
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ELSEWHERE = [path for path in sys.path if Path(path or ".").resolve() != _HERE.parent]
_REAL = importlib.machinery.PathFinder.find_spec("awsglue", _ELSEWHERE)
if _REAL is not None and _REAL.origin and Path(_REAL.origin).resolve().parent != _HERE:
    raise ImportError(
        f"the local awsglue stand-in would shadow the library at {_REAL.origin}; remove {_HERE.parent} from PYTHONPATH"
    )

from awsglue import _coverage, _spark_classes  # noqa: E402  (only after the check above)
from awsglue.dynamicframe import DynamicFrame  # noqa: E402

__all__ = ["DynamicFrame"]

_spark_classes.install()
sys.meta_path.append(_coverage.MissingModules())
