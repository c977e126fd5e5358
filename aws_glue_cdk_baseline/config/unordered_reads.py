"""Find the jobs that read what another job of their stage writes, and do not come after it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice

from aws_glue_cdk_baseline.config.chains import in_order
from aws_glue_cdk_baseline.config.errors import ErrorLine, shown
from aws_glue_cdk_baseline.config.records import Job
from aws_glue_cdk_baseline.config.yaml_file import KeyPath, YamlFile

MOST_WARNINGS = 1000  # of one stage: ten times what is shown


class _Outputs:
    """The outputs of all jobs, to find those at, above and below a location."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._at: dict[str, list[tuple[Job, str]]] = {}
        for job in jobs:
            for location in job.output_locations:
                self._at.setdefault(_folder(location), []).append((job, location))
        self._folders = sorted(self._at)

    def touching(self, location: str) -> Iterator[tuple[Job, str]]:
        """Yield each job with its output that is the location, a folder above it, or below it."""
        folder = _folder(location)
        names = folder.removesuffix("/").split("/")
        for depth in range(1, len(names) + 1):
            yield from self._at.get("/".join(names[:depth]) + "/", [])
        for below in self._folders[bisect_left(self._folders, folder) :]:
            if not below.startswith(folder):
                break
            if below != folder:
                yield from self._at[below]


def unordered_reads(stage: str, jobs: Sequence[Job], file: YamlFile) -> list[ErrorLine]:
    """Return a warning for each job of a stage and each other job that writes what it reads, unless it comes after.

    Of very many, the first MOST_WARNINGS.
    """
    before: dict[str, set[str]] = {}
    for job in in_order(jobs):
        direct = [name for name in job.settings.after if name in before]
        before[job.name] = {*direct, *(name for other in direct for name in before[other])}
    outputs = _Outputs(jobs)
    found = (
        _warning(stage, job, location, writer, output, before, file)
        for job in jobs
        for location, writer, output in _unordered(job, before[job.name], outputs, len(jobs))
    )
    return list(islice(found, MOST_WARNINGS))


def _unordered(job: Job, before: set[str], outputs: _Outputs, count: int) -> Iterator[tuple[str, Job, str]]:
    """Yield an input of a job, and who writes what in it, once for each writer that is not `before` the job."""
    known = {job.name, *before}
    for location in dict.fromkeys(job.input_locations):
        for writer, output in outputs.touching(location) if len(known) < count else ():
            if writer.name not in known:
                known.add(writer.name)
                yield location, writer, output
            if len(known) == count:
                break


def _warning(
    stage: str, job: Job, location: str, writer: Job, output: str, before: dict[str, set[str]], file: YamlFile
) -> ErrorLine:
    line = file.line(_parameter(stage, writer, output, file))
    written = "this location" if _folder(output) == _folder(location) else shown(output)
    message = f"{writer.name} writes {written} (line {line}), and {_advice(job, writer, before)}"
    return file.error(_parameter(stage, job, location, file), message)


def _folder(location: str) -> str:
    """Return a location as a folder without `s3://`: orders/raw/ for both `s3://orders/raw` and `s3://orders/raw/`."""
    return f"{location.removeprefix('s3://').rstrip('/')}/"


def _advice(job: Job, writer: Job, before: dict[str, set[str]]) -> str:
    if job.name in before[writer.name]:
        return (
            f"comes after {job.name}: a run reads what the run before left; "
            f"if that is not meant, let {job.name} come after {writer.name}"
        )
    way_out = f"add it to its `after`, beside {job.settings.after[0]}" if job.settings.after else ""
    return f"{job.name} does not come after it; {way_out or f'add `after: {writer.name}`'}"


def _parameter(stage: str, job: Job, location: str, file: YamlFile) -> KeyPath:
    """Return the path of the parameter with this location, or that of the job."""
    data: object = file.data
    for key in (stage, "jobs", job.name):
        data = data.get(key) if isinstance(data, dict) else None
    for key, value in data.items() if isinstance(data, dict) else ():
        if value == location:
            return (stage, "jobs", job.name, str(key))
    return (stage, "jobs", job.name)
