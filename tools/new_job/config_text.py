"""Add a job to a config file as text, so that its comments and its formatting stay as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import yaml

Section = tuple[str, ...]  # the keys to the place of a block, such as ("dev", "jobs")


class NotExtendable(Exception):
    """The file has a form that this module cannot extend. The message is one line, `line` is 1-based."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        super().__init__(message)


def add_blocks(text: str, name: str, blocks: Mapping[Section, Sequence[str]]) -> str:
    """Return `text` with a block `name` at the end of each section in `blocks`, which has the lines of the block.

    Raise NotExtendable if a section is in braces or is not a mapping.
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
        added[after] = [line + newline for line in texts]  # two sections that are one by an alias get one block
    for after in sorted(added, reverse=True):
        if not lines[after].endswith(("\n", "\r")):
            lines[after] += newline
        lines[after + 1 : after + 1] = added[after]
    return "".join(lines)


def _place(
    root: yaml.Node | None, section: Section, lines: list[str], name: str, body: Sequence[str]
) -> tuple[int, int, int, Section]:
    """Return where a block goes: the line above it, its column, the indentation, and the keys missing in `section`."""
    node, column, step = root, 0, 2
    for depth, wanted in enumerate((*section, None)):
        if not isinstance(node, yaml.MappingNode) or node.flow_style:
            values = ", ".join(line for line in body if not line.startswith("#"))
            form = "is in braces" if isinstance(node, yaml.MappingNode) else "is not a section of indented lines"
            raise NotExtendable(
                node.start_mark.line + 1 if node else 1,
                f"{'.'.join(section[:depth])}: {form}, which this command cannot extend; add the job by hand, or write"
                f" the section as indented lines: {name}: {{{values}}}",
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
    raise AssertionError("the last wanted key is None, which no mapping has")


def _step(node: yaml.MappingNode) -> int:
    """Return the indentation of the sections in `node`, 0 if it has none."""
    for key, value in node.value:
        if isinstance(value, yaml.MappingNode) and not value.flow_style and value.start_mark.index > key.end_mark.index:
            return int(value.start_mark.column - key.start_mark.column)
    return 0


def _last_line(key: yaml.Node, value: yaml.Node) -> int:
    """Return the last line of an entry. The end mark of a block is no use: it is where the next block begins."""
    if value.start_mark.index < key.start_mark.index:  # an alias: the node stands at its anchor
        return int(key.end_mark.line)
    if isinstance(value, yaml.MappingNode) and not value.flow_style and value.value:
        return _last_line(*value.value[-1])
    if isinstance(value, yaml.SequenceNode) and not value.flow_style and value.value:
        return _last_line(value, value.value[-1])
    end = value.end_mark
    return int(end.line - 1 if end.column == 0 and end.line > value.start_mark.line else end.line)


def _below(lines: list[str], line: int, column: int) -> int:
    """Return `line`, or the last comment line below it that is indented more than `column` and so belongs to it."""
    while line + 1 < len(lines):
        comment = lines[line + 1].lstrip(" ")
        if not comment.startswith("#") or len(lines[line + 1]) - len(comment) <= column:
            break
        line += 1
    return line
