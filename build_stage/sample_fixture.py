"""Fixtures of the job tests, as a pytest plugin: `sample`, `run_script` and `count_rows`.

The plugin works on local Spark, where conftest.py loads it, and in the Glue image, which has pytest and no other
package of this project. So it imports the standard library and pytest alone, and all else where it is there.
"""

from __future__ import annotations

import json
import os
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, NoReturn

import pytest

PROJECT = Path(__file__).resolve().parents[1]
INPUTS = "JOB_INPUTS"  # a variable: the path of the JSON file that `job_inputs.write_inputs` makes
SAMPLES = "JOB_SAMPLES"  # a variable: the folder of the samples, where it is not `samples/` of the project

Jobs = dict[str, dict[str, str]]  # job -> parameter -> "bucket/key"


@pytest.fixture(scope="session")
def job_inputs() -> dict[str, Any]:
    """What `sample` knows of the config: `jobs` (script -> job -> parameter -> bucket/key), and whether this is Build.

    In the image the file is given. Elsewhere the config is read, at the first use.
    """
    if given := os.environ.get(INPUTS):
        return dict(json.loads(Path(given).read_text(encoding="utf-8")))
    try:
        from build_stage.job_inputs import read_inputs  # the image cannot import it
    except ImportError as error:
        _fail(f"sample() needs the config, which this Python cannot read ({error}); run `make test-jobs ENGINE=docker`")
    try:
        return read_inputs()
    except Exception as error:  # the lines of a ConfigError
        _fail(f"sample() needs the config: {error}")


@pytest.fixture(scope="session")
def provide_samples() -> Callable[[list[str], Path], object]:
    """Make those samples of these locations that can be made, in this folder; conftest.py replaces this function."""
    return lambda locations, folder: None


@pytest.fixture
def sample(
    request: pytest.FixtureRequest,
    job_inputs: dict[str, Any],
    provide_samples: Callable[[list[str], Path], object],
) -> Callable[..., str]:
    """Return the path of a parameter's sample: `sample("inputLocation")`, or `sample("--input_path")`.

    The job is the one whose script the test module is named after, `test_<script>.py`; if there are several, or
    another is meant, name it: `sample("inputLocation", job="CleanOrders")`. The test fails if there is no sample.
    """

    def find(parameter: str, job: str = "") -> str:
        name, parameters = _job(job_inputs["jobs"], _script_of(request), job)
        found = next((known for known in parameters if known == parameter), None) or next(
            (known for known in parameters if _same(known) == _same(parameter)), None
        )
        if found is None:
            _fail(f"{name} has no input {parameter!r}; its inputs: {', '.join(parameters) or 'none'}")
        location = parameters[found].rstrip("/")
        samples = Path(os.environ.get(SAMPLES) or PROJECT / "samples")
        provide_samples([f"s3://{parameters[found]}"], samples)
        place = samples / location
        if place.is_file() or any(file.is_file() for file in place.rglob("*")):
            return str(place)
        ways = f"`make sample JOB={name} PROFILE=name`, or put files into samples/{location}"
        shown = f"{name}: the sample of {found} (s3://{parameters[found]})"
        if job_inputs["in_build"]:
            _fail(f"{shown} is not in the repository: commit it; to get it: {ways}")
        _fail(f"{shown} is missing; to get it: {ways}")

    return find


