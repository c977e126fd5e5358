"""IAM: condition keys and callers as in AWS, and a record of each denied call.

- `iam:ResourceTag` has a value: a condition on it lets a pipeline assume the bootstrap's roles.
- `aws:ResourceTag` has a value for what Glue has, too: a condition on it lets the integration test run its own jobs.
- `s3:ResourceAccount` is the owner of the bucket: a condition on it lets the bootstrap's deploy role read artifacts in
  the bucket of another account. The ARN of a bucket does not name an account.
- `aws:PrincipalArn` is the role, and not its session, if the caller has assumed a role.
- S3 across accounts: the bucket's policy is evaluated for the role that calls. MiniStack evaluates it for the root of
  the caller's account: a policy that names a role, as for the pipeline's artifacts, would allow nobody.
- A call about a table of the Data Catalog needs its permission on the table, its database and the catalog, as in AWS.
  MiniStack asks for the database alone.
- The policy simulator takes the context of the request, such as `iam:PassedToService`.
- A denial names the resource, as in AWS, and is recorded in a file.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
import os
import re
from pathlib import Path
from typing import Any

import ministack.core.iam_actions as actions
import ministack.core.iam_evaluator as evaluator
import ministack.services.iam as iam
import ministack.services.s3 as s3
import ministack.services.tagging as tagging

from rehearsal.aws.processes import DENIALS, write_record

ROLE_TAG = "iam:resourcetag/"
SESSION = re.compile(r"arn:aws:sts::(\d+):assumed-role/([^/]+)/.*")
OWNER = ("aws:resourceaccount", "s3:resourceaccount")


def install() -> None:
    """Patch MiniStack."""
    record = Path(os.environ["REHEARSAL_RECORDS"]) / DENIALS
    resolve_condition_keys()
    ask_bucket_policies_about_the_caller(record)
    ask_for_all_resources_of_the_catalog()
    simulate_with_context()
    name_and_record_denials(record)


def resolve_condition_keys() -> None:
    """Patch the evaluation of condition keys."""
    resolve = evaluator._resolve_condition_key

    def resolved(key: str, context: Any) -> Any:
        name, resource = key.lower(), context.resource_arn
        if name.startswith(ROLE_TAG):
            return role_tags(resource).get(name.removeprefix(ROLE_TAG))
        if name in OWNER and resource.startswith("arn:aws:s3:::"):
            bucket = resource.removeprefix("arn:aws:s3:::").partition("/")[0]
            return s3._bucket_owner_account(bucket) or resolve(key, context)
        if name == "aws:principalarn":
            return role_of(resolve(key, context))
        return resolve(key, context)

    evaluator._resolve_condition_key = resolved
    tagging._RESOURCE_TAG_COLLECTORS["glue"] = tagging._collect_glue


def ask_bucket_policies_about_the_caller(record: Path) -> None:
    """Patch the evaluation of the policy of another account's bucket."""
    evaluate, allows = evaluator.evaluate_resource_policy, s3._foreign_bucket_allows

    def asked_about_the_caller(policy: Any, context: Any, *further: Any, **named: Any) -> Any:
        caller = evaluator.caller_arn()
        if context.principal_type == "Root" and context.resource_arn.startswith("arn:aws:s3:::") and caller:
            context = dataclasses.replace(context, principal_arn=caller)
        return evaluate(policy, context, *further, **named)

    def recorded_when_denied(owner: str, bucket: str, key: str, method: str, query: Any, *further: Any) -> bool:
        allowed = bool(allows(owner, bucket, key, method, query, *further))
        if not allowed:
            action = actions._s3_action(method, f"/{bucket}/{key}" if key else f"/{bucket}", query) or method
            resource = f"arn:aws:s3:::{bucket}/{key}".rstrip("/")
            role = evaluator.caller_arn()
            write_record(record, role=role, action=f"s3:{action}", resource=f"{resource} (its bucket policy)")
        return allowed

    evaluator.evaluate_resource_policy = asked_about_the_caller
    s3._foreign_bucket_allows = recorded_when_denied


class Resources(str):
    """The ARN of a table or database, with those `above` it, for which a call needs its permission too."""

    above: tuple[str, ...] = ()


