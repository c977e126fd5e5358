"""What a run printed, in parts, and what differs between two runs."""

from tools.upgrade_check.printed import different_lines, only_in_one, read_printed, without

TEXT = """\
root
 |-- id: string (nullable = true)
 |-- links: array (nullable = true)
 |    |-- element: struct (containsNull = true)
 |    |    |-- note: string (nullable = true)

+---+
| id|
+---+
|  a|
+---+
only showing top 20 rows

WARN SharedInMemoryCache: Evicting cached table 5
/home/me/job.py:3: FutureWarning: this goes away
  frame.gone()
10439
root
|-- a: string
"""


def test_the_schemas_are_those_of_both_kinds_of_frames() -> None:
    assert read_printed(TEXT).schemas == (
        "root\n|-- id: string (nullable = true)\n|-- links: array (nullable = true)\n"
        "|    |-- element: struct (containsNull = true)\n|    |    |-- note: string (nullable = true)",
        "root\n|-- a: string",
    )


def test_warnings_are_those_of_spark_and_of_python() -> None:
    warnings = ("WARN SharedInMemoryCache: Evicting cached table 5", "FutureWarning: this goes away")
    assert read_printed(TEXT).warnings == warnings


def test_the_other_lines_are_without_the_rows_of_show() -> None:
    assert read_printed(TEXT).others == ("10439",)


def test_a_warning_is_the_same_whatever_passes() -> None:
    one = [
        "WARN A: Task 3 of stage 1.0 (TID 17) took 12.5 s at 2026-11-27T10:00:00.123",
        "WARN B: org.apache.X@1f2e3d4c in [Executor task launch worker for task 1] at 127.0.0.1:40123",
        "WARN C: /tmp/a/b/file.json was skipped",
        "WARN D: 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    ]
    other = [
        "WARN A: Task 4 of stage 2.0 (TID 3) took 0.1 s at 2026-11-28T11:00:00.001",
        "WARN B: org.apache.X@99aabbcc in [Executor task launch worker for task 9] at 127.0.0.1:50001",
        "WARN C: /tmp/c/file.json was skipped",
        "WARN D: aaaaaaaa-4f89-11d3-9a0c-0305e82c3301",
    ]
    assert only_in_one(one, other) == ([], [])


def test_a_warning_of_one_run_only_is_told_once() -> None:
    one = ["WARN A: number 1", "WARN A: number 2", "WARN B: both"]
    assert only_in_one(one, ["WARN B: both", "WARN C: new"]) == (["WARN A: number 1"], ["WARN C: new"])


def test_lines_are_compared_in_any_order_and_counted() -> None:
    assert different_lines(["a", "b", "b"], ["b", "a"]) == (["b"], [])
    assert different_lines(["10439"], ["10438"]) == (["10439"], ["10438"])


def test_a_line_that_two_runs_on_one_version_print_differently_is_left_out() -> None:
    assert without(["took 3.1 s", "10438"], ["took 2.9 s", "took 3.3 s"]) == ["10438"]
