"""MiniStack with jobs whose arguments say how long they take and how they end: `--seconds 2 --end FAILED`.

Started by local.emulator. The real Glue's clock and errors are not here, so that the integration test meets both: with
FAULTS=10 every tenth request to Glue fails, by turns throttled, refused with a 500, and answered with a 500 although
its work is done.
"""

from __future__ import annotations

import itertools
import os
import time
from typing import Any

import ministack.app
import ministack.services.glue as service
from ministack.core.responses import error_response_json

from rehearsal.ministack import glue, glue_jobs, triggers

EVERY = int(os.environ.get("FAULTS", "0"))
SETTING_UP = ("CreateJob", "TagResource")
_requests, _faults = itertools.count(1), itertools.count()


def run(
    job_run: dict[str, Any], job: dict[str, Any], job_name: str, arguments: dict[str, str], script: str, docker: object
) -> None:
    """Wait for the seconds of the arguments, unless the run is stopped, then end."""
    seconds, started = float(arguments.get("--seconds", 1)), time.monotonic()
    job_run["JobRunState"] = "RUNNING"
    while time.monotonic() - started < seconds and job_run["JobRunState"] != "STOPPED":
        time.sleep(0.05)
    job_run["ExecutionTime"] = int(time.monotonic() - started)
    if job_run["JobRunState"] != "STOPPED":
        job_run["JobRunState"] = arguments.get("--end", "SUCCEEDED")
        job_run["ErrorMessage"] = arguments.get("--message", "")
        job_run["CompletedOn"] = int(time.time())


def failing(handle: Any) -> Any:
    """Return the request handler with every EVERYth request failing."""

    def dispatch(*request: Any) -> Any:
        if not EVERY or request[2].get("x-amz-target", "").endswith(SETTING_UP) or next(_requests) % EVERY:
            return handle(*request)
        kind = next(_faults) % 3
        if kind == 0:
            return error_response_json("ThrottlingException", "Rate exceeded", 400)
        if kind == 1:
            handle(*request)  # the work is done, and its answer lost
        return error_response_json("InternalServiceException", "injected", 500)

    return dispatch


def main() -> None:
    service._get_docker = glue.LocalSpark
    service._resolve_script = lambda location: location
    service._execute_spark_docker = run
    glue_jobs.install()
    triggers.install()
    service._handle_request_sync = failing(service._handle_request_sync)
    ministack.app._port_is_bindable = lambda host, port: False  # no second port
    ministack.app.main()


if __name__ == "__main__":
    main()
