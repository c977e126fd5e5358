"""One Glue job run, as a process: the deployed script, with its arguments, as the job's role. Started by the emulator.

`python -m rehearsal.job_run --role ARN --region R --script s3://… --ending FILE -- --JOB_NAME …`
"""

from __future__ import annotations

import argparse
import os
import runpy
import sys
import tempfile
import time
import traceback
from pathlib import Path

from botocore.exceptions import ClientError

from local.spark import spark_environment
from rehearsal.credentials import Identities, TrustError
from rehearsal.processes import end_with_parent

SERVICE = "glue.amazonaws.com"


class StartError(Exception):
    """The run cannot start; the message is one line, as Glue words it where it is known."""


def as_job_role(role: str, region: str, script: str, folder: Path) -> Path:
    """Become the job's role, for boto3 and the script alike, and fetch the script with it."""
    identities = Identities(os.environ["AWS_ENDPOINT_URL"], os.environ["AWS_CA_BUNDLE"])
    if not role.startswith("arn:"):
        raise StartError(f"the job's role {role!r} is not an ARN")
    credentials = identities.as_service(role, SERVICE, "GlueJobRunnerSession", region)
    os.environ.update({**credentials.environment(), "AWS_REGION": region, "AWS_DEFAULT_REGION": region})
    bucket, _, key = script.removeprefix("s3://").partition("/")
    local = folder / Path(key).name
    local.write_bytes(identities.client("s3", credentials, region).get_object(Bucket=bucket, Key=key)["Body"].read())
    return local


def run(script: Path, arguments: list[str]) -> None:
    """Run the script in this process, unchanged."""
    sys.argv = [str(script), *arguments]
    runpy.run_path(str(script), run_name="__main__")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m rehearsal.job_run")
    for name in ("--role", "--region", "--script"):
        parser.add_argument(name, required=True)
    parser.add_argument("--ending", type=Path, required=True, help="gets the message of a run that fails")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    end_with_parent()
    os.environ.update(spark_environment(small_data=True))  # sample data is small
    time.tzset()  # the script runs in this process, which has read the laptop's time zone already
    sys.path.append(os.environ["PYTHONPATH"].rpartition(os.pathsep)[2])  # the awsglue stand-in
    with tempfile.TemporaryDirectory(prefix="job-run-") as folder:
        os.chdir(folder)
        try:
            script = as_job_role(options.role, options.region, options.script, Path(folder))
            run(script, options.arguments[1:])
        except SystemExit as leaving:
            if leaving.code in (None, 0):
                return 0
            options.ending.write_text(f"SystemExit: {leaving.code}", encoding="utf-8")
            return 1
        except (StartError, TrustError) as error:
            options.ending.write_text(str(error), encoding="utf-8")
            print(error, file=sys.stderr)
            return 1
        except Exception as error:
            traceback.print_exc()
            kind = "" if isinstance(error, ClientError) else f"{type(error).__name__}: "
            options.ending.write_text(f"{kind}{error}".strip().split("\n")[0], encoding="utf-8")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
