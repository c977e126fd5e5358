"""`make job FROM=script.py`: a script that exists becomes a job, or one line says what is missing."""

from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import load_config
from aws_glue_cdk_baseline.config.job_values import JobType
from tests.configs import CONFIG, make_project
from tools.new_job import __main__ as new_job
from tools.new_job.arguments import Given, kind_of, scalar
from tools.new_job.job_files import Format, format_of
from tools.new_job.names import NewJobError, name_from
from tools.new_job.plan import Request

JOB_SCRIPTS = Path("aws_glue_cdk_baseline", "job_scripts")
SCRIPT = '''"""Clean the orders of a day.

More about it.
"""
import sys
import pandas
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path", "minimum_age", "TempDir"])
if "--note" in sys.argv:
    args |= getResolvedOptions(sys.argv, ["note"])
SparkSession.builder.getOrCreate().read.csv(args["input_path"]).write.parquet(args["output_path"])
'''
ONLY_AT_RUN_TIME = (
    "import sys\nfrom awsglue.utils import getResolvedOptions\ngetResolvedOptions(sys.argv, sys.argv[1:])\n"
)
WORDS = ("--minimum_age", "021", "--TempDir=s3://temp/t/")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = make_project(tmp_path / "project")
    (folder / JOB_SCRIPTS / "tests").mkdir()
    (folder / "c.yaml").write_text(CONFIG, encoding="utf-8")
    return folder


def bring(
    project: Path,
    text: str = SCRIPT,
    file: str = "clean-orders.py",
    name: str = "",
    input: str = "s3://raw/orders.csv",
    output: str = "s3://clean/orders/",
    words: tuple[str, ...] = WORDS,
) -> new_job.Added:
    source = project.parent / file
    if text:
        source.write_text(text, encoding="utf-8")
    return new_job.add_job(Request(name, source, input, output, words), project / "c.yaml", project)


def refused(project: Path, **given: object) -> str:
    """Return the line with which a script is refused. Nothing is written then."""
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    with pytest.raises(NewJobError) as raised:
        bring(project, **given)  # type: ignore[arg-type]
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before
    assert "\n" not in str(raised.value)
    return str(raised.value).replace(f"{project.parent}/", "")


def test_a_script_becomes_a_job_with_the_values_that_are_given(project: Path) -> None:
    bring(project)
    for stage in load_config(project / "c.yaml", project).stages:
        job = stage.jobs[-1]
        assert (job.name, job.script.read_text(encoding="utf-8")) == ("CleanOrders", SCRIPT)
        assert job.settings.description == "Clean the orders of a day"
        assert job.run_arguments == {
            "--TempDir": "s3://temp/t/",
            "--input_path": "s3://raw/orders.csv",
            "--output_path": "s3://clean/orders/",
            "--minimum_age": "021",
        }
        assert "s3://raw/orders.csv" in job.input_locations
        assert "s3://clean/orders/" in job.output_locations


def test_the_block_has_parameters_defaultArguments_and_what_is_optional_as_a_comment(project: Path) -> None:
    bring(project)
    lines = (project / "c.yaml").read_text(encoding="utf-8").splitlines()
    start = lines.index("    CleanOrders:")
    assert lines[start : start + 6] == [
        "    CleanOrders:",
        "      inputLocation: s3://raw/orders.csv",
        "      outputLocation: s3://clean/orders/",
        "      minimumAge: 021",
        "      # note: VALUE  # optional",
        "      defaultArguments: {--TempDir: s3://temp/t/}",
    ]


def test_its_test_runs_it_on_samples_and_counts_what_it_writes(project: Path) -> None:
    bring(project)
    text = (project / JOB_SCRIPTS / "tests" / "test_clean_orders.py").read_text(encoding="utf-8")
    assert text.partition("    run_script(\n")[2] == (
        "        {\n"
        '            "input_path": sample("inputLocation"),\n'
        '            "output_path": f"{tmp_path}/output_path/",\n'
        '            "minimum_age": "021",\n'
        '            "TempDir": f"{tmp_path}/TempDir/",\n'
        "        }\n"
        "    )\n"
        '    assert count_rows(tmp_path / "output_path") > 0\n'
    )


def test_its_test_gives_a_folder_as_the_run_does_with_the_slash_that_the_script_appends_names_to(project: Path) -> None:
    bring(project, input="s3://raw/orders/", output="s3://clean/orders")
    text = (project / JOB_SCRIPTS / "tests" / "test_clean_orders.py").read_text(encoding="utf-8")
    assert '            "input_path": sample("inputLocation") + "/",\n' in text
    assert '            "output_path": tmp_path / "output_path",\n' in text


