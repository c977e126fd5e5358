"""Read a YAML file into plain data: each value as it was typed, each key with its line.

Values stay text: PyYAML would turn an unquoted account id such as `012345670123` into an octal number, a version
`5.10` into 5.1 and a date into an object. model.py and job_settings.py decide the types.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from aws_glue_cdk_baseline.config.errors import ErrorLine, shown
from aws_glue_cdk_baseline.config.yaml_text import (
    MAX_DEPTH,
    MAX_KEY,
    MAX_VALUE,
    MAX_VALUES,
    compose,
    fail,
    read_text,
    too_deep,
    too_many_values,
)

Data = dict[str, "Data"] | list["Data"] | str | None
KeyPath = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = {_TAG + name for name in ("str", "int", "float", "bool", "timestamp", "value")}


@dataclass
class YamlFile:
    """The content of one YAML file: its `data`, and the `lines` of its key paths (1-based).

    `errors` were found while the file was read. `wrong` are the key paths with such an error at or below them.
    """

    name: str
    data: Data = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    errors: list[ErrorLine] = field(default_factory=list)
    wrong: set[KeyPath] = field(default_factory=set)

    def line(self, path: KeyPath) -> int:
        """Return the line of the key at `path`, or of the nearest section around it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    def keys(self, path: KeyPath) -> list[str]:
        """Return the keys of the section at `path`, or none if there is no section."""
        section: Data = self.data
        for key in path:
            section = section.get(str(key)) if isinstance(section, dict) else None
        return list(section) if isinstance(section, dict) else []

    def error(self, path: KeyPath, message: str) -> ErrorLine:
        """Return the error `message` at the key `path`."""
        return ErrorLine(self.name, self.line(path), ".".join(str(key) for key in path), message)


def read_yaml(path: Path, name: str) -> YamlFile:
    """Read the YAML file at `path`, called `name` in messages.

    Raise ConfigError if it is not one YAML mapping. Smaller errors, such as a key that is typed twice, are collected in
    `errors`: they are reported together with the errors that are found later.
    """
    return parse_yaml(read_text(path, name), name)


def parse_yaml(text: str, name: str) -> YamlFile:
    """Return the YAML mapping in `text`, which is called `name` in messages. Raise ConfigError as `read_yaml` does."""
    file = YamlFile(name)
    root = compose(text, name)
    if root is None:
        fail(name, 1, "the file is empty; start from default-config.yaml")
    if not isinstance(root, yaml.MappingNode):
        fail(name, root.start_mark.line + 1, "expected sections such as `dev:`; start from default-config.yaml")
    file.data = _Converter(file).convert(root, ())
    return file


class _Converter:
    def __init__(self, file: YamlFile) -> None:
        self.file = file
        self.values = 0
        self.open: set[int] = set()  # the nodes that are being converted: an alias of one of them is a circle

    def convert(self, node: yaml.Node, path: KeyPath) -> Data:
        self.values += 1
        self.file.lines.setdefault(path, node.start_mark.line + 1)
        if self.values > MAX_VALUES:
            fail(self.file.name, self.file.line(path), too_many_values())
        if len(self.open) > MAX_DEPTH:  # aliases of aliases
            fail(self.file.name, node.start_mark.line + 1, too_deep())
        if id(node) in self.open:
            self._report(path, node, "an alias that contains itself")
            return None
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
                return self._convert_mapping(node, path)
            if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
                return [self._convert_item(item, (*path, index)) for index, item in enumerate(node.value)]
            if isinstance(node, yaml.ScalarNode) and node.tag in _PLAIN_TAGS:
                return self._text(node, path)
        finally:
            self.open.discard(id(node))
        if node.tag != f"{_TAG}null":
            self._report(path, node, f"{_tag_refused(node)}; write the value without a tag")
        return None

    def _convert_item(self, node: yaml.Node, path: KeyPath) -> Data:
        self.file.lines[path] = node.start_mark.line + 1  # also where a merged section has an item at this path
        return self.convert(node, path)

    def _text(self, node: yaml.ScalarNode, path: KeyPath) -> str:
        if len(node.value) > MAX_VALUE:
            self._report(path, node, f"has {len(node.value)} characters; at most {MAX_VALUE}; make it shorter")
        return str(node.value)[:MAX_VALUE]

    def _convert_mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Data]:
        data: dict[str, Data] = {}
        typed_at: dict[str, int] = {}
        merged: list[dict[str, Data]] = []
        # Merged sections come first, wherever they are typed: the lines are those of the keys that win.
        for key_node, value_node in sorted(node.value, key=lambda pair: str(pair[0].tag) != f"{_TAG}merge"):
            if key_node.tag == f"{_TAG}merge":
                merged += self._inherited(value_node, path)
                continue
            if not isinstance(key_node, yaml.ScalarNode) or not key_node.value:
                self._report(path, key_node, "a key must be one word")
                continue
            if key_node.tag not in _PLAIN_TAGS | {f"{_TAG}null"}:
                self._report(path, key_node, f"{_tag_refused(key_node)}; write the key without a tag")
                continue
            key = str(key_node.value)
            if len(key) > MAX_KEY:
                self._report(path, key_node, f"the key {shown(key)} is too long; at most {MAX_KEY} characters")
                continue
            line = key_node.start_mark.line + 1
            if key in typed_at:
                self._report((*path, key), key_node, f"typed twice; the first is on line {typed_at[key]}; remove one")
                continue
            typed_at[key] = self.file.lines[(*path, key)] = line
            data[key] = self.convert(value_node, (*path, key))
        if not merged:
            return data
        everything: dict[str, Data] = {}
        # A key that is typed here wins over a merged one. Of the merged sections, the first wins.
        for section in [*reversed(merged), data]:
            everything.update(section)
        return everything

    def _inherited(self, node: yaml.Node, path: KeyPath) -> Iterator[dict[str, Data]]:
        """Yield the sections that `<<: *anchor` or `<<: [*one, *other]` merges."""
        for item in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            inherited = self.convert(item, path)
            if isinstance(inherited, dict):
                yield inherited
            else:
                self._report(path, item, "`<<` merges a section: give it an alias of one")

    def _report(self, path: KeyPath, node: yaml.Node, message: str) -> None:
        where = ".".join(str(key) for key in path)
        self.file.errors.append(ErrorLine(self.file.name, node.start_mark.line + 1, where, message))
        self.file.wrong.update(path[:length] for length in range(1, len(path) + 1))


def _tag_refused(node: yaml.Node) -> str:
    return f"the YAML tag {shown(node.tag)} is not allowed"
