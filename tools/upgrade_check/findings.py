"""What the reading of a job finds: a place, what it is, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass

from aws_glue_cdk_baseline.config.glue_versions import RUNTIMES


@dataclass(frozen=True, order=True)
class Finding:
    """A place in the user's files. `breaks`: the job fails or loses a setting there; else it may, by its data."""

    file: str
    line: int
    message: str
    breaks: bool = True

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Change:
    """A change of the Glue version, `source` to `target`."""

    source: str
    target: str

    @property
    def to_spark_4(self) -> bool:
        """True if Spark 4 is new for the job, and with it ANSI SQL, Scala 2.13, S3A, whole names of options."""
        return RUNTIMES[self.source].spark < "4" <= RUNTIMES[self.target].spark

    @property
    def same_spark(self) -> bool:
        """True if this machine runs both versions with one Spark."""
        return RUNTIMES[self.source].spark_line == RUNTIMES[self.target].spark_line
