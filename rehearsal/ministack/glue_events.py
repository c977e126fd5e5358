"""EventBridge: the end of a job run is an event on the default bus of its account, as in AWS.

https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from ministack.services import eventbridge

from rehearsal.aws.processes import NOTIFICATIONS, write_record

KIND = "Glue Job State Change"
SEVERITIES = {"SUCCEEDED": "INFO", "STOPPED": "INFO", "TIMEOUT": "WARN", "FAILED": "ERROR"}


def put_state_change(job_name: str, run_id: str, state: str, message: str) -> None:
    """Put the event of a run that has ended. Glue sends none for a run that ended ERROR or EXPIRED.

    Record that a message about a run that has not succeeded is to come, if a rule of the account waits for such events.
    """
    if state not in SEVERITIES:
        return
    detail = {
        "jobName": job_name,
        "severity": SEVERITIES[state],
        "state": state,
        "jobRunId": run_id,
        "message": message or "Job run succeeded",
    }
    entry = {"Source": "aws.glue", "DetailType": KIND, "Detail": json.dumps(detail)}
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
    if state != "SUCCEEDED" and any(KIND in str(rule.get("EventPattern")) for rule in eventbridge._rules.values()):
        write_record(Path(os.environ["REHEARSAL_RECORDS"]) / NOTIFICATIONS, awaited=run_id)
