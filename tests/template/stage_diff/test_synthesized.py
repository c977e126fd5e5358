"""The templates of a stage in a synthesized app, and the content of its scripts."""

from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import Account
from tests.configs import DEV, PIPELINE, make_job
from tests.template.stacks.test_pipeline_stack import Synthesized
from tests.template.stacks.test_show_changes import SHOWS
from tools.job_arguments import RunError
from tools.stage_diff.comparison import compare
from tools.stage_diff.job_words import jobs_of
from tools.stage_diff.permissions import OF_JOB
from tools.stage_diff.synthesized import read_stage


@pytest.mark.parametrize("place", [DEV, PIPELINE], ids=["an account of its own", "the pipeline's account"])
def test_a_stage_knows_its_place_and_the_text_of_its_scripts(tmp_path: Path, place: Account) -> None:
    """The assembly does not name the account of a stage beside the pipeline."""
    stages: dict[str, dict[str, object]] = {"dev": {"account": place}, "prod": {**SHOWS["prod"], "account": place}}
    made = Synthesized(tmp_path, dev=place, prod=place, job=make_job(tmp_path), stages=stages)
    (stack,) = read_stage(Path(made.assembly.directory), "DeployProd")
    assert (stack.name, stack.account, stack.region) == (
        "DeployProd-GlueAppStack",
        place.aws_account_id,
        place.aws_region,
    )
    (job,) = jobs_of(stack.resources.values()).values()
    assert job.script is not None
    assert job.script.bucket == f"cdk-hnb659fds-assets-{place.aws_account_id}-{place.aws_region}"
    assert job.script.content() == (tmp_path / "show.py").read_bytes()
    whole = compare([], [stack])
    roles = {role.shown: role.more for role in whole.roles}
    assert any("its script" in line for line in roles[f"{OF_JOB}Show"])
    assert f"arn:aws:cloudformation:us-east-1:{place.aws_account_id}:stack/DeployProd-GlueAppStack/*" in str(roles)
    assert "unknown" not in str(roles)
    assert "${AWS::" not in str(roles)


def test_what_is_no_assembly_or_has_no_such_stage_is_one_line(tmp_path: Path) -> None:
    made = Synthesized(tmp_path, stages={"dev": {}, "prod": {}})
    folder = Path(made.assembly.directory)
    with pytest.raises(RunError, match=r"has no stage DeployTest; it has: DeployDev, DeployProd$"):
        read_stage(folder, "DeployTest")
    with pytest.raises(RunError, match=r"is not the output of a synth: it has no manifest.json$"):
        read_stage(tmp_path / "none", "DeployDev")
