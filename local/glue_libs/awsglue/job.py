"""`awsglue.job`: the start and the end of a job run. There are no bookmarks: they need the Glue service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsglue._coverage import Uncovered
from awsglue.context import GlueContext


class Job(Uncovered):
    """A job run: `init` starts it, `commit` ends it."""

    def __init__(self, glue_context: GlueContext) -> None:
        self._glue_context = glue_context
        self._initialized = False

    def init(self, job_name: str, args: Mapping[str, Any] = {}) -> None:
        self._initialized = True

    def isInitialized(self) -> bool:
        return self._initialized

    def commit(self) -> None:
        """End the run. Raise RuntimeError if `init` was not called: nothing would be committed."""
        if not self._initialized:
            raise RuntimeError("Job.commit() before Job.init(): nothing is committed")
