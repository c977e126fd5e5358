"""EventBridge: a job run that ends, or takes long, is an event on the default bus of its account, as in AWS.

https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
"""

from __future__ import annotations

import contextvars
import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ministack.services import eventbridge

from rehearsal.aws.processes import NOTIFICATIONS, write_record

ENDED, LASTS = "Glue Job State Change", "Glue Job Run Status"
SEVERITIES = {"SUCCEEDED": "INFO", "STOPPED": "INFO", "TIMEOUT": "WARN", "FAILED": "ERROR"}
LONG = "NotificationProperty"  # of a job: the minutes after which a run is long


@contextmanager
def told_if_long(job_name: str, run_id: str, job: Mapping[str, Any]) -> Iterator[None]:
    """Put the event of a long run, if the block takes as long as the job says."""
    minutes = float(job.get(LONG, {}).get("NotifyDelayAfter") or 0)
    if not minutes:
        yield
        return
    condition = {"NotifyDelayAfter": minutes}
    detail = {"state": "RUNNING", "message": "Job is in RUNNING state", "notificationCondition": condition}
    in_account = contextvars.copy_context()  # MiniStack finds the account and Region of a request in it
    timer = threading.Timer(60 * minutes, in_account.run, [_put, LASTS, job_name, run_id, "INFO", detail])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def put_state_change(job_name: str, run_id: str, state: str, message: str) -> None:
    """Put the event of a run that has ended. Glue sends none for a run that ended ERROR or EXPIRED.

    Record that a message about a run that has not succeeded is to come, if a rule of the account waits for such events.
    """
    if state not in SEVERITIES:
        return
    detail = {"state": state, "message": message or "Job run succeeded"}
    _put(ENDED, job_name, run_id, SEVERITIES[state], detail)
    if state != "SUCCEEDED" and any(ENDED in str(rule.get("EventPattern")) for rule in eventbridge._rules.values()):
        write_record(Path(os.environ["REHEARSAL_RECORDS"]) / NOTIFICATIONS, awaited=run_id)


def _put(kind: str, job_name: str, run_id: str, severity: str, detail: Mapping[str, Any]) -> None:
    known = {"jobName": job_name, "jobRunId": run_id, "severity": severity}
    entry = {"Source": "aws.glue", "DetailType": kind, "Detail": json.dumps({**known, **detail})}
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
