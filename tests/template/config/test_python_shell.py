"""Python shell jobs: what such a job may have, and what its script may use."""

from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import ConfigError
from aws_glue_cdk_baseline.config.errors import ErrorLine
from tests.configs import CONFIG, JOIN, SHOW, load

SHELL = CONFIG.replace("numberOfWorkers: 4", "type: pythonshell").replace("      numberOfWorkers: 8\n", "")
READS = 'args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path_orgs", "minimum_age"])\n'


def said(folder: Path, text: str, join: str = JOIN, **others: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load(folder, text, {"show.py": SHOW, "join.py": join} | {f"{name}.py": text for name, text in others.items()})
    return str(error.value).splitlines()


def test_a_python_shell_job_has_a_sixteenth_of_a_dpu_unless_it_says_one(tmp_path: Path) -> None:
    one = load(tmp_path, SHELL.replace("pythonshell", "pythonshell\n    maxCapacity: 1")).stages[0].jobs[1].settings
    assert (one.is_shell, one.max_capacity, one.runtime, one.runs_on) == (True, 1, "pythonshell", "Python shell")
    least = load(tmp_path, SHELL).stages[0].jobs[1].settings
    assert (least.is_shell, least.max_capacity) == (True, 0.0625)
    spark = load(tmp_path, CONFIG).stages[0].jobs[1].settings
    assert (spark.is_shell, spark.runtime, spark.runs_on) == (False, "5.1", "Glue 5.1")


HAS_NONE = "a Python shell job has none"
WRONG = {
    'glueVersion: "5.1"': f"glueVersion: {HAS_NONE}: it runs on Python 3.9; remove it",
    "workerType: G.1X": f"workerType: {HAS_NONE}: its size is `maxCapacity`; remove it",
    "numberOfWorkers: 2": f"numberOfWorkers: {HAS_NONE}: its size is `maxCapacity`; remove it",
    "executionClass: FLEX": f"executionClass: {HAS_NONE}: it has no Spark; remove it",
    "bookmark: true": f"bookmark: {HAS_NONE}: it has no Spark; remove it",
    "sparkConf: {spark.a: 1}": f"sparkConf: {HAS_NONE}: it has no Spark; remove it",
    "observability: true": f"observability: {HAS_NONE}: it has no Spark; remove it",
    "sparkUi: s3://logs/x/": f"sparkUi: {HAS_NONE}: it has no Spark; remove it",
    'defaultArguments: {"--conf": spark.a=1}': (
        "defaultArguments: --conf is for Spark jobs, and this is a Python shell job; remove it"
    ),
    "maxCapacity: 2": "maxCapacity: 2 is not the capacity of a Python shell job; allowed: 0.0625 and 1 (DPU)",
    "maxCapacity: small": "maxCapacity: 'small' is not a number",
}


@pytest.mark.parametrize("setting", WRONG)
def test_a_setting_of_spark_is_refused_in_one_line(tmp_path: Path, setting: str) -> None:
    text = SHELL.replace("type: pythonshell", f"type: pythonshell\n    {setting}")
    assert said(tmp_path, text) == [f"c.yaml:7: jobs.Join.{WRONG[setting]}"]


def test_the_type_and_the_capacity_of_a_job_are_checked(tmp_path: Path) -> None:
    assert said(tmp_path, SHELL.replace("pythonshell", "shell")) == [
        "c.yaml:6: jobs.Join.type: 'shell' is not allowed; allowed: 'spark', 'pythonshell' or 'streaming'"
    ]
    for wrong, why in {
        "python": "'python' is not allowed; allowed: 'spark', 'pythonshell' or 'streaming'",
        "": "is empty; give it a value or remove the key",
    }.items():  # a capacity is right or wrong for a type that is known
        text = SHELL.replace("type: pythonshell", f"type: {wrong}\n    maxCapacity: 1")
        assert said(tmp_path, text, f"import awswrangler\n{JOIN}") == [f"c.yaml:6: jobs.Join.type: {why}"]
    assert said(tmp_path, CONFIG.replace("numberOfWorkers: 4", "maxCapacity: 1")) == [
        "c.yaml:6: jobs.Join.maxCapacity: is for `type: pythonshell`; the size of a Spark job is `workerType` times"
        " `numberOfWorkers`"
    ]


NO_SPARK = "and Python shell has no Spark; remove it, or write `type: spark`"
SCRIPTS = {
    f"import pyspark\n{JOIN}": [f"1: imports pyspark, {NO_SPARK}"],
    f"from awsglue.context import GlueContext\n{JOIN}": [f"1: imports awsglue.context, {NO_SPARK}"],
    f"from awsglue import DynamicFrame\n{JOIN}": [f"1: imports awsglue, {NO_SPARK}"],
    f"import tomllib\n{JOIN}": ["1: imports tomllib, which is new in Python 3.11, and Python shell has Python 3.9"],
    f"{JOIN}match args:\n    case _:\n        pass\n": [
        "5: pattern matching is only supported in Python 3.10, and Python shell has Python 3.9; write it differently"
    ],
    f"{JOIN}def f(x: int | None) -> str:\n    return ''\n": [
        "5: has an annotation with |, which needs Python 3.10, and Python shell has Python 3.9; write"
        " `from __future__ import annotations` at the top"
    ],
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_python_shell_does_not_have_is_told_with_its_line(tmp_path: Path, script: str) -> None:
    assert said(tmp_path, SHELL, script) == [f"job_scripts/join.py:{line}" for line in SCRIPTS[script]]
    load(tmp_path, CONFIG, {"show.py": SHOW, "join.py": script})  # a Spark job has all of it


def test_what_python_shell_has_is_taken(tmp_path: Path) -> None:
    script = f"""\
from __future__ import annotations
import sys
import asyncore, boto3, pandas
from awsglue.utils import getResolvedOptions
try:
    import pyspark
except ImportError:
    pyspark = None
{READS}def f(x: int | None) -> None: ...
"""
    config = load(tmp_path, SHELL, {"show.py": SHOW, "join.py": script})
    assert config.stages[0].jobs[1].glue_packages == ("pandas==2.3.3",)  # of Glue 5.1: for the Python of this laptop


def test_shared_code_is_read_as_the_script_is(tmp_path: Path) -> None:
    assert said(tmp_path, SHELL, f"import shared\n{JOIN}", shared="import pyspark\n") == [
        f"job_scripts/shared.py:1: imports pyspark, {NO_SPARK}"
    ]


def test_a_package_that_this_laptop_cannot_have_in_that_version_is_a_warning(tmp_path: Path) -> None:
    scripts = {"show.py": SHOW, "join.py": f"import awswrangler\n{JOIN}"}
    assert load(tmp_path, SHELL, scripts).warnings == (
        ErrorLine(
            "job_scripts/join.py",
            1,
            "",
            "awswrangler is in Python shell; to run the job on this laptop, add awswrangler==VERSION to"
            " requirements-jobs.txt, which then replaces it",
        ),
    )
    assert said(tmp_path, SHELL, f"import seaborn\n{JOIN}") == [
        "job_scripts/join.py:1: imports seaborn, which Python shell does not have; add seaborn==VERSION to"
        " requirements-jobs.txt and run `make lock`, or write job_scripts/seaborn.py"
    ]
