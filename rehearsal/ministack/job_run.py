"""Run a Glue job as a process: the deployed script with its arguments and the job's role. The emulator starts it.

`python -m rehearsal.ministack.job_run --role ARN --session NAME --region R --script s3://… --reason FILE -- …`
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

from aws_glue_cdk_baseline.config.spark_conf import spark_conf
from local.bookmarks import Bookmark
from local.emulator import Emulator
from local.job_packages import PackagesError
from local.s3.gateway import gateway
from local.s3.store_in_aws import StoreInAws
from local.script_errors import reason, run_script
from local.spark import GLUE_LIBS, spark_environment
from rehearsal.aws.processes import end_with_parent
from rehearsal.aws.sessions import Sessions, TrustError
from rehearsal.ministack.libraries import add_libraries

SERVICE = "glue.amazonaws.com"


def fetch_script(role: str, session_name: str, region: str, script: str, folder: Path) -> Path:
    """Assume the job's role for the rest of this process, and fetch the script with it.

    Raise TrustError if Glue cannot assume the role, and ClientError if the role cannot read the script.
    """
    if not role.startswith("arn:"):
        raise TrustError(f"the job's role {role!r} is not an ARN")
    emulator = Emulator(os.environ["AWS_ENDPOINT_URL"], Path(os.environ["AWS_CA_BUNDLE"]))
    session = Sessions(emulator).as_service(role, SERVICE, session_name, region)
    os.environ.update(session.environment)
    bucket, _, key = script.removeprefix("s3://").partition("/")
    local = folder / Path(key).name
    local.write_bytes(session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    return local


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m rehearsal.ministack.job_run")
    for name in ("--role", "--session", "--region", "--script"):
        parser.add_argument(name, required=True)
    parser.add_argument("--reason", type=Path, required=True, help="file for one line that says why the run failed")
    parser.add_argument("--bookmark", type=Path, required=True, help="file of the job's bookmark, if it has one")
    parser.add_argument("--shell", action="store_true", help="a Python shell job: without Spark")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    end_with_parent()
    with tempfile.TemporaryDirectory(prefix="job-run-") as folder:
        os.chdir(folder)
        try:
            script = fetch_script(options.role, options.session, options.region, options.script, Path(folder))
            add_libraries(options.arguments[1:], Path(folder))
        except (ClientError, PackagesError, TrustError) as error:
            said = reason(error) if isinstance(error, ClientError) else str(error)
            options.reason.write_text(said, encoding="utf-8")
            sys.exit(str(error))
        arguments = options.arguments[1:]
        if options.shell:
            os.environ["TZ"] = "UTC"  # as in Glue
            time.tzset()
            sys.path.append(str(GLUE_LIBS))
            run_script(script, arguments, options.reason)
            return
        conf = spark_conf(dict(pairwise(arguments)).get("--conf", ""))
        cache = Path(folder) / "s3"
        cache.mkdir()
        bookmark = Bookmark(options.bookmark, dict(pairwise(arguments)).get("--JOB_RUN_ID", ""))
        with gateway(StoreInAws(boto3.Session(), cache), bookmark=bookmark) as s3:
            os.environ.update(spark_environment(small_data=True, s3=s3, settings=conf))  # samples are small
            time.tzset()  # applies TZ: Python has read the laptop's time zone before
            sys.path.append(os.environ["PYTHONPATH"].rpartition(os.pathsep)[2])  # the awsglue stand-in
            run_script(script, arguments, options.reason)


if __name__ == "__main__":
    main()
