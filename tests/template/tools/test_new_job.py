"""The command `make job`, on a project in a folder of its own; tests/template/local runs the job that it writes."""

import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from aws_glue_cdk_baseline.config import PROJECT, ConfigError, load_config
from aws_glue_cdk_baseline.config.job_values import JobType
from aws_glue_cdk_baseline.config.records import Job
from aws_glue_cdk_baseline.config.yaml_file import read_yaml
from tests.configs import CONFIG, make_project
from tools.new_job import __main__ as new_job
from tools.new_job import config_blocks
from tools.new_job.config_blocks import Block
from tools.new_job.names import NewJobError, module_name
from tools.new_job.plan import Request

JOB_SCRIPTS = Path("aws_glue_cdk_baseline", "job_scripts")
MEMBERSHIPS = "s3://awsglue-datasets/examples/us-legislators/all/memberships.json"
LONG = "ReconcileMembershipsOfEveryLegislatureWithTheirOrganizations"  # 60 characters


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the config c.yaml of two jobs and two stages."""
    make_project(tmp_path)
    (tmp_path / JOB_SCRIPTS / "tests").mkdir()
    (tmp_path / "c.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def add(project: Path, name: str = "CountTerms", input: str = MEMBERSHIPS, config: str = "c.yaml") -> new_job.Added:
    return new_job.add_job(Request(name, input=input), project / config, project)


def add_typed(project: Path, kind: JobType, name: str = "CountTerms") -> Job:
    """Add a job of this type to the config c.yaml. Return its record in the last stage."""
    request = Request(name, input="s3://raw/o/", output="s3://clean/o/", type=kind)
    new_job.add_job(request, project / "c.yaml", project)
    return load_config(project / "c.yaml", project).stages[-1].jobs[-1]


def files(project: Path) -> dict[str, bytes]:
    return {str(path.relative_to(project)): path.read_bytes() for path in project.rglob("*") if path.is_file()}


def test_the_job_is_in_each_stage_and_its_description_where_settings_are(project: Path) -> None:
    add(project)
    config = load_config(project / "c.yaml", project)
    for stage in config.stages:
        job = stage.jobs[-1]
        assert (job.name, job.script) == ("CountTerms", project / JOB_SCRIPTS / "count_terms.py")
        assert job.settings.description == "keeps each record of its input once, an example"
        assert job.arguments == {"--input_path": MEMBERSHIPS}


def test_every_stage_of_the_file_gets_its_block(project: Path) -> None:
    staging = CONFIG.partition("prod:")[2].replace("prod-data", "staging-data")
    account = 'stagingAccount: {awsAccountId: "444444444444", awsRegion: eu-west-1}\n'
    (project / "c.yaml").write_text(f"{account}{CONFIG}staging:{staging}", encoding="utf-8")
    block = Block(("a: b",), {"a": "b"})
    blocks = config_blocks.blocks_for(read_yaml(project / "c.yaml", "c.yaml"), block, block)
    assert list(blocks) == [("jobs",), ("dev", "jobs"), ("prod", "jobs"), ("staging", "jobs")]


def test_it_says_what_it_wrote(project: Path) -> None:
    assert list(add(project).written) == [
        "aws_glue_cdk_baseline/job_scripts/count_terms.py",
        "aws_glue_cdk_baseline/job_scripts/tests/test_count_terms.py",
        f"{project}/c.yaml:7 and {project}/c.yaml:16 and {project}/c.yaml:27",
    ]


def test_the_output_location_that_the_config_shows_is_an_argument_of_the_script(project: Path) -> None:
    add(project)
    text = (project / "c.yaml").read_text(encoding="utf-8")
    (project / "c.yaml").write_text(text.replace("# outputLocation", "outputLocation"), encoding="utf-8")
    job = load_config(project / "c.yaml", project).stages[0].jobs[-1]
    assert job.output_locations == ("s3://your-bucket/prefix/",)
    assert job.arguments["--output_path"] == "s3://your-bucket/prefix/"


def test_only_lines_are_added_to_the_config(project: Path) -> None:
    add(project)
    lines = (project / "c.yaml").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line in CONFIG.splitlines()] == CONFIG.splitlines()
    assert len(lines) == len(CONFIG.splitlines()) + 2 + 2 * 3


@pytest.mark.parametrize("name", ["A", "CountTerms", "Zebra", "PytestTwo", "AwsglueX", LONG, "Ab" * 33])
@pytest.mark.parametrize("kind", get_args(JobType))
def test_what_is_written_is_formatted_and_linted(name: str, kind: JobType, project: Path) -> None:
    add_typed(project, kind, name)
    written = [
        str(JOB_SCRIPTS / f"{module_name(name)}.py"),
        str(JOB_SCRIPTS / "tests" / f"test_{module_name(name)}.py"),
    ]
    (project / "pyproject.toml").write_bytes((PROJECT / "pyproject.toml").read_bytes())
    for check in (["format", "--check"], ["check"]):
        command = [sys.executable, "-m", "ruff", *check, "--no-cache", *written]
        result = subprocess.run(command, cwd=project, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("kind", get_args(JobType))
def test_a_job_has_its_type_where_settings_are_or_in_each_stage(kind: JobType, project: Path) -> None:
    assert add_typed(project, kind).settings.type == kind
    text = CONFIG.replace("jobs:\n  Join:\n    numberOfWorkers: 4\n", "", 1)
    (project / "c.yaml").write_text(text, encoding="utf-8")
    assert add_typed(project, kind, "CountSeats").settings.type == kind


def test_a_stream_of_files_has_a_folder_and_a_place_for_its_checkpoint(project: Path) -> None:
    for input, message in (
        ("s3://raw/o.csv", r"^INPUT=s3://raw/o\.csv: a stream of files is in a folder; end it with /: "),
        ("s3://raw/o/", "^name the output, .*: make job NAME=Read TYPE=streaming INPUT=s3://raw/o/ OUTPUT=s3://your"),
    ):
        with pytest.raises(NewJobError, match=message):
            new_job.add_job(Request("Read", input=input, type="streaming"), project / "c.yaml", project)


def test_a_type_that_is_none_is_one_line() -> None:
    with pytest.raises(SystemExit, match=r"^TYPE=pythonShell is not a type of job; did you mean pythonshell\?$"):
        new_job.main(["--type", "pythonShell", "Read"])
    with pytest.raises(SystemExit, match=r"^TYPE=ray is not a type of job; allowed: spark, pythonshell, streaming$"):
        new_job.main(["--type=ray", "Read"])


def test_a_config_without_settings_stays_without(project: Path) -> None:
    text = CONFIG.replace("jobs:\n  Join:\n    numberOfWorkers: 4\n", "", 1)
    (project / "c.yaml").write_text(text, encoding="utf-8")
    add(project)
    assert "description" not in (project / "c.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_stage_without_jobs_gets_its_first(project: Path, mark: bytes) -> None:
    head = CONFIG.partition("jobs:")[0]
    (project / "c.yaml").write_bytes(mark + f"{head}jobs:\ndev:\n  jobs:\nprod:\n  jobs:".encode())
    add(project)
    assert [job.name for job in load_config(project / "c.yaml", project).stages[-1].jobs] == ["CountTerms"]
    assert (project / "c.yaml").read_bytes().startswith(mark + b"pipelineAccount")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "name the job and its input: make job NAME=CleanOrders INPUT=s3://your-bucket/prefix/; or bring a script"),
        ("count_terms", "'count_terms' is not UpperCamelCase; .*; did you mean CountTerms?"),
        ("countTerms", "did you mean CountTerms?"),
        ("Count Terms", "did you mean CountTerms?"),
        ("../Evil", "'../Evil' is not UpperCamelCase"),
        ("Zähler", "'Zähler' is not UpperCamelCase"),
        ("3Terms", "'3Terms' is not UpperCamelCase; .* such as CountTerms$"),
        ("GlueTestRole", "GlueTestRole is reserved by the stack"),
        ("A" + "b" * 100, "at most 100 characters"),
        ("Ab" * 40, "makes a file name of 119 characters; at most 100"),
        ("Class", "class.py cannot be imported, because 'class' is a keyword of Python; try ClassJob"),
        ("Json", "json.py would hide the module 'json' from every job script; try JsonJob"),
        ("Pyspark", "hide the module 'pyspark'"),
        ("Pandas", "hide the module 'pandas'"),
        ("Local", "hide the module 'local'"),
        ("Join", r"c\.yaml:5: jobs\.Join exists; choose another name"),
        ("Show", r"c\.yaml:9: dev\.jobs\.Show exists; choose another name"),
        ("JOIN", "aws_glue_cdk_baseline/job_scripts/join.py exists; choose another name for the job"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused_in_one_line(name: str, message: str, project: Path) -> None:
    before = files(project)
    with pytest.raises(NewJobError, match=message.replace("?", r"\?")) as raised:
        add(project, name)
    assert "\n" not in str(raised.value)
    assert files(project) == before


def test_a_test_that_exists_is_kept(project: Path) -> None:
    (project / JOB_SCRIPTS / "tests" / "test_count_terms.py").write_text("mine")
    with pytest.raises(NewJobError, match=r"job_scripts/tests/test_count_terms\.py exists"):
        add(project)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "dev:\n  jobs:\n",
            "dev: {jobs: {Show: {inputLocation: s3://dev-data/p.json}}}\nx:\n  y:\n",
            "7: dev: is in braces",
        ),
        ('awsAccountId: "222', 'awsAccountId: "22', r"c\.yaml:2: .*is not an AWS account id"),
        ("minimumAge: 21", "minimumAgee: 21", r"c\.yaml:13: .*; did you mean minimumAge\?"),
    ],
)
def test_a_config_that_does_not_load_is_told_with_its_own_lines_and_nothing_is_kept(
    old: str, new: str, message: str, project: Path
) -> None:
    text = CONFIG.replace(old, new, 1)
    assert text != CONFIG
    (project / "c.yaml").write_text(text, encoding="utf-8")
    before = files(project)
    with pytest.raises((NewJobError, ConfigError), match=message):
        add(project)
    assert files(project) == before


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), OSError(28, "No space left on device", "x")])
def test_nothing_is_kept_where_the_work_is_broken_off(
    project: Path, fault: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(project)

    def break_off(*arguments: object) -> None:
        assert len(files(project)) == len(before) + 2
        raise fault

    monkeypatch.setattr(new_job, "check_config", break_off)
    with pytest.raises(type(fault)):
        add(project)
    assert files(project) == before


def test_snapshots_that_cannot_be_updated_are_put_back_with_the_rest(project: Path) -> None:
    (project / "c.yaml").rename(project / "default-config.yaml")
    snapshot = project / "tests" / "snapshot" / "__snapshots__" / "s[dev].json"
    snapshot.parent.mkdir(parents=True)
    snapshot.write_text("old")
    test = f"def test():\n    open({str(snapshot)!r}, 'w').write('new')\n    1/0\n"
    (project / "tests" / "snapshot" / "test_it.py").write_text(test)
    before = files(project)
    with pytest.raises(NewJobError, match=r"^the snapshots cannot be updated, see `make snapshot`: .+"):
        add(project, config="default-config.yaml")
    assert {name: content for name, content in files(project).items() if "__pycache__" not in name} == before


def test_the_command_ends_with_one_line_and_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    job = load_config(PROJECT / "default-config.yaml").stages[0].jobs[0].name
    with pytest.raises(SystemExit, match=rf"^default-config\.yaml:\d+: .*{job} exists; choose another name$"):
        new_job.main([job])
    with pytest.raises(SystemExit, match=r"^no\.yaml:1: no such file"):
        new_job.main(["CountTerms", "--config", "no.yaml"])
