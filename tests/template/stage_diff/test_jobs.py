"""The changes of jobs, in the words of the YAML."""

from typing import Any

import pytest

from tests.template.stage_diff.small_templates import BUCKET, HASHES, changed, job, resource, stack, zipped
from tools.stage_diff.comparison import compare
from tools.stage_diff.jobs import JobChange

SHARED = f"s3://{BUCKET}/{{}}.zip"


def only(found: tuple[JobChange, ...]) -> JobChange:
    assert len(found) == 1
    return found[0]


def test_equal_templates_change_nothing() -> None:
    assert changed([job("Clean")], [job("Clean")]).is_empty


def test_an_added_job_shows_what_it_is() -> None:
    found = only(changed([job("Clean")], [job("Clean"), job("Load", "b")], b_py=b"1\n2\n").jobs)
    assert (found.what, found.name) == ("added", "Load")
    assert found.lines == (
        "script: 2 lines",
        "glueVersion: `5.1`",
        "workerType: `G.1X`",
        "numberOfWorkers: `2`",
        "timeoutMinutes: `60`",
        "inputLocation: `s3://shop/in/`",
    )


def test_a_removed_job_shows_what_is_lost() -> None:
    found = changed([job("Clean"), job("Load")], [job("Clean")])
    assert only(found.jobs) == JobChange(
        "removed", "Load", ("its runs are no longer listed, and its bookmark is lost",)
    )
    assert found.warnings == []
    assert found.resources == ()


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ({"NumberOfWorkers": 2}, {"NumberOfWorkers": 4}, "numberOfWorkers: `2` -> `4`"),
        ({"Timeout": 60}, {"Timeout": 5}, "timeoutMinutes: `60` -> `5`"),
        ({"WorkerType": "G.1X"}, {"WorkerType": "G.2X"}, "workerType: `G.1X` -> `G.2X`"),
        ({"GlueVersion": "5.1"}, {"GlueVersion": "6.0"}, "glueVersion: `5.1` -> `6.0`"),
        ({}, {"ExecutionClass": "FLEX"}, "executionClass: `FLEX` is new"),
        ({"MaxRetries": 1}, {"MaxRetries": None}, "maxRetries: `1` is removed"),
        (
            {"ExecutionProperty": {"MaxConcurrentRuns": 1}},
            {"ExecutionProperty": {"MaxConcurrentRuns": 3}},
            "maxConcurrentRuns: `1` -> `3`",
        ),
        ({}, {"Connections": {"Connections": ["db"]}}, 'connections: `["db"]` is new'),
        ({"Tags": {"team": "a"}}, {"Tags": {"team": "b"}}, "tags.team: `a` -> `b`"),
        ({"Description": "a"}, {"Description": "with `x`"}, "description: `a` -> `` with `x` ``"),
        ({}, {"NotificationProperty": {"NotifyDelayAfter": 5}}, "maxDurationMinutes: `5` is new"),
        ({}, {"AllocatedCapacity": 5}, "AllocatedCapacity: `5` is new"),
    ],
)
def test_a_setting_by_its_key(before: dict[str, Any], after: dict[str, Any], line: str) -> None:
    found = only(changed([job("Clean", **before)], [job("Clean", **after)]).jobs)
    assert (found.what, found.name, found.lines) == ("changed", "Clean", (line,))


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ({"--input_path": "s3://a/"}, {"--input_path": "s3://b/"}, ["inputLocation: `s3://a/` -> `s3://b/`"]),
        ({"--minimum_age": "21"}, {"--minimum_age": "18"}, ["minimumAge: `21` -> `18`"]),
        ({"--minimum_age": "21"}, {}, ["minimumAge: `21` is removed"]),
        ({}, {"--job-bookmark-option": "job-bookmark-enable"}, ["bookmark: `true` is new"]),
        ({}, {"--TempDir": "s3://t/"}, ["defaultArguments.--TempDir: `s3://t/` is new"]),
        (
            {"--conf": "a=1 --conf b=2"},
            {"--conf": "a=1 --conf b=3"},
            ["sparkConf.b: `2` -> `3`"],
        ),
        (
            {"--additional-python-modules": "pandas==2.1.0,six==1.0"},
            {"--additional-python-modules": "pandas==2.2.0,pyarrow==1.0"},
            [
                "packages: `pandas==2.1.0` -> `pandas==2.2.0`",
                "packages: `pyarrow==1.0` is new",
                "packages: `six==1.0` is removed",
            ],
        ),
        (
            {},
            {"--enable-observability-metrics": "true", "--enable-metrics": "true"},
            ["observability: `true` is new"],
        ),
        ({"--note": "a\nb"}, {"--note": "a\nc"}, ["note: `a\\nb` -> `a\\nc`"]),
        ({"--note": "a"}, {"--note": ""}, ['note: `a` -> `""`']),
    ],
)
def test_an_argument_by_its_parameter(before: dict[str, Any], after: dict[str, Any], lines: list[str]) -> None:
    found = changed([job("Clean", arguments=before)], [job("Clean", arguments=after)])
    assert list(only(found.jobs).lines) == lines


