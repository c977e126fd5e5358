"""getResolvedOptions of the stand-in and of Glue's own library give the same on the same argument lists."""

from typing import Any

import pytest

from tests.template.oracle.conftest import Both

pytestmark = pytest.mark.slow  # the first time it needs the network
A = ["a"]
PATHS = ["JOB_NAME", "input_path", "output_path"]
FULL = ["--JOB_NAME", "j", "--input_path", "s3://b/in/", "--output_path", "s3://b/out/"]
PAUSE = ["--job-bookmark-option", "job-bookmark-pause"]
# (what is typed after the script, the options that the script asks for)
TYPED: list[tuple[list[str], list[str]]] = [
    # values
    (["--a", "1"], A),
    (["--a=1"], A),
    (["--a="], A),
    (["--a", ""], A),
    (["--a", " "], A),
    (["--a", "x y"], A),
    (["--a", "'x'"], A),
    (["--a", '"x"'], A),
    (['--a="x y"'], A),
    (["--a", "é✓"], A),
    (["--a", "x=y"], A),
    (["--a=x=y"], A),
    (["--a", "-1"], A),
    (["--a", "-1.5e3"], A),
    (["--a=-1"], A),
    (["--a", "-x"], A),
    (["--a=-x"], A),
    (["--a", "--b"], A),
    (["--a", "--b", "2"], ["a", "b"]),
    (["--a", "-"], A),
    (["--a", "--"], A),
    (["--", "--a", "1"], A),
    (["--a", "1", "--", "--a", "2"], A),
    (["--a", "[1, 2]"], A),
    (["--a", '{"k": "v"}'], A),
    (["--a", "1\n2"], A),
    # how often, in which order
    (["--a", "0", "--a", "1"], A),
    (["--a=0", "--a", "1"], A),
    (["--a", "1", "2"], A),
    (["1", "--a", "2"], A),
    (FULL, PATHS),
    (FULL, PATHS[::-1]),
    (FULL, PATHS[:1]),
    (FULL, []),
    ([], []),
    (["--a", "1"], ["a", "a"]),
    # missing
    ([], A),
    ([], ["a", "b"]),
    (["--b", "1"], ["a", "b", "c"]),
    (["--a"], A),
    (["--a", "--JOB_NAME", "j"], A),
    (["-a", "1"], A),
    (["a", "1"], A),
    (["--A", "1"], A),
    # unknown ones
    (["--a", "1", "--unknown", "2"], A),
    (["--a", "1", "--unknown"], A),
    (["--unknown=2", "--a", "1"], A),
    (["--enable-metrics", "--a", "1", "--extra-py-files", "s3://b/x.zip"], A),
    # abbreviated ones
    (["--input", "x"], ["input_path"]),
    (["--input=x"], ["input_path"]),
    (["--i", "x"], ["input_path", "input_key"]),
    (["--input", "x"], ["input_path", "input_key"]),
    (["--input", "x"], ["input", "input_path"]),
    (["--input", "x", "--input_path", "y"], ["input", "input_path"]),
    (["--T", "x"], []),
    (["--JOB", "x"], A),
    (["--JOB_N", "j", "--a", "1"], ["JOB_NAME", "a"]),
    (["--job-bookmark-o", "job-bookmark-enable"], []),
    (["--enable", "x"], []),
    # hyphens
    (["--my-opt", "x"], ["my-opt"]),
    (["--my_opt", "x"], ["my-opt"]),
    (["--my-opt", "x"], ["my_opt"]),
    (["--my-opt", "x", "--my_opt", "y"], ["my-opt", "my_opt"]),
    # Glue's own
    *((["--" + name, "x"], [name]) for name in ("JOB_ID", "JOB_RUN_ID", "SECURITY_CONFIGURATION")),
    *((["--" + name, "x"], []) for name in ("JOB_ID", "JOB_RUN_ID", "SECURITY_CONFIGURATION")),
    *((["--" + name, "x"], [name]) for name in ("job-bookmark-option", "continuation-option", "job-bookmark-from")),
    *(
        ([], [name])
        for name in ("job-bookmark-to", "encryption-type", "enable-data-lineage", "--JOB_ID", "--JOB_RUN_ID")
    ),
    *(([], [name]) for name in ("--encryption-type", "--enable-data-lineage", "--job-bookmark-option", "--TempDir")),
    *(([], [name]) for name in ("job_bookmark_option", "job_bookmark_from", "encryption_type", "")),
    (["--job_bookmark_from", "1"], ["job_bookmark_from"]),
    (["--encryption-type", "sse-s3"], []),
    (["--encryption-type", "none"], []),
    (["--enable-data-lineage", "true"], []),
    (["--help"], []),
    (["-h"], A),
    (["--help", "--a", "1"], A),
    ([], ["help"]),
    # the temporary folder
    ([], ["TempDir"]),
    (["--TempDir", "s3://t"], ["TempDir"]),
    (["--TempDir", "s3://t"], []),
    (["--TempDir"], ["TempDir"]),
    (["--RedshiftTempDir", "s3://r"], ["RedshiftTempDir"]),
    (["--RedshiftTempDir", "s3://r", "--TempDir", "s3://t"], []),
    (["--TempDir", ""], ["TempDir"]),
    (["--RedshiftTempDir", "s3://r", "--TempDir", ""], []),
    # bookmarks
    *((["--job-bookmark-option", f"job-bookmark-{word}"], []) for word in ("enable", "disable", "pause", "other")),
    *((["--continuation-option", f"continuation-{word}"], []) for word in ("enabled", "readonly", "ignore", "other")),
    (["--continuation-option", "continuation-enabled", "--job-bookmark-option", "job-bookmark-disable"], []),
    (["--job-bookmark-from", "1"], []),
    (["--job-bookmark-to", "2"], []),
    (["--job-bookmark-from", "1", "--job-bookmark-to", "2"], []),
    (["--job-bookmark-from", "1", "--job-bookmark-to", "2", "--continuation-option", "continuation-readonly"], []),
    ([*PAUSE, "--job-bookmark-from", "1"], []),
    ([*PAUSE, "--job-bookmark-to", "2"], []),
    ([*PAUSE, "--job-bookmark-from", "1", "--job-bookmark-to", "2"], []),
    (["--job-bookmark-option", "job-bookmark-enable", "--job-bookmark-from", "1", "--job-bookmark-to", "2"], []),
]
# what a script of one version can also say
MORE: list[tuple[list[str], list[str], dict[str, Any]]] = [
    (["--input", "x"], ["input_path"], {"allow_abbrev": True}),
    (["--input", "x"], ["input_path"], {"allow_abbrev": False}),
    (["--input", "x"], ["input_path", "input_key"], {"allow_abbrev": True}),
]
CASES = [
    {"typed": ["script.py", *typed], "options": options, "more": more}
    for typed, options, more in [*((typed, options, {}) for typed, options in TYPED), *MORE]
]


def test_both_give_the_same_result_or_the_same_error(both: Both, capsys: pytest.CaptureFixture[str]) -> None:
    glue, ours = both.ask("options", cases=CASES)
    differing = [(case, there, here) for case, there, here in zip(CASES, glue, ours, strict=True) if there != here]
    with capsys.disabled():
        errors = sum("raises" in answer for answer in glue)
        print(f"\ngetResolvedOptions {both.version}: {len(CASES)} argument lists, {errors} of them errors;", end=" ")
        print(f"{len(CASES) - len(differing)} equal")
    assert differing == []
    assert len({str(answer) for answer in glue}) > 60


def test_an_abbreviation_is_read_in_5_1_alone(both: Both) -> None:
    """What Glue's own library says: the change of 6.0 that breaks a script."""
    [glue, _] = both.ask("options", cases=[{"typed": ["script.py", "--input", "x"], "options": ["input_path"]}])
    assert glue[0].get("raises") == {"5.1": None, "6.0": "GlueArgumentError"}[both.version]
