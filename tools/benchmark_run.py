"""Measure what the laptop's S3 adds to a job run: `make run` beside a bare Spark session that reads the same file.

`python -m tools.benchmark_run --runs 5` prints the median of each in seconds. Both run the example ProcessLegislators.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from tqdm import tqdm

from aws_glue_cdk_baseline.config import PROJECT, load_config
from local import sample_data
from local.samples import SAMPLES, place
from local.spark import spark_environment

JOB = "ProcessLegislators"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.benchmark_run", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="of each, one after the other; default 5")
    runs = parser.parse_args().runs
    job = next(job for job in load_config(PROJECT / "default-config.yaml").stages[0].jobs if job.name == JOB)
    [location] = job.input_locations
    sample_data.provide([location], SAMPLES)
    bare = [sys.executable, str(job.script), "--JOB_NAME", JOB, "--input_path", str(place(location))]
    seconds: dict[str, list[float]] = {"make run": [], "bare Spark session": []}
    for _ in tqdm(range(runs + 1), unit=" runs"):
        seconds["make run"].append(_timed([sys.executable, "-m", "tools.run_job", JOB], None))
        seconds["bare Spark session"].append(_timed(bare, spark_environment(small_data=True)))
    ours, theirs = (median(times[1:]) for times in seconds.values())  # the first run of each warms the disk up
    added = f"{ours - theirs:+.1f} s, {ours / theirs:.2f} times"
    print(f"make run {ours:.1f} s, a bare Spark session {theirs:.1f} s: {added}")


def _timed(command: list[str], environment: dict[str, str] | None) -> float:
    start = time.monotonic()
    subprocess.run(command, cwd=Path(PROJECT), env=environment, check=True, capture_output=True)
    return time.monotonic() - start


if __name__ == "__main__":
    main()
