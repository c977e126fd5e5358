"""Add a job to a config file as text, so that its comments and its formatting stay as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import yaml

Section = tuple[str, ...]  # where a block goes, such as ("dev", "jobs")


class NotExtendable(Exception):
    """The file is written in a way that this module does not extend; the message is one line, `line` is 1-based."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        super().__init__(message)


def add_blocks(text: str, name: str, blocks: Mapping[Section, Sequence[str]]) -> str:
    """`text` with a section `name` that has the given lines at the end of each of the sections.

    Raises NotExtendable for a section in braces, or one that is no mapping.
    """
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    lines = text.splitlines(keepends=True)
    newline = next(iter(re.findall(r"\r\n|\r|\n", text)), "\n")
    added: dict[int, list[str]] = {}
    for section, body in blocks.items():
        after, column, step, missing = _place(root, section, lines, name, body)
        path = [*missing, name]
        texts = [" " * (column + step * depth) + f"{key}:" for depth, key in enumerate(path)]
        texts += [" " * (column + step * len(path)) + line for line in body]
        added[after] = [line + newline for line in texts]  # two sections that are one, by an alias, get one block
    for after in sorted(added, reverse=True):
        if not lines[after].endswith(("\n", "\r")):
            lines[after] += newline
        lines[after + 1 : after + 1] = added[after]
    return "".join(lines)


def _place(
    root: yaml.Node | None, section: Section, lines: list[str], name: str, body: Sequence[str]
) -> tuple[int, int, int, Section]:
    """(line to add after, column of the first key, width of an indentation, keys of `section` that are missing)."""
    node, column, step = root, 0, 2
    for depth, wanted in enumerate((*section, None)):
        if not isinstance(node, yaml.MappingNode) or node.flow_style:
            values = ", ".join(line for line in body if not line.startswith("#"))
            how = "is in braces" if isinstance(node, yaml.MappingNode) else "is no section of lines below it"
            raise NotExtendable(
                node.start_mark.line + 1 if node else 1,
                f"{'.'.join(section[:depth])}: {how}, which this command does not extend; add to it by hand, or write"
                f" it as indented lines: {name}: {{{values}}}",
            )
        column = node.value[0][0].start_mark.column
        step = _step(node) or step
        found = next((pair for pair in node.value if pair[0].value == wanted), None)
        if found is None:
            return _below(lines, _last_line(*node.value[-1]), column), column, step, section[depth:]
        key, node = found
        if isinstance(node, yaml.ScalarNode) and node.value == "" and node.style in (None, ""):
            line = key.end_mark.line
            return _below(lines, line, column), column + step, step, section[depth + 1 :]
    raise AssertionError("the last key wanted is None, which no mapping has")


def _step(node: yaml.MappingNode) -> int:
    """How far the sections in `node` are indented; 0 where it has none."""
    for key, value in node.value:
        if isinstance(value, yaml.MappingNode) and not value.flow_style and value.start_mark.index > key.end_mark.index:
            return int(value.start_mark.column - key.start_mark.column)
    return 0


def _last_line(key: yaml.Node, value: yaml.Node) -> int:
    """The line on which an entry ends; where a node says that its block ends, the next one begins."""
    if value.start_mark.index < key.start_mark.index:  # an alias: the node is the one that it stands for
        return int(key.end_mark.line)
    if isinstance(value, yaml.MappingNode) and not value.flow_style and value.value:
        return _last_line(*value.value[-1])
    if isinstance(value, yaml.SequenceNode) and not value.flow_style and value.value:
        return _last_line(value, value.value[-1])
    end = value.end_mark
    return int(end.line - 1 if end.column == 0 and end.line > value.start_mark.line else end.line)


def _below(lines: list[str], line: int, column: int) -> int:
    """`line`, or the last of the comments right below it that are indented more than `column`: they belong to it."""
    while line + 1 < len(lines):
        comment = lines[line + 1].lstrip(" ")
        if not comment.startswith("#") or len(lines[line + 1]) - len(comment) <= column:
            break
        line += 1
    return line