def test_values_that_are_missing_are_told_with_the_whole_command_and_nothing_is_written(project: Path) -> None:
    assert refused(project, input="", output="", words=("minimumAge=21",)) == (
        "clean-orders.py reads --input_path (line 10), --output_path (line 10), --TempDir (line 10), without a value"
        f" here; give it: make job FROM={project.parent}/clean-orders.py INPUT=s3://your-bucket/prefix/"
        ' OUTPUT=s3://your-bucket/prefix/ ARGS="minimumAge=21 --TempDir s3://your-bucket/prefix/"'
    ).replace(f"{project.parent}/", "")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"text": "import sys\n%idle_timeout 2880\n"},
            "clean-orders.py:2: %idle_timeout is a notebook magic, which a job cannot run; remove the line",
        ),
        ({"text": "!pip install x\n"}, "clean-orders.py:1: !pip is a notebook magic"),
        ({"text": "x = 1\nget_ipython().system('ls')\n"}, "clean-orders.py:2: %ls is a notebook magic"),
        (
            {"text": "print 'x'\n"},
            "clean-orders.py:1: not valid Python: Missing parentheses in call to 'print'. Did you mean print(...)?; ",
        ),
        ({"text": "x = '\0'\n"}, "clean-orders.py:1: not valid Python: source code string cannot contain null bytes"),
        ({"text": "", "file": "no.py"}, "FROM=no.py: no such file; name a Python script, as in make job FROM=path/"),
        ({"file": "x.ipynb"}, "x.ipynb is a notebook; download it as a script (.py) in Glue Studio, and bring that"),
        ({"file": "x.sql"}, "x.sql is not a Python script; name a file that ends with .py"),
        ({"file": "01_load.py"}, "01_load.py: '01Load' is not UpperCamelCase; "),
        ({"words": ("--minimum_aeg", "1")}, "ARGS: clean-orders.py does not read --minimum_aeg; did you mean minimum_"),
        ({"words": ("21",)}, "ARGS: cannot read '21'; write ARGS=\"--name value\" or ARGS=\"name=value\""),
        ({"words": ("--minimum_age",)}, "ARGS: cannot read '--minimum_age'; write "),
        ({"words": ("--input_path", "s3:/x")}, "ARGS: --input_path: 's3:/x' is not a location in S3"),
        ({"input": "s3a//x"}, "INPUT=s3a//x: 's3a//x' is not a location in S3"),
        (
            {"text": SCRIPT.replace('"input_path"', '"orders_path", "customers_path"', 1)},
            "INPUT: clean-orders.py reads --orders_path, --customers_path; give each its value in ARGS: make job FROM=",
        ),
        (
            {"text": SCRIPT.replace('"output_path", ', "")},
            "OUTPUT: clean-orders.py has no argument that is an output: it reads --input_path, --minimum_age, ",
        ),
        (
            {"text": ONLY_AT_RUN_TIME},
            "clean-orders.py: the names of its arguments are known only when it runs; give each of them in ARGS",
        ),
        ({"name": "Join"}, "c.yaml:5: jobs.Join exists; choose another name"),
    ],
)  # fmt: skip
def test_what_cannot_be_brought_is_one_line_and_nothing_is_written(
    project: Path, given: dict[str, object], message: str
) -> None:
    assert refused(project, **{"words": WORDS, **given}).removeprefix("project/").startswith(message)


def test_arguments_that_only_a_run_shows_are_taken_from_ARGS(project: Path) -> None:
    bring(
        project,
        ONLY_AT_RUN_TIME,
        input="",
        output="",
        words=("--input_path", "s3://raw/o/", "--inputFile", "s3://raw/f"),
    )
    job = load_config(project / "c.yaml", project).stages[0].jobs[-1]
    assert job.run_arguments == {"--input_path": "s3://raw/o/", "--inputFile": "s3://raw/f"}


def test_what_works_elsewhere_and_not_as_a_job_is_told_with_its_line(project: Path) -> None:
    text = SCRIPT.replace("import pandas\n", "import boto3\n") + ("X = 's3://other/lookup.csv'\n")
    text = text.replace('"output_path"', '"target_path"')
    assert bring(project, text).job.notes[:3] == (
        "clean-orders.py:14 has the location s3://other/lookup.csv in the script: make it an argument, else the job's"
        " role has no permission for it",
        "clean-orders.py:6 imports boto3, which takes no paths of samples: try that part with make run",
        "clean-orders.py:10 reads --target_path: the job's role may write only to arguments that begin with --output:"
        " rename it if the job writes there",
    )


