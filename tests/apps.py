"""CDK apps for the tests. Not in tests/configs.py, because `aws_cdk` takes seconds to import."""

from __future__ import annotations

import json

import aws_cdk as core

from aws_glue_cdk_baseline.config import PROJECT, Config
from aws_glue_cdk_baseline.pipeline_stack import PipelineStack


def make_app() -> core.App:
    """Return an app with the feature flags of cdk.json, as the CDK CLI starts it."""
    return core.App(context=json.loads((PROJECT / "cdk.json").read_text(encoding="utf-8"))["context"])


def make_whole_app(config: Config) -> core.App:
    """Return the same app as app.py makes."""
    app = make_app()
    home = config.pipeline_account
    env = core.Environment(account=home.aws_account_id, region=home.aws_region)
    PipelineStack(app, "PipelineStack", config=config, env=env)
    return app
