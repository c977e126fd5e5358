"""Run several jobs in the order of `after`, side by side where nothing forbids it, and report what became of each."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import IO

from aws_glue_cdk_baseline.config import Job
from tools.run_job.job_process import Run, stop_all

SIDE_BY_SIDE = max(1, min(4, (os.cpu_count() or 2) // 2))  # a run of Spark keeps about two processors busy
StartRun = Callable[[Job, IO[bytes]], Run]


def run_jobs(jobs: Sequence[Job], start: StartRun) -> tuple[list[Run], dict[str, str]]:
    """Run the jobs, which are in order. Return the runs, and the reason for each job that was not started.

    The output of a run is printed when it ends, so that outputs do not mix.
    """
    runs: list[Run] = []
    not_started: dict[str, str] = {}
    waiting = list(jobs)
    ended: set[str] = set()
    names = {job.name for job in jobs}
    active: dict[Future[Run], tuple[Job, IO[bytes]]] = {}
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        while waiting or active:
            for job in list(waiting):
                before = [name for name in job.settings.after if name in names]
                if causes := [not_started.get(name, name) for name in before if _failed(name, runs, not_started)]:
                    not_started[job.name] = causes[0]
                    waiting.remove(job)
                elif len(active) < SIDE_BY_SIDE and all(name in ended for name in before):
                    waiting.remove(job)
                    output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (closed below)
                    print(f"== {job.name} started", flush=True)
                    active[pool.submit(start, job, output)] = job, output
            try:
                done = wait(active, return_when=FIRST_COMPLETED).done if active else set()
            except BaseException:
                stop_all()
                raise
            for future in done:
                job, output = active.pop(future)
                run = future.result()
                runs.append(run)
                ended.add(job.name)
                with output:
                    _print_output(run, output)
    return runs, not_started


def summary(runs: Sequence[Run], not_started: dict[str, str]) -> list[str]:
    """Return a line for each job: its state, how long it took, and how much it read and wrote."""
    width = max(map(len, [*(run.job.name for run in runs), *not_started]))
    lines = []
    for run in runs:
        state = "failed   " if run.code else "succeeded"
        traffic = f"read {_amount(run.read)}, wrote {_amount(run.written)}"
        lines.append(f"{run.job.name:<{width}}  {state}  {run.seconds:>6.1f} s  {traffic}")
    lines += [f"{name:<{width}}  not started: {cause} failed" for name, cause in not_started.items()]
    return lines


def _failed(name: str, runs: Sequence[Run], not_started: dict[str, str]) -> bool:
    return name in not_started or any(run.code for run in runs if run.job.name == name)


def _print_output(run: Run, output: IO[bytes]) -> None:
    print(
        f"== {run.job.name} {'failed' if run.code else 'succeeded'} after {run.seconds:.1f} s; its output:", flush=True
    )
    output.seek(0)
    shutil.copyfileobj(output, sys.stdout.buffer)
    sys.stdout.flush()


def _amount(accesses: dict[str, int]) -> str:
    files = {uri: size for uri, size in accesses.items() if not uri.endswith(("/_SUCCESS", "/"))}
    return f"{len(files)} file{'' if len(files) == 1 else 's'} ({_size(sum(files.values()))})"


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
