"""The facts of a stage that its function knows: facts.json, which a synth writes beside this file."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FILE = "facts.json"
DEFAULT_CONFIG = "default-config.yaml"  # of a make without CONFIG=


@dataclass(frozen=True)
class JobFacts:
    """A job: its name in the YAML, and the log `group` with the output of its script.

    `usd` is the price of a DPU-hour, or None if it is not known; `dpus` are those of one worker, if there are workers.
    Glue tries a failed run again as often as `retries`. A run should take at most `longest` minutes, or any time if it
    is 0. `schedule` is the one by which its trigger starts it, or empty. A streaming job is `stopped_by_test`: that of
    its stage, once it is running.
    """

    job: str
    group: str = ""
    usd: float | None = None
    dpus: float = 1
    retries: int = 0
    longest: int = 0
    schedule: str = ""
    stopped_by_test: bool = False


@dataclass(frozen=True)
class Facts:
    """The stage, or an empty name for the pipeline, and its jobs by their names in Glue.

    `dimension` names the stage in CloudWatch; without it, no metrics are written. Prices are those of the Region
    `prices_of`. The config is in `config_file`.
    """

    stage: str = ""
    dimension: str = ""
    prices_of: str = ""
    jobs: Mapping[str, JobFacts] = field(default_factory=dict)
    config_file: str = DEFAULT_CONFIG

    def make(self, target: str, stage: str) -> str:
        """Return the command for a target of make in a stage, with the config if it is not the default one."""
        config = f" CONFIG={shlex.quote(self.config_file)}" if self.config_file != DEFAULT_CONFIG else ""
        return f"make {target} STAGE={stage}{config} PROFILE=…"


def read_facts() -> Facts:
    """Return the facts that the synth has written beside this file."""
    data = json.loads((Path(__file__).parent / FILE).read_text(encoding="utf-8"))
    jobs = {name: JobFacts(**values) for name, values in data.pop("jobs").items()}
    return Facts(**data, jobs=jobs)
