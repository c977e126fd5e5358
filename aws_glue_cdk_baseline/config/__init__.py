"""The config of the whole app: one YAML file, read, checked and turned into frozen records.

config = load_config(Path("default-config.yaml"))
config.stages[0].jobs[0].arguments   # {"--input_path": "s3://…"}
"""

from aws_glue_cdk_baseline.config.errors import ConfigError
from aws_glue_cdk_baseline.config.job_settings import JobSettings
from aws_glue_cdk_baseline.config.loading import PROJECT, load_config, print_warnings
from aws_glue_cdk_baseline.config.model import Account, json_schema
from aws_glue_cdk_baseline.config.records import Config, Job, Recipients, StageConfig
from aws_glue_cdk_baseline.config.stack_record import save_record

__all__ = [
    "PROJECT",
    "Account",
    "Config",
    "ConfigError",
    "Job",
    "JobSettings",
    "Recipients",
    "StageConfig",
    "json_schema",
    "load_config",
    "print_warnings",
    "save_record",
]
