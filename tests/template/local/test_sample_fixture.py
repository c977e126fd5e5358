"""The fixtures of the job tests, `sample`, `run_script` and `count_rows`, and what the config tells them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.context import SparkContext
from pyspark.sql import SparkSession

from aws_glue_cdk_baseline.config import PROJECT
from build_stage import job_inputs as inputs_file
from build_stage.job_inputs import inputs_of, write_inputs
from tests.configs import CONFIG, SHOW, load

INPUTS = {
    "sample_fixture": {"Show": {"inputLocation": "data/persons.json", "inputPath": "data/other/", "x": "data/none/"}},
    "join": {"Join": {"inputLocationOrgs": "data/orgs/"}, "JoinAll": {"inputLocationOrgs": "data/all/"}},
}
Sample = Callable[..., str]
Script = Callable[..., dict[str, Any]]


@pytest.fixture
def job_inputs() -> dict[str, Any]:
    """In the place of the plugin's fixture, which reads the config. This module is the test of sample_fixture.py."""
    return {"in_build": False, "jobs": INPUTS, "conf": {}, "shells": []}


@pytest.fixture(autouse=True)
def samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "samples"
    for name in ("data/persons.json", "data/other/a.csv", "data/orgs/day=1/o.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text('{"id": 1}\n')
    (folder / "data" / "none").mkdir()
    monkeypatch.setenv("JOB_SAMPLES", str(folder))
    return folder


@pytest.mark.parametrize("name", ["inputLocation", "--input_path", "input_path"])
def test_a_sample_is_found_by_the_name_of_the_parameter_or_of_the_argument(
    sample: Sample, samples: Path, name: str
) -> None:
    assert sample(name) == f"{samples}/data/persons.json"


def test_a_name_that_is_spelled_as_in_the_config_wins_over_another_spelling(sample: Sample, samples: Path) -> None:
    assert sample("inputPath") == f"{samples}/data/other"


def test_the_job_of_another_script_is_named(sample: Sample, samples: Path) -> None:
    assert sample("inputLocationOrgs", job="Join") == f"{samples}/data/orgs"


def test_the_sample_of_the_public_example_is_generated(
    sample: Sample, samples: Path, job_inputs: dict[str, Any]
) -> None:
    public = "awsglue-datasets/examples/us-legislators/all/organizations.json"
    job_inputs["jobs"] = {"sample_fixture": {"Show": {"inputLocation": public}}}
    assert sample("inputLocation") == f"{samples}/{public}"
    assert len((samples / public).read_text(encoding="utf-8").splitlines()) == 13


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("x",),
            "Show: the sample of x (s3://data/none/) is missing; to get it: `make sample JOB=Show PROFILE=name`, or put"
            " files into samples/data/none",
        ),
        (("outputLocation",), "Show has no input 'outputLocation'; its inputs: inputLocation, inputPath, x"),
        (("x", "Shwo"), "the config has no job 'Shwo'; it has: Show, Join, JoinAll"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(sample: Sample, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(pytest.fail.Exception) as failure:
        sample(*arguments)
    assert str(failure.value) == message


def test_in_build_a_sample_that_is_missing_was_not_committed(sample: Sample, job_inputs: dict[str, Any]) -> None:
    job_inputs["in_build"] = True
    with pytest.raises(pytest.fail.Exception, match=r"\(s3://data/none/\) is not in the repository: commit it; to get"):
        sample("x")


@pytest.mark.parametrize(
    ("jobs", "message"),
    [
        (
            {"sample_fixture": INPUTS["join"]},
            'sample_fixture.py is the script of Join and JoinAll: name one, as in sample("…", job="Join")',
        ),
        ({"a": INPUTS["join"]}, 'sample_fixture.py is no job\'s script: name the job, as in sample("…", job="Join")'),
    ],
)
def test_a_test_of_several_jobs_or_of_none_names_the_job(
    sample: Sample, job_inputs: dict[str, Any], jobs: object, message: str
) -> None:
    job_inputs["jobs"] = jobs
    with pytest.raises(pytest.fail.Exception) as failure:
        sample("inputLocationOrgs")
    assert str(failure.value) == message


def test_the_config_tells_the_inputs_of_each_script_in_its_first_stage(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        CONFIG.replace("      minimumAge: 21\n", "      minimumAge: 21\n      outputLocation: s3://dev-data/out/\n")
        .replace("      minimumAge: 021\n", "      minimumAge: 021\n      outputLocation: s3://prod-data/out/\n")
        .replace(
            "    numberOfWorkers: 4\n",
            "    numberOfWorkers: 4\n    defaultArguments:\n"
            "      --conf: spark.sql.ansi.enabled=false --conf spark.sql.caseSensitive=true\n      --inputFile: s3://shared/f.csv\n"
            "      --TempDir: s3://temp/\n      --look-up: s3://shared/l/\n      --additional-python-modules: s3://wheels/w.whl\n",
        ),
        {
            "show.py": SHOW,
            "join.py": "import sys\nfrom awsglue.utils import getResolvedOptions\n"
            "getResolvedOptions(sys.argv, ['input_path_orgs', 'minimum_age', 'inputFile', 'output_path', 'look-up'])\n",
        },
    )
    assert inputs_of(config)["jobs"] == {
        "show": {"Show": {"inputLocation": "dev-data/persons.json"}},
        "join": {"Join": {"inputFile": "shared/f.csv", "look-up": "shared/l/", "inputLocationOrgs": "dev-data/orgs/"}},
    }
    assert inputs_of(config)["conf"] == {
        "show": {},
        "join": {"spark.sql.ansi.enabled": "false", "spark.sql.caseSensitive": "true"},
    }


def test_the_config_is_the_one_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (PROJECT / "default-config.yaml").read_text(encoding="utf-8")
    (tmp_path / "other.yaml").write_text(text.replace("s3://", "s3://other-"), encoding="utf-8")
    default = inputs_file.read_inputs()["jobs"]
    monkeypatch.setenv("JOB_CONFIG", str(tmp_path / "other.yaml"))
    other = inputs_file.read_inputs()["jobs"]
    assert json.dumps(other).replace('"other-', '"') == json.dumps(default)
    assert other != default


@pytest.mark.parametrize(("build", "expected"), [("b:1", True), ("", False)])
def test_codebuild_is_the_build_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, build: str, expected: bool
) -> None:
    monkeypatch.delenv("CODEBUILD_BUILD_ID", raising=False)
    if build:
        monkeypatch.setenv("CODEBUILD_BUILD_ID", build)
    write_inputs(load(tmp_path, CONFIG), tmp_path)
    assert json.loads((tmp_path / inputs_file.FILE).read_text())["in_build"] is expected


def test_the_plugin_needs_only_the_standard_library_and_pytest(tmp_path: Path) -> None:
    """As in the Glue image: the file alone, with a Python that sees neither this project nor its packages."""
    (tmp_path / "plugins").mkdir()
    source = (PROJECT / "build_stage" / "sample_fixture.py").read_text(encoding="utf-8")
    (tmp_path / "plugins" / "sample_fixture.py").write_text(source, encoding="utf-8")
    (tmp_path / "in.json").write_text(json.dumps({"in_build": True, "jobs": INPUTS, "conf": {}, "shells": []}))
    (tmp_path / "test_join.py").write_text(
        "import sys\n"
        "def test_found(sample):\n    assert sample('inputLocationOrgs', 'Join').endswith('/samples/data/orgs')\n"
        "def test_alone(sample):\n    assert not {'pydantic', 'yaml', 'pyspark', 'build_stage'} & set(sys.modules)\n"
        "def test_missing(sample):\n    sample('inputLocationOrgs', job='JoinAll')\n"
    )
    environment = {
        "PYTHONPATH": f"{tmp_path}/plugins",
        "JOB_INPUTS": f"{tmp_path}/in.json",
        "JOB_SAMPLES": f"{tmp_path}/samples",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "-p", "no:cacheprovider"]
    command += ["-p", "no:xdist", "-p", "sample_fixture", f"--rootdir={tmp_path}", str(tmp_path)]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "1 failed, 2 passed" in result.stdout, result.stdout + result.stderr
    assert (
        "\nJoinAll: the sample of inputLocationOrgs (s3://data/all/) is not in the repository: commit it; to get it:"
        " `make sample JOB=JoinAll PROFILE=name`, or put files into samples/data/all\n"
    ) in result.stdout


WHOLE = """\
import logging
import sys
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql.functions import udf

args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path"])
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args["JOB_NAME"], args)
logging.getLogger().warning("from %s", "\\d"[1:])
double = udf(lambda value: value * 2, "long")
spark.read.json(args["input_path"]).createOrReplaceTempView("rows")
result = spark.sql("select id from rows").select(double("id").alias("twice"))
for format in ("parquet", "json", "csv", "orc"):
    result.write.format(format).mode("overwrite").save(args["output_path"] + "/" + format)
job.commit()
spark.stop()
sc.stop()
sys.exit(0)
"""


def test_a_script_without_main_runs_in_the_spark_of_the_tests(
    run_script: Script, count_rows: Callable[[object], int], samples: Path, tmp_path: Path
) -> None:
    context = SparkContext.getOrCreate()
    (tmp_path / "whole.py").write_text(WHOLE)
    output = tmp_path / "out"
    (samples / "data" / "persons.json").write_text('{"id": 1}\n{"id": 21}\n')
    arguments = {"--input_path": samples / "data" / "persons.json", "output_path": output}
    with pytest.warns(DeprecationWarning, match="invalid escape sequence"):
        found = run_script(arguments, script=str(tmp_path / "whole.py"))
    assert found["args"]["JOB_NAME"] == "test"
    assert sorted(row["twice"] for row in found["result"].collect()) == [2, 42]
    assert {name: count_rows(output / name) for name in ("parquet", "json", "csv", "orc")} == dict.fromkeys(
        ("parquet", "json", "csv", "orc"), 2
    )
    assert SparkContext.getOrCreate() is context
    assert SparkSession.builder.getOrCreate().range(3).count() == 3
    assert count_rows(tmp_path / "nothing") == 0


def test_the_settings_of_the_job_hold_while_its_script_runs(
    run_script: Script, job_inputs: dict[str, Any], tmp_path: Path
) -> None:
    job_inputs["conf"] = {
        "s": {
            "spark.sql.ansi.enabled": "true",
            "spark.sql.shuffle.partitions": "7",
            "spark.sql.warehouse.dir": "/other",
            "spark.driver.memory": "99g",
        }
    }
    names = list(job_inputs["conf"]["s"])
    conf = SparkSession.builder.getOrCreate().conf
    before = [conf.get(name, None) for name in names]
    reading = "from pyspark.sql import SparkSession\nconf = SparkSession.builder.getOrCreate().conf\n"
    (tmp_path / "s.py").write_text(f"{reading}found = [conf.get(name, None) for name in {names}]")
    assert run_script(script=str(tmp_path / "s.py"))["found"] == ["true", "7", *before[2:]]
    (tmp_path / "s.py").write_text("1 / 0")
    with pytest.raises(ZeroDivisionError):
        run_script(script=str(tmp_path / "s.py"))
    assert [conf.get(name, None) for name in names] == before


@pytest.mark.parametrize(
    ("program", "kind", "message"),
    [
        ("import sys\nsys.exit('no orders')", pytest.fail.Exception, r"s\.py ended with sys\.exit\('no orders'\)"),
        ("import sys\nsys.exit(3)", pytest.fail.Exception, r"s\.py ended with sys\.exit\(3\)"),
        ("1 / 0", ZeroDivisionError, "division by zero"),
    ],
)
def test_a_script_that_fails_fails_its_test(
    run_script: Script, tmp_path: Path, program: str, kind: type[BaseException], message: str
) -> None:
    (tmp_path / "s.py").write_text(program)
    with pytest.raises(kind, match=message):
        run_script(script=str(tmp_path / "s.py"))


def test_a_script_that_is_not_there_is_told(run_script: Script) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"^run_script\(\): there is no script sample_fixture\.py in "):
        run_script()
