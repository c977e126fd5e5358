"""Read a YAML file into plain data that keeps each value as it was typed, and each key's line.

Values stay text: PyYAML would turn an unquoted account id such as `012345670123` into an octal number, a version
`5.10` into 5.1 and a date into an object. What a value means is decided by the model in config.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from aws_glue_cdk_baseline.config_checks.errors import ConfigError, Problem, shown

Data = dict[str, "Data"] | list["Data"] | str | None
KeyPath = tuple[str | int, ...]

MAX_BYTES = 1024 * 1024  # 240 jobs are about a tenth of it
MAX_VALUES = 50_000  # stops aliases that multiply ("billion laughs")
_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = {_TAG + name for name in ("str", "int", "float", "bool", "timestamp", "value")}


@dataclass
class YamlFile:
    """The content of one YAML file: `data`, and `lines` of every key path in it (1-based)."""

    name: str
    data: Data = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: KeyPath) -> int:
        """The line of the key at `path`, or of the nearest section around it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: KeyPath, message: str) -> Problem:
        return Problem(self.name, self.line(path), ".".join(str(key) for key in path), message)


def read_yaml(path: Path, name: str) -> YamlFile:
    """Read the YAML file at `path`, called `name` in messages.

    Raises ConfigError when it cannot be read as one YAML mapping; a key typed twice, an unknown tag and the like
    are collected in `problems`, so that they are reported together with the faults found later.
    """
    file = YamlFile(name)
    try:
        root = yaml.compose(_read_text(path, name), Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _failure(name, (mark.line if mark else 0) + 1, f"not valid YAML: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        raise _failure(name, 1, f"not valid YAML: character {error.character!r} is not allowed") from None
    except RecursionError:
        raise _failure(name, 1, "not usable: nested too deeply; a config has four levels") from None
    if root is None:
        raise _failure(name, 1, "the file is empty; start from default-config.yaml")
    if not isinstance(root, yaml.MappingNode):
        raise _failure(
            name, root.start_mark.line + 1, "expected sections such as `dev:`; start from default-config.yaml"
        )
    _Converter(file).convert_root(root)
    return file


def _failure(name: str, line: int, message: str) -> ConfigError:
    return ConfigError([Problem(name, line, "", message)])


def _read_text(path: Path, name: str) -> str:
    if path.is_dir():
        raise _failure(name, 1, "is a folder; name a YAML file, as in `-c config=default-config.yaml`")
    if not path.is_file():
        raise _failure(name, 1, "no such file; name an existing one, as in `-c config=default-config.yaml`")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _failure(name, 1, f"cannot be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise _failure(name, 1, f"has {len(content)} bytes; at most {MAX_BYTES} are read")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _failure(name, line, f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8") from None


class _Converter:
    def __init__(self, file: YamlFile) -> None:
        self.file = file
        self.values = 0
        self.open: set[int] = set()  # the nodes being converted: an alias to one of them is a cycle

    def convert_root(self, root: yaml.MappingNode) -> None:
        try:
            self.file.data = self._convert(root, ())
        except RecursionError:
            raise _failure(self.file.name, 1, "not usable: nested too deeply; a config has four levels") from None

    def _convert(self, node: yaml.Node, path: KeyPath) -> Data:
        self.values += 1
        self.file.lines.setdefault(path, node.start_mark.line + 1)
        if self.values > MAX_VALUES:
            raise _failure(self.file.name, self.file.line(path), f"has more than {MAX_VALUES} values, aliases included")
        if id(node) in self.open:
            self._report(path, node, "an alias that contains itself")
            return None
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
                return self._convert_mapping(node, path)
            if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
                return [self._convert(item, (*path, index)) for index, item in enumerate(node.value)]
            if isinstance(node, yaml.ScalarNode) and node.tag in _PLAIN_TAGS:
                return str(node.value)
        finally:
            self.open.discard(id(node))
        if node.tag != f"{_TAG}null":
            self._report(path, node, f"the YAML tag {shown(node.tag)} is not allowed; write the value without a tag")
        return None

    def _convert_mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Data]:
        data: dict[str, Data] = {}
        typed_at: dict[str, int] = {}
        merged: list[yaml.Node] = []
        for key_node, value_node in node.value:
            if key_node.tag == f"{_TAG}merge":
                merged += value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
                continue
            if not isinstance(key_node, yaml.ScalarNode) or not key_node.value:
                self._report(path, key_node, "a key must be one word")
                continue
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in typed_at:
                self._report((*path, key), key_node, f"typed twice; the first is on line {typed_at[key]}; remove one")
                continue
            typed_at[key] = self.file.lines[(*path, key)] = line
            data[key] = self._convert(value_node, (*path, key))
        for value_node in merged:  # `<<: *anchor`; what is typed here wins
            inherited = self._convert(value_node, path)
            if not isinstance(inherited, dict):
                self._report(path, value_node, "`<<` merges a section: give it an alias of one")
                continue
            data = {**inherited, **data}
        return data

    def _report(self, path: KeyPath, node: yaml.Node, message: str) -> None:
        where = ".".join(str(key) for key in path)
        self.file.problems.append(Problem(self.file.name, node.start_mark.line + 1, where, message))
