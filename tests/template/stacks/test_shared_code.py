"""The zip of what a script imports beside it, and the arguments with which a deployed job finds its modules."""

import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import aws_cdk as core
import pytest
from aws_cdk.assertions import Template

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack
from aws_glue_cdk_baseline.jobs.shared_code import wheel, zipped
from aws_glue_cdk_baseline.permissions.role_size import role_size_error
from aws_glue_cdk_baseline.pipeline.secret_scan import CredentialError
from tests.apps import make_app
from tests.configs import make_job, make_stage

BUCKET = "cdk-hnb659fds-assets-222222222222-us-east-1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of job scripts with the package money, which has data, and the module dates."""
    scripts = tmp_path / "aws_glue_cdk_baseline" / "job_scripts"
    (scripts / "money").mkdir(parents=True)
    (scripts / "money" / "cents.py").write_text("def cents(x):\n    return x * 100\n")
    (scripts / "money" / "rates.csv").write_text("EUR,1.1\n")
    (scripts / "dates.py").write_text("YEAR = 2026\n")
    return scripts


def job(folder: Path, name: str, *files: str, **values: Any) -> Job:
    found = make_job(folder, name, **values)
    return found.model_copy(update={"shared_files": tuple(folder / file for file in files)})


def jobs(folder: Path) -> list[Job]:
    money = ("money/cents.py", "money/rates.csv")
    return [
        job(folder, "One", *money),
        job(folder, "Two", *money),
        job(folder, "Third", "dates.py"),
        job(folder, "None"),
    ]


def properties(found: list[Job]) -> dict[str, dict[str, Any]]:
    env = core.Environment(account="222222222222", region="us-east-1")
    stack = GlueAppStack(make_app(), "TestGlueAppStack", stage=make_stage(*found), env=env)
    resources = Template.from_stack(stack).to_json()["Resources"].values()
    return {
        item["Properties"]["Name"].removesuffix("-dev"): item["Properties"]
        for item in resources
        if item["Type"] == "AWS::Glue::Job"
    } | {
        "roles": [item["Properties"]["Policies"][0] for item in resources if item["Type"] == "AWS::IAM::Role"],
    }  # fmt: skip


def zips(found: list[Job]) -> dict[str, str | None]:
    return {
        name: item["DefaultArguments"].get("--extra-py-files")
        for name, item in properties(found).items()
        if name != "roles"
    }


def test_jobs_with_the_same_files_share_one_zip_and_others_have_none(folder: Path) -> None:
    found = zips(jobs(folder))
    assert found["One"] == found["Two"] != found["Third"]
    assert found["None"] is None
    assert str(found["One"]).startswith(f"s3://{BUCKET}/")
    assert str(found["One"]).endswith(".zip")


def test_a_change_of_a_shared_file_changes_the_jobs_that_use_it_and_no_other(folder: Path) -> None:
    before = properties(jobs(folder))
    (folder / "money" / "rates.csv").write_text("EUR,1.2\n")
    after = properties(jobs(folder))
    assert [name for name in before if before[name] != after[name] and name != "roles"] == ["One", "Two"]


def test_the_role_may_read_the_zip_beside_the_script(folder: Path) -> None:
    one = job(folder, "One", "dates.py", input_locations=())
    found: Any = properties([one])
    read = found["roles"][0]["PolicyDocument"]["Statement"][0]
    zip_object = found["One"]["DefaultArguments"]["--extra-py-files"].removeprefix("s3://")
    assert read["Action"] == ["s3:GetObject"]
    assert read["Resource"][1:] == [f"arn:aws:s3:::{zip_object}"]
    assert read["Resource"][0].endswith(".py")


def test_packages_are_installed_with_those_of_the_job_itself(folder: Path) -> None:
    one = job(folder, "One", default_arguments={"--additional-python-modules": "a==1, pyyaml==6"})
    found = properties([one.model_copy(update={"packages": ("b==2", "pyyaml==6")})])
    assert found["One"]["DefaultArguments"]["--additional-python-modules"] == "b==2,pyyaml==6,a==1"


def test_a_zip_depends_on_content_alone(folder: Path) -> None:
    files = [folder / "money" / "cents.py", folder / "money" / "rates.csv"]
    first = zipped(files, folder)
    os.utime(files[0], (0, 1_000_000_000))
    files[0].chmod(0o700)
    assert zipped(reversed(files), folder) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.namelist() == ["money/__init__.py", "money/cents.py", "money/rates.csv"]
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {item.compress_type for item in archive.infolist()} == {zipfile.ZIP_STORED}


def test_python_imports_from_the_zip_and_reads_its_data(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "code.zip"
    archive.write_bytes(zipped([folder / "money" / "cents.py", folder / "money" / "rates.csv"], folder))
    program = "import money.cents; from importlib.resources import files; print(money.cents.cents(2), "
    program += "files('money').joinpath('rates.csv').read_text().strip())"
    result = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(archive)}, capture_output=True, text=True, cwd=tmp_path
    )
    assert result.stdout == "200 EUR,1.1\n"


def test_a_python_shell_job_gets_a_wheel_under_its_own_name_which_pip_installs(folder: Path, tmp_path: Path) -> None:
    files = ("money/cents.py", "money/rates.csv")
    found = zips([job(folder, "Spark", *files), job(folder, "Shell", *files, type="pythonshell")])
    name, content = wheel([folder / file for file in files], folder)
    assert re.fullmatch(r"shared_code-0\.\d+-py3-none-any", name)
    assert found["Shell"] == f"s3://{BUCKET}/{name}.whl"
    assert str(found["Spark"]).endswith(".zip")
    (tmp_path / f"{name}.whl").write_bytes(content)
    target = tmp_path / "installed"
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([*command, str(tmp_path / f"{name}.whl")], check=True)
    program = "import money.cents; from importlib.resources import files; print(money.cents.cents(2), "
    program += "files('money').joinpath('rates.csv').read_text().strip())"
    result = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(target)}, capture_output=True, text=True, cwd=tmp_path
    )
    assert result.stdout == "200 EUR,1.1\n"


def test_a_wheel_of_other_content_has_another_name(folder: Path) -> None:
    first = wheel([folder / "dates.py"], folder)
    assert wheel([folder / "dates.py"], folder) == first
    (folder / "dates.py").write_text("YEAR = 2027\n")
    assert wheel([folder / "dates.py"], folder)[0] != first[0]


def test_a_credential_in_shared_code_stops_the_synth(folder: Path) -> None:
    (folder / "dates.py").write_text("KEY = 'A" + "KIA" + "2E0A8F3B244C9986'\n")
    with pytest.raises(CredentialError, match=r"dates\.py:1: looks like an AWS access key id"):
        properties(jobs(folder))


def test_the_size_of_a_role_counts_the_zip(folder: Path) -> None:
    def size(found: Job) -> int:
        locations = tuple(f"s3://bucket/{'x' * 800}/{number}/" for number in range(12))
        said = role_size_error(found.model_copy(update={"input_locations": locations}))
        assert said is not None
        return int(said.split(" characters")[0].rsplit(" ", 1)[1])

    assert size(job(folder, "One", "dates.py")) - size(job(folder, "None")) > 100
