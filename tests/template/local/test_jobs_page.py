"""docs/jobs.md: the script of the page runs as `make run` runs it, and its test with the fixtures passes."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from local.s3.store import FileStore
from tests.configs import make_job
from tools.run_job.job_process import run_job

TEXT = (PROJECT / "docs" / "jobs.md").read_text(encoding="utf-8")
(SCRIPT,) = re.findall(r"^```python script\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("age", "code"), [("21", 0), ("99", 1)])
def test_the_script_of_the_page_runs_and_exits_as_it_says(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], age: str, code: int
) -> None:
    job = make_job(tmp_path)
    job.script.write_text(SCRIPT, encoding="utf-8")
    people = tmp_path / "people.csv"
    people.write_text("name,age\nZoë,40\nOtis,7\nAda,21\n", encoding="utf-8")
    arguments = {"--input_path": str(people), "--minimum_age": age}
    run = run_job(job, f"{job.name}-dev", arguments, FileStore(tmp_path, tmp_path))
    assert (run.code, "no adults" in run.reason) == (code, bool(code))
    said = capfd.readouterr()
    if code:
        assert "no adults" in said.err
    else:
        assert re.findall(r"^\| *(\w+)\|$", said.out, re.MULTILINE) == ["name", "Zoë", "Ada"]
        assert "INFO:root:2 adults" in said.out
        assert "Show-dev has read 3 people" in said.out + said.err


def test_the_script_of_the_page_runs_in_a_test(tmp_path: Path, run_script: Callable[..., dict[str, Any]]) -> None:
    (tmp_path / "adults.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "people.csv").write_text("name,age\nZoë,40\nOtis,7\n", encoding="utf-8")
    arguments = {"input_path": tmp_path / "people.csv", "minimum_age": 21}
    found = run_script(arguments, script=str(tmp_path / "adults.py"))
    assert [row["name"] for row in found["adults"].collect()] == ["Zoë"]


def test_the_script_that_writes_a_table_does_so(tmp_path: Path) -> None:
    (script,) = re.findall(r"^```python catalog\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    job = make_job(tmp_path)
    job.script.write_text(script, encoding="utf-8")
    store = FileStore(tmp_path / "samples", tmp_path / "out")
    catalog = store.samples / ".catalog" / "shop"
    catalog.mkdir(parents=True)
    days = ("2026-10-31", "2026-11-01")
    table = {
        "Parameters": {"classification": "json"},
        "PartitionKeys": [{"Name": "day", "Type": "string"}],
        "StorageDescriptor": {"Columns": [{"Name": "id", "Type": "int"}], "Location": "s3://shop/orders/"},
    }
    partitions = [{"Values": [day], "StorageDescriptor": {"Location": f"s3://shop/orders/{day}/"}} for day in days]
    (catalog / "orders.json").write_text(json.dumps({"Table": table, "Partitions": partitions}), encoding="utf-8")
    for number, day in enumerate(days):
        file = store.samples / "shop" / "orders" / day / "a.json"
        file.parent.mkdir(parents=True)
        file.write_text(f'{{"id": {number}}}\n', encoding="utf-8")
    arguments = {"--input_database": "shop", "--output_database": "clean", "--output_path": "s3://clean/"}
    run = run_job(job, f"{job.name}-dev", arguments, store)
    assert (run.code, run.reason, run.tables) == (0, "", ["clean.orders"])
    made = json.loads((store.out / ".catalog" / "clean" / "orders.json").read_text())
    assert [item["Values"] for item in made["Partitions"]] == [["2026-11-01"]]
    assert made["Table"]["StorageDescriptor"]["Columns"] == [{"Name": "id", "Type": "int"}]
    assert {uri.rpartition("/")[0] for uri in run.written} == {"s3://clean/orders/day=2026-11-01"}
