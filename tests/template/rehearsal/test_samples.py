"""The emulated S3 is filled from samples/, and what is missing is told before anything runs."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rehearsal.__main__ import main
from rehearsal.aws.sessions import Session
from rehearsal.inputs import Inputs, not_committed, read
from rehearsal.model import RehearsalError
from rehearsal.samples import Samples
from tests.configs import make_project
from tests.template.rehearsal.projects import Project, git

SCRIPT = """\
import sys
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, [{}])
"""
READS, CHAINED = SCRIPT.format("'input_path'"), SCRIPT.format("'input_path', 'output_path'")
CONFIG = """\
pipelineAccount: {awsAccountId: "111111111111", awsRegion: us-east-1}
devAccount: {awsAccountId: "222222222222", awsRegion: us-east-1}
prodAccount: {awsAccountId: "333333333333", awsRegion: eu-west-1}
dev:
  jobs:
    Clean:
      inputLocation: s3://raw/orders/
      outputLocation: s3://lake/clean/
    Report:
      after: Clean
      inputLocation: s3://lake/clean/orders/
    Other:
      inputLocation: s3://raw/other.csv
prod:
  jobs:
    Other: {inputLocation: s3://prod-raw/other.csv}
"""


def project(folder: Path, *samples: str, config: str = CONFIG) -> Path:
    make_project(folder, {"clean.py": CHAINED, "report.py": READS, "other.py": READS})
    (folder / "default-config.yaml").write_text(config, encoding="utf-8")
    for name in samples:
        file = folder / "samples" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"content of {name}", encoding="utf-8")
    return folder


def missing(found: Inputs) -> list[tuple[str, str, str, str]]:
    return [(item.at, item.job, item.location, item.writer) for item in found.missing]


def test_a_location_needs_a_sample_unless_an_earlier_job_writes_it(tmp_path: Path) -> None:
    assert missing(read(project(tmp_path))) == [
        ("default-config.yaml:7", "Clean", "s3://raw/orders/", ""),
        ("default-config.yaml:13", "Other", "s3://raw/other.csv", ""),
    ]


def test_nothing_is_missing_with_a_file_or_a_folder_of_samples(tmp_path: Path) -> None:
    assert read(project(tmp_path, "raw/orders/day=1/a.json", "raw/other.csv")).missing == ()


def test_a_job_that_writes_the_location_does_not_help_unless_it_comes_before(tmp_path: Path) -> None:
    config = CONFIG.replace("      after: Clean\n", "")
    found = read(project(tmp_path, "raw/orders/a.json", "raw/other.csv", config=config))
    assert missing(found) == [("default-config.yaml:10", "Report", "s3://lake/clean/orders/", "Clean")]
    assert ": let it come after Clean, which writes it (`after: Clean`), or get one (make" in str(found.missing[0])


def test_a_database_needs_a_table_unless_an_earlier_job_makes_one(tmp_path: Path) -> None:
    tables = CONFIG.replace("    Other:\n", "    Other:\n      inputDatabase: shop\n")
    tables = tables.replace("{inputLocation: s3://prod-raw", "{inputDatabase: shop, inputLocation: s3://prod-raw")
    project(tmp_path, "raw/orders/a", "raw/other.csv", config=tables)
    scripts = tmp_path / "aws_glue_cdk_baseline" / "job_scripts"
    (scripts / "other.py").write_text(SCRIPT.format("'input_path', 'input_database'"))
    found = read(tmp_path)
    assert missing(found) == [("default-config.yaml:13", "Other", "the database shop", "")]
    assert str(found.missing[0]).endswith("prints into samples/.catalog/shop/<table>.json")
    assert found.skips == {"DeployDev": {"Other-dev": "no sample of the database shop"}}
    table = tmp_path / "samples" / ".catalog" / "shop" / "orders.json"
    table.parent.mkdir(parents=True)
    table.write_text('{"Table": {"StorageDescriptor": {}}}')
    assert read(tmp_path).missing == ()
    table.write_text("{")
    with pytest.raises(RehearsalError, match=r"^samples/\.catalog/shop/orders\.json:1: is not JSON"):
        read(tmp_path)


def test_only_stages_with_an_integration_test_need_samples(tmp_path: Path) -> None:
    config = CONFIG.replace("dev:\n", "dev:\n  integrationTest: none\n")
    assert read(project(tmp_path, config=config)).missing == ()


def test_jobs_without_samples_and_those_after_them_are_skipped_with_the_reason(tmp_path: Path) -> None:
    assert read(project(tmp_path, "raw/other.csv")).skips == {
        "DeployDev": {
            "Clean-dev": "no sample of s3://raw/orders/",
            "Report-dev": "after Clean, which is skipped",
        }
    }


def test_the_samples_of_the_public_example_are_made(tmp_path: Path) -> None:
    public = "awsglue-datasets/examples/us-legislators/all/persons.json"
    found = read(project(tmp_path, "raw/orders/a", config=CONFIG.replace("raw/other.csv", public)))
    assert (found.missing, (tmp_path / "samples" / public).is_file()) == ((), True)


@pytest.mark.parametrize("config", ["", "jobs: [of another kind"], ids=["none", "of another app"])
def test_an_app_without_such_a_config_misses_nothing(config: str, tmp_path: Path) -> None:
    found = read(project(tmp_path, config=config) if config else tmp_path)
    assert found == Inputs(tmp_path / "samples")


def test_the_ways_out_name_the_config_if_it_is_not_the_default_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("signal.signal", lambda number, handler: None)
    folder = project(tmp_path / "p", "raw/other.csv")
    (folder / "default-config.yaml").rename(folder / "shop.yaml")
    assert main(["--project", str(folder), "--config", "shop.yaml"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "shop.yaml:7: Clean reads s3://raw/orders/, and there is no sample of it: get one "
        "(make sample JOB=Clean CONFIG=shop.yaml PROFILE=…, or made-up rows: make new-sample JOB=Clean"
        " CONFIG=shop.yaml), or put files into samples/raw/orders",
        "or skip these jobs and those after them: make rehearse CONFIG=shop.yaml ARGS=--without-samples",
    ]


def test_the_command_ends_before_anything_runs_and_names_both_ways(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("signal.signal", lambda number, handler: None)  # the command leaves Ctrl-C off, as it ends
    start = time.monotonic()
    code = main(["--project", str(project(tmp_path / "p", "raw/other.csv"))])
    assert time.monotonic() - start < 2
    assert (code, list(tmp_path.glob("rehearsal-*"))) == (1, [])
    said = capsys.readouterr()
    assert (said.out, said.err.splitlines()) == (
        "",
        [
            "default-config.yaml:7: Clean reads s3://raw/orders/, and there is no sample of it: get one "
            "(make sample JOB=Clean PROFILE=…, or made-up rows: make new-sample JOB=Clean), "
            "or put files into samples/raw/orders",
            "or skip these jobs and those after them: make rehearse ARGS=--without-samples",
        ],
    )


def test_samples_that_are_not_in_the_commit_are_named(tmp_path: Path) -> None:
    project(tmp_path, "raw/kept.csv", "raw/changed.csv", "raw/gone.csv", "awsglue-datasets/examples/persons.json")
    assert not_committed(tmp_path, "nowhere") == ""
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("*.ignored\nawsglue-datasets\n")
    Project(tmp_path).commit()
    assert not_committed(tmp_path, "samples") == ""
    (tmp_path / "samples/raw/gone.csv").unlink()
    project(tmp_path, "raw/new.csv", "raw/x.ignored", "raw/staged.csv")
    (tmp_path / "samples/raw/changed.csv").write_text("changed")
    git(tmp_path, "add", "samples/raw/staged.csv")
    assert not_committed(tmp_path, "samples") == (
        "4 samples are not in the last commit, and used all the same: "
        "samples/raw/changed.csv, samples/raw/new.csv, samples/raw/staged.csv and 1 more"
    )


class Bucket:
    """An S3 client that remembers what is put."""

    class exceptions:
        class BucketAlreadyOwnedByYou(Exception):
            pass

    def __init__(self) -> None:
        self.buckets: list[str] = []
        self.objects: dict[str, bytes] = {}

    def create_bucket(self, Bucket: str, **place: Any) -> None:
        self.buckets.append(Bucket)

    def put_object(self, Bucket: str, Key: str, Body: Any) -> None:
        self.objects[f"{Bucket}/{Key}"] = Body.read()


def template(**jobs: dict[str, str]) -> dict[str, Any]:
    return {
        "Resources": {
            name: {"Type": "AWS::Glue::Job", "Properties": {"Name": f"{name}-dev", "DefaultArguments": arguments}}
            for name, arguments in jobs.items()
        }
    }


def filled(folder: Path, before: Mapping[str, tuple[str, ...]], **jobs: dict[str, str]) -> tuple[Bucket, list[str]]:
    s3 = Bucket()
    session = Session("222222222222", "us-east-1", lambda service: s3, {})
    return s3, Samples(session, folder / "samples", before).provide(template(**jobs), session)


def test_inputs_are_filled_with_files_and_folders(tmp_path: Path) -> None:
    project(tmp_path, "raw/orders/day=1/a.json", "raw/orders/b.json", "raw/other.csv", "raw/else.csv", "lake/old.csv")
    s3, remarks = filled(
        tmp_path,
        {},
        Clean={"--input_path": "s3://raw/orders/", "--output_path": "s3://lake/"},
        Other={"--input_path": "s3://raw/other.csv", "--limit": "1", "--more_path": "s3://gone/"},
    )
    assert s3.objects == {
        f"raw/{key}": f"content of raw/{key}".encode() for key in ("orders/day=1/a.json", "orders/b.json", "other.csv")
    }
    assert s3.buckets == ["raw", "lake", "gone"]
    assert remarks == ["3 files of samples/ put into S3", "empty, without a sample: s3://gone/"]


def test_what_earlier_jobs_write_is_not_filled_for_a_later_job(tmp_path: Path) -> None:
    project(tmp_path, "raw/a.json", "lake/clean/a.json", "lake/fixed/a.json")
    before = {"Report-dev": ("s3://lake/clean/",)}
    jobs = {"Report": {"--input_path": "s3://lake/"}}
    assert list(filled(tmp_path, before, **jobs)[0].objects) == ["lake/fixed/a.json"]
    jobs["First"] = {"--input_path": "s3://lake/clean/"}  # it comes before the job that writes there
    assert set(filled(tmp_path, before, **jobs)[0].objects) == {"lake/fixed/a.json", "lake/clean/a.json"}


def test_an_input_that_an_earlier_job_writes_is_not_called_empty(tmp_path: Path) -> None:
    before = {"Report-dev": ("s3://lake/clean/",)}
    assert filled(tmp_path, before, Report={"--input_path": "s3://lake/clean/orders/"})[1] == []


def test_places_in_glues_own_arguments_are_filled_too_and_are_no_inputs(tmp_path: Path) -> None:
    project(tmp_path, "code/a.whl", "code/b.whl", "tmp/left/x")
    own = {"--additional-python-modules": "tqdm==4.1,s3://code/a.whl, s3://code/b.whl", "--TempDir": "s3://tmp/new/"}
    s3, remarks = filled(tmp_path, {}, Other=own)
    assert (set(s3.objects), s3.buckets) == ({"code/a.whl", "code/b.whl"}, ["code", "tmp"])
    assert remarks == ["2 files of samples/ put into S3"]
