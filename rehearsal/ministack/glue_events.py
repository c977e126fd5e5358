"""EventBridge: the end of a job run is an event on the default bus of its account, as in AWS.

https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
"""

from __future__ import annotations

import json

from ministack.services import eventbridge

SEVERITIES = {"SUCCEEDED": "INFO", "STOPPED": "INFO", "TIMEOUT": "WARN", "FAILED": "ERROR"}


def put_state_change(job_name: str, run_id: str, state: str, message: str) -> None:
    """Put the event of a run that has ended. Glue sends none for a run that ended ERROR or EXPIRED."""
    if state not in SEVERITIES:
        return
    detail = {
        "jobName": job_name,
        "severity": SEVERITIES[state],
        "state": state,
        "jobRunId": run_id,
        "message": message or "Job run succeeded",
    }
    entry = {"Source": "aws.glue", "DetailType": "Glue Job State Change", "Detail": json.dumps(detail)}
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
