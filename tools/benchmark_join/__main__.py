"""Measure JoinLegislators and the same join as the tutorial writes it, on local Spark with 2 GB: `make benchmark-join`.

A size is a multiple of the public example's (10439 memberships of 1961 persons). Each run is a process of its own. The
time is counted from the moment when Spark has started.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT
from local import sample_data
from local.spark import SETTINGS, spark_environment

HERE = Path(__file__).parent
SCRIPTS = {
    "tutorial": HERE / "tutorial_join.py",
    "ours": PROJECT / "aws_glue_cdk_baseline" / "job_scripts" / "join_legislators.py",
}


def time_script(script: Path, data: Path, memberships: int) -> float:
    """Return the seconds of one run on the sample data in `data`. Exit if it does not count `memberships` rows."""
    arguments = ["--JOB_NAME", "benchmark"]
    for name in ("orgs", "persons", "memberships"):
        arguments += [f"--input_path_{name}", str(data / f"{name.replace('orgs', 'organizations')}.json")]
    command = [sys.executable, str(HERE / "timed.py"), str(script), *arguments]
    result = subprocess.run(command, env=spark_environment(), capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{script.name} failed:\n{result.stderr}")
    count, seconds = result.stdout.splitlines()[-2:]
    if int(count) != memberships:
        sys.exit(f"{script.name} counted {count} rows, not {memberships}")
    return float(seconds)


def compare(scale: int, runs: int) -> tuple[float, float]:
    """Return the median seconds of the tutorial's join and of ours, at `scale` times the example's size."""
    persons, memberships = scale * sample_data.PERSONS, scale * sample_data.MEMBERSHIPS
    seconds: dict[str, list[float]] = {name: [] for name in SCRIPTS}
    with tempfile.TemporaryDirectory(prefix="benchmark-join-") as folder:
        sample_data.write(Path(folder), persons, memberships)
        for number in range(runs):
            for name, script in SCRIPTS.items():
                seconds[name].append(time_script(script, Path(folder), memberships))
                print(
                    f"{memberships:>10} memberships, run {number + 1}: {name:<9}{seconds[name][-1]:7.1f} s", flush=True
                )
    return statistics.median(seconds["tutorial"]), statistics.median(seconds["ours"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.benchmark_join", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--scales", type=int, nargs="+", default=[10, 100, 1000], help="multiples of the example's size"
    )
    parser.add_argument("--runs", type=int, default=1, help="runs of each script; the median counts")
    options = parser.parse_args()
    results = {scale: compare(scale, options.runs) for scale in options.scales}
    print(f"\nmemberships    tutorial        ours   times as fast   (driver memory {SETTINGS['spark.driver.memory']})")
    for scale, (tutorial, ours) in results.items():
        print(f"{scale * sample_data.MEMBERSHIPS:>11}{tutorial:>10.1f} s{ours:>10.1f} s{tutorial / ours:>16.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
