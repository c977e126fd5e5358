"""Spread the jobs of a stage over CloudFormation stacks. A job never moves from one stack to another.

Jobs have fixed names: a stack cannot create a job that another one still has, and a job that is deleted first loses its
runs and its bookmark. docs/decisions/0010-a-record-of-stacks.md
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping

from aws_glue_cdk_baseline.config.records import Job

ONE_STACK = 240  # jobs: a job is two resources, a stack holds 500, and the first has some of the stage's
# Of a stack: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
TEMPLATE_BYTES = 1_000_000
# A stack gets new jobs up to here. The rest is for jobs that grow, and for branches that add jobs side by side.
FILLED, FILLED_BYTES = 200, 700_000
TRIGGER_BYTES = 500  # of a trigger, at least
# Of jobs, in a stage. With 7 of triggers they have 42 actions in the pipeline, and CodePipeline takes 50 in a stage.
MAX_STACKS = 14


def template_size(job: Job) -> int:
    """Return about how many bytes a job takes in a template: up to a tenth less than it does."""
    texts = json.dumps([job.run_arguments, job.settings.description, *job.additional_modules], separators=(",", ":"))
    own = sum(len(json.dumps(statement.as_iam())) for statement in job.settings.statements)
    locations = [*job.input_locations, *job.written_locations]
    data = sum(map(_location_size, locations)) + (180 if locations else 0)
    data += max(map(_size_above, job.output_locations), default=0)
    databases = 250 * len({*job.input_databases, *job.output_databases})
    return 2_100 + 4 * len(job.name) + len(texts) + own + data + databases + _size_of_settings(job)


def _size_of_settings(job: Job) -> int:
    """Return the bytes for the permissions and properties of settings that most jobs do not have."""
    settings = job.settings
    sizes = {
        1_400 + 90 * len(settings.connections): settings.connections,
        800: settings.security_configuration,
        250: settings.observability,
        400: settings.is_shell,
    }
    keys = sum(len(keys) for keys in job.kms_keys.values())
    tags = sum(2 * (len(key) + len(value)) + 40 for key, value in settings.tags.items())
    return sum(size for size, has in sizes.items() if has) + 150 * keys + tags


def _location_size(location: str) -> int:
    path = location.removeprefix("s3://")
    if "." in path.rpartition("/")[2]:  # one object
        return 3 * len(path) + 40
    return 3 * len(path) + 3 * len(path.partition("/")[2]) + 60


def _size_above(location: str) -> int:
    """Return the bytes for the folders above an output, which its job marks. Outputs beside each other share them."""
    path = location.removeprefix("s3://").rstrip("/")
    return max(0, path.count("/") - 1) * (len(path) + 20)


def fits_one_stack(sizes: Mapping[str, int], triggers: int = 0) -> bool:
    """Return true if one stack holds the jobs, given by the bytes of each in a template, and so many triggers."""
    size = sum(sizes.values()) + TRIGGER_BYTES * triggers
    return 2 * len(sizes) + triggers <= 2 * ONE_STACK and size <= TEMPLATE_BYTES


def trigger_stack(job_stack: int) -> int:
    """Return the number of the stack that has the triggers of the jobs in a stack: each serves two, which it holds."""
    return (job_stack + 1) // 2


def spread(
    sizes: Mapping[str, int], recorded: Mapping[str, int], deployed: Collection[str] | None = ()
) -> dict[str, int]:
    """Return the number of the stack of each job, from 1. `sizes` has the bytes of each job in a template.

    A job that is `recorded` stays in its stack. If none is recorded in the first stack, those in `deployed` are in it;
    None says that nobody knows these. A new job goes to the first stack with room.
    """
    placed = {job: recorded[job] for job in sizes if job in recorded}
    if 1 not in placed.values():
        first = [job for job in sizes if job not in placed and (deployed is None or job in deployed)]
        placed |= dict.fromkeys(first[:ONE_STACK], 1)
    jobs, filled = Counter(placed.values()), Counter[int]()
    for job, number in placed.items():
        filled[number] += sizes[job]
    for job in (job for job in sizes if job not in placed):
        number = 1
        while jobs[number] >= FILLED or (jobs[number] and filled[number] + sizes[job] > FILLED_BYTES):
            number += 1
        placed[job] = number
        jobs[number] += 1
        filled[number] += sizes[job]
    return placed


def merged(recorded: Mapping[str, int], stacks: Mapping[str, int]) -> dict[str, int]:
    """Return what to record: `stacks`, and jobs that were removed, as many as their stack has room for.

    So a removed job can come back to its stack, which may still have it.
    """
    jobs, kept = Counter(stacks.values()), dict(stacks)
    for job in sorted(recorded.keys() - stacks.keys()):
        if jobs[recorded[job]] < ONE_STACK:
            kept[job] = recorded[job]
            jobs[recorded[job]] += 1
    return kept
