"""The plan of a stage's integration test: a file in the cloud assembly, `integration-test/<stage>.json`.

tests/integ/plan.py reads it. As a file it takes any number of jobs, and a change of it does not change the pipeline.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from aws_glue_cdk_baseline.config import PROJECT, Config, Job, JobSettings, StageConfig
from aws_glue_cdk_baseline.config.packages import LOCK, read_lock
from aws_glue_cdk_baseline.pipeline.fingerprints import fingerprints

FOLDER = "integration-test"
FORMAT = 1


def needs_plan(stage: StageConfig) -> bool:
    """Return true if the config has more to say to the test of a stage than the names of its jobs."""
    settings = [job.settings for job in stage.jobs]
    return stage.integration_test and (stage.keeps_test_records or any(map(_has_more, settings)))


def _has_more(settings: JobSettings) -> bool:
    return bool(settings.after or settings.expect or settings.is_streaming)


def write_plans(config: Config, assembly: Path, project: Path = PROJECT) -> None:
    """Write the plan of each stage that needs one into the synthesized cloud assembly of the app, and no other.

    The assembly of a sandbox has no stage of the pipeline, and gets no plan.
    """
    shutil.rmtree(assembly / FOLDER, ignore_errors=True)  # those of an earlier synth into the same folder
    for stage in config.stages:
        nested = next(assembly.glob(f"assembly-*-{stage.names.pipeline_stage}"), None)
        if nested and needs_plan(stage):
            file = assembly / FOLDER / f"{stage.name}.json"
            file.parent.mkdir(exist_ok=True)
            text = json.dumps(_plan(stage, nested, project), indent=1, ensure_ascii=False)
            file.write_text(f"{text}\n", encoding="utf-8")


def _plan(stage: StageConfig, nested: Path, project: Path) -> dict[str, Any]:
    jobs = {stage.names.job(job.name): _job(job, stage) for job in stage.jobs}
    if stage.keeps_test_records:
        templates = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(nested.glob("*.template.json"))]
        for name, (fingerprint, parts) in fingerprints(jobs, templates, read_lock(project / LOCK).locked).items():
            jobs[name] |= {"fingerprint": fingerprint, "parts": parts}
    return {
        "format": FORMAT,
        "stage": stage.names.pipeline_stage,
        "account": stage.account.aws_account_id,
        "region": stage.account.aws_region,
        "changedOnly": stage.tests_changed_only,
        "records": stage.names.test_records if stage.keeps_test_records else "",
        "jobs": jobs,
    }


def _job(job: Job, stage: StageConfig) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "after": [stage.names.job(name) for name in job.settings.after],
        "expect": _expectation(job),
        "arguments": job.run_arguments,
        "streaming": job.settings.is_streaming,
    }
    return {name: part for name, part in parts.items() if part}


def _expectation(job: Job) -> dict[str, Any]:
    """Return what is expected of a run, without what is not."""
    if not (expect := job.settings.expect):
        return {}
    parts = {
        "outputRows": expect.output_rows,
        "outputLocation": job.arguments["--output_path"] if expect.looks_at_output else "",
        "quality": expect.quality,
        "sources": job.quality_sources,
        "maxMinutes": expect.max_minutes,
        "maxDpuHours": expect.max_dpu_hours,
    }
    return {name: part for name, part in parts.items() if part}
