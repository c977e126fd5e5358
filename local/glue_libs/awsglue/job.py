"""`awsglue.job`: the bookkeeping of a job run. Bookmarks need the Glue service; here they do nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsglue._coverage import Uncovered
from awsglue.context import GlueContext


class Job(Uncovered):
    """One run: `init` when it starts, `commit` when its work is done."""

    def __init__(self, glue_context: GlueContext) -> None:
        self._glue_context = glue_context
        self._initialized = False

    def init(self, job_name: str, args: Mapping[str, Any] = {}) -> None:
        self._initialized = True

    def isInitialized(self) -> bool:
        return self._initialized

    def commit(self) -> None:
        """End the run. Raises RuntimeError where `init` was not called, since nothing would be committed."""
        if not self._initialized:
            raise RuntimeError("Job.commit() before Job.init(): nothing is committed")
