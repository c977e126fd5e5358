"""What a pytest runs itself, and what in another one on another Spark; tests/template/spark_4_1 runs that one too."""

from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config.job_tests import CONFIG, TESTS
from local import job_test_sparks, sparks
from local.job_test_sparks import code_of, lines_by_file, split
from tests.configs import needs_the_examples

OLD, BOTH, NEW = (TESTS / f"test_{name}.py" for name in ("old", "both", "new"))
FOLDER = TESTS.parents[2]
RELATIVE = TESTS.relative_to(FOLDER).as_posix()


@pytest.fixture
def mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files of job tests for each Spark, one of them for both; this process has Spark 3.5."""
    found = {OLD: frozenset({"3.5"}), BOTH: frozenset({"3.5", "4.1"}), NEW: frozenset({"4.1"})}
    monkeypatch.setattr(job_test_sparks, "lines_by_file", lambda: found)
    monkeypatch.setattr(sparks, "current", lambda: sparks.spark_of("5.1"))


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize(
    ("given", "here", "elsewhere"),
    [
        ([RELATIVE], [RELATIVE], [RELATIVE]),
        (["tests", RELATIVE], ["tests", RELATIVE], [RELATIVE]),  # `make test`
        (["tests"], ["tests"], []),
        ([], [], []),
        (["."], ["."], [str(TESTS)]),
        ([f"{RELATIVE}/test_old.py"], [f"{RELATIVE}/test_old.py"], []),
        ([f"{RELATIVE}/test_new.py::test_a"], [], [f"{RELATIVE}/test_new.py::test_a"]),
        ([str(BOTH)], [str(BOTH)], [str(BOTH)]),
        ([str(OLD), str(NEW)], [str(OLD)], [str(NEW)]),
        ([f"{RELATIVE}/none.py"], [f"{RELATIVE}/none.py"], []),  # pytest says that there is no such file
    ],
)
def test_each_path_goes_to_the_sparks_of_its_files(given: list[str], here: list[str], elsewhere: list[str]) -> None:
    parts = split(given, [], FOLDER)
    assert parts.here == here
    assert parts.elsewhere == ({"6.0": elsewhere} if elsewhere else {})


@pytest.mark.usefixtures("mixed")
def test_job_tests_that_pytest_is_to_ignore_run_nowhere() -> None:
    """`make test` runs them later, where the jobs have packages."""
    parts = split(["tests", RELATIVE], [TESTS], FOLDER)
    assert (parts.here, parts.elsewhere) == (["tests", RELATIVE], {})


@pytest.mark.usefixtures("mixed")
def test_files_for_another_spark_are_not_even_imported() -> None:
    assert [job_test_sparks.pytest_ignore_collect(file) for file in (OLD, BOTH, NEW)] == [None, None, True]


@pytest.mark.parametrize(
    ("codes", "code"), [([0, 0], 0), ([0, 5], 0), ([5, 0], 0), ([5, 5], 5), ([0, 1], 1), ([2, 0], 2), ([5, 4], 4)]
)
def test_tests_fail_if_they_fail_anywhere(codes: list[int], code: int) -> None:
    assert code_of(codes) == code


@needs_the_examples
@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('glueVersion: "5.1"', {}),
        ("6.0: is no key", {}),  # the tests of the config show its errors
        (
            'glueVersion: "6.0"',
            {"test_join_legislators.py": {"4.1"}, "test_process_legislators.py": {"3.5"}},
        ),
    ],
)
def test_a_config_without_a_job_on_glue_6_divides_nothing(
    text: str, lines: dict[str, set[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = "  JoinLegislators:\n    description: a new example PySpark job\n"
    default = (FOLDER / "default-config.yaml").read_text()
    assert job in default
    (tmp_path / "c.yaml").write_text(default.replace(job, f"{job}    {text}\n"))
    monkeypatch.setenv(CONFIG, str(tmp_path / "c.yaml"))
    names = set(lines)
    found = {file.name: set(on) for file, on in lines_by_file.__wrapped__().items() if not names or file.name in names}
    assert found == lines
