"""The synthesized cloud assembly of the app: its check, and what is added to it."""

from __future__ import annotations

from pathlib import Path

from aws_cdk.cx_api import CloudAssembly

from aws_glue_cdk_baseline.config import Config
from aws_glue_cdk_baseline.pipeline.integration_plan import write_plans
from aws_glue_cdk_baseline.pipeline.template_size import refuse_large_templates


def finish_assembly(assembly: CloudAssembly, config: Config) -> None:
    """Add the plans of the integration tests. Raise ConfigError if a template is larger than CloudFormation takes."""
    refuse_large_templates(assembly, config)
    write_plans(config, Path(assembly.directory))
