"""Which Glue versions each file of the job tests runs on."""

from pathlib import Path

from aws_glue_cdk_baseline.config.job_tests import files_left_out, glue_versions, versions_by_file
from aws_glue_cdk_baseline.config.records import Config, Job
from tests.configs import make_config, make_job, with_stage

SHARED = "money"


def jobs(folder: Path, **versions: str) -> tuple[Job, ...]:
    """Return a job for each name, with its Glue version; Late ships the module `money`."""
    made = [make_job(folder, name, glue_version=version) for name, version in versions.items()]
    shared = folder / f"{SHARED}.py"
    shared.write_text("")
    return tuple(job.model_copy(update={"shared_files": (shared,)}) if job.name == "Late" else job for job in made)


def versions(folder: Path, config: Config, **tests: str) -> dict[str, list[str]]:
    """Return the versions of test files with these texts, by their names."""
    (folder / "tests").mkdir(exist_ok=True)
    for name, text in tests.items():
        (folder / "tests" / f"{name}.py").write_text(text)
    return {file.stem: sorted(found) for file, found in versions_by_file(config, folder).items()}


def test_a_file_that_is_named_after_a_script_runs_on_the_versions_of_its_jobs_in_all_stages(tmp_path: Path) -> None:
    early, late = jobs(tmp_path, Early="5.1", Late="6.0")
    config = make_config((early, late))
    newer = early.model_copy(update={"settings": early.settings.model_copy(update={"glue_version": "6.0"})})
    assert versions(tmp_path, config, test_early="import late", test_late="") == {
        "test_early": ["5.1"],
        "test_late": ["6.0"],
    }
    assert versions(tmp_path, with_stage(config, "dev", jobs=(newer, late)))["test_early"] == ["5.1", "6.0"]
    assert glue_versions(config) == ["5.1", "6.0"]
    assert files_left_out(config, "5.1", tmp_path) == [tmp_path / "tests" / "test_late.py"]


def test_another_file_belongs_to_the_scripts_that_it_imports_or_runs_or_to_the_jobs_of_a_shared_module(
    tmp_path: Path,
) -> None:
    config = make_config(jobs(tmp_path, Early="5.1", Late="6.0", Old="5.0"))
    tests = {
        "test_a": "def test_it():\n    from early import clean\n",
        "test_b": 'def test_it(run_script):\n    run_script(script="late.py")\n',
        "test_c": "import early\nimport late\n",
        "test_d": "from money import cents\n",
        "test_e": "import pyspark\n",
        "test_f": "this is no Python",
    }
    assert versions(tmp_path, config, **tests) == {
        "test_a": ["5.1"],
        "test_b": ["6.0"],
        "test_c": ["5.1", "6.0"],
        "test_d": ["6.0"],
        "test_e": ["5.0", "5.1", "6.0"],
        "test_f": ["5.0", "5.1", "6.0"],
    }


def test_a_file_in_a_subfolder_counts_too(tmp_path: Path) -> None:
    (tmp_path / "tests" / "deep").mkdir(parents=True)
    (tmp_path / "tests" / "deep" / "test_late.py").write_text("")
    config = make_config(jobs(tmp_path, Early="5.1", Late="6.0"))
    assert versions(tmp_path, config) == {"test_late": ["6.0"]}
