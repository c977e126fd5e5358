"""docs/glue-versions.md: its tables have what the code has, and its example loads."""

import re
from pathlib import Path

from aws_glue_cdk_baseline import prices
from aws_glue_cdk_baseline.config import PROJECT, glue_versions
from build_stage.docker_command import IMAGES
from tests.template.docs.test_config_docs import BASE, load_data, merged, read

TEXT = (PROJECT / "docs" / "glue-versions.md").read_text(encoding="utf-8")


def table(first: str) -> dict[str, list[str]]:
    """Return the cells of each version, in the table whose second column has the heading `first`."""
    body = TEXT.partition(f"| Glue | {first} |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in body.splitlines()[2:]]
    return {version: cells for version, *cells in rows}


def test_the_versions_are_those_of_the_config_with_their_images() -> None:
    assert table("Spark") == {
        version: [
            runtime.spark,
            runtime.python,
            f"`aws-glue-libs:{IMAGES[version].tag}`" if version in IMAGES else "none yet",
        ]
        for version, runtime in glue_versions.RUNTIMES.items()
    }
    assert f"names: `{glue_versions.DEFAULT}` unless you say so" in TEXT
    assert max(IMAGES) == glue_versions.DEFAULT


def test_the_prices_are_those_that_costs_are_made_of() -> None:
    def shown(version: str, execution_class: str, worker_type: str) -> str:
        price = prices.price(version, execution_class, worker_type)
        return "unknown" if price is None else f"{price:g}"

    assert table("G workers") == {
        version: [shown(version, *kind) for kind in (("STANDARD", "G.1X"), ("FLEX", "G.1X"), ("STANDARD", "R.1X"))]
        for version in glue_versions.RUNTIMES
    }
    assert f"in {prices.REGION}, as of {prices.DATE}:" in TEXT


def test_the_example_puts_one_stage_on_6_0(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    config = load_data(tmp_path, merged(read(BASE), read(example)))
    assert [stage.jobs[0].settings.glue_version for stage in config.stages] == ["6.0", "5.1"]
