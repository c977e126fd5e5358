"""Add the blocks of a new job to the config file as text, and check that the rest of the file is unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from aws_glue_cdk_baseline.config import ConfigError, load_config
from aws_glue_cdk_baseline.config.yaml_file import Data, YamlFile, read_yaml
from tools.new_job.config_text import NotExtendable, Section, add_blocks
from tools.new_job.names import NewJobError


@dataclass(frozen=True)
class Block:
    """The lines of a job in one section, comments included, and what YAML reads in them."""

    lines: tuple[str, ...]
    values: Mapping[str, object]


Blocks = dict[Section, Block]


def stage_sections(config: YamlFile) -> list[Section]:
    """Return the sections that list jobs of a stage, in the order of the file: `dev.jobs` if there is `devAccount`."""
    data = config.data if isinstance(config.data, dict) else {}
    return [(key, "jobs") for key in data if f"{key}Account" in data]


def check_is_new(name: str, config: YamlFile) -> None:
    """Raise NewJobError if a section of the config already has the job."""
    for section in [("jobs",), *stage_sections(config)]:
        path = (*section, name)
        if name in _section(config.data, section):
            raise NewJobError(f"{config.name}:{config.line(path)}: {'.'.join(path)} exists; choose another name")


def blocks_for(config: YamlFile, parameters: Block, settings: Block) -> Blocks:
    """Return the block of each section: parameters for each stage, and settings for `jobs` if the config has it.

    If it has none, each stage gets the type of the job, which it is not without.
    """
    has_settings = isinstance(config.data, dict) and "jobs" in config.data and settings.lines
    if not has_settings and "type" in settings.values:
        kind = settings.values["type"]
        parameters = Block((f"type: {kind}", *parameters.lines), {"type": kind, **parameters.values})
    stages: Blocks = dict.fromkeys(stage_sections(config), parameters)
    return {("jobs",): settings, **stages} if has_settings else stages


def extend_config(config: Path, name: str, blocks: Blocks, before: YamlFile) -> None:
    """Add the blocks to the file. Raise NewJobError if the rest of its content would change."""
    content = config.read_bytes()
    mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
    try:
        lines = {section: block.lines for section, block in blocks.items()}
        text = add_blocks(content.decode("utf-8-sig"), name, lines)
    except NotExtendable as error:
        raise NewJobError(f"{config}:{error.line}: {error}") from None
    config.write_bytes(mark + text.encode())
    expected = before.data
    for section, block in blocks.items():
        expected = _with_value(expected, (*section, name), cast(Data, dict(block.values)) or None)
    try:
        as_expected = read_yaml(config, str(config)).data == expected
    except ConfigError:
        as_expected = False
    if not as_expected:
        raise NewJobError(f"{config} has a form that this command cannot extend; add {name} by hand")


def check_config(config: Path, project: Path, content: bytes) -> None:
    """Load the extended config. Raise an error that the file had before with its line in the file of before."""
    try:
        load_config(config, project)
    except ConfigError as error:
        extended = config.read_bytes()
        config.write_bytes(content)
        try:
            load_config(config, project)
        except ConfigError as error_before:
            remaining = {(line.where, line.message) for line in error.errors}
            known = [line for line in error_before.errors if (line.where, line.message) in remaining]
            error = ConfigError(known or error.errors)
        finally:
            config.write_bytes(extended)
        raise error from None


def _section(data: Data, path: Section) -> dict[str, Data]:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def _with_value(data: Data, path: Section, value: Data) -> Data:
    if not path:
        return value
    section = data if isinstance(data, dict) else {}
    return {**section, path[0]: _with_value(section.get(path[0]), path[1:], value)}
