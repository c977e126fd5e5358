"""A run with an AWS profile: say whose account it is, and ask before the run may write there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from aws_glue_cdk_baseline.config import Job, StageConfig
from tools.consent import answer
from tools.job_arguments import RunError

CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE")


def open_session(profile: str, stage: StageConfig) -> tuple[Any, str]:
    """Return a boto3 session of the profile in the stage's Region, and a line that says which account it reaches."""
    region = stage.account.aws_region
    try:
        session = boto3.Session(profile_name=profile, region_name=region)
        caller = session.client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise RunError(f"PROFILE={profile}: {error}") from None
    account = caller["Account"]
    own = stage.account.aws_account_id
    other = "" if account == own else f"; the account of {stage.name} in the config is {own}"
    return session, f"AWS account {account} in {region}, as {caller['Arn']}{other}"


def aws_variables(profile: str, stage: StageConfig) -> dict[str, str]:
    """Return the variables of AWS for a process that uses the profile. Credentials in this environment do not win."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("AWS_") and name not in CREDENTIALS}
    region = stage.account.aws_region
    return {**kept, "AWS_PROFILE": profile, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}


def ask(account: str, jobs: Iterable[Job], yes: bool) -> None:
    """Ask whether the jobs may run with the account. Raise RunError if they may not."""
    jobs = list(jobs)
    print(account)
    written = [location for job in jobs for location in job.output_locations]
    names = ", ".join(job.name for job in jobs)
    print(f"{names} will write to {', '.join(written)}" if written else f"{names} may write there", flush=True)
    if yes:
        return
    if not sys.stdin.isatty():
        raise RunError("nothing was run: a run that may write to AWS asks first; without a terminal, give YES=1")
    if answer("Go on? [y/N] ").lower() not in ("y", "yes"):
        raise RunError("nothing was run; without PROFILE, what a job writes stays in out/")
