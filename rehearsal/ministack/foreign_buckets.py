"""S3 across accounts: a bucket's policy is asked about the role that calls, and not only about its account.

MiniStack asks it about the root of the caller's account, so that a policy that names a role, as that of a pipeline's
artifacts does, would let nobody in.
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import ministack.core.iam_actions as actions
import ministack.core.iam_evaluator as evaluator
import ministack.services.s3 as s3

from rehearsal.records import DENIALS, write


def install() -> None:
    evaluate, allows = evaluator.evaluate_resource_policy, s3._foreign_bucket_allows
    record = Path(os.environ["REHEARSAL_RECORDS"]) / DENIALS

    def asked_about_the_caller(policy: Any, context: Any, *further: Any, **named: Any) -> Any:
        caller = evaluator.caller_arn()
        if context.principal_type == "Root" and context.resource_arn.startswith("arn:aws:s3:::") and caller:
            context = dataclasses.replace(context, principal_arn=caller)
        return evaluate(policy, context, *further, **named)

    def written_when_denied(owner: str, bucket: str, key: str, method: str, query: Any, *further: Any) -> bool:
        allowed = bool(allows(owner, bucket, key, method, query, *further))
        if not allowed:
            action = actions._s3_action(method, f"/{bucket}/{key}" if key else f"/{bucket}", query) or method
            resource = f"arn:aws:s3:::{bucket}/{key}".rstrip("/")
            write(
                record, role=evaluator.caller_arn(), action=f"s3:{action}", resource=f"{resource} (its bucket policy)"
            )
        return allowed

    evaluator.evaluate_resource_policy = asked_about_the_caller
    s3._foreign_bucket_allows = written_when_denied
