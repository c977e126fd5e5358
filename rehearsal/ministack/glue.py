"""Glue: StartJobRun runs the deployed script on local Spark, BatchStopJobRun stops it, and jobs have bookmarks.

MiniStack itself runs Spark jobs in AWS's Glue image. Where Docker does not have the image, it reports SUCCEEDED without
a run. With this patch each job run is a process of its own, `python -m rehearsal.ministack.job_run`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import ministack.services.glue as service
from botocore.exceptions import ClientError
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response

from local.bookmarks import Bookmark
from local.emulator import Emulator
from local.job_packages import PackagesError
from local.sparks import Spark, spark_of
from rehearsal.accesses import SUFFIX, amounts
from rehearsal.aws.processes import GRACE_SECONDS, JOB_PROCESSES, JOB_RUNS, end_group, write_record
from rehearsal.aws.sessions import Sessions, TrustError, account_of
from rehearsal.ministack import s3
from rehearsal.ministack.glue_events import put_state_change, told_if_long
from rehearsal.ministack.glue_jobs import SHELL, complete_run

Run = dict[str, Any]
STOPPED_BY_HAND = "STOPPED"
SERVICE = "glue.amazonaws.com"
STREAMING = "gluestreaming"
PYTHON = f"Python {sys.version_info[0]}.{sys.version_info[1]}"  # what runs a Python shell job here
MOST_EVENTS = 5000  # of one run; CloudWatch takes 10,000 at once
BOOKMARKS = "bookmarks"  # the folder of the jobs' bookmarks, beside the records
_processes: dict[str, subprocess.Popen[bytes]] = {}


class LocalSpark:
    """Replaces MiniStack's Docker client, and reports that the Glue image exists."""

    class images:  # noqa: D106
        @staticmethod
        def get(name: str) -> None:
            """Report that an image exists. None is used."""


def install() -> None:
    """Patch MiniStack."""
    service._get_docker = LocalSpark
    # The job's own role fetches the script when the run starts, and not the emulator.
    service._resolve_script = lambda location: location
    service._is_spark_job = lambda job: True  # a Python shell job runs as a process of its own, too
    service._execute_spark_docker = run_on_local_spark
    service._batch_stop_job_run = stopping(service._batch_stop_job_run)
    service._handle_request_sync = with_bookmarks(service._handle_request_sync)


def run_on_local_spark(
    run: Run, job: dict[str, Any], job_name: str, arguments: dict[str, str], script: str, _docker: object
) -> None:
    """Run the job to its end, and record the end before GetJobRun can return it. A Python shell job has no Spark."""
    log = Path(os.environ["REHEARSAL_LOGS"]) / f"job-run-{job_name}-{run['Id'][:8]}.log"
    started = time.monotonic()
    try:
        complete_run(run, job)
        is_shell = job["Command"]["Name"] == SHELL
        spark = spark_of(str(job.get("GlueVersion")))
        with told_if_long(job_name, run["Id"], job):
            state, message = ended(run, job, arguments, script, log, spark)
    except PackagesError as error:
        spark, state, message = None, "FAILED", str(error)
    seconds = time.monotonic() - started
    keep_log(run, arguments, log, job)
    read, wrote = accessed(log.with_suffix(SUFFIX), arguments, script, job["Role"])
    file = Path(os.environ["REHEARSAL_RECORDS"]) / JOB_RUNS
    record = {"job": job_name, "run": run["Id"], "state": state, "message": message, "log": str(log)}
    record["is_streaming"] = job["Command"]["Name"] == STREAMING
    record["spark"] = PYTHON if is_shell else spark.version if spark else ""
    write_record(file, **record, seconds=seconds, read=read, wrote=wrote)
    # Its times too, which MiniStack itself sets later: who gets the event asks for the run.
    run["CompletedOn"] = int(time.time())
    run["ExecutionTime"] = run["CompletedOn"] - run["StartedOn"]
    run["JobRunState"], run["ErrorMessage"] = state, message
    put_state_change(job_name, run["Id"], state, message)


