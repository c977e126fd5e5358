"""What the reading of a job's settings and packages finds on the way from Glue 5.x to 6.0."""

from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.config.yaml_file import read_yaml
from tests.configs import load
from tools.upgrade_check import settings_reading
from tools.upgrade_check.findings import Change
from tools.upgrade_check.settings_reading import for_version, read_settings, turns_ansi_off

TO_6 = Change("5.1", "6.0")
CONFIG = """\
pipelineAccount: {awsAccountId: "111111111111", awsRegion: us-east-1}
devAccount: {awsAccountId: "222222222222", awsRegion: us-east-1}
jobs:
  Show:
    glueVersion: "5.1"
    defaultArguments:
      SHARED
dev:
  jobs:
    Show:
      inputLocation: s3://dev-data/persons.json
"""
SHOW = """\
import sys
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, ["input_path"])
"""


def read(
    folder: Path, arguments: str, change: Change = TO_6, script: str = SHOW, version: str = "5.1"
) -> tuple[Job, list[tuple[str, int, bool, str]]]:
    """Return the job Show with these arguments, and the findings."""
    typed = ("SHARED", arguments) if arguments else ("    defaultArguments:\n      SHARED\n", "")
    text = CONFIG.replace("5.1", version).replace(*typed)
    job = load(folder, text, {"show.py": script}).stages[0].jobs[0]
    found = read_settings(job, read_yaml(folder / "c.yaml", "c.yaml"), "dev", change)
    return job, [(one.file, one.line, one.breaks, one.message) for one in found]


@pytest.mark.parametrize(
    ("argument", "breaks", "message"),
    [
        (
            "--extra-jars: s3://my-jars/a_2.12-1.0.jar",
            True,
            "--extra-jars: s3://my-jars/a_2.12-1.0.jar is built for Scala 2.12, and Glue 6.0 has 2.13;"
            " take s3://my-jars/a_2.13-1.0.jar",
        ),
        (
            "--extra-jars: s3://my-jars/driver.jar",
            False,
            "--extra-jars: s3://my-jars/driver.jar must be built for Spark 4.1, Scala 2.13 and Java 17; check it",
        ),
        (
            "--conf: spark.a=1 --conf spark.hadoop.fs.s3.maxRetries=5",
            True,
            "--conf: spark.hadoop.fs.s3.maxRetries is a setting of EMRFS, and Glue 6.0 reads S3 with S3A;"
            " write spark.hadoop.fs.s3a.attempts.maximum",
        ),
        (
            "--conf: spark.jars.packages=org.a:b_2.12:1",
            True,
            "--conf: org.a:b_2.12:1 is built for Scala 2.12, and Glue 6.0 has 2.13; take org.a:b_2.13:1",
        ),
        (
            "--datalake-formats: iceberg",
            False,
            "--datalake-formats: iceberg 1.10.0 becomes 1.11.0; a table of format version 3 cannot go back to 2, and"
            " DynamicFrames and Athena do not read its types",
        ),
        (
            "--additional-python-modules: scipy==1.14.1",
            False,
            "--additional-python-modules still works on 6.0, and is deprecated there (new: --python-virtual-env)",
        ),
    ],
)
def test_an_argument_of_glue_is_found_with_its_line(tmp_path: Path, argument: str, breaks: bool, message: str) -> None:
    assert read(tmp_path, argument)[1] == [("c.yaml", 7, breaks, message)]


def test_the_line_of_an_argument_of_the_stage_is_there(tmp_path: Path) -> None:
    job, _ = read(tmp_path, "--conf: spark.a=1")
    text = (tmp_path / "c.yaml").read_text()
    own = "      defaultArguments:\n        --extra-jars: s3://my-jars/a_2.12.jar\n"
    job = load(tmp_path, text + own, {"show.py": SHOW}).stages[0].jobs[0]
    (found,) = read_settings(job, read_yaml(tmp_path / "c.yaml", "c.yaml"), "dev", TO_6)
    assert found.line == 13


def test_between_versions_of_one_spark_only_table_formats_change(tmp_path: Path) -> None:
    arguments = "--extra-jars: s3://my-jars/a_2.12.jar\n      --datalake-formats: delta"
    found = read(tmp_path, arguments, Change("5.1", "5.0"))[1]
    assert found == [("c.yaml", 8, False, "--datalake-formats: delta 3.3.2 becomes 3.3.0")]


@pytest.mark.parametrize(
    ("pin", "first"), [("numpy==1.26.4", "2.1.0"), ("pandas==2.2.2", "2.2.3"), ("pyarrow==17.0.0", "18.0.0")]
)
def test_a_package_without_a_wheel_for_python_3_13_breaks(tmp_path: Path, pin: str, first: str) -> None:
    found = read(tmp_path, f"--additional-python-modules: {pin}")[1]
    assert ("c.yaml", 7, True, f"{pin} has no wheel for Python 3.13; the first that has is {first}") in found
    assert len(found) == 2
    newer = read(tmp_path, f"--additional-python-modules: {pin.partition('==')[0]}=={first}")[1]
    assert [breaks for _, _, breaks, _ in newer] == [False]


def test_a_pin_in_requirements_jobs_is_found_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job, _ = read(tmp_path, "")
    (tmp_path / "requirements-jobs.txt").write_text("# ours\nnumpy==1.26.4\n")
    monkeypatch.setattr(settings_reading, "PROJECT", tmp_path)
    job = job.model_copy(update={"packages": ("numpy==1.26.4",)})
    (found,) = read_settings(job, read_yaml(tmp_path / "c.yaml", "c.yaml"), "dev", TO_6)
    assert (found.file, found.line, found.breaks) == ("requirements-jobs.txt", 2, True)


def test_a_package_of_glue_in_another_major_version_is_a_warning_with_its_line(tmp_path: Path) -> None:
    script = f"{SHOW}import numpy\n"
    assert read(tmp_path, "", TO_6, script)[1] == []
    (one,) = read(tmp_path, "", Change("5.0", "6.0"), script, version="5.0")[1]
    said = "imports numpy: numpy 1.26.4 becomes 2.4.4; read what its major version broke"
    assert one == ("job_scripts/show.py", 4, False, said)


def test_a_package_that_the_target_does_not_have_breaks(tmp_path: Path) -> None:
    (one,) = read(tmp_path, "", Change("6.0", "5.1"), f"{SHOW}import yaml\n", version="6.0")[1]
    assert one == (
        "job_scripts/show.py",
        4,
        True,
        "imports yaml: pyyaml is in Glue 6.0, and not in 5.1; add pyyaml==6.0.3 to requirements-jobs.txt, and run"
        " `make lock`",
    )


def test_a_job_on_another_version_has_glues_packages_of_that_version(tmp_path: Path) -> None:
    job, _ = read(tmp_path, "", TO_6, f"{SHOW}import numpy\nimport requests\n")
    assert job.glue_packages == ("numpy==2.3.4", "requests==2.32.5")
    moved = for_version(job, "6.0")
    assert (moved.settings.glue_version, moved.glue_packages) == ("6.0", ("numpy==2.4.4", "requests==2.33.1"))
    assert job.settings.glue_version == "5.1"


@pytest.mark.parametrize(
    ("conf", "off"),
    [("spark.a=1 --conf spark.sql.ansi.enabled=false", True), ("spark.sql.ansi.enabled=true", False), ("", False)],
)
def test_ansi_sql_may_be_turned_off_by_conf(tmp_path: Path, conf: str, off: bool) -> None:
    assert turns_ansi_off(read(tmp_path, f"--conf: {conf}" if conf else "")[0]) is off