def ask_for_all_resources_of_the_catalog() -> None:
    """Patch the resources of calls about databases, tables and partitions."""
    extract, enforce = actions.extract_resource_arn, evaluator.enforce

    def extracted(
        service: str, method: str, path: str, headers: Any, body: bytes, query: Any, region: str, account: str
    ) -> Any:
        if service == "glue" and (found := catalog_resources(headers, body, f"arn:aws:glue:{region}:{account}:")):
            first = Resources(found[0])
            first.above = tuple(found[1:])
            return first
        return extract(service, method, path, headers, body, query, region, account)

    def enforced(*given: Any, **named: Any) -> Any:
        for resource in getattr(named.get("resource_arn"), "above", ()):
            if denied := enforce(*given, **{**named, "resource_arn": resource}):
                return denied
        return enforce(*given, **named)

    actions.extract_resource_arn, evaluator.enforce = extracted, enforced


def catalog_resources(headers: Any, body: bytes, arn: str) -> list[str]:
    """Return the resources of a call of Glue about a database, a table or partitions; for another call, none.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
    """
    call = str(headers.get("x-amz-target", "")).rpartition(".")[2]
    data = json.loads(body or b"{}")
    if call.endswith("Database"):
        names = [data.get("Name") or data.get("DatabaseInput", {}).get("Name", "")]
    elif call.endswith(("Table", "Tables", "Partition", "Partitions")):
        table = data.get("TableName") or data.get("Name") or data.get("TableInput", {}).get("Name") or "*"
        names = [data.get("DatabaseName", ""), table]
    else:
        return []
    return [
        *([f"{arn}table/{'/'.join(names)}"] if len(names) > 1 else []),
        f"{arn}database/{names[0]}",
        f"{arn}catalog",
    ]


def simulate_with_context() -> None:
    """Patch the policy simulator: a simulated call has the condition keys of the request."""
    extract, build = iam._extract_simulate_params, iam._build_simulate_results_real
    made = evaluator.EvalContext
    keys: dict[str, str] = {}  # of the one request that is being answered

    def extracted(request: Any) -> Any:
        keys.clear()
        for number in itertools.count(1):
            entry = f"ContextEntries.member.{number}."
            if not (name := iam._p(request, f"{entry}ContextKeyName")):
                break
            keys[name.lower()] = iam._p(request, f"{entry}ContextKeyValues.member.1")
        return extract(request)

    def built(*given: Any) -> Any:
        evaluator.EvalContext = functools.partial(made, service_context=dict(keys))
        try:
            return build(*given)
        finally:
            evaluator.EvalContext = made

    iam._extract_simulate_params, iam._build_simulate_results_real = extracted, built


def name_and_record_denials(record: Path) -> None:
    """Patch the answer to a denied call."""
    answer = actions.access_denied_response

    def named(service_name: str, action: str, principal_arn: str, request_id: str, **details: Any) -> Any:
        resource = details.get("resource_arn") or "*"
        if not details.get("error_code"):  # with an error code the credentials are wrong; no permission is missing
            write_record(record, role=principal_arn, action=action, resource=resource)
            if not details.get("message") and not details.get("resource_policy_arn"):
                details["message"] = actions.identity_denial_message(
                    action, principal_arn, resource, bool(details.get("explicit_deny"))
                )
        return answer(service_name, action, principal_arn, request_id, **details)

    actions.access_denied_response = named


def role_of(principal: str) -> str:
    """Return the ARN of the role if the principal is a session of an assumed role, else the principal."""
    session = SESSION.fullmatch(principal)
    if not session:
        return principal
    account, name = session.groups()
    role = iam._roles.get_scoped(account, None, name) or {}
    return str(role.get("Arn") or f"arn:aws:iam::{account}:role/{name}")


def role_tags(role_arn: str) -> dict[str, str]:
    """Return the tags of a role by their names in lower case, or none if it is not the ARN of a role."""
    account, _, name = role_arn.removeprefix("arn:aws:iam::").partition(":role/")
    role = iam._roles.get_scoped(account, None, name.rpartition("/")[2]) or {}
    return {tag["Key"].lower(): tag["Value"] for tag in role.get("Tags", [])}
