"""A fixture with the app of default-config.yaml, synthesized once for all tests. conftest.py loads it as a plugin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # not when it runs: the job tests load this plugin too, and need no CDK
    import aws_cdk as core

    from aws_glue_cdk_baseline.config import Config


@dataclass(frozen=True)
class WholeApp:
    """A synthesized app. Its `config` has invented accounts, so that the templates do not depend on yours."""

    config: Config
    app: core.App
    assembly: core.cx_api.CloudAssembly


@pytest.fixture(scope="session")
def whole_app() -> WholeApp:
    from aws_glue_cdk_baseline.config import PROJECT, load_config
    from tests.apps import make_whole_app
    from tests.configs import with_accounts

    config = with_accounts(load_config(PROJECT / "default-config.yaml"))
    app = make_whole_app(config)
    return WholeApp(config, app, app.synth())
