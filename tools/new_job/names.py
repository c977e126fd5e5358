"""Check the name of a new job: UpperCamelCase in the config, which becomes snake_case for the script."""

from __future__ import annotations

import keyword
import re
import sys
from importlib.util import find_spec
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.config.job_values import JobName
from aws_glue_cdk_baseline.config.parameters import snake_case

LONGEST_MODULE = 100
# Modules in Glue that scripts import. Not all of them are installed on a laptop.
# https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-libraries.html
GLUE_MODULES = frozenset({"awsglue", "boto3", "botocore", "numpy", "pandas", "py4j", "pyarrow", "pyspark"})


class NewJobError(Exception):
    """The job cannot be added. The message is one line."""


def name_from(file: Path) -> str:
    """Return the name of the job of a script: CleanOrders for clean_orders.py, clean-orders.py and cleanOrders.py."""
    return "".join(word[0].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", file.stem))


def module_name(name: str) -> str:
    """Return the module name for the job `name`. Raise NewJobError if the job's name is not allowed."""
    if not name:
        raise NewJobError(
            "name the job and its input: make job NAME=CleanOrders INPUT=s3://your-bucket/prefix/; or bring a script:"
            " make job FROM=path/to/script.py"
        )
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name, re.ASCII):
        better = "".join(word[0].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", name))
        hint = f"; did you mean {better}?" if re.fullmatch(r"[A-Z].*", better) else ""
        raise NewJobError(
            f"{name!r} is not UpperCamelCase; allowed: a capital letter, then letters and digits,"
            f" such as CountTerms{hint}"
        )
    try:
        TypeAdapter(JobName).validate_python(name)
    except ValidationError as error:
        raise NewJobError(str(error.errors()[0]["ctx"]["error"])) from None
    module = snake_case(name)
    if len(module) > LONGEST_MODULE:
        raise NewJobError(f"{name} makes a file name of {len(module)} characters; at most {LONGEST_MODULE}")
    return module


def check_importable(name: str, module: str) -> None:
    """Raise NewJobError if a job script called `module` could not be imported, or would hide another module."""
    if keyword.iskeyword(module):
        raise NewJobError(
            f"{name}: {module}.py cannot be imported, because {module!r} is a keyword of Python; try {name}Job"
        )
    if module in GLUE_MODULES or module in sys.stdlib_module_names or _is_installed(module):
        raise NewJobError(f"{name}: {module}.py would hide the module {module!r} from every job script; try {name}Job")


def _is_installed(module: str) -> bool:
    """Return true if such a module is installed, outside the job scripts."""
    spec = find_spec(module)
    return spec is not None and not Path(spec.origin or "/").is_relative_to(PROJECT / "aws_glue_cdk_baseline")
