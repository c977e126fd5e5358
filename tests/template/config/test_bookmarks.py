"""`bookmark: true`: the argument that it becomes, what cannot be beside it, and what the bookmark does not follow."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from awsglue._readers import DataFrameReader, DynamicFrameReader
from awsglue.context import GlueContext

from aws_glue_cdk_baseline.config import Config, ConfigError
from aws_glue_cdk_baseline.config.bookmark_reads import READERS
from tests.configs import CONFIG, load

HEAD = """\
import sys
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path"])
glue = GlueContext()
job = Job(glue)
"""
JOBS = "jobs:\n  Show: {shared}\ndev:\n  jobs:\n    Show: {stage}\nprod:\n  jobs:\n    Show: {prod}\n"
PLACE = "inputLocation: s3://data/in/"
AGAIN = "and reads all its files in each run"


def one_job(
    folder: Path, script: str, shared: str = "{bookmark: true}", stage: str = f"{{{PLACE}}}", **files: str
) -> Config:
    text = CONFIG.partition("jobs:\n")[0] + JOBS.format(shared=shared, stage=stage, prod=f"{{{PLACE}}}")
    scripts = {"show.py": HEAD + script, **{f"{name}.py": content for name, content in files.items()}}
    return load(folder, text, scripts)


def warnings(config: Config) -> list[str]:
    return [str(warning).replace("job_scripts/", "") for warning in config.warnings]


def whole(body: str) -> str:
    return f"job.init(args['JOB_NAME'], args)\n{body}job.commit()\n"


def test_a_stage_may_differ_from_the_shared_block(tmp_path: Path) -> None:
    config = one_job(tmp_path, whole(""), stage=f"{{{PLACE}, bookmark: false}}")
    dev, prod = (stage.jobs[0].run_arguments for stage in config.stages)
    assert dev == {"--input_path": "s3://data/in/"}
    assert prod == {"--job-bookmark-option": "job-bookmark-enable", "--input_path": "s3://data/in/"}


@pytest.mark.parametrize(
    ("shared", "said"),
    [
        (
            "{bookmark: true, maxConcurrentRuns: 3}",
            "c.yaml:5: jobs.Show.bookmark: a job with a bookmark has one run at a time, not 3: two would read the same"
            " files; remove maxConcurrentRuns, or bookmark",
        ),
        ("{bookmark: maybe}", "c.yaml:5: jobs.Show.bookmark: 'maybe' is neither true nor false"),
        (
            "{defaultArguments: {--job-bookmark-option: job-bookmark-enable}}",
            "c.yaml:5: jobs.Show.defaultArguments.--job-bookmark-option: --job-bookmark-option is set by the template;"
            " write `bookmark: true` beside `defaultArguments`, and remove it",
        ),
        (
            "{defaultArguments: {--job-bookmark-to: jr_1}}",
            "c.yaml:5: jobs.Show.defaultArguments.--job-bookmark-to: --job-bookmark-to is for a single run that pauses"
            " its bookmark; give it to that run, and remove it",
        ),
        (
            "{jobBookmarkOption: job-bookmark-enable}",
            "c.yaml:5: jobs.Show.jobBookmarkOption: is called `bookmark` here; write `bookmark: true`",
        ),
    ],
)
def test_what_cannot_be_is_one_line(tmp_path: Path, shared: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        one_job(tmp_path, whole(""), shared)
    assert str(raised.value) == said


READS = """\
glue.create_dynamic_frame.from_options("s3", {"paths": [args["input_path"]]}, "json", {}, "positional")
glue.create_dynamic_frame.from_catalog(database="d", table_name="t", transformation_ctx="named")
glue.create_dynamic_frame.from_options("s3", {"paths": [args["input_path"]]}, format="json")
glue.create_dynamic_frame_from_catalog("d", "t", transformation_ctx="")
glue.create_data_frame.from_catalog("d", "t", "")
glue.getSource("s3", "json", paths=[args["input_path"]])
glue.getSource("s3", "json", "source", paths=[args["input_path"]])
glue.create_dynamic_frame.from_options(**{"transformation_ctx": "hidden"})
glue.spark_session.read.option("header", True).csv(args["input_path"])
glue.create_dynamic_frame.from_rdd([], "made")
glue.create_dynamic_frame.from_options("s3", {"paths": [args["input_path"]]}, "json", {"multiLine": "true"})
glue.create_dynamic_frame_from_catalog("d", "t", "", "positional")
"""


def test_each_read_that_the_bookmark_does_not_follow_is_a_warning_with_its_line(tmp_path: Path) -> None:
    assert warnings(one_job(tmp_path, whole(READS))) == [
        f"show.py:{line}: Show: {said}"
        for line, said in [
            (11, f"create_dynamic_frame.from_options has no transformation_ctx, {AGAIN}; give it one of its own"),
            (12, f"create_dynamic_frame_from_catalog has no transformation_ctx, {AGAIN}; give it one of its own"),
            (13, f"create_data_frame.from_catalog has no transformation_ctx, {AGAIN}; give it one of its own"),
            (14, f"getSource has no transformation_ctx, {AGAIN}; give it one of its own"),
            (
                17,
                "no bookmark follows Spark's own reader, which reads all its files in each run; read with"
                " create_dynamic_frame",
            ),
            (19, f"create_dynamic_frame.from_options has no transformation_ctx, {AGAIN}; give it one of its own"),
        ]
    ]


def test_a_job_without_a_bookmark_has_no_warnings(tmp_path: Path) -> None:
    assert warnings(one_job(tmp_path, READS, "{}")) == []


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            "job.init(args['JOB_NAME'], args)\n",
            ["show.py:1: Show: never calls job.commit(): no bookmark is kept, and each run reads everything"],
        ),
        (
            "database.init()\ndatabase.commit()\n",
            [
                "show.py:1: Show: never calls job.commit(): no bookmark is kept, and each run reads everything",
                "show.py:1: Show: never calls job.init(args['JOB_NAME'], args): no bookmark is used, and each run reads"
                " everything",
            ],
        ),
        (
            "job.init(args['JOB_NAME'])\njob.commit()\n",
            [
                "show.py:8: Show: job.init without the run's arguments uses no bookmark; write"
                " job.init(args['JOB_NAME'], args)"
            ],
        ),
        ("j = Job(glue)\nj.init('x', args)\nj.commit()\n", []),
        ("Job(glue).init('x', args=args)\nself.job.commit()\n", []),
    ],
)
def test_a_bookmark_that_is_not_used_or_not_kept_is_a_warning(tmp_path: Path, script: str, said: list[str]) -> None:
    assert warnings(one_job(tmp_path, script)) == said


def test_shared_code_reads_and_commits_too(tmp_path: Path) -> None:
    helper = "def read(glue, path):\n    return glue.create_dynamic_frame.from_options('s3', {'paths': [path]})\n"
    helper += "def end(job):\n    job.commit()\n"
    script = "from helper import read, end\njob.init('x', args)\nread(glue, args['input_path'])\nend(job)\n"
    said = f"create_dynamic_frame.from_options has no transformation_ctx, {AGAIN}; give it one of its own"
    assert warnings(one_job(tmp_path, script, helper=helper)) == [f"helper.py:2: Show: {said}"]


def reader(name: str) -> Callable[..., Any]:
    """Return the method of a GlueContext, or of one of its readers, that a script calls by this name."""
    owner, _, method = name.rpartition(".")
    readers = {"create_dynamic_frame": DynamicFrameReader, "create_data_frame": DataFrameReader, "": GlueContext}
    found: Callable[..., Any] = getattr(readers[owner], method)
    return found


@pytest.mark.parametrize(("name", "position"), READERS.items())
def test_the_position_of_transformation_ctx_is_that_of_the_library(name: str, position: int) -> None:
    assert list(inspect.signature(reader(name)).parameters)[1:].index("transformation_ctx") == position
