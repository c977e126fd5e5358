"""What a branch changes: the assemblies of two configs compared, stage by stage."""

from __future__ import annotations

from pathlib import Path

from aws_glue_cdk_baseline.config import Config
from tests.apps import make_whole_app
from tests.configs import PIPELINE, PROD, make_config, make_job, with_stage
from tools.pr_check.changes import sections


def assembly(config: Config) -> Path:
    return Path(make_whole_app(config).synth().directory)


def test_each_stage_is_compared_with_its_base_and_scripts_line_by_line(tmp_path: Path) -> None:
    before = make_config((make_job(tmp_path),))
    dev, prod = before.stages
    old = assembly(before.model_copy(update={"stages": (dev, dev.model_copy(update={"name": "test"}), prod)}))
    job = make_job(tmp_path, number_of_workers=5)
    job.script.write_text(job.script.read_text() + "print('new line')\n")
    after = with_stage(make_config((job,)), "dev", jobs=(job,))
    staging = prod.model_copy(update={"name": "staging", "jobs": (job,)})
    after = after.model_copy(update={"stages": (*after.stages, staging)})
    after = with_stage(after, "prod", account=PIPELINE)
    found = {section.title: section for section in sections(old, assembly(after))}
    assert {title: section.summary for title, section in found.items()} == {
        "dev": "1 job changed",
        "prod": "1 stack moved, 1 job changed, 1 role may do more, 1 role may do less",
        "staging": "new stage: 1 job",
        "test": "stage removed",
        "the pipeline": found["the pipeline"].summary,
    }
    dev_text = found["dev"].text.splitlines()
    assert dev_text[0] == "# dev: 1 job changed"
    assert "  - numberOfWorkers: `2` -> `5`" in dev_text
    assert "+print('new line')" in dev_text
    assert (
        "- DeployProd-GlueAppStack moves from the account 333333333333 in eu-west-1 to 111111111111 in us-east-1: it is"
        " made anew there, and the old one stays"
    ) in found["prod"].text.splitlines()
    assert "nothing is deployed yet" not in found["staging"].text
    assert "DeployTest-GlueAppStack" in found["test"].text
    assert found["the pipeline"].summary != "nothing changes"
    assert PROD.aws_region == "eu-west-1"


def test_the_files_of_the_branch_are_no_change_of_the_pipeline(tmp_path: Path) -> None:
    config = make_config((make_job(tmp_path),))
    old, new = assembly(config), assembly(config)
    [template] = new.glob("PipelineStack.template.json")
    text = template.read_text()
    [hashed] = [file.name.removeprefix("asset.") for file in new.glob("asset.*") if file.is_dir()]
    assert hashed in text
    template.write_text(text.replace(hashed, "0" * 64))
    assert {section.summary for section in sections(old, new)} == {"nothing changes"}
