"""Run a job script on local Spark, unchanged, with a stage's arguments: `python -m tools.run_job JoinLegislators`.

Without JOB all jobs of the stage run. S3 is the laptop's: samples/ and out/. Arguments after JOB replace the config's.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from typing import IO, Any

from aws_glue_cdk_baseline.config import ConfigError, Job, StageConfig, load_config, print_warnings
from aws_glue_cdk_baseline.config.chains import in_order, upstream
from aws_glue_cdk_baseline.config.glue_arguments import BOOKMARK, BOOKMARK_ENABLED
from local.bookmarks import RESET, Bookmark, BookmarkError, laptop_bookmark
from local.catalog.tables import FOLDER
from local.job_environment import python_path
from local.job_packages import PackagesError
from local.s3.store import FileStore, Store
from local.samples import OUT, SAMPLES, place
from local.sparks import spark_of
from tools.job_arguments import RunError, find_job, find_stage, parse_job_run, replaced_arguments
from tools.run_job import aws_account, inputs
from tools.run_job.job_process import Run, run_job
from tools.run_job.stage_run import run_jobs, summary

OPTIONS = ["--config", "--stage", "--profile", "--yes", "--upstream", "--seconds", RESET]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.run_job", description=(__doc__ or "").splitlines()[0], allow_abbrev=False
    )
    options, given = parse_job_run(parser, OPTIONS, sys.argv[1:] if arguments is None else arguments)
    try:
        config = load_config(options.config)
        print_warnings(config)
        stage = find_stage(config, options.stage)
        jobs = _chosen(stage, find_job(config, stage.name, options.job) if options.job else None, options.upstream)
        for_one = [*given, *([RESET] if options.reset_bookmark else [])]
        if for_one and not options.job:
            raise RunError(f"{' '.join(for_one)!r} is for one job; name it: JOB={jobs[0].name}")
        values = {job.name: replaced_arguments(job, given if job is jobs[-1] else []) for job in jobs}
        for job in jobs:
            python_path(job)  # installs its packages, before any job runs, and then its Spark
            if not job.settings.is_shell:
                spark_of(job.settings.glue_version)
        code = _run(jobs, values, stage, options)
    except (BookmarkError, ConfigError, PackagesError, RunError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print(f"{options.job or 'the run'} was interrupted", file=sys.stderr)
        return 130
    return 1 if code else 0


def _chosen(stage: StageConfig, job: Job | None, with_upstream: bool) -> tuple[Job, ...]:
    """Return the jobs to run, in order: one, with those before it if asked for, or all of the stage."""
    if job is None:
        return in_order(stage.jobs)
    return (*(upstream(job, stage.jobs) if with_upstream else ()), job)


def _run(jobs: Sequence[Job], values: dict[str, dict[str, str]], stage: StageConfig, options: Any) -> int:
    files = FileStore(SAMPLES, OUT)
    store: Store = files
    variables = None
    if options.profile:
        from local.s3.store_in_aws import StoreInAws, cache_folder

        session, account = aws_account.open_session(options.profile, stage)
        aws_account.ask(account, jobs, options.yes)
        store, variables = StoreInAws(session, cache_folder()), aws_account.aws_variables(options.profile, stage)
    else:
        inputs.check_inputs([(job, values[job.name]) for job in jobs], files, str(options.config), stage.jobs)
    bookmarks = _bookmarks(jobs, stage.name, in_aws=store is not files, reset=options.reset_bookmark)

    def start(job: Job, output: IO[bytes] | None = None) -> Run:
        if store is files:
            inputs.set_samples_aside(job, files)
        return run_job(
            job,
            stage.names.job(job.name),
            values[job.name],
            store,
            variables,
            output,
            bookmarks.get(job.name),
            options.seconds,
        )

    if len(jobs) > 1:
        return _run_all(jobs, start, stage)
    job = jobs[0]
    engine = f"{_spark(job)} (on AWS: {job.settings.runs_on}{', Python 3.9' if job.settings.is_shell else ''})"
    print(f"{job.name} with the arguments of {stage.name} on {engine}")
    _print_arguments(job, values[job.name], files if store is files else None)
    bookmark = bookmarks.get(job.name)
    before = bookmark.read()["version"] if bookmark else 0
    run = start(job)
    if run.stopped:
        said = f"{job.name} was running after {options.seconds:g} s, and was stopped; SECONDS= lets it run for longer"
        print(said, file=sys.stderr)
    if run.code:
        why = f": {run.reason}" if run.reason else ""
        print(f"{job.name} failed (exit code {run.code}){why}", file=sys.stderr)
    for line in _written(run, store is files):
        print(line, file=sys.stderr)
    if bookmark:
        print(f"  bookmark: {_kept(bookmark, before, values[job.name][BOOKMARK])}", file=sys.stderr)
    return run.code


def _bookmarks(jobs: Sequence[Job], stage: str, *, in_aws: bool, reset: bool) -> dict[str, Bookmark]:
    """Return the bookmarks of the jobs that have one, all of which can be read. `reset` forgets that of the last job.

    Raise RunError if that job has none, BookmarkError if a bookmark is broken.
    """
    found = {job.name: laptop_bookmark(stage, job.name, in_aws=in_aws) for job in jobs if job.settings.bookmark}
    last = jobs[-1].name
    if reset and last not in found:
        raise RunError(f"{last} has no bookmark to reset; in the config, `bookmark: true` gives it one")
    if reset:
        forgotten = found[last].reset()
        print(f"{found[last].shown} is {'gone' if forgotten else 'not there'}: {last} reads everything", flush=True)
    for bookmark in found.values():
        bookmark.read()
        if in_aws:
            print(f"bookmark: the laptop's, {bookmark.shown}; the one that Glue keeps is not touched", flush=True)
    return found


def _kept(bookmark: Bookmark, before: int, option: str) -> str:
    """Return what is kept of a run that found version `before` of its bookmark."""
    state = bookmark.read()
    if state["version"] > before:
        run = state["runs"][-1]["run"]
        return f"this run is kept as {run!r} in {bookmark.shown}; ARGS={RESET} starts over"
    why = "it ended before job.commit()" if option == BOOKMARK_ENABLED else f"its {BOOKMARK} is {option}"
    return f"nothing of this run is kept in {bookmark.shown}: {why}"


def _run_all(jobs: Sequence[Job], start: Callable[..., Run], stage: StageConfig) -> int:
    first = _spark(jobs[0])
    same = all(_spark(job) == first for job in jobs)
    print(f"{len(jobs)} jobs of {stage.name} on {first if same else 'local Spark'}, in this order:")
    for job in jobs:
        on = "" if same else f"  on {_spark(job).removeprefix('local ')}"
        after = f"  (after {', '.join(job.settings.after)})" if job.settings.after else ""
        print(f"  {job.name}{on}{after}", flush=True)
    runs, not_started = run_jobs(jobs, start)
    print("\n".join(["", *summary(runs, not_started)]), flush=True)
    for run in runs:
        if run.code:
            print(f"{run.job.name} failed (exit code {run.code}): {run.reason}", file=sys.stderr)
    return 1 if not_started or any(run.code for run in runs) else 0


def _spark(job: Job) -> str:
    if job.settings.is_shell:
        return f"local Python {sys.version_info[0]}.{sys.version_info[1]}"
    return f"local Spark {spark_of(job.settings.glue_version).version}"


def _print_arguments(job: Job, values: dict[str, str], files: FileStore | None) -> None:
    read = inputs.input_arguments(job, values) if files else {}
    for name, value in values.items():
        origin = f"  ({inputs.origin(files, value)})" if files and name in read else ""
        print(f"  {name} {value}{origin}", flush=True)


def _written(run: Run, on_laptop: bool) -> list[str]:
    """Return a line for each location that the run has written, and for each table that it has changed.

    A location of the config has one line, other objects have one for each folder.
    """
    sizes: dict[str, list[int]] = {}
    for uri, size in run.written.items():
        location = next((found for found in run.job.output_locations if uri.startswith(found)), uri.rpartition("/")[0])
        sizes.setdefault(location, []).append(size)
    where = {location: f" in {place(location, OUT).relative_to(OUT.parent)}" if on_laptop else "" for location in sizes}
    lines = [
        f"  wrote {location}: {len(found)} file{'s'[: len(found) > 1]}, {sum(found):,} bytes{where[location]}"
        for location, found in sizes.items()
    ]
    files = [OUT.name + f"/{FOLDER}/{table.replace('.', '/', 1)}.json" for table in run.tables]
    return [*lines, *(f"  updated the table {table} in {file}" for table, file in zip(run.tables, files, strict=True))]


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):  # the script ends with this process, as on Ctrl-C
        signal.signal(ending, signal.default_int_handler)
    sys.exit(main())
