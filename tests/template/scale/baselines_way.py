"""The AWS baseline's way to find the jobs of its integration test, for comparison: it reads the tags of every job."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any


def start_jobs(glue: Any, account: str, region: str, stage_name: str) -> None:
    """List all jobs, ask ten at a time for the tags of each, and start those of which `stack_name` begins so."""

    def start(name: str) -> None:
        tags = glue.get_tags(ResourceArn=f"arn:aws:glue:{region}:{account}:job/{name}")["Tags"]
        if tags.get("stack_name", "").startswith(stage_name):
            glue.start_job_run(JobName=name)

    names = [job["Name"] for page in glue.get_paginator("get_jobs").paginate() for job in page["Jobs"]]
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(start, names))