def test_a_module_beside_the_old_script_is_copied_first(project: Path) -> None:
    (project.parent / "our_dates.py").write_text("")
    (project.parent / "shared").mkdir()
    text = SCRIPT.replace("import pandas\n", "import our_dates\nfrom shared.orders import clean\n")
    assert refused(project, text=text) == (
        "clean-orders.py imports our_dates (line 6), shared (line 7), which is not beside the job scripts; copy it"
        " first: cp -r our_dates.py shared aws_glue_cdk_baseline/job_scripts/"
    )
    (project / JOB_SCRIPTS / "our_dates.py").write_text("")
    (project / JOB_SCRIPTS / "shared").mkdir()
    (project / JOB_SCRIPTS / "shared" / "orders.py").write_text("def clean(): pass\n")
    assert bring(project, text).written[0] == f"{JOB_SCRIPTS}/clean_orders.py"


def test_the_test_of_a_script_with_a_location_in_it_is_skipped_and_says_why(project: Path) -> None:
    added = bring(project, "'''s3://in/a/docstring'''\nX = 's3://other/lookup.csv'\n", input="", output="", words=())
    text = added.job.test.read_text(encoding="utf-8")
    assert '@pytest.mark.skip(reason="line 2 of the script has the location s3://other/lookup.csv: ' in text
    assert "    run_script()\n" in text
    assert load_config(project / "c.yaml", project).stages[0].jobs[-1].arguments == {}


def test_a_script_that_lies_among_the_job_scripts_already_gets_its_block_and_test(project: Path) -> None:
    script = project / JOB_SCRIPTS / "clean_orders.py"
    script.write_text(SCRIPT, encoding="utf-8")
    request = Request("", script, "s3://raw/orders.csv", "s3://clean/orders/", WORDS)
    added = new_job.add_job(request, project / "c.yaml", project)
    assert added.written[0] == f"{JOB_SCRIPTS}/tests/test_clean_orders.py"
    assert len(added.written) == 2
    with pytest.raises(
        NewJobError, match=r"where the script of Clean is called clean\.py; rename it, or give it another"
    ):
        new_job.add_job(
            Request("Clean", script, "s3://raw/orders.csv", "s3://clean/orders/", WORDS), project / "c.yaml", project
        )


def test_it_says_what_was_written_what_is_missing_and_the_next_commands(project: Path) -> None:
    (project / "samples" / "raw").mkdir(parents=True)
    (project / "samples" / "raw" / "orders.csv").write_text("id\n1\n")
    assert "\n".join(new_job.report(bring(project), Path("c.yaml")).splitlines()[2:]) == (
        f"      {project}/c.yaml:7 and {project}/c.yaml:16 and {project}/c.yaml:30\n"
        "s3://raw/orders.csv: its sample is samples/raw/orders.csv\n"
        "Each stage has these locations: change those that differ.\n"
        "Next:\n"
        "  make check                              # format the script, and check it\n"
        "  make run JOB=CleanOrders CONFIG=c.yaml  # run it on its samples\n"
        '  make test-jobs ARGS="-k clean_orders"   # run its test\n'
        "  make rehearse CONFIG=c.yaml             # after a commit: the whole pipeline, on this machine"
    )


def test_a_new_job_needs_its_input_and_names_the_samples_that_there_are(project: Path) -> None:
    request = Request("CleanOrders")
    start = (
        "name the input: make job NAME=CleanOrders INPUT=s3://your-bucket/prefix/ (its sample is then taken by `make"
    )
    with pytest.raises(NewJobError) as raised:
        new_job.add_job(request, project / "c.yaml", project)
    assert str(raised.value).startswith(start)
    (project / "samples" / "raw").mkdir(parents=True)
    (project / "samples" / "raw" / "orders.csv").write_text("id\n1\n")
    with pytest.raises(NewJobError, match=r"; samples/ has s3://raw/orders\.csv\)$"):
        new_job.add_job(request, project / "c.yaml", project)


def test_the_words_of_ARGS_are_for_a_script_that_is_brought(project: Path) -> None:
    request = Request("CleanOrders", input="s3://raw/o.csv", words=("--x", "1"))
    with pytest.raises(
        NewJobError, match=r"^ARGS gives the arguments of a script that you bring \(FROM=…\); a new job "
    ):
        new_job.add_job(request, project / "c.yaml", project)


