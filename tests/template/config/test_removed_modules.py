"""Modules that the Python of Glue 6.0 does not have any more: an import of one is an error, with what to use."""

import sys
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config.removed_modules import REMOVED, import_error, removed
from tests.template.config.test_job_code import CONFIG, errors, project, warnings, with_packages

ON_6 = CONFIG.replace("Show:", "Show: {glueVersion: '6.0'}")
GONE = "which Python 3.13 of Glue 6.0 does not have any more"


def test_all_that_python_3_12_and_3_13_removed_is_known() -> None:
    assert sorted(REMOVED) == [
        *("aifc", "asynchat", "asyncore", "audioop", "cgi", "cgitb", "chunk", "crypt", "distutils", "imghdr", "imp"),
        *("lib2to3", "mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes", "smtpd", "sndhdr", "spwd"),
        *("sunau", "telnetlib", "uu", "xdrlib"),
    ]
    assert REMOVED.keys() - sys.stdlib_module_names == set() or sys.version_info >= (3, 12)
    assert {gone.since for gone in REMOVED.values()} == {"3.12", "3.13"}


def test_a_glue_version_has_what_its_python_has() -> None:
    assert [name for name in REMOVED if removed(name, "5.1") or not removed(name, "6.0")] == []
    assert removed("importlib", "6.0") is None


@pytest.mark.parametrize(
    ("script", "module", "instead"),
    [
        ("import imp", "imp", "use importlib"),
        ("import cgi, os", "cgi", "use urllib.parse and email.message, or add legacy-cgi to requirements-jobs.txt"),
        ("from cgitb import enable", "cgitb", "use traceback, or add legacy-cgi to requirements-jobs.txt"),
        (
            "from distutils.util import strtobool",
            "distutils",
            "use shutil, subprocess or sysconfig, or import setuptools before it",
        ),
        ("def f():\n    import asyncore", "asyncore", "use asyncio, or add pyasyncore to requirements-jobs.txt"),
        (
            "import importlib\nimportlib.import_module('pipes')",
            "pipes",
            "use subprocess, and shlex.quote for pipes.quote, or add standard-pipes to requirements-jobs.txt",
        ),
        ("import audioop", "audioop", "add audioop-lts to requirements-jobs.txt"),
        (
            "try:\n    import uu\nexcept ValueError:\n    pass",
            "uu",
            "use base64, or add standard-uu to requirements-jobs.txt",
        ),
        ("import spwd", "spwd", "remove it"),
    ],
)
def test_an_import_of_one_is_an_error_with_its_line(tmp_path: Path, script: str, module: str, instead: str) -> None:
    line = next(number for number, text in enumerate(script.splitlines(), 4) if module in text)
    assert errors(tmp_path, script, config=ON_6) == [f"job_scripts/show.py:{line}: imports {module}, {GONE}; {instead}"]
    project(tmp_path, script)  # on Glue 5.1


def test_a_shared_module_is_told_by_its_own_line_and_once_for_all_stages(tmp_path: Path) -> None:
    config = ON_6 + "prodAccount: {awsAccountId: '1', awsRegion: us-east-1}\n".replace("'1'", '"333333333333"')
    config += "prod:\n  jobs:\n    Show: {glueVersion: '6.0'}\n"
    config = config.replace("    Join:\n", "")
    assert errors(tmp_path, "import a.b", {"a/b.py": "import os\nimport imp\n"}, config) == [
        f"job_scripts/a/b.py:2: imports imp, {GONE}; use importlib"
    ]


@pytest.mark.parametrize(
    "script",
    [
        "try:\n    import imp\nexcept ImportError:\n    imp = None",
        "try:\n    import cgi\nexcept (ModuleNotFoundError, OSError):\n    pass",
        "import setuptools\nfrom distutils.util import strtobool",
    ],
)
def test_one_that_may_be_absent_or_that_a_package_brings_back_is_no_error(tmp_path: Path, script: str) -> None:
    project(tmp_path, script, config=ON_6)


@pytest.mark.parametrize(
    ("requirement", "modules", "script"),
    [
        ("legacy-cgi==2.6.4", "cgi, cgitb", "import cgi"),
        ("audioop-lts==0.2.2 ; python_version >= '3.13'", "audioop_lts", "import audioop"),
    ],
)
def test_a_package_that_brings_one_back_is_installed_for_the_job(
    tmp_path: Path, requirement: str, modules: str, script: str
) -> None:
    """With a marker, `make lock` cannot look into the package: the laptop's Python still has the module."""
    pin = requirement.partition(" ")[0]
    lock = f"# {pin.partition('==')[0]}: {modules}\n{pin} \\\n    --hash=sha256:0\n"
    config = project(with_packages(tmp_path, f"{requirement}\n", lock), script, config=ON_6)
    assert config.stages[0].jobs[0].additional_modules == (pin,)
    assert warnings(config) == []
    assert project(tmp_path, script).stages[0].jobs[0].additional_modules == ()  # Python 3.11 has it


def test_a_marker_is_that_of_the_jobs_glue_version(tmp_path: Path) -> None:
    lock = "# dates: dates\ndates==1 \\\n    --hash=sha256:0\n"
    with_packages(tmp_path, "dates==1 ; python_full_version < '3.13'\n", lock)
    assert project(tmp_path, "import dates").stages[0].jobs[0].additional_modules == ("dates==1",)
    assert errors(tmp_path, "import dates", config=ON_6) == [
        "c.yaml:5: dev.jobs.Show: imports dates, which requirements-jobs.txt:1 leaves out in Glue 6.0; change its"
        " marker"
    ]


@pytest.mark.parametrize(
    ("argument", "value", "known"),
    [
        ("--additional-python-modules", "legacy-cgi==2.6.4", True),
        ("--additional-python-modules", "s3://libs/standard_cgi-3.13-py3-none-any.whl", True),
        ("--python-virtual-env", "s3://libs/venv.tar.gz", True),
        ("--python-modules-installer-option", "-r s3://libs/requirements.txt", True),
        ("--additional-python-modules", "scipy==1.16.0", False),
    ],
)
def test_what_a_job_brings_itself_may_provide_one(tmp_path: Path, argument: str, value: str, known: bool) -> None:
    config = ON_6.replace("glueVersion: '6.0'", f"glueVersion: '6.0', defaultArguments: {{{argument}: '{value}'}}")
    if known:
        project(tmp_path, "import cgi", config=config)
    else:
        said = f"job_scripts/show.py:4: {import_error('cgi', REMOVED['cgi'], '6.0')}"
        assert errors(tmp_path, "import cgi", config=config) == [said]
