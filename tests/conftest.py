"""The app of default-config.yaml, synthesized once for all tests of the project."""

from dataclasses import dataclass

import aws_cdk as core
import pytest

from aws_glue_cdk_baseline.config import PROJECT, Config, load_config
from tests.configs import make_whole_app, with_accounts


@dataclass(frozen=True)
class WholeApp:
    """A synthesized app: `config` has made-up accounts, so that the templates do not depend on yours."""

    config: Config
    app: core.App
    assembly: core.cx_api.CloudAssembly


@pytest.fixture(scope="session")
def whole_app() -> WholeApp:
    config = with_accounts(load_config(PROJECT / "default-config.yaml"))
    app = make_whole_app(config)
    return WholeApp(config, app, app.synth())
