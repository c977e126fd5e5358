"""Which types of actions the rehearsal knows; `execution.py` does them."""

from __future__ import annotations

from rehearsal.errors import RehearsalError
from rehearsal.pipeline import Pipeline

# What gives the source; a clone of the project stands in for all of them.
SOURCES = ("CodeCommit", "CodeStarSourceConnection", "GitHub")
STACK_MODES = ("CHANGE_SET_REPLACE", "CHANGE_SET_EXECUTE", "CREATE_UPDATE")


def check(pipeline: Pipeline) -> None:
    """Refuse a pipeline with an action that the rehearsal does not know, before anything runs."""
    for stage in pipeline.stages:
        for action in stage.actions:
            known = (
                (action.category == "Source" and action.provider in SOURCES)
                or (action.category in ("Build", "Test") and action.provider == "CodeBuild")
                or action.kind == "Approval/Manual"
                or (action.kind == "Deploy/CloudFormation" and action.configuration.get("ActionMode") in STACK_MODES)
            )
            if not known:
                mode = action.configuration.get("ActionMode", "")
                kind = " ".join(filter(None, [action.kind, mode]))
                raise RehearsalError(
                    f"{stage.name} / {action.name}: the rehearsal does not know actions of the type {kind}; "
                    "rehearsal/known_actions.py is where it would learn them"
                )
