"""The Glue versions that a job may run on, and what each of them is made of.

Source: https://docs.aws.amazon.com/glue/latest/dg/release-notes.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Runtime:
    """The Spark and the Python that a Glue version runs a job with."""

    spark: str
    python: str

    @property
    def spark_line(self) -> str:
        """Return the Spark release without its last number: `3.5`. Jobs of one line share a Spark on a laptop."""
        return self.spark.rpartition(".")[0]


RUNTIMES = {
    "5.0": Runtime(spark="3.5.4", python="3.11"),
    "5.1": Runtime(spark="3.5.6", python="3.11"),
    "6.0": Runtime(spark="4.1.1", python="3.13"),
}
DEFAULT: Final = (
    "5.1"  # the newest version that has a public image, so that its job tests run in Docker as they do in Glue
)

SHELL: Final = "pythonshell"  # what runs Python shell jobs, beside the Glue versions
# The Python of each Glue version, and that of Python shell jobs.
PYTHONS = {**{version: runtime.python for version, runtime in RUNTIMES.items()}, SHELL: "3.9"}
