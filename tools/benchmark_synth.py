"""Measure `cdk synth` of 2 and of 100 jobs, in alternation: `make benchmark-synth`.

The command works on a copy of the project, with generated jobs. With `--baseline` it also measures an app like the AWS
baseline of 2023, with the versions pinned there, which it installs into a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT

NOT_COPIED = shutil.ignore_patterns(
    *(".git", ".venv", ".python", ".local", "node_modules", "cdk.out", "reports", ".*_cache", "__pycache__")
)
BASELINE = PROJECT / "tools" / "benchmark_baseline"
CDK = PROJECT / "node_modules" / ".bin" / "cdk"
EXAMPLES = [
    ("process_legislators.py", ["inputLocation"]),
    ("join_legislators.py", ["inputLocationOrgs", "inputLocationPersons", "inputLocationMemberships"]),
]


def write_config(project: Path, jobs: int) -> str:
    """Write a config of `jobs` copies of the two example jobs, each with its own script. Return the file's name."""
    scripts = project / "aws_glue_cdk_baseline" / "job_scripts"
    stage: dict[str, dict[str, str]] = {}
    for number in range(jobs):
        example, parameters = EXAMPLES[number % len(EXAMPLES)]
        source = (scripts / example).read_text(encoding="utf-8")
        (scripts / f"benchmark{number}.py").write_text(f"{source}\n# {number}\n", encoding="utf-8")
        stage[f"Benchmark{number}"] = {name: f"s3://data/{name}.json" for name in parameters}
    accounts = {
        f"{name}Account": {"awsAccountId": f"12345678910{digit}", "awsRegion": "us-east-1"}
        for digit, name in enumerate(("pipeline", "dev", "prod"), start=1)
    }
    name = f"benchmark-{jobs}.yaml"
    content = {**accounts, "dev": {"jobs": stage}, "prod": {"jobs": stage}}
    (project / name).write_text(json.dumps(content), encoding="utf-8")  # JSON is YAML
    return name


def synth(folder: Path, python: str, *options: str) -> float:
    """Return the seconds of one `cdk synth` in `folder`."""
    output = folder / "cdk.out"
    started = time.monotonic()
    command = [str(CDK), "synth", "--quiet", "--app", f"{python} app.py", "--output", str(output), *options]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{result.stderr}")
    seconds = time.monotonic() - started
    shutil.rmtree(output)
    return seconds


def install_baseline(folder: Path) -> str:
    """Install the baseline's versions in `folder`. Return its Python."""
    print("installing the baseline's versions of 2023 …", flush=True)
    shutil.copy(BASELINE / "app.py", folder)
    subprocess.run([sys.executable, "-m", "venv", folder / "python"], check=True)
    python = str(folder / "python" / "bin" / "python")
    install = [
        python,
        "-m",
        "pip",
        "install",
        "-qq",
        "--require-hashes",
        "--only-binary=:all:",
        "-r",
        str(BASELINE / "requirements.lock"),
    ]
    subprocess.run(install, check=True)
    return python


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.benchmark_synth", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--runs", type=int, default=3, help="how often each case is measured")
    parser.add_argument("--baseline", action="store_true", help="compare with the AWS baseline's versions of 2023")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-synth-") as temporary:
        project, old = Path(temporary) / "project", Path(temporary) / "baseline"
        shutil.copytree(PROJECT, project, ignore=NOT_COPIED)
        old.mkdir()
        cases = {
            f"{jobs} jobs": (project, sys.executable, f"config={write_config(project, jobs)}") for jobs in (2, 100)
        }
        if options.baseline:
            cases["baseline, 2 jobs"] = (old, install_baseline(old), "benchmark=1")
        os.environ["JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION"] = "1"
        seconds: dict[str, list[float]] = {name: [] for name in cases}
        for number in range(options.runs):
            for name, (folder, python, context) in cases.items():
                seconds[name].append(synth(folder, python, "--context", context))
                print(f"round {number + 1}: {name:<18} {seconds[name][-1]:6.2f} s", flush=True)
    median = {name: statistics.median(values) for name, values in seconds.items()}
    for name, value in median.items():
        print(f"{name:<18} {value:6.2f} s (median)   {value / median['2 jobs']:.2f} times the 2 jobs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