@pytest.fixture
def run_script(
    request: pytest.FixtureRequest, job_inputs: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, Any]]:
    """Run a whole job script as Glue does, in the Spark of the tests if it needs one, and return its global variables.

    `run_script({"input_path": sample("inputLocation")})` runs the script that the test module is named after with the
    arguments `--JOB_NAME test --input_path …`. Another one: `run_script({…}, script="clean_orders.py")`, a path
    relative to the folder of the scripts. `sys.exit()` ends the script; an exit code other than 0 fails the test.
    The settings of the job's `--conf` hold during the run, if Spark takes them once it runs.
    """

    def run(arguments: Mapping[str, object] = {}, script: str = "") -> dict[str, Any]:
        folder = Path(str(request.module.__file__)).parent
        names = [script or f"{_script_of(request)}.py"]
        found = next((up / name for up in (folder, *folder.parents) for name in names if (up / name).is_file()), None)
        if found is None:
            _fail(f"run_script(): there is no script {names[0]} in {folder.parent} or above it")
        options = {"JOB_NAME": "test", **{name.removeprefix("--"): value for name, value in arguments.items()}}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        program = types.ModuleType("__main__")
        program.__file__ = str(found)
        with (
            monkeypatch.context() as patch,
            nullcontext()
            if found.stem in job_inputs["shells"]
            else _one_spark(patch, job_inputs["conf"].get(found.stem, {})),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("default")  # in Glue a warning does not end a job
            patch.setattr(sys, "argv", [str(found), *words])
            patch.setitem(sys.modules, "__main__", program)
            try:
                exec(compile(found.read_bytes(), str(found), "exec"), vars(program))
            except SystemExit as ending:
                if ending.code not in (None, 0):
                    _fail(f"{found.name} ended with sys.exit({ending.code!r})")
        return vars(program)

    return run


@pytest.fixture
def count_rows() -> Callable[[object], int]:
    """Count the rows below a folder that a job has written: Parquet, ORC, or text with a row a line (JSON, CSV)."""

    def count(folder: object) -> int:
        from pyspark.sql import SparkSession

        hidden = ("_", ".")  # _SUCCESS and checksums
        files = [file for file in Path(str(folder)).rglob("*") if file.is_file() and not file.name.startswith(hidden)]
        by_format: dict[str, list[str]] = {}
        for file in files:
            ending = file.suffix[1:]
            by_format.setdefault(ending if ending in ("parquet", "orc") else "text", []).append(str(file))
        reader = SparkSession.builder.getOrCreate().read
        return sum(reader.format(name).load(paths).count() for name, paths in by_format.items())

    return count


@contextmanager
def _one_spark(patch: pytest.MonkeyPatch, settings: Mapping[str, str]) -> Iterator[None]:
    """Let a script's `SparkContext()` be the context of the tests, and its `stop()` leave that running.

    Until the end, the session has `settings`, except those that only a new Spark takes.
    """
    from pyspark.context import SparkContext
    from pyspark.sql import SparkSession

    create = SparkContext.__init__

    def join(context: SparkContext, *given: Any, **named: Any) -> None:
        if running := SparkContext._active_spark_context:
            context.__dict__ = running.__dict__
        else:
            create(context, *given, **named)

    SparkContext.getOrCreate()
    patch.setattr(SparkContext, "__init__", join)
    patch.setattr(SparkContext, "stop", lambda context: None)
    patch.setattr(SparkSession, "stop", lambda session: None)
    conf = SparkSession.builder.getOrCreate().conf
    before = {name: conf.get(name, None) for name in settings if conf.isModifiable(name)}
    for name in before:
        conf.set(name, settings[name])
    try:
        yield
    finally:
        for name, value in before.items():
            conf.set(name, value) if value is not None else conf.unset(name)


def _script_of(request: pytest.FixtureRequest) -> str:
    return Path(str(request.module.__file__)).stem.removeprefix("test_")


def _job(scripts: Mapping[str, Jobs], script: str, job: str) -> tuple[str, dict[str, str]]:
    """Return the name and the inputs of the job that is named, or else of the one that runs the script."""
    everything = {name: inputs for jobs in scripts.values() for name, inputs in jobs.items()}
    if job:
        if job not in everything:
            _fail(f"the config has no job {job!r}; it has: {', '.join(everything)}")
        return job, everything[job]
    jobs = scripts.get(script, {})
    if len(jobs) == 1:
        return next(iter(jobs.items()))
    if jobs:
        _fail(f'{script}.py is the script of {" and ".join(jobs)}: name one, as in sample("…", job="{min(jobs)}")')
    _fail(f'{script}.py is no job\'s script: name the job, as in sample("…", job="{min(everything, default="X")}")')


def _same(name: str) -> str:
    """Return what two spellings of a parameter have in common: inputLocation, inputPath and --input_path are one."""
    return name.lower().replace("_", "").replace("-", "").replace("location", "path")


def _fail(message: str) -> NoReturn:
    pytest.fail(message, pytrace=False)
