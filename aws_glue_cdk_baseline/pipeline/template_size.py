"""Check the size of each stack's template against CloudFormation's limit. The CDK only warns of it."""

from __future__ import annotations

from pathlib import Path

from aws_cdk.cx_api import CloudAssembly

from aws_glue_cdk_baseline.config import Config, ConfigError
from aws_glue_cdk_baseline.config.errors import ErrorLine
from aws_glue_cdk_baseline.config.stack_record import record_of
from aws_glue_cdk_baseline.config.stacks import TEMPLATE_BYTES


def refuse_large_templates(assembly: CloudAssembly, config: Config) -> None:
    """Raise ConfigError if the template of a stack of a stage is larger than CloudFormation takes."""
    record = record_of(Path(config.file)).as_posix()
    errors = []
    for file in Path(assembly.directory).glob("assembly-*/*.template.json"):
        if (size := file.stat().st_size) > TEMPLATE_BYTES:
            stage = next(one for one in config.stages if file.parent.name.endswith(f"-{one.names.pipeline_stage}"))
            stacks = assembly.get_nested_assembly(file.parent.name).stacks
            name = next(stack.stack_name for stack in stacks if Path(stack.template_full_path).name == file.name)
            line = f"{stage.name}/{stage.jobs[-1].name} 2"
            message = (
                f"the template of {name} has {size} bytes, and CloudFormation takes {TEMPLATE_BYTES}; give jobs that"
                f" are not deployed yet another stack: a line `{line}` in {record} does that"
            )
            errors.append(ErrorLine(config.file, 1, stage.name, message))
    if errors:
        raise ConfigError(errors)