def test_an_input_on_this_machine_has_its_place_in_samples(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    (project / "orders.csv").write_text("id\n1\n")
    with pytest.raises(NewJobError, match=r"copy it to samples/your-bucket/orders\.csv, which stands for it on this"):
        new_job.add_job(Request("CleanOrders", input="orders.csv"), project / "c.yaml", project)


def test_three_calls_write_three_jobs_with_their_own_inputs(project: Path) -> None:
    for name, location in {"A": "s3://raw/a.csv", "Bb": "s3://raw/b/", "Cc": "s3://raw/c.parquet"}.items():
        new_job.add_job(Request(name, input=location), project / "c.yaml", project)
    jobs = load_config(project / "c.yaml", project).stages[0].jobs[-3:]
    assert [(job.name, *job.input_locations) for job in jobs] == [
        ("A", "s3://raw/a.csv"), ("Bb", "s3://raw/b/"), ("Cc", "s3://raw/c.parquet")
    ]  # fmt: skip
    formats = [job.script.read_text(encoding="utf-8").split("FORMAT = ")[1].split()[0] for job in jobs]
    assert formats == ['"csv"', '"json"', '"parquet"']


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("s3://b/x.json.gz", Format("json")),
        ("s3://b/part-0.snappy.parquet", Format("parquet")),
        ("s3://b/x.TSV", Format("tsv", '{"withHeader": True, "separator": "\\t"}')),
        ("s3://b/sampled/", Format("csv", '{"withHeader": True}')),
        ("s3://b/v1.2/", Format("json", guessed=True)),
    ],
)
def test_the_format_is_told_by_a_name_or_by_the_sample(tmp_path: Path, location: str, expected: Format) -> None:
    (tmp_path / "b" / "sampled" / "day=1").mkdir(parents=True)
    (tmp_path / "b" / "sampled" / "_SUCCESS").write_text("")
    (tmp_path / "b" / "sampled" / "day=1" / "a.csv.bz2").write_text("x")
    assert format_of(location, tmp_path) == (
        Format("csv", expected.options) if expected.name == "tsv" else expected
    )  # fmt: skip


def test_a_format_that_no_laptop_reads_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NewJobError, match=r"x\.avro: a new job reads json, csv, parquet or orc, not avro; bring a scr"):
        format_of("s3://b/x.avro", tmp_path)


@pytest.mark.parametrize(
    ("option", "kind"),
    [
        *[(option, "input") for option in ("input_path", "source", "orders_path", "inputPath", "s3_uri", "input")],
        *[(option, "output") for option in ("output_path", "target_path", "dest", "outputFolder")],
        *[(option, "") for option in ("minimum_age", "input_bucket", "output_format", "TempDir", "source_table")],
    ],
)
def test_the_name_of_an_option_tells_whether_it_is_a_location(option: str, kind: str) -> None:
    assert kind_of(option) == kind


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("s3://a/b/", "s3://a/b/"),
        ("021", "021"),
        ("yes", '"yes"'),
        ("a: b", '"a: b"'),
        ("#1", '"#1"'),
        ("a, b", "a, b"),
    ],
)
def test_a_value_is_quoted_only_where_yaml_needs_it(value: str, expected: str) -> None:
    assert scalar(value) == expected
    assert scalar("a, b", in_braces=True) == '"a, b"'


@pytest.mark.parametrize("file", ["clean_orders.py", "clean-orders.py", "cleanOrders.py", "Clean Orders.py"])
def test_a_job_is_named_after_its_script(file: str) -> None:
    assert name_from(Path(file)) == "CleanOrders"


def test_a_command_is_repeated_with_what_was_given() -> None:
    given = Given("make job FROM=x.py", "s3://a/", "", ("--title", "two words"))
    assert given.command(["b"]) == "make job FROM=x.py INPUT=s3://a/ ARGS=\"--title 'two words' --b VALUE\""


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("pythonshell", "boto3 takes no paths of samples: test the functions; make run tries it all"),
        ("streaming", "a stream has no end: test the function that transforms a batch"),
    ],
)
def test_what_cannot_run_on_a_sample_is_skipped_with_the_reason(project: Path, kind: JobType, why: str) -> None:
    script = project / "notify.py"
    script.write_text(
        "import sys\nimport boto3\nfrom awsglue.utils import getResolvedOptions\n"
        'args = getResolvedOptions(sys.argv, ["input_path"])\nboto3.client("s3")\n'
    )
    request = Request("", script, "s3://raw/orders/", type=kind)
    added = new_job.add_job(request, project / "c.yaml", project)
    assert f'@pytest.mark.skip(reason="{why}")\n' in added.job.test.read_text()
    assert load_config(project / "c.yaml", project).stages[0].jobs[-1].settings.type == kind
