"""The imports of a job's script: files beside it, third-party packages, and what Glue will not find."""

from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import Config, ConfigError
from tests.configs import load

HEAD = """\
import sys
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, ["JOB_NAME"])
"""
CONFIG = """\
pipelineAccount: {awsAccountId: "111111111111", awsRegion: us-east-1}
devAccount: {awsAccountId: "222222222222", awsRegion: us-east-1}
dev:
  jobs:
    Show:
    Join:
"""
LOCK = """\
# pyyaml: _yaml, yaml
# requests: requests
pyyaml==6.0.2 \\
    --hash=sha256:0
    # via -r requirements-jobs.txt
requests==2.32.3 \\
    --hash=sha256:0
    # via -r requirements-jobs.txt
urllib3==1.25.10 \\
    --hash=sha256:0
    # via requests
"""
REQUIREMENTS = "# what the jobs import\nPyYAML==6.0.2  # dates\n\nrequests==2.32.3\n"


def project(folder: Path, script: str, files: dict[str, str] | None = None, config: str = CONFIG) -> Config:
    """Load a project whose job Show has this script, and whose folder of job scripts has these files too."""
    scripts = folder / "aws_glue_cdk_baseline" / "job_scripts"
    for name, text in (files or {}).items():
        (scripts / name).parent.mkdir(parents=True, exist_ok=True)
        (scripts / name).write_text(text, encoding="utf-8")
    return load(folder, config, {"show.py": HEAD + script, "join.py": HEAD})


def with_packages(folder: Path, requirements: str = REQUIREMENTS, lock: str = LOCK) -> Path:
    (folder / "requirements-jobs.txt").write_text(requirements, encoding="utf-8")
    (folder / "requirements-jobs.lock").write_text(lock, encoding="utf-8")
    return folder


def shared(config: Config, job: int = 0) -> list[str]:
    found = config.stages[0].jobs[job]
    return [file.relative_to(found.scripts_folder).as_posix() for file in found.shared_files]


def warnings(config: Config) -> list[str]:
    return [str(warning) for warning in config.warnings]


def errors(folder: Path, script: str, files: dict[str, str] | None = None, config: str = CONFIG) -> list[str]:
    with pytest.raises(ConfigError) as error:
        project(folder, script, files, config)
    return str(error.value).splitlines()


@pytest.mark.parametrize(
    ("script", "files", "expected"),
    [
        ("import dates", {"dates.py": "", "other.py": ""}, ["dates.py"]),
        ("import a.b", {"a/__init__.py": "", "a/b.py": ""}, ["a/__init__.py", "a/b.py"]),
        ("from a import b", {"a/b.py": "", "a/c.py": ""}, ["a/b.py", "a/c.py"]),
        ("import a.b", {"a/b.py": "from . import c", "a/c.py": "import d", "d.py": ""}, ["a/b.py", "a/c.py", "d.py"]),
        ("import a", {"a/__init__.py": "from .b.c import x", "a/b/c.py": "from ..d import y", "a/d.py": "import e",
                      "e.py": ""}, ["a/__init__.py", "a/b/c.py", "a/d.py", "e.py"]),
        ("from a import *", {"a/__init__.py": "__all__ = ['b']", "a/b.py": "import d", "d.py": ""},
         ["a/__init__.py", "a/b.py", "d.py"]),
        ("def f():\n    import dates", {"dates.py": ""}, ["dates.py"]),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import dates", {"dates.py": ""}, ["dates.py"]),
        ("try:\n    import dates\nexcept ImportError:\n    dates = None", {"dates.py": ""}, ["dates.py"]),
        ("import importlib\nimportlib.import_module('dates')", {"dates.py": ""}, ["dates.py"]),
        ("from importlib.resources import files\nfiles('a')", {"a/x.py": "", "a/x.csv": "1"}, ["a/x.csv", "a/x.py"]),
        ("import join", {}, ["join.py"]),
        ("import one", {"one.py": "import two", "two.py": "import one"}, ["one.py", "two.py"]),
        ("import a.b", {"a/b.py": "", "a/tests/t.py": "", "a/.b": "", "a/__pycache__/b.pyc": "", "a/d/x.csv": ""},
         ["a/b.py", "a/d/x.csv"]),
    ],
)  # fmt: skip
def test_what_a_script_imports_is_shipped(
    tmp_path: Path, script: str, files: dict[str, str], expected: list[str]
) -> None:
    config = project(tmp_path, script, files)
    assert shared(config) == expected
    assert shared(config, 1) == []
    assert warnings(config) == []