def test_a_long_value_is_shown_where_it_differs() -> None:
    before, after = ("x" * 500 + end + "y" * 500 for end in "ab")
    found = only(changed([job("A", arguments={"--q": before})], [job("A", arguments={"--q": after})]).jobs)
    assert found.lines[0].startswith(f"q: from character 460: `{'x' * 40}a{'y' * 259}… (541 characters)` -> ")


def test_a_script_by_its_lines() -> None:
    old, new = b"import sys\n\nprint(1)\nprint(2)\n", b"import sys\n\nprint(1)\nprint(3)\nprint(4)\n"
    found = only(changed([job("Clean", "a")], [job("Clean", "b")], a_py=old, b_py=new).jobs)
    assert found.lines == ("script: +2 -1 lines",)
    assert found.files[0].lines == ("@@ -2,3 +2,4 @@", " ", " print(1)", "-print(2)", "+print(3)", "+print(4)")
    assert found.files[0].title == "Clean: script, +2 -1"


def test_an_asset_of_another_name_with_the_same_text_is_no_change() -> None:
    assert changed([job("Clean", "a")], [job("Clean", "b")], a_py=b"x\n", b_py=b"x\n").is_empty


def test_white_space_at_the_ends_of_lines_is_said() -> None:
    found = only(changed([job("Clean", "a")], [job("Clean", "b")], a_py=b"x \n", b_py=b"x\n").jobs)
    assert found.lines == ("script: +1 -1 lines, only in white space at the ends of lines",)


def test_other_line_ends_are_said_and_hide_no_changed_line() -> None:
    old, new = b"x\r\ny\r\n", b"x\nz\n"
    found = only(changed([job("Clean", "a")], [job("Clean", "b")], a_py=old, b_py=new).jobs)
    assert found.lines == ("script: +1 -1 lines, and LF in place of CRLF at the ends of lines",)
    assert found.files[0].lines == ("@@ -1,2 +1,2 @@", " x", "-y", "+z")
    found = only(changed([job("Clean", "a")], [job("Clean", "b")], a_py=b"x\n", b_py=b"x\r\n").jobs)
    assert (found.lines, found.files[0].lines) == (
        ("script: +0 -0 lines, and CRLF in place of LF at the ends of lines",),
        (),
    )


@pytest.mark.parametrize(
    ("files", "line"),
    [
        (
            {"b_py": b"x"},
            "script changed (old text not readable: access denied: arn:aws:iam::333333333333:user/reader may not"
            " s3:GetObject)",
        ),
        ({"a_py": b"\xff\xfe", "b_py": b"x"}, "script changed (2 bytes -> 1 bytes, not text)"),
    ],
)
def test_a_script_that_cannot_be_compared_has_changed_all_the_same(files: dict[str, bytes], line: str) -> None:
    assert only(changed([job("Clean", "a")], [job("Clean", "b")], **files).jobs).lines == (line,)


