#!/usr/bin/env python3
"""The CDK app of default-config.yaml. `cdk synth -c config=other.yaml` synthesizes another config file."""

import sys
from pathlib import Path

import aws_cdk as cdk

from aws_glue_cdk_baseline.config import ConfigError, load_config, print_warnings
from aws_glue_cdk_baseline.permissions.role_size import role_size_error
from aws_glue_cdk_baseline.pipeline_stack import PipelineStack

app = cdk.App()
try:
    file = Path(str(app.node.try_get_context("config") or "default-config.yaml"))
    config = load_config(file, check_job=role_size_error)
    print_warnings(config)
    home = config.pipeline_account
    PipelineStack(
        app, "PipelineStack", config=config, env=cdk.Environment(account=home.aws_account_id, region=home.aws_region)
    )
except ConfigError as error:
    sys.exit(str(error))
app.synth()
