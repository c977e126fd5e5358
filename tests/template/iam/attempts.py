"""Calls that each role of the deployed app may and may not make, derived from the templates: new jobs are covered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.aws.sessions import Session
from tests.template.iam.deployed import Deployed, Role

DENIED = {"AccessDenied", "AccessDeniedException", "403", "UnauthorizedOperation", "AuthorizationError"}
FOREIGN = "customer-data"  # a bucket that no job names
MISSING_IS_ALLOWED = {"NoSuchKey", "404", "EntityNotFoundException", "ResourceNotFoundException"}


@dataclass(frozen=True)
class Attempt:
    """One call by one role: `allowed` is what is expected of it."""

    who: str
    what: str
    allowed: bool
    call: Callable[[], object]

    def was_allowed(self) -> bool:
        """Make the call; one that finds nothing was allowed, and any other error is raised."""
        try:
            self.call()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in DENIED:
                return False
            if code not in MISSING_IS_ALLOWED:
                raise
        return True


def job_attempts(app: Deployed, stack: str) -> Iterator[Attempt]:
    """Yield the attempts of the role of each job of a stage."""
    jobs = app.resources(stack, "AWS::Glue::Job")
    roles = {role.logical_id: role for role in app.roles(stack)}
    scripts = {name: script(job) for name, job in jobs.items()}
    logs = [group["LogGroupName"] for group in app.resources(stack, "AWS::Logs::LogGroup").values()]
    for name, job in jobs.items():
        role = roles[reference(job["Role"], roles)]
        session = app.session(role)
        s3, glue, iam, log = map(session.client, ("s3", "glue", "iam", "logs"))
        by = f"{stack} {job['Name']}"
        bucket, key = scripts[name]
        yield Attempt(by, "reads its script", True, read(s3, bucket, key))
        for other, (bucket, key) in scripts.items():
            if (bucket, key) != scripts[name]:
                yield Attempt(by, f"reads the script of {other}", False, read(s3, bucket, key))
        for argument, value in job["DefaultArguments"].items():
            if not str(value).startswith("s3://"):
                continue
            bucket, _, key = value.removeprefix("s3://").partition("/")
            inside = f"{key}x" if key.endswith("/") else key
            yield Attempt(by, f"reads {argument}", True, read(s3, bucket, inside))
            writes = argument.startswith("--output")
            yield Attempt(by, f"writes {argument}", writes, write(s3, bucket, f"{inside}/part" if writes else inside))
            yield Attempt(by, f"writes beside {argument}", False, write(s3, bucket, "beside/it"))
        yield Attempt(by, "reads a bucket that it does not name", False, read(s3, FOREIGN, "x"))
        yield Attempt(by, "lists a bucket that it does not name", False, partial(s3.list_objects_v2, Bucket=FOREIGN))
        yield Attempt(by, "starts itself", False, partial(glue.start_job_run, JobName=job["Name"]))
        yield Attempt(by, "resets its bookmark", False, partial(glue.reset_job_bookmark, JobName=job["Name"]))
        yield Attempt(by, "lists roles", False, iam.list_roles)
        for group in logs:
            yield Attempt(by, f"writes to {group}", True, new_stream(log, group, job["Name"]))
        yield Attempt(by, "writes to another log group", False, new_stream(log, "/aws/other", job["Name"]))


def test_role_attempts(app: Deployed, stack: str, builder: Role) -> Iterator[Attempt]:
    """Yield the attempts of the integration test in its stage, with the role that its build may assume."""
    place = app.stacks[stack].environment
    role_arn = next(role.arn for role in app.roles(stack) if role.arn.rpartition("/")[2].startswith("glue-test-"))
    session = app.cloud.sessions.assume(role_arn, app.session(builder), "attempt", place.region)
    glue, s3, iam, stacks = map(session.client, ("glue", "s3", "iam", "cloudformation"))
    by = "the integration test"
    names = [job["Name"] for job in app.resources(stack, "AWS::Glue::Job").values()]
    yield Attempt(by, "finds the jobs in its stack", True, partial(stacks.list_stack_resources, StackName=stack))
    for other in ("CDKToolkit", "DeployDev-GlueAppStackOther"):
        call = partial(stacks.list_stack_resources, StackName=other)
        yield Attempt(by, f"looks into the stack {other}", False, call)
    yield Attempt(by, "reads the template of its stack", False, partial(stacks.get_template, StackName=stack))
    yield Attempt(by, "lists the jobs of the account", False, glue.list_jobs)
    for name in names:
        yield Attempt(by, f"looks at a run of {name}", True, job_run(glue, name))
        yield Attempt(by, f"stops a run of {name}", True, stop_run(glue, name))
    for name in ("Report-prod", "Report", f"{names[0]}-copy"):
        yield Attempt(by, f"starts {name}", False, partial(glue.start_job_run, JobName=name))
        yield Attempt(by, f"stops a run of {name}", False, stop_run(glue, name))
    yield Attempt(by, "starts a trigger", False, partial(glue.start_trigger, Name=f"{names[0]}-schedule"))
    yield Attempt(by, "changes a job", False, partial(glue.delete_job, JobName=names[0]))
    yield Attempt(by, "reads data", False, read(s3, FOREIGN, "x"))
    yield Attempt(by, "lists roles", False, iam.list_roles)


def builder_attempts(
    app: Deployed, role: Role, name: str, may_assume: set[str], roles: list[Role]
) -> Iterator[Attempt]:
    """Yield the attempts of a build project's role: it may assume the roles `may_assume`, and read no data."""
    session = app.session(role)
    for other in roles:
        if other.arn != role.arn:
            call = assume(app, other, session)
            yield Attempt(name, f"assumes {other.arn}", other.arn in may_assume, call)
    yield Attempt(name, "reads data", False, read(session.client("s3"), FOREIGN, "x"))


def outsider_attempts(app: Deployed, account: str, roles: list[Role]) -> Iterator[Attempt]:
    """Yield the attempts of an administrator of one account, who is trusted by no role of another."""
    session = app.cloud.sessions.user(account)
    for role in roles:
        if role.place.account != account:
            yield Attempt(f"an administrator of {account}", f"assumes {role.arn}", False, assume(app, role, session))


def assume(app: Deployed, role: Role, caller: Session) -> Callable[[], object]:
    return lambda: app.cloud.sessions.assume(role.arn, caller, "attempt", role.place.region)


def read(s3: Any, bucket: str, key: str) -> Callable[[], object]:
    return partial(s3.get_object, Bucket=bucket, Key=key)


def write(s3: Any, bucket: str, key: str) -> Callable[[], object]:
    return partial(s3.put_object, Bucket=bucket, Key=key, Body=b"x")


def new_stream(logs: Any, group: str, name: str) -> Callable[[], object]:
    return lambda: logs.create_log_stream(logGroupName=group, logStreamName=f"attempt-{name}")


def job_run(glue: Any, name: str) -> Callable[[], object]:
    return lambda: glue.get_job_run(JobName=name, RunId="none")


def stop_run(glue: Any, name: str) -> Callable[[], object]:
    return lambda: glue.batch_stop_job_run(JobName=name, JobRunIds=["none"])


def script(job: dict[str, Any]) -> tuple[str, str]:
    """Return bucket and key of a job's script."""
    location = job["Command"]["ScriptLocation"]
    text = location if isinstance(location, str) else "".join(location["Fn::Join"][1])
    bucket, _, key = text.removeprefix("s3://").partition("/")
    return bucket, key


def reference(value: Any, roles: dict[str, Role]) -> str:
    """Return the logical id that a job's role refers to."""
    return next(name for name in roles if f"'{name}'" in str(value))