def test_the_imports_of_a_module_that_is_shipped_but_not_imported_do_not_count(tmp_path: Path) -> None:
    assert shared(project(tmp_path, "import a.b", {"a/b.py": "", "a/c.py": "import nothing_anywhere"})) == [
        "a/b.py",
        "a/c.py",
    ]


def test_a_dynamic_import_is_a_warning_with_its_line(tmp_path: Path) -> None:
    config = project(tmp_path, "import importlib, a.b", {"a/b.py": "import importlib\nimportlib.import_module(name)"})
    (warning,) = warnings(config)
    assert warning.startswith("job_scripts/a/b.py:2: imports a module whose name is known only when it runs; ")


@pytest.mark.parametrize(
    ("script", "files", "said"),
    [
        (
            "import sciipy",
            {},
            "job_scripts/show.py:4: imports sciipy, which Glue 5.1 does not have; add sciipy==VERSION to"
            " requirements-jobs.txt and run `make lock`, or write job_scripts/sciipy.py",
        ),
        (
            "import date",
            {"dates.py": ""},
            "job_scripts/show.py:4: imports date, which Glue 5.1 does not have; did you mean dates?; add date==VERSION"
            " to requirements-jobs.txt and run `make lock`, or write job_scripts/date.py",
        ),
        ("import json", {"json.py": ""}, "job_scripts/json.py:1: has the name of a module of Python's standard libra"),
        ("", {"queue/a.py": ""}, "job_scripts/queue:1: has the name of a module of Python's standard library;"),
        ("", {"pyspark.py": ""}, "job_scripts/pyspark.py:1: has the name of Glue's pyspark; give it another one"),
        ("", {"boto3/a.py": ""}, "job_scripts/boto3:1: has the name of Glue's boto3; give it another one"),
        ("import pandas.x", {"pandas/x.py": ""}, "job_scripts/pandas:1: has the name of the package pandas; "),
        ("import yaml", {"yaml.py": ""}, "job_scripts/yaml.py:1: has the name of the package pyyaml; "),
        (
            "import tools",
            {"tools.py": ""},
            "job_scripts/tools.py:1: has the name of tools of this project, which tests would import in its place; ",
        ),
        ("import a", {"a.py": "def f(:"}, "job_scripts/a.py:1: not valid Python: invalid syntax"),
    ],
)  # fmt: skip
def test_what_glue_would_not_find_is_refused(tmp_path: Path, script: str, files: dict[str, str], said: str) -> None:
    with_packages(tmp_path)
    (error,) = errors(tmp_path, script, files)
    assert error.startswith(said)


def test_a_module_beside_a_script_in_a_subfolder_is_imported_by_its_whole_name(tmp_path: Path) -> None:
    config = CONFIG.replace("Show:", "Show: {script: deep/show.py}")
    files = {"deep/show.py": HEAD + "import helper", "deep/helper.py": ""}
    (error,) = errors(tmp_path, "", files, config)
    assert error == (
        "job_scripts/deep/show.py:4: imports helper, which is not in job_scripts/ itself; import deep.helper, or move"
        " helper.py there"
    )
    files["deep/show.py"] = HEAD + "import deep.helper"
    assert shared(project(tmp_path, "", files, config)) == ["deep/helper.py", "deep/show.py"]


@pytest.mark.parametrize(
    "script",
    ["try:\n    import ujson\nexcept ImportError:\n    import json", "if TYPE_CHECKING:\n    import mypy_boto3_s3"],
)
def test_a_module_that_may_be_absent_is_no_error(tmp_path: Path, script: str) -> None:
    project(tmp_path, script)


