"""Links to the console have the domain of their AWS partition."""

import pytest

from aws_glue_cdk_baseline.config.regions import known_regions
from aws_glue_cdk_baseline.monitoring.run_reporter import console


@pytest.mark.parametrize(
    ("region", "start"),
    [
        ("eu-central-1", "https://eu-central-1.console.aws.amazon.com/"),
        ("cn-north-1", "https://cn-north-1.console.amazonaws.cn/"),
        ("us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com/"),
    ],
)
def test_a_link_has_the_domain_of_the_partition(region: str, start: str) -> None:
    pages = [
        console.run_page(region, "a-dev", "jr_1"),
        console.runs_page(region, "a-dev"),
        console.log_page(region, "/g", "jr_1"),
        console.execution_page(region, "p", "e"),
        console.pipeline_page(region, "p"),
    ]
    assert {page[: len(start)] for page in pages} == {start}


def test_the_partitions_are_those_of_botocore() -> None:
    known = {region: name for region, name in known_regions().items() if name in ("aws", "aws-cn", "aws-us-gov")}
    assert len(known) > 25
    assert {region: console.partition(region) for region in known} == known
