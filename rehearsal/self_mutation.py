"""The pipeline's stack as it is deployed, and what an action changed of it: UpdatePipeline is no special action."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal import pipeline
from rehearsal.assembly import PIPELINE, Stack
from rehearsal.toolbox import Toolbox


@dataclass(frozen=True)
class Deployed:
    """The pipeline's stack at one time: its resources, and the pipeline with all references resolved."""

    resources: dict[str, Any]
    pipeline: pipeline.Pipeline

    def changes_since(self, before: Deployed) -> list[str]:
        """The logical ids that differ, the pipeline's own first."""
        names = self.resources.keys() | before.resources.keys()
        different = [name for name in names if self.resources.get(name) != before.resources.get(name)]
        return sorted(different, key=lambda name: (self.resources.get(name, {}).get("Type") != PIPELINE, name))

    def takes_over_from(self, before: Deployed) -> bool:
        """Whether the pipeline itself was updated; CodePipeline then runs it from its first stage."""
        return self.pipeline != before.pipeline and self.pipeline.restarts_when_updated


def deployed(stack: Stack, tools: Toolbox) -> Deployed:
    """What is deployed now."""
    home = stack.environment
    api = tools.identities.client("cloudformation", tools.identities.user(home.account), home.region)
    template = api.get_template(StackName=stack.name)["TemplateBody"]
    template = json.loads(template) if isinstance(template, str) else json.loads(json.dumps(template))
    records = Path(tools.folder) / "records"
    return Deployed(template["Resources"], pipeline.read(records, home.account, home.region))
