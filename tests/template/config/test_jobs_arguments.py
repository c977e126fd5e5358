"""What `defaultArguments` and a script's own way of reading do to a job."""

from pathlib import Path

import pytest
from awsglue.utils import getResolvedOptions

from aws_glue_cdk_baseline.config import ConfigError
from tests.configs import CONFIG, JOIN, SHOW, load

HEAD = "import sys\nfrom awsglue.utils import getResolvedOptions, GlueArgumentError\n"
ACCOUNTS = CONFIG.partition("jobs:\n")[0]


def one_job(shared: str = "{}", stage: str = "{}") -> str:
    stages = "".join(f"{name}:\n  jobs:\n    Show: {stage}\n" for name in ("dev", "prod"))
    return f"{ACCOUNTS}jobs:\n  Show: {shared}\n{stages}"


def errors(folder: Path, text: str, script: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load(folder, text, {"show.py": script})
    return str(raised.value).splitlines()


def first_message(folder: Path, text: str, script: str) -> str:
    """Return the first error without its place, or an empty text if the config loads."""
    try:
        load(folder, text, {"show.py": script})
    except ConfigError as error:
        return error.errors[0].message
    return ""


def test_the_default_arguments_of_a_stage_add_to_the_shared_ones(tmp_path: Path) -> None:
    text = CONFIG.replace("numberOfWorkers: 4", "defaultArguments: {--conf: a=b, --datalake-formats: iceberg}")
    text = text.replace("numberOfWorkers: 8", "defaultArguments: {--conf: c=d, --TempDir: s3://tmp-bucket/}")
    config = load(tmp_path, text)
    assert [stage.jobs[1].settings.default_arguments for stage in config.stages] == [
        {"--conf": "a=b", "--datalake-formats": "iceberg"},
        {"--conf": "c=d", "--datalake-formats": "iceberg", "--TempDir": "s3://tmp-bucket/"},
    ]


def test_places_in_default_arguments_are_read_or_written_as_parameters_are(tmp_path: Path) -> None:
    arguments = {
        "--additional-python-modules": "pyarrow==17.0.0, s3://lib-bucket/one.whl,s3://lib-bucket/two.whl",
        "--extra-jars": "s3://lib-bucket/a.jar",
        "--extra-files": "s3://lib-bucket/conf/",
        "--python-virtual-env": "s3://lib-bucket/venv.tar.gz",
        "--python-virtual-env-storage-prefix": "s3://lib-bucket/venvs/",
        "--TempDir": "s3://tmp-bucket/glue/",
        "--inputPath": "s3://raw-zone/in/",
        "--outputPath": "s3://raw-zone/out/",
        "--notRead": "s3://raw-zone/other/",
    }
    script = f"{HEAD}getResolvedOptions(sys.argv, ['inputPath', 'outputPath'])\n"
    job = load(tmp_path, one_job(f"{{defaultArguments: {arguments}}}"), {"show.py": script}).stage("prod").jobs[0]
    assert job.input_locations == (
        *("s3://lib-bucket/one.whl", "s3://lib-bucket/two.whl", "s3://lib-bucket/a.jar", "s3://lib-bucket/conf/"),
        *("s3://lib-bucket/venv.tar.gz", "s3://raw-zone/in/"),
    )
    assert job.output_locations == ("s3://lib-bucket/venvs/", "s3://tmp-bucket/glue/", "s3://raw-zone/out/")


REFUSED = {
    "--extra-py-files": "is set by the template; put the module or package beside the scripts and import it",
    "--enable-metrics": (
        "is set by the template; write `observability: true` beside `defaultArguments`, and remove it"
    ),
    "--enable-observability-metrics": (
        "is set by the template; write `observability: true` beside `defaultArguments`, and remove it"
    ),
    "--enable-spark-ui": "is set by the template; write `sparkUi: s3://…/` beside `defaultArguments`, and remove it",
    "--spark-event-logs-path": (
        "is set by the template; write `sparkUi: s3://…/` beside `defaultArguments`, and remove it"
    ),
    "--enable-continuous-cloudwatch-log": "is set by the template; remove it",
    "--enable-auto-scaling": (
        "is set by the template; remove it; `numberOfWorkers` is the most that auto scaling uses"
    ),
    "--class": "is for Scala jobs, and the template deploys PySpark jobs; remove it",
    "--scriptLocation": "is set by the template; name the script with the setting `script`",
    "--help": "is not allowed: getResolvedOptions prints a help text and ends the job; remove it",
}


@pytest.mark.parametrize("argument", REFUSED)
def test_an_argument_that_cannot_be_given_is_told_with_the_better_way(tmp_path: Path, argument: str) -> None:
    text = one_job(f'{{defaultArguments: {{"{argument}": "true"}}}}', "{inputLocation: s3://data/x}")
    place = f"c.yaml:5: jobs.Show.defaultArguments.{argument}"
    assert errors(tmp_path, text, SHOW) == [f"{place}: {argument} {REFUSED[argument]}"]


def test_the_word_location_in_a_name_is_told_as_the_reason(tmp_path: Path) -> None:
    script = f"{HEAD}getResolvedOptions(sys.argv, ['path_column'])\n"
    assert errors(tmp_path, one_job(stage="{locationColumn: store_location}"), script)[0] == (
        "c.yaml:8: dev.jobs.Show.locationColumn: 'store_location' is not a location in S3; allowed: s3://bucket/key or"
        " s3://bucket/prefix/, as the name locationColumn has the word location; for another value choose another name"
    )


def test_a_parameter_that_a_computed_call_may_read_is_not_refused_and_the_literal_ones_are_still_checked(
    tmp_path: Path,
) -> None:
    script = f"{HEAD}getResolvedOptions(sys.argv, ['input_path'])\ngetResolvedOptions(sys.argv, names())\n"
    stage = "{inputLocation: s3://data/x, colour: red}"
    assert load(tmp_path, one_job(stage=stage), {"show.py": script}).stage("dev").jobs[0].arguments == {
        "--input_path": "s3://data/x",
        "--colour": "red",
    }
    assert errors(tmp_path, one_job(stage="{colour: red}"), script) == [
        f"c.yaml:{line}: {stage}.jobs.Show: inputLocation is missing: job_scripts/show.py:3 reads --input_path and"
        " nothing supplies it; add it"
        for line, stage in ((8, "dev"), (11, "prod"))
    ]


@pytest.mark.parametrize("script", [f"{HEAD}getResolvedOptions(sys.argv, ['retries', 'security_group'])\n"])
def test_a_parameter_called_like_a_property_of_a_job_is_one_if_the_script_reads_it(tmp_path: Path, script: str) -> None:
    config = load(tmp_path, one_job(stage="{retries: a, securityGroup: b}"), {"show.py": script})
    assert config.stage("dev").jobs[0].arguments == {"--retries": "a", "--security_group": "b"}


def test_an_argument_that_another_call_takes_for_its_own_is_refused_with_both_places(tmp_path: Path) -> None:
    script = (
        f"{HEAD}getResolvedOptions(sys.argv, ['JOB_NAME', 'input_path'])\ngetResolvedOptions(sys.argv, ['input'])\n"
    )
    stage = "{inputLocation: s3://data/x, input: csv}"
    assert errors(tmp_path, one_job(stage=stage), script)[0] == (
        "c.yaml:8: dev.jobs.Show.input: --input is read as --input_path by getResolvedOptions in job_scripts/show.py:3,"
        " which accepts any beginning of a name: it replaces --input_path on line 8, or is replaced by it; give"
        " one of the two another name"
    )


CALLS: dict[str, tuple[list[list[str]], list[str], str]] = {  # calls, more arguments, the error
    "another call": ([["ab"], ["a"]], [], "--a is read as --ab by"),
    "no call": ([["ab"]], ["a"], "--a is read as --ab by"),
    "two options": ([["ab", "ac"]], ["a"], "--a is the beginning of --ab and --ac: getResolvedOptions in"),
    "glue's own": ([["x"]], ["Temp"], "--Temp is read as --TempDir by"),
    "help": ([["x"]], ["h"], "--h is read as --help by"),
    "the name of the job": ([["JOB_NAME_PREFIX"]], [], "--JOB_NAME is read as --JOB_NAME_PREFIX by"),
    "the same call": ([["a", "ab"]], [], ""),
    "a longer name": ([["a"]], ["ab"], ""),
    "a beginning of two of glue's own": ([["x"]], ["e"], "--e is the beginning of --enable-data-lineage and --encr"),
    "other names": ([["x"], ["y"]], ["z"], ""),
}


@pytest.mark.parametrize("case", CALLS)
def test_an_argument_is_refused_if_and_only_if_getresolvedoptions_takes_it_for_another(
    tmp_path: Path, case: str
) -> None:
    calls, more, expected = CALLS[case]
    script = HEAD + "".join(f"getResolvedOptions(sys.argv, {options})\n" for options in calls)
    given = {f"--{name}": name for name in [*(option for options in calls for option in options), *more]}
    said = first_message(tmp_path, one_job(f"{{defaultArguments: {given}}}"), script)
    assert said.startswith(expected)
    assert bool(said) == bool(expected)
    assert all(read_in_each_order(options, given) for options in calls) != bool(expected)


@pytest.mark.parametrize("case", CALLS)
@pytest.mark.parametrize("abbreviates", [False, True])
def test_on_glue_6_a_name_is_taken_for_another_only_where_the_script_asks_for_it(
    tmp_path: Path, case: str, abbreviates: bool
) -> None:
    calls, more, expected = CALLS[case]
    flag = ", allow_abbrev=True" if abbreviates else ""
    script = HEAD + "".join(f"getResolvedOptions(sys.argv, {options}{flag})\n" for options in calls)
    given = {f"--{name}": name for name in [*(option for options in calls for option in options), *more]}
    text = one_job(f"{{glueVersion: '6.0', defaultArguments: {given}}}")
    said = first_message(tmp_path, text, script)
    assert said.startswith(expected if abbreviates else "")
    assert bool(said) == bool(expected and abbreviates)


@pytest.mark.parametrize("flag", ["", ", allow_abbrev=False"])
def test_an_option_that_only_an_abbreviation_supplies_is_missing_on_glue_6(tmp_path: Path, flag: str) -> None:
    script = f"{HEAD}getResolvedOptions(sys.argv, ['input_path']{flag})\n"
    text = one_job("{glueVersion: '6.0', defaultArguments: {--input: a}}")
    assert (
        "c.yaml:8: dev.jobs.Show: inputLocation is missing: job_scripts/show.py:3 reads --input_path and nothing"
        " supplies it (Glue 6.0 does not take --input for it); add it"
    ) in errors(tmp_path, text, script)
    allowed = script.replace(flag, "").replace("'])", "'], allow_abbrev=True)")
    assert load(tmp_path, text, {"show.py": allowed}).warnings == ()


@pytest.mark.parametrize("call", ["{}, allow_abbrev=True)", "{}, allow_abbrev=False)", "{}, True)"])
def test_allow_abbrev_is_refused_on_glue_5_which_does_not_have_it(tmp_path: Path, call: str) -> None:
    script = HEAD + "args = " + call.format("getResolvedOptions(sys.argv, ['JOB_NAME']") + "\n"
    text = one_job(stage="{}").replace("dev:\n  jobs:\n    Show: {}", "dev:\n  jobs:\n    Show: {glueVersion: '6.0'}")
    assert errors(tmp_path, text, script) == [
        "c.yaml:11: prod.jobs.Show: job_scripts/show.py:3 gives allow_abbrev to getResolvedOptions, which has it from"
        " Glue 6.0 on, and the job is on 5.1; remove it there, or set glueVersion"
    ]


@pytest.mark.parametrize("block", ["try:\n    {}\nexcept TypeError:\n    {}\n", "if new:\n    {}\nelse:\n    {}\n"])
def test_a_script_that_asks_whether_it_may_give_allow_abbrev_runs_on_both(tmp_path: Path, block: str) -> None:
    call = "getResolvedOptions(sys.argv, ['JOB_NAME']"
    load(tmp_path, one_job(), {"show.py": HEAD + block.format(f"{call}, allow_abbrev=True)", f"{call})")})


def read_in_each_order(options: list[str], given: dict[str, str]) -> bool:
    """Return true if a call reads its own values, whatever the order in which Glue passes the arguments."""
    pairs = [["--JOB_NAME", "JOB_NAME"], *([name, value] for name, value in given.items())]
    try:
        for order in (pairs, pairs[::-1]):
            read = getResolvedOptions(["script", *(part for pair in order for part in pair)], options)
            if read["TempDir"] is not None or any(read[option] != option for option in options):
                return False
    except (Exception, SystemExit):
        return False
    return True


@pytest.mark.parametrize(
    ("option", "mend"),
    [
        ("JOB_RUN_ID", 'remove it here; args["JOB_RUN_ID"] has its value'),
        ("job-bookmark-option", 'remove it here; args["job_bookmark_option"] has its value'),
    ],
)
def test_a_name_of_glues_own_that_a_script_asks_for_is_told_with_the_line(
    tmp_path: Path, option: str, mend: str
) -> None:
    script = f"{HEAD}args = getResolvedOptions(sys.argv, [\n    '{option}',\n])\n"
    assert errors(tmp_path, one_job(), script) == [
        f"job_scripts/show.py:4: asks for {option}, a name of Glue's own: getResolvedOptions ends with an error; {mend}"
    ]


NOTEBOOK = """\
%idle_timeout 2880
%%configure
{"--conf": "a=b"}
import sys
  !pip install pyarrow
%worker_type G.1X
"""


def test_each_magic_of_a_notebook_is_one_line_with_what_replaces_it(tmp_path: Path) -> None:
    said = errors(tmp_path, one_job(), NOTEBOOK)
    begin, end = "is a notebook magic, which a job cannot run; remove the line", "under `defaultArguments` of the job"
    assert said == [
        f"job_scripts/show.py:1: %idle_timeout {begin}",
        f"job_scripts/show.py:2: %%configure {begin}; set what it configures in the job's settings, or under"
        " `defaultArguments`",
        f"job_scripts/show.py:5: !pip {begin}; set --additional-python-modules {end}",
        f"job_scripts/show.py:6: %worker_type {begin}; set `workerType` of the job",
    ]


def test_a_magic_that_nbconvert_has_made_a_call_of_is_refused_too(tmp_path: Path) -> None:
    script = f"{SHOW}get_ipython().run_line_magic('number_of_workers', '5')\nget_ipython().system('pip list')\n"
    begin = "is a notebook magic, which a job cannot run; remove the line"
    said = errors(tmp_path, one_job(stage="{inputLocation: s3://data/x}"), script)
    assert said[0] == f"job_scripts/show.py:5: %number_of_workers {begin}; set `numberOfWorkers` of the job"
    assert said[1].startswith("job_scripts/show.py:6: %pip is a notebook magic")


def test_a_script_as_people_write_it_is_accepted(tmp_path: Path) -> None:
    script = f"{HEAD}args = getResolvedOptions(sys.argv, ['JOB_NAME', 'TempDir'])\nx = (7\n % 3)\nsys.exit(0)\n"
    config = load(tmp_path, one_job("{defaultArguments: {--TempDir: s3://tmp-bucket/}}"), {"show.py": script})
    assert config.stage("dev").jobs[0].output_locations == ("s3://tmp-bucket/",)
    assert load(tmp_path, CONFIG, {"show.py": SHOW, "join.py": JOIN})


def test_an_argument_that_supplies_an_option_by_its_beginning_is_a_warning_on_glue_5(tmp_path: Path) -> None:
    script = f"{HEAD}getResolvedOptions(sys.argv, ['JOB_NAME', 'input_file'])\n"
    text = one_job('{glueVersion: "5.1", defaultArguments: {--input: a}}')
    config = load(tmp_path, text, {"show.py": script})
    assert [str(warning) for warning in config.warnings] == [
        "c.yaml:5: jobs.Show.defaultArguments.--input: --input is read as --input_file by getResolvedOptions in"
        " job_scripts/show.py:3, and Glue 6.0 takes no beginning of a name; write --input_file"
    ]
    two = script.replace("'input_file'", "'input_file', 'input_kind'")
    assert first_message(tmp_path, text, two).startswith("--input is the beginning of --input_file and --input_kind: ")