def test_a_job_gets_the_packages_that_its_code_imports(tmp_path: Path) -> None:
    config = project(with_packages(tmp_path), "import a\nimport pandas, boto3", {"a.py": "import yaml"})
    show, join = config.stages[0].jobs
    assert (show.packages, show.glue_packages, show.additional_modules) == (
        ("PyYAML==6.0.2",),
        ("pandas==2.3.3",),
        ("PyYAML==6.0.2",),
    )
    assert (join.packages, join.glue_packages, join.additional_modules) == ((), (), ())


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("frame.toPandas()", ["pandas", "pyarrow"]),
        ("from pyspark.sql.functions import pandas_udf", ["pandas", "pyarrow"]),
        ("import pyspark.pandas as ps", ["numpy", "pandas", "pyarrow"]),
        ("from pyspark import pandas as ps", ["numpy", "pandas", "pyarrow"]),
        ("from pyspark.ml.feature import VectorAssembler", ["numpy"]),
        ("from pyspark.sql import functions", []),
    ],
)
def test_what_spark_imports_for_a_script_counts_too(tmp_path: Path, script: str, expected: list[str]) -> None:
    found = project(tmp_path, script).stages[0].jobs[0].glue_packages
    assert [pin.partition("==")[0] for pin in found] == expected


def test_a_package_of_glue_that_the_laptop_lacks_is_a_warning(tmp_path: Path) -> None:
    said = "job_scripts/show.py:4: pandas is in Glue 5.1; run `make lock`, and this laptop has it too"
    assert warnings(project(tmp_path, "import pandas, boto3")) == [said]
    (tmp_path / "requirements-jobs.lock").write_text("pandas==2.3.3 \\\n    # via -r packages-of-glue.txt\n")
    assert warnings(project(tmp_path, "import pandas, boto3")) == []


@pytest.mark.parametrize(
    ("version", "script", "expected"),
    [
        ("5.0", "import numpy, dateutil", ("numpy==1.26.4", "python-dateutil==2.9.0.post0")),
        ("5.1", "import numpy, dateutil", ("numpy==2.3.4", "python-dateutil==2.9.0.post0")),
        ("6.0", "import numpy, PIL", ("numpy==2.4.4", "pillow==12.2.0")),
        ("6.0", "import yaml, grpc, zstandard", ("grpcio==1.81.0", "pyyaml==6.0.3", "zstandard==0.25.0")),
        ("6.0", "from google.protobuf import message", ("protobuf==7.35.0",)),
    ],
)
def test_what_glue_has_depends_on_its_version(
    tmp_path: Path, version: str, script: str, expected: tuple[str, ...]
) -> None:
    config = project(tmp_path, script, config=CONFIG.replace("Show:", f"Show: {{glueVersion: '{version}'}}"))
    assert config.stages[0].jobs[0].glue_packages == expected


def test_what_a_newer_glue_has_is_missing_in_an_older_one(tmp_path: Path) -> None:
    (error,) = errors(tmp_path, "import yaml")
    assert error.startswith("job_scripts/show.py:4: imports yaml, which Glue 5.1 does not have; add yaml==VERSION to")


def test_a_package_that_glue_has_in_another_version_is_a_warning_with_both(tmp_path: Path) -> None:
    assert warnings(project(with_packages(tmp_path), "import requests, yaml")) == [
        "requirements-jobs.txt:4: requests==2.32.3 replaces requests==2.32.5, which Glue 5.1 has"
    ]


def test_a_package_that_needs_another_boto3_is_a_warning_with_glues_version(tmp_path: Path) -> None:
    lock = "# awswrangler: awswrangler\nawswrangler==3.9.1 \\\n    # via -r requirements-jobs.txt\n"
    lock += "boto3==1.36.0 \\\n    # via awswrangler\n"
    with_packages(tmp_path, "awswrangler==3.9.1", lock)
    assert warnings(project(tmp_path, "import awswrangler")) == [
        "requirements-jobs.txt:1: awswrangler pulls in boto3==1.36.0, and Glue 5.1 has 1.40.61"
    ]


def test_packages_of_the_job_itself_come_with_the_others(tmp_path: Path) -> None:
    own = CONFIG.replace("Show:", "Show: {defaultArguments: {--additional-python-modules: 'scipy==1.14.1, a==1'}}")
    config = project(with_packages(tmp_path), "import yaml, scipy, something", config=own)
    assert config.stages[0].jobs[0].additional_modules == ("PyYAML==6.0.2", "scipy==1.14.1", "a==1")