def test_shared_code_by_its_files() -> None:
    before, after = (job("Clean", arguments={"--extra-py-files": SHARED.format(HASHES[name])}) for name in "ab")
    old = zipped(dates="a\n", gone="b\n", same="c\n")
    new = zipped(dates="a\nb\n", fresh="d\ne\n", same="c\n")
    found = only(changed([before], [after], a_zip=old, b_zip=new).jobs)
    assert found.lines == (
        "shared code: dates.py: +1 -0 lines",
        "shared code: fresh.py is new (2 lines)",
        "shared code: gone.py is removed",
    )
    first = only(changed([job("Clean")], [after], b_zip=new).jobs)
    assert first.lines[0] == "shared code: dates.py is new (2 lines)"


def trigger(kind: str, starts: str, *after: str, on: bool = True, schedule: str = "") -> dict[str, Any]:
    conditions = [{"JobName": f"{name}-prod", "State": "SUCCEEDED", "LogicalOperator": "EQUALS"} for name in after]
    return resource(
        f"Trigger{starts}",
        "AWS::Glue::Trigger",
        Type=kind,
        StartOnCreation=on,
        Actions=[{"JobName": {"Ref": f"{starts}1"}}],
        **({"Schedule": schedule} if schedule else {}),
        **({"Predicate": {"Logical": "AND", "Conditions": conditions}} if after else {}),
    )


def test_triggers_are_the_schedule_of_a_job_and_what_it_waits_for() -> None:
    jobs = [job("Load"), job("Clean")]
    nightly = trigger("SCHEDULED", "Load", schedule="cron(0 3 * * ? *)")
    hourly = trigger("SCHEDULED", "Load", schedule="cron(0 * * * ? *)", on=False)
    chain, longer = trigger("CONDITIONAL", "Clean", "Load"), trigger("CONDITIONAL", "Clean", "Load", "Other")
    found = changed([*jobs, nightly, chain], [*jobs, hourly, longer])
    assert [(item.name, item.lines) for item in found.jobs] == [
        ("Load", ("schedule: `cron(0 3 * * ? *)` -> `cron(0 * * * ? *) (off)`",)),
        ("Clean", ("after: `Load` -> `Load, Other-prod`",)),
    ]
    added = ["Predicate.Conditions[1].State", "Predicate.Conditions[1].LogicalOperator"]
    assert [[line.partition(": ")[0] for line in item.lines] for item in found.resources] == [added]


def test_a_job_that_loses_its_schedule_is_marked() -> None:
    nightly = trigger("SCHEDULED", "Load", schedule="cron(0 3 * * ? *)")
    gone = changed([job("Load"), nightly], [])
    assert gone.warnings == [
        "job Load with the schedule `cron(0 3 * * ? *)` is removed: its runs are no longer listed, and its bookmark is"
        " lost; what it has written stays"
    ]
    unplanned = changed([job("Load"), nightly], [job("Load")])
    assert unplanned.warnings == ["job Load no longer has the schedule `cron(0 3 * * ? *)`: nothing starts it"]
    assert only(unplanned.jobs).lines == ("schedule: `cron(0 3 * * ? *)` is removed",)


def test_a_job_with_another_name_in_aws_is_replaced() -> None:
    found = changed([job("Clean")], [job("Clean", Name="orders-Clean-prod")])
    assert only(found.jobs).lines == ("name: `Clean-prod` -> `orders-Clean-prod`",)
    assert found.warnings == [
        "AWS::Glue::Job `Clean1 (orders-Clean-prod)` is replaced: its runs are no longer listed, and its bookmark is"
        " lost"
    ]


def test_a_job_that_moves_to_another_stack_says_so() -> None:
    found = compare([stack(job("Clean"))], [stack(name="DeployProd-2"), stack(job("Clean"), name="Other")])
    assert only(found.jobs).lines == ("it moves from stack DeployProd-GlueAppStack to Other",)


def test_what_names_the_stack_is_no_change() -> None:
    before, after = (
        job("Clean", Tags={"artifact_id": name, "stack_id": {"Ref": "AWS::StackId"}, "environment": f"aws://{name}"})
        for name in ("a", "b")
    )
    after["Clean1"]["Metadata"] = {
        "aws:cdk:path": "PipelineStack/DeployProd/GlueAppStack/Clean/Resource",
        "cfn-lint": 1,
    }
    assert changed([before], [after]).is_empty
