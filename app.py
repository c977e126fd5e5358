#!/usr/bin/env python3
"""The CDK app of default-config.yaml. `cdk synth -c config=other.yaml` synthesizes another config file."""

import sys
from pathlib import Path

import aws_cdk as cdk

from aws_glue_cdk_baseline.config import ConfigError, load_config, print_warnings, save_record
from aws_glue_cdk_baseline.glue_app_stage import add_sandbox
from aws_glue_cdk_baseline.permissions.role_size import role_size_error
from aws_glue_cdk_baseline.pipeline.cloud_assembly import finish_assembly
from aws_glue_cdk_baseline.pipeline_stack import PipelineStack

app = cdk.App()
try:
    file = Path(str(app.node.try_get_context("config") or "default-config.yaml"))
    config = load_config(file, check_job=role_size_error)
    print_warnings(config)
    if app.node.try_get_context("record") != "no":  # tools/synth.py gives it
        save_record(config, file)
    if sandbox := app.node.try_get_context("sandbox"):  # tools/sandbox.py gives it
        add_sandbox(app, config.stage(sandbox))
    else:
        home = config.pipeline_account
        env = cdk.Environment(account=home.aws_account_id, region=home.aws_region)
        PipelineStack(app, "PipelineStack", config=config, env=env)
    finish_assembly(app.synth(), config)
except ConfigError as error:
    sys.exit(str(error))