def test_two_versions_of_a_package_are_refused(tmp_path: Path) -> None:
    own = CONFIG.replace("Show:", "Show: {defaultArguments: {--additional-python-modules: pyyaml==5.4}}")
    assert errors(with_packages(tmp_path), "import yaml", config=own) == [
        "c.yaml:5: dev.jobs.Show: --additional-python-modules has pyyaml==5.4, and requirements-jobs.txt:2 has"
        " PyYAML==6.0.2; remove it here"
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("scipy>=1.14", "'scipy>=1.14' is not one version; allowed: an exact version, such as requests==2.32.3"),
        ("scipy==1.*", "'scipy==1.*' is not one version; "),
        ("scipy", "'scipy' is not one version; "),
        ("-r other.txt", "'-r other.txt' is an option of pip; "),
        ("scipy @ https://example.com/a.whl", "scipy comes from an address, which cannot be locked; "),
        ("./wheels/a.whl", "'./wheels/a.whl' is not a package ("),
        ("pyspark==3.5.6", "pyspark would replace Glue's own; remove it: jobs and the laptop have it"),
        ("pyyaml==6.0.1", "pyyaml is also on line 2; remove one"),
        ("humanize==4.9.0", "humanize==4.9.0 is not in requirements-jobs.lock; run `make lock`"),
    ],
)
def test_a_wrong_line_of_the_requirements_is_refused(tmp_path: Path, line: str, said: str) -> None:
    (error,) = errors(with_packages(tmp_path, f"{REQUIREMENTS}{line}\n"), "import yaml, humanize")
    assert error.startswith(f"requirements-jobs.txt:5: {said}")


def test_a_lock_that_has_another_version_or_more_is_refused(tmp_path: Path) -> None:
    assert errors(with_packages(tmp_path, "requests==2.32.4"), "") == [
        "requirements-jobs.lock:1: pyyaml is not in requirements-jobs.txt any more; run `make lock`",
        "requirements-jobs.txt:1: requests==2.32.4 is not in requirements-jobs.lock; run `make lock`",
    ]


def test_a_package_that_pulls_in_spark_is_refused(tmp_path: Path) -> None:
    lock = "# delta-spark: delta\ndelta-spark==3.3.2 \\\n    # via -r requirements-jobs.txt\npyspark==3.5.6 \\\n"
    with_packages(tmp_path, "delta-spark==3.3.2", f"{lock}    # via delta-spark\n")
    assert errors(tmp_path, "") == [
        "requirements-jobs.txt:1: delta-spark pulls in pyspark, which would replace Glue's own; take another package"
    ]


def test_a_marker_is_that_of_glue(tmp_path: Path) -> None:
    requirements = "requests==2.32.3 ; sys_platform == 'linux'\nPyYAML==6.0.2 ; sys_platform == 'darwin'\n"
    with_packages(tmp_path, requirements)
    assert project(tmp_path, "import requests").stages[0].jobs[0].packages == ("requests==2.32.3",)
    assert errors(tmp_path, "import yaml") == [
        "c.yaml:5: dev.jobs.Show: imports PyYAML, which requirements-jobs.txt:2 leaves out in Glue 5.1; change its"
        " marker"
    ]


def test_a_module_of_two_packages_brings_both(tmp_path: Path) -> None:
    lock = "# google-a: google\n# google-b: google\ngoogle-a==1 \\\ngoogle-b==2 \\\n"
    config = project(with_packages(tmp_path, "google-a==1\ngoogle-b==2\n", lock), "from google.cloud import b")
    assert config.stages[0].jobs[0].packages == ("google-a==1", "google-b==2")


def test_the_test_of_before_is_named_in_a_warning(tmp_path: Path) -> None:
    assert warnings(project(tmp_path, "", {"tests/test_imports.py": "import ast\nIN_GLUE = {'pandas'}\n"})) == [
        "job_scripts/tests/test_imports.py:2: knows neither shared code nor requirements-jobs.txt; remove this file:"
        " the synth checks the imports"
    ]


def test_a_shared_helper_may_read_any_argument(tmp_path: Path) -> None:
    config = CONFIG.replace("    Show:\n", "    Show:\n      rowLimit: 7\n")
    helper = "import sys\ndef option(name, default):\n    return default if f'--{name}' not in sys.argv else 'given'\n"
    script = "from options import option\nlimit = option('row_limit', '10')"
    job = project(tmp_path, script, {"options.py": helper}, config).stages[0].jobs[0]
    assert job.arguments == {"--row_limit": "7"}
    (tmp_path / "aws_glue_cdk_baseline" / "job_scripts" / "options.py").write_text("def option(name, default): ...\n")
    with pytest.raises(ConfigError, match=r"rowLimit: is neither a setting nor a parameter that the script reads"):
        project(tmp_path, script, {}, config)
