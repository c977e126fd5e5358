"""Glue: StartJobRun runs the deployed script on local Spark, BatchStopJobRun stops it, ListJobs filters by tag.

MiniStack runs Spark jobs in AWS's Glue image, and calls them SUCCEEDED where Docker has it not. Here each run is a
process of its own, `python -m rehearsal.job_run`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import ministack.services.glue as service
from ministack.core.responses import error_response_json, get_region, json_response

from rehearsal.processes import GRACE_SECONDS, end_group
from rehearsal.records import JOB_PROCESSES, JOB_RUNS, write

Run = dict[str, Any]
LISTED_AT_MOST = 1000  # https://docs.aws.amazon.com/glue/latest/webapi/API_ListJobs.html
STOPPED_BY_HAND = "STOPPED"
_processes: dict[str, subprocess.Popen[bytes]] = {}


class LocalSpark:
    """Where MiniStack asks Docker for the Glue image, it is told that there is one."""

    class images:  # noqa: D106
        @staticmethod
        def get(name: str) -> None:
            """Any image is there: none is used."""


def install() -> None:
    service._get_docker = LocalSpark
    # The script is fetched by the job's own role, when the run starts, and not by the emulator.
    service._resolve_script = lambda location: location
    service._execute_spark_docker = run_on_local_spark
    service._batch_stop_job_run = stopping(service._batch_stop_job_run)
    service._handle_request_sync = listing(service._handle_request_sync)


def run_on_local_spark(
    run: Run, job: dict[str, Any], job_name: str, arguments: dict[str, str], script: str, _docker: object
) -> None:
    """Run the job to its end, and write down how it ended before anybody can ask for it."""
    log = Path(os.environ["REHEARSAL_LOGS"]) / f"job-run-{job_name}-{run['Id'][:8]}.log"
    state, message = ended(run, job, arguments, script, log)
    file = Path(os.environ["REHEARSAL_RECORDS"]) / JOB_RUNS
    write(file, job=job_name, run=run["Id"], state=state, message=message, log=str(log))
    run["JobRunState"], run["ErrorMessage"] = state, message


def ended(run: Run, job: dict[str, Any], arguments: dict[str, str], script: str, log: Path) -> tuple[str, str]:
    """Run the job's script as a process; the state and the message of its end, as Glue gives them."""
    ending = log.with_suffix(".end")
    command = [sys.executable, "-m", "rehearsal.job_run"]
    command += ["--role", job["Role"], "--region", get_region(), "--script", script, "--ending", str(ending), "--"]
    command += [part for name, value in arguments.items() for part in (name, str(value))]
    minutes = float(job.get("Timeout") or 0)
    # In a group of its own, so that it can be stopped alone; when the emulator ends, it ends itself.
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0
        )
    _processes[run["Id"]] = process
    write(Path(os.environ["REHEARSAL_RECORDS"]) / JOB_PROCESSES, group=str(process.pid))
    try:
        code = process.wait(minutes * 60 or None)
    except subprocess.TimeoutExpired:
        kill(process)
        return "TIMEOUT", f"the job's timeout of {minutes:g} minutes has passed"
    finally:
        _processes.pop(run["Id"], None)
    if run["JobRunState"] == STOPPED_BY_HAND:
        return STOPPED_BY_HAND, ""
    if not code:
        return "SUCCEEDED", ""
    return "FAILED", ending.read_text(encoding="utf-8") if ending.exists() else f"exit code {code}"


def environment() -> dict[str, str]:
    """What the process of a run needs to reach this emulator; credentials it gets itself."""
    address = f"https://127.0.0.1:{os.environ['GATEWAY_PORT']}"
    return {**os.environ, "AWS_ENDPOINT_URL": address, "AWS_CA_BUNDLE": os.environ["REHEARSAL_AUTHORITY"]}


def stopping(batch_stop: Any) -> Any:
    """BatchStopJobRun that also ends the process of the run."""

    def stop(data: dict[str, Any]) -> Any:
        answer = batch_stop(data)
        for run_id in data.get("JobRunIds", []):
            if process := _processes.get(run_id):
                kill(process)
        return answer

    return stop


def listing(handle: Any) -> Any:
    """The request handler, with ListJobs, which MiniStack has not."""

    def dispatch(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Any:
        if headers.get("x-amz-target", "").endswith(".ListJobs"):
            return list_jobs(json.loads(body or b"{}"))
        return handle(method, path, headers, body, query)

    return dispatch


def list_jobs(request: dict[str, Any]) -> Any:
    """The names of the jobs that carry all of the request's tags, page by page."""
    wanted = request.get("Tags") or {}
    names = sorted(
        name for name in service._jobs if wanted.items() <= service._tags.get(service._arn("job", name), {}).items()
    )
    token, size = request.get("NextToken") or "0", int(request.get("MaxResults") or LISTED_AT_MOST)
    if not token.isdigit():
        return error_response_json("InvalidInputException", f"{token!r} is no NextToken of ListJobs", 400)
    start, end = int(token), int(token) + size
    more = {"NextToken": str(end)} if end < len(names) else {}
    return json_response({"JobNames": names[start:end], **more})


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a job run's process and the Java that it started, which is first asked to, so that it removes its files."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    end_group(process.pid)
