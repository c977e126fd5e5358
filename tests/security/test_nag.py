"""The AwsSolutions rules of cdk-nag on the whole app: each finding is acknowledged with a reason."""

from __future__ import annotations

import pytest

from tests.security.findings import Finding, find
from tests.security.job_acknowledgements import job_acknowledgements
from tests.security.monitoring_acknowledgements import monitoring_acknowledgements
from tests.security.pipeline_acknowledgements import pipeline_acknowledgements
from tests.whole_app import WholeApp


@pytest.fixture(scope="module")
def found(whole_app: WholeApp) -> set[Finding]:
    return find(whole_app.app)


@pytest.fixture(scope="module")
def reasons(whole_app: WholeApp) -> dict[Finding, str]:
    config = whole_app.config
    return {
        **pipeline_acknowledgements(config),
        **job_acknowledgements(config),
        **monitoring_acknowledgements(config),
    }


def test_nothing_is_found_that_is_not_acknowledged(found: set[Finding], reasons: dict[Finding, str]) -> None:
    left = {finding for finding in found if finding.anywhere not in reasons}
    print(f"\n{len(found)} findings, {len(left)} of them not acknowledged")
    assert len(found) > 40
    assert left == set()


def test_nothing_is_acknowledged_that_is_not_found(found: set[Finding], reasons: dict[Finding, str]) -> None:
    assert set(reasons) - {finding.anywhere for finding in found} == set()


def test_every_acknowledgement_has_a_reason(reasons: dict[Finding, str]) -> None:
    assert [finding for finding, reason in reasons.items() if len(reason.strip()) < 10] == []


def test_no_role_of_the_stages_has_a_wildcard_among_its_actions(found: set[Finding]) -> None:
    assert [item for item in found if "GlueAppStack" in item.path and "IAM5[Action" in item.rule] == []