def ended(
    run: Run, job: dict[str, Any], arguments: dict[str, str], script: str, log: Path, spark: Spark
) -> tuple[str, str]:
    """Run the job's script as a process. Return its last state and the error message, as Glue reports them."""
    reason = log.with_suffix(".reason")
    command = [sys.executable, "-m", "rehearsal.ministack.job_run"]
    session = f"GlueJobRunnerSession-{run['Id'][:8]}"  # as in Glue, but for the id, which the patch of S3 looks for
    s3.accesses[session] = log.with_suffix(SUFFIX)
    command += ["--role", job["Role"], "--session", session, "--region", get_region()]
    command += ["--script", script, "--reason", str(reason), "--bookmark", str(bookmark_file(run["JobName"]))]
    command += ["--shell"] if job["Command"]["Name"] == SHELL else []
    command += ["--"]
    command += [part for name, value in arguments.items() for part in (name, str(value))]
    minutes = float(job.get("Timeout") or 0)
    # It has a process group of its own, so that it can be stopped alone. It ends by itself when the emulator ends.
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=spark.on_path(environment()),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            process_group=0,
        )
    _processes[run["Id"]] = process
    write_record(Path(os.environ["REHEARSAL_RECORDS"]) / JOB_PROCESSES, group=str(process.pid))
    try:
        code = process.wait(minutes * 60 or None)
    except subprocess.TimeoutExpired:
        kill(process)
        return "TIMEOUT", f"the job's timeout of {minutes:g} minutes has passed"
    finally:
        _processes.pop(run["Id"], None)
        s3.accesses.pop(session, None)
    if run["JobRunState"] == STOPPED_BY_HAND:
        return STOPPED_BY_HAND, ""
    if not code:
        return "SUCCEEDED", ""
    return "FAILED", reason.read_text(encoding="utf-8") if reason.exists() else f"exit code {code}"


def bookmark_file(job_name: str) -> Path:
    """Return the file with the bookmark of a job, in the account and Region of the request."""
    return Path(os.environ["REHEARSAL_RECORDS"]) / BOOKMARKS / f"{get_account_id()}.{get_region()}.{job_name}.json"


def with_bookmarks(handle: Any) -> Any:
    """Return a handler of requests that also answers GetJobBookmark and ResetJobBookmark, which MiniStack lacks."""

    def answer(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Any:
        action = headers.get("x-amz-target", "").rpartition(".")[2]
        if action not in ("GetJobBookmark", "ResetJobBookmark"):
            return handle(method, path, headers, body, query)
        job_name = json.loads(body or b"{}").get("JobName", "")
        bookmark = Bookmark(bookmark_file(job_name))
        runs = bookmark.read()["runs"]
        if job_name not in service._jobs or not runs:
            return error_response_json("EntityNotFoundException", f"Continuation for job {job_name} not found", 400)
        entry = {"JobName": job_name, "Version": len(runs), "Run": len(runs), "Attempt": 0, "RunId": runs[-1]["run"]}
        if action == "ResetJobBookmark":
            bookmark.reset()
            return json_response({"JobBookmarkEntry": {**entry, "Run": 0, "JobBookmark": "{}"}})
        return json_response({"JobBookmarkEntry": {**entry, "JobBookmark": json.dumps(runs[-1]["sources"])}})

    return answer


def keep_log(run: Run, arguments: dict[str, Any], log: Path, job: dict[str, Any]) -> None:
    """Put the output of a run into the log group of its job, with the job's role, as Glue does while it runs.

    The name of the group ends with that of the job's security configuration, if it has one.
    As in Glue, a role that may not write there has no log, and its run is none the worse. The denied call is recorded.
    """
    prefix, stream = str(arguments.get("--custom-logGroup-prefix", "")), f"{run['Id']}-driver"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if prefix and log.exists() else []
    if not lines:
        return
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": line} for line in lines[-MOST_EVENTS:] if line]
    configuration = f"-{name}" if (name := job.get("SecurityConfiguration")) else ""
    place = {"logGroupName": f"{prefix}/output{configuration}", "logStreamName": stream}
    with suppress(ClientError, TrustError):
        session = sessions().as_service(job["Role"], SERVICE, f"log-{run['Id'][:8]}", get_region())
        client = session.client("logs")
        client.create_log_stream(**place)
        client.put_log_events(**place, logEvents=events)


def accessed(file: Path, arguments: dict[str, Any], script: str, role: str) -> tuple[str, str]:
    """Return in words what a run has read and written, by the file of its accesses."""
    administrator = sessions().user(account_of(role), get_region())
    given = {name: str(value) for name, value in arguments.items()}
    read, wrote = amounts(file, given, administrator.client("s3"), without=[script])
    return str(read), str(wrote)


@cache
def sessions() -> Sessions:
    """Return the sessions of this emulator's users."""
    given = environment()
    return Sessions(Emulator(given["AWS_ENDPOINT_URL"], Path(given["AWS_CA_BUNDLE"])), name="counts")


def environment() -> dict[str, str]:
    """Return the variables with which a job run reaches this emulator. It gets its credentials itself."""
    address = f"https://127.0.0.1:{os.environ['GATEWAY_PORT']}"
    return {**os.environ, "AWS_ENDPOINT_URL": address, "AWS_CA_BUNDLE": os.environ["REHEARSAL_AUTHORITY"]}


def stopping(batch_stop: Any) -> Any:
    """Return a BatchStopJobRun that also ends the processes of the runs."""

    def stop(data: dict[str, Any]) -> Any:
        answer = batch_stop(data)
        for run_id in data.get("JobRunIds", []):
            if process := _processes.get(run_id):
                kill(process)
        return answer

    return stop


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the process of a job run and its Java. They get SIGTERM first, so that Java removes its files."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    end_group(process.pid)
