"""The prices of job runs: those that are known, by value, and those that are not."""

import subprocess
import sys
from typing import get_args

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.config.glue_versions import RUNTIMES
from aws_glue_cdk_baseline.config.job_values import WorkerType
from aws_glue_cdk_baseline.prices import DATE, DPUS, REGION, dpus, price


@pytest.mark.parametrize(
    ("version", "execution_class", "worker_type", "usd"),
    [
        ("5.0", "STANDARD", "G.1X", 0.44),
        ("5.1", "STANDARD", "G.16X", 0.44),
        ("5.1", "FLEX", "G.2X", 0.29),
        ("5.1", "STANDARD", "R.8X", 0.52),
        ("6.0", "STANDARD", "G.1X", 0.308),
        ("6.0", "FLEX", "G.1X", None),
        ("6.0", "STANDARD", "R.1X", None),
        ("5.1", "FLEX", "R.1X", None),
        ("4.0", "STANDARD", "G.1X", None),
        ("", "STANDARD", "", None),
    ],
)
def test_a_price_is_known_or_none(version: str, execution_class: str, worker_type: str, usd: float | None) -> None:
    assert price(version, execution_class, worker_type) == usd
    assert (REGION, DATE) == ("us-east-1", "26 November 2026")


def test_every_version_of_the_config_has_a_price_and_every_worker_type_its_dpus() -> None:
    assert [version for version in RUNTIMES if price(version, "STANDARD", "G.1X") is None] == []
    assert set(DPUS) == set(get_args(WorkerType))
    assert (dpus("G.1X"), dpus("G.12X"), dpus("R.8X")) == (1, 12, 8)
    with pytest.raises(KeyError):
        dpus("G.3X")


def test_the_integration_test_can_import_it_where_only_its_own_packages_are_installed() -> None:
    """In the pipeline it runs with boto3 and pyarrow alone: neither pydantic nor PyYAML is there."""
    program = (
        "import sys; sys.modules.update(dict.fromkeys(['pydantic', 'yaml', 'aws_cdk', 'pyspark']));"
        " import tests.integ.integ_test_glue_app_stack as it; print(it.Prices().region)"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True)
    assert (result.stdout, result.returncode) == ("us-east-1\n", 0), result.stderr
