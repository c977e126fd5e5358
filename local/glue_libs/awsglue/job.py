"""`awsglue.job`: the start and the end of a job run, between which the job's bookmark is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession, SQLContext

from awsglue import _bookmarks

if TYPE_CHECKING:
    from awsglue.context import GlueContext


class Job:
    """A job run: `init` starts it, `commit` ends it and keeps its bookmark.

    The class methods name Glue's own arguments and their values.
    """

    @classmethod
    def continuation_options(cls) -> list[str]:
        return ["--continuation-option", "continuation-enabled", "continuation-readonly", "continuation-ignore"]

    @classmethod
    def job_bookmark_options(cls) -> list[str]:
        return ["--job-bookmark-option", "job-bookmark-enable", "job-bookmark-pause", "job-bookmark-disable"]

    @classmethod
    def job_bookmark_range_options(cls) -> list[str]:
        return ["--job-bookmark-from", "--job-bookmark-to"]

    @classmethod
    def id_params(cls) -> list[str]:
        return ["--JOB_NAME", "--JOB_ID", "--JOB_RUN_ID", "--SECURITY_CONFIGURATION"]

    @classmethod
    def encryption_type_options(cls) -> list[str]:
        return ["--encryption-type", "sse-s3"]

    @classmethod
    def data_lineage_options(cls) -> list[str]:
        return ["--enable-data-lineage"]

    def __init__(self, glue_context_or_spark_session: GlueContext | SparkSession) -> None:
        if not isinstance(glue_context_or_spark_session, SparkSession | SQLContext):
            given = type(glue_context_or_spark_session).__name__
            raise Exception(f"Job() takes a GlueContext or a SparkSession, not {given}")
        self._initialized = False

    def init(self, job_name: str, args: Mapping[str, Any] = {}) -> None:
        """Begin the run. `args` are those of getResolvedOptions: they say whether the job has a bookmark."""
        _bookmarks.start(args)
        self._initialized = True

    def isInitialized(self) -> bool:
        return self._initialized

    def commit(self) -> None:
        """End the run. Raise RuntimeError if `init` was not called: nothing would be committed."""
        if not self._initialized:
            raise RuntimeError("Job.commit() before Job.init(): nothing is committed")
        _bookmarks.commit()
