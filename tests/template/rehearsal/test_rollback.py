"""A stage with `OnFailure: ROLLBACK` that fails at the second push returns to the first one. Slow."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal import inputs
from rehearsal.aws.cloud import cloud
from rehearsal.execution import End
from rehearsal.rehearsal import Options, Rehearsal
from rehearsal.report import Console
from tests.template.rehearsal.projects import third_party_project

pytestmark = pytest.mark.slow

STORE = ("210987654321", "eu-west-1", "Staging-Store")


def test_a_stage_that_fails_returns_to_the_push_that_was_good_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = third_party_project(tmp_path / "shop")
    shop.replace(
        "app.py",
        "app.synth()",
        "pipeline.build_pipeline()\n"
        "line = pipeline.pipeline.node.default_child\n"
        'line.add_property_override("Stages.4.OnFailure.Result", "ROLLBACK")\n'
        "app.synth()",
    )
    shop.write("prices.csv", "bolt,3\n")  # the smoke test wants bolt,2
    shop.commit()
    (tmp_path / "cloud").mkdir()
    console = Console()
    with cloud(tmp_path / "cloud") as running:
        rehearsal = Rehearsal(Options(shop.folder), inputs.read(shop.folder), running, console)
        assert rehearsal.run() == End.FAILED
        assert "Staging does not roll back: no execution of this pipeline was good in it yet" in capsys.readouterr().out

        def prices() -> str:
            account, region, stack = STORE
            stacks = running.sessions.user(account, region).client("cloudformation")
            return str(stacks.get_template(StackName=stack)["TemplateBody"])

        shop.write("prices.csv", "bolt,2\n")
        shop.commit()
        assert rehearsal._execute() == End.WAITING  # for the approval of the next stage
        good = prices()
        shop.write("prices.csv", "bolt,4\n")
        shop.commit()
        capsys.readouterr()
        assert rehearsal._execute() == End.FAILED
        said = capsys.readouterr().out
        assert "Staging rolls back to execution 2, the last that was good in it" in said
        assert "Staging is as it was after execution 2" in said
        assert prices() == good
    assert [(row.stage, row.action, row.outcome) for row in console.rows if "Staging" in row.stage][-6:] == [
        ("Staging", "Store.Prepare", "succeeded"),
        ("Staging", "Store.Deploy", "succeeded"),
        ("Staging", "Smoke", "failed"),
        ("Staging (rollback)", "Store.Prepare", "succeeded"),
        ("Staging (rollback)", "Store.Deploy", "succeeded"),
        ("Staging (rollback)", "Smoke", "succeeded"),
    ]
