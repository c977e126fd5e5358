"""The parts of a config in the account of a profile: the pipeline, and stages, each with the stacks it deploys."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT, Account, Config, StageConfig
from tools.assembly import Environment, Stack, stacks
from tools.synth import synthesize

PIPELINE = "pipeline"


@dataclass(frozen=True)
class Part:
    """The pipeline, or one stage, and the stacks that are deployed for it."""

    name: str
    account: Account
    stage: StageConfig | None
    stacks: tuple[Stack, ...]

    @property
    def places(self) -> list[Environment]:
        """The accounts and Regions of its stacks, its own first."""
        home = self.account.aws_region
        return sorted({stack.environment for stack in self.stacks}, key=lambda place: (place.region != home, place))


def synthesized(config: Config) -> list[Stack]:
    """Synthesize the app of a config into a temporary folder, and return its stacks. Raise RunError if that fails."""
    with tempfile.TemporaryDirectory(prefix="preflight-") as folder:
        synthesize(PROJECT, Path(config.file), Path(folder))
        return list(stacks(Path(folder)))


def parts_of(config: Config, found: Iterable[Stack]) -> Iterator[Part]:
    """Yield the pipeline and the stages of a config with their stacks."""
    found = list(found)
    yield Part(PIPELINE, config.pipeline_account, None, tuple(stack for stack in found if not stack.staged))
    for stage in config.stages:
        own = tuple(stack for stack in found if stack.staged and stage.names.pipeline_stage in stack.id.split("/")[1:2])
        yield Part(stage.name, stage.account, stage, own)
