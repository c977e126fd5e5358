"""Run one job script, unchanged, as a process of its own with local Spark, or Python alone, and a store for S3."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.config.spark_conf import spark_conf
from local import script_errors
from local.bookmarks import Bookmark
from local.emulator import without_proxy
from local.job_environment import python_path, with_path
from local.s3.gateway import gateway, record_to
from local.s3.store import FileStore, Store
from local.spark import GLUE_LIBS, spark_environment
from local.sparks import spark_of

SCRIPT_RUNNER = Path(script_errors.__file__)
SMALL_BYTES = 50_000_000
_active: set[subprocess.Popen[bytes]] = set()


@dataclass
class Run:
    """A run of a job: its exit `code`, the `reason` of a failure, the bytes it read and wrote, by URI, and its tables.

    `tables` are those of the Data Catalog that it made or changed, as database.table. `stopped` is a streaming job that
    has not ended by itself.
    """

    job: Job
    code: int = 0
    reason: str = ""
    seconds: float = 0
    read: dict[str, int] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)
    stopped: bool = False


def run_job(
    job: Job,
    name: str,
    arguments: Mapping[str, str],
    store: Store,
    variables: Mapping[str, str] | None = None,
    output: IO[bytes] | None = None,
    bookmark: Bookmark | None = None,
    seconds: float | None = None,
) -> Run:
    """Run the script of the job called `name` in Glue to its end. Ctrl-C ends it, too.

    `variables` give its boto3 access to AWS; without them it reaches the store. `output` gets what it prints.
    `bookmark` is the one of a job that has one; without it such a run reads everything. A streaming job that has not
    ended after `seconds` is stopped.
    """
    run = Run(job)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="run-job-") as folder:
        reason, accesses = Path(folder) / "reason", Path(folder) / "accesses"
        command = [sys.executable, str(SCRIPT_RUNNER), str(reason), str(job.script)]
        command += ["--JOB_NAME", name]
        command += [part for pair in arguments.items() for part in pair]
        if job.settings.bookmark and bookmark is None:
            bookmark = Bookmark(Path(folder) / "bookmark.json")
        with gateway(store, record_to(accesses), bookmark) as s3:
            aws = s3.aws_variables() if variables is None else variables
            environment = {**with_path(without_aws(), python_path(job)), **aws, "TMPDIR": folder}
            if job.settings.is_shell:
                environment = shell_environment(environment)
            else:
                conf = {"spark.sql.warehouse.dir": f"{folder}/warehouse", **spark_conf(arguments.get("--conf", ""))}
                environment = spark_environment(
                    environment,
                    spark=spark_of(job.settings.glue_version),
                    small_data=are_small(arguments, store),
                    s3=s3,
                    settings=conf,
                )
            # Ctrl-C reaches only this process, because the script has a process session of its own; `finally` ends the
            # script. Its temporary files are in this folder, so that they are removed however it ends.
            process = subprocess.Popen(
                command, env=environment, start_new_session=True, stdout=output, stderr=output and subprocess.STDOUT
            )
            _active.add(process)
            try:
                run.code = process.wait(seconds if job.settings.is_streaming else None)
            except subprocess.TimeoutExpired:
                run.stopped = True
                os.killpg(process.pid, signal.SIGKILL)  # a SIGTERM has Java tell of each batch that it gave up
            finally:
                _active.discard(process)
                _end(process)
        run.seconds = time.monotonic() - started
        run.reason = reason.read_text(encoding="utf-8") if reason.exists() else ""
        _add_accesses(run, accesses)
    return run


def shell_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` for a Python shell job: `awsglue` comes last on its path, and its time zone is UTC."""
    path = os.pathsep.join(filter(None, [environment.get("PYTHONPATH", ""), str(GLUE_LIBS)]))
    return {**environment, "PYTHONPATH": path, "TZ": "UTC"}


def stop_all() -> None:
    """End the scripts that other threads run."""
    for process in list(_active):
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)  # the script and the Java that it started
        process.wait()


def without_aws() -> dict[str, str]:
    """Return the variables of this process without those of AWS; no proxy is used for this machine."""
    return without_proxy({name: value for name, value in os.environ.items() if not name.startswith("AWS_")})


def are_small(arguments: Mapping[str, str], store: Store) -> bool:
    """Return true if all inputs are small files of this machine: Spark then gets the settings for small data."""
    if not isinstance(store, FileStore):
        return False
    size = 0
    for value in arguments.values():
        if "://" in value:
            bucket, _, key = value.partition("://")[2].partition("/")
            size += sum(entry.size for entry in store.below(bucket, key) if bucket)
        else:
            files = [file for file in (Path(value), *Path(value).rglob("*")) if file.is_file()] if value else []
            size += sum(file.stat().st_size for file in files)
    return size < SMALL_BYTES


def _add_accesses(run: Run, accesses: Path) -> None:
    """Add what the run read, and what it wrote and did not delete again."""
    for line in accesses.read_text(encoding="utf-8").splitlines() if accesses.exists() else []:
        access = json.loads(line)
        if access["op"] == "read":
            run.read[access["uri"]] = access["bytes"]
        elif access["op"] == "write":
            run.written[access["uri"]] = access["bytes"]
        elif access["op"] == "table":
            run.tables += [access["uri"]] if access["uri"] not in run.tables else []
        else:
            run.written.pop(access["uri"], None)
