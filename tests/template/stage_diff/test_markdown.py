"""The text about a stage, and the costs in it."""

from typing import Any

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.prices import DATE
from tests.template.stage_diff.small_templates import allow, changed, job, resource, role, stack
from tools.stage_diff.comparison import compare
from tools.stage_diff.markdown import markdown

PRICES = f"at the prices of us-east-1, {DATE}; those of eu-west-1 are not known here"
LOGS = resource("Output", "AWS::Logs::LogGroup", LogGroupName="/logs")


def text(before: list[dict[str, Any]], after: list[dict[str, Any]], **files: bytes) -> str:
    return markdown("prod", changed(before, after, **files))


def test_no_change_says_so() -> None:
    assert text([job("Clean")], [job("Clean")]) == "# prod: nothing changes\n"


def test_the_first_deployment_lists_the_jobs() -> None:
    found = markdown("prod", compare([], [stack(job("Clean"), job("Load", NumberOfWorkers=4), LOGS)]))
    assert found == (
        "# prod: nothing is deployed yet: 2 jobs\n\n"
        "## Jobs\n\n- Clean: 2 x G.1X, 60 min, Glue 5.1\n- Load: 4 x G.1X, 60 min, Glue 5.1\n\n"
        "## Resources\n\n- 1 AWS::Logs::LogGroup\n\n"
        f"## Cost of a run, at most\n\n- one run of each job: $2.640\n\n{PRICES}\n"
    )


def test_the_whole_text_has_what_is_lost_first_and_the_code_last() -> None:
    before = [job("Clean", "a"), role("Clean"), job("Old"), LOGS]
    after = [job("Clean", "b", NumberOfWorkers=4), role("Clean", allow(["s3:GetObject"], "arn:x"))]
    assert text(before, after, a_py=b"print(1)\n", b_py=b"print(2)\n") == (
        "# prod: 1 job removed, 1 job changed, 1 resource deleted, 1 role may do more\n\n"
        "## Look at this first\n\n- AWS::Logs::LogGroup `Output (/logs)` is deleted: all logs in it are lost\n\n"
        "## Jobs\n\n"
        "- removed: Old\n  - its runs are no longer listed, and its bookmark is lost\n"
        "- changed: Clean\n  - script: +1 -1 lines\n  - numberOfWorkers: `2` -> `4`\n\n"
        "## Roles\n\n- role of Clean\n  - may now s3:GetObject on `arn:x`\n\n"
        "## Resources\n\n- AWS::Logs::LogGroup `Output (/logs)` is deleted: all logs in it are lost\n\n"
        "## Cost of a run, at most\n\n"
        f"- Clean: $0.880 -> $1.760\n- Old: $0.880, removed\n- one run of each job: $1.760, as before\n\n{PRICES}\n\n"
        "## Code\n\n### Clean: script, +1 -1\n\n```diff\n@@ -1 +1 @@\n-print(1)\n+print(2)\n```\n"
    )


def test_a_price_that_is_not_known_stays_unknown() -> None:
    found = text([job("Clean")], [job("Clean", GlueVersion="6.0", WorkerType="R.1X")])
    assert "- Clean: $0.880 -> unknown\n- one run of each job: $0.880 -> unknown\n" in found
    assert "as before" not in text([job("A")], [job("A"), job("B", WorkerType="R.1X", GlueVersion="6.0")])


def test_a_python_shell_job_has_no_workers() -> None:
    command = {"Name": "pythonshell", "PythonVersion": "3.9", "ScriptLocation": "s3://b/x.py"}
    shell = job("Small", Command=command, MaxCapacity=0.0625, WorkerType=None, NumberOfWorkers=None, GlueVersion="3.0")
    found = markdown("prod", compare([], [stack(shell)]))
    assert "- Small: 0.0625 DPU, 60 min, Python shell\n" in found
    assert "- one run of each job: $0.0275\n" in found


def test_resources_that_are_made_share_a_line_and_a_remark_comes_first() -> None:
    topics = [resource(name, "AWS::SNS::Topic") for name in ("One", "Two")]
    found = markdown("prod", changed([LOGS], [LOGS, *topics]), ["it is being deployed just now"])
    assert found == (
        "# prod: 2 resources made\n\n- it is being deployed just now\n\n"
        "## Resources\n\n- AWS::SNS::Topic is made: `One`, `Two`\n"
    )


def test_the_same_change_of_a_script_that_two_jobs_run_is_shown_once() -> None:
    before, after = ([job("A", name), job("B", name)] for name in "ab")
    found = text(before, after, a_py=b"1\n", b_py=b"2\n")
    assert found.count("```diff") == 1
    assert "### A: script, +1 -1; B: script, +1 -1\n" in found


def test_a_fence_in_a_script_does_not_end_the_code() -> None:
    found = text([job("A", "a")], [job("A", "b")], a_py=b"```\n", b_py=b"````\n")
    assert "`````diff\n@@ -1 +1 @@\n-```\n+````\n`````\n" in found


def test_the_sample_of_the_page_is_what_is_printed() -> None:
    def orders(place: str) -> dict[str, Any]:
        return allow(["s3:GetObject"], f"arn:aws:s3:::shop/{place}/*")

    def clean(script: str, place: str, **settings: int) -> list[dict[str, Any]]:
        arguments = {"--input_path": f"s3://shop/{place}/"}
        return [job("CleanOrders", script, arguments, **settings), role("CleanOrders", orders(place))]

    trigger = {"Type": "SCHEDULED", "Schedule": "cron(0 3 * * ? *)", "StartOnCreation": True}
    refunds = [
        job("Refunds"),
        role("Refunds"),
        resource("RefundsSchedule", "AWS::Glue::Trigger", Actions=[{"JobName": "Refunds-prod"}], **trigger),
        resource("RefundsTable", "AWS::Glue::Table", DatabaseName="shop", TableInput={"Name": "refunds"}),
    ]
    after = clean("b", "orders-v2", NumberOfWorkers=4)
    printed = text([*clean("a", "orders"), *refunds], after, a_py=b"1\n2\n", b_py=b"1\n3\n4\n5\n")
    page = (PROJECT / "docs" / "operate.md").read_text(encoding="utf-8")
    sample = page.partition("```\n# prod: ")[2].partition("\n```\n")[0]
    assert printed.startswith(f"# prod: {sample}\n")
    assert sample.count("\n## ") == 3


def test_a_streaming_job_costs_by_the_hour() -> None:
    command = {"Name": "gluestreaming", "PythonVersion": "3", "ScriptLocation": "s3://b/x.py"}
    found = markdown("prod", compare([], [stack(job("Stream", Command=command, Timeout=None))]))
    assert "- Stream: 2 x G.1X, Glue 5.1\n" in found
    assert "- one run of each job: $0.880\n" in found
