"""The way out of the alpha module: the import in glue_job.py is all that has to change."""

from pathlib import Path

import aws_cdk as core
import aws_cdk.aws_glue
import pytest
from aws_cdk import aws_glue_alpha
from aws_cdk.assertions import Template

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack
from aws_glue_cdk_baseline.jobs import glue_job
from tests.apps import make_app
from tests.configs import make_job, make_stage


def template(folder: Path) -> object:
    jobs = [
        make_job(folder, "Standard", glue_version="5.0", worker_type="G.2X", description="one"),
        make_job(folder, "Flex", glue_version="5.1", execution_class="FLEX", default_arguments={"--conf": "a=b"}),
        make_job(folder, "New", glue_version="6.0", max_retries=1),
        make_job(folder, "NewFlex", glue_version="6.0", execution_class="FLEX", default_arguments={"--conf": "a=b"}),
        make_job(folder, "Jars", default_arguments={"--extra-jars": "s3://libs/a.jar", "--user-jars-first": "true"}),
    ]
    env = core.Environment(account="222222222222", region="us-east-1")
    return Template.from_stack(GlueAppStack(make_app(), "Test", stage=make_stage(*jobs), env=env)).to_json()


def test_both_modules_give_the_same_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_alpha = template(tmp_path)
    monkeypatch.setattr(glue_job, "glue", aws_cdk.aws_glue)
    assert template(tmp_path) == with_alpha


def test_the_override_of_the_version_gives_what_the_module_with_6_0_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """See docs/decisions/0008-glue-6-by-an-override.md, also for when the override goes."""
    assert not hasattr(aws_glue_alpha.GlueVersion, "V6_0")
    with_override = template(tmp_path)
    monkeypatch.setattr(glue_job, "glue", aws_cdk.aws_glue)
    monkeypatch.setattr(glue_job, "NEWEST_OF_THE_CONSTRUCT", "6.0")
    assert template(tmp_path) == with_override


def test_the_module_is_imported_in_one_place() -> None:
    importing = [
        path.name
        for path in (PROJECT / "aws_glue_cdk_baseline").rglob("*.py")
        if "import aws_glue_alpha" in path.read_text(encoding="utf-8")
    ]
    assert importing == ["glue_job.py"]
