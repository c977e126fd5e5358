"""Find what a script reads: the argument with the location, the schema and the format. The source is not run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from tools.samples.schemas import SchemaError, schema_of

READERS = ("json", "csv", "parquet", "orc", "load", "table", "text")


@dataclass
class Read:
    """One read, at a `line` of a script: the `options` that it may read, the schema, and the reader's settings."""

    line: int
    options: set[str] = field(default_factory=set)
    schema: pa.Schema | None = None
    format: str = ""
    settings: dict[str, str] = field(default_factory=dict)


@dataclass
class ScriptReads:
    """All reads of a script, and the schemas that its module declares by name."""

    reads: list[Read]
    schemas: dict[str, pa.Schema]


def read_script(script: Path) -> ScriptReads:
    """Return what `script` reads. Raise SchemaError, with the line, for a schema that cannot be read."""
    return _Finder(ast.parse(script.read_bytes()), script.name).result()


class _Finder:
    def __init__(self, tree: ast.Module, file: str) -> None:
        self._tree, self._file = tree, file
        self._values: dict[str, list[ast.expr]] = {}
        self._functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name):
                        self._values.setdefault(target.id, []).append(node.value)

    def result(self) -> ScriptReads:
        reads = [read for node in ast.walk(self._tree) if isinstance(node, ast.Call) for read in self._read(node)]
        schemas = {}
        for name, values in self._values.items():
            # A text is a schema only if a reader gets it.
            if len(values) == 1 and isinstance(values[0], ast.Call) and (found := self._schema(values[0])):
                schemas[name] = found
        return ScriptReads(reads, schemas)

    def _read(self, call: ast.Call) -> Iterator[Read]:
        if not isinstance(call.func, ast.Attribute):
            return
        keywords = {keyword.arg or "": keyword.value for keyword in call.keywords}
        if call.func.attr in ("from_options", "create_dynamic_frame_from_options") and (
            "connection_options" in keywords or len(call.args) > 1
        ):
            place = keywords.get("connection_options") or call.args[1]
            kind = keywords.get("format") or (call.args[2] if len(call.args) > 2 else None)
            options = keywords.get("format_options") or (call.args[3] if len(call.args) > 3 else None)
            writes = "frame" in keywords or "write" in ast.unparse(call.func)
            if not writes:
                yield Read(call.lineno, self._options(place), None, _text(kind), _settings(options))
        elif call.func.attr in READERS and (chain := self._chain(call.func.value)):
            read = Read(call.lineno, format=call.func.attr if call.func.attr != "load" else "parquet")
            parts: list[ast.expr] = [
                *call.args[:1],
                *(keywords[name] for name in ("path", "paths") if name in keywords),
            ]
            read.options = set().union(*(self._options(part) for part in parts)) if parts else set()
            schema = keywords.get("schema") or (
                call.args[1] if len(call.args) > 1 and call.func.attr != "load" else None
            )
            read.settings = {name: _text(value) for name, value in keywords.items()}
            read.format = _text(keywords.get("format")) or read.format
            for step in reversed(chain):
                name = step.func.attr if isinstance(step.func, ast.Attribute) else ""
                if name == "schema" and step.args:
                    schema = step.args[0]
                elif name == "format" and step.args:
                    read.format = _text(step.args[0])
                elif name == "option" and len(step.args) > 1:
                    read.settings[_text(step.args[0])] = _text(step.args[1])
                elif name == "options":
                    read.settings |= {str(keyword.arg): _text(keyword.value) for keyword in step.keywords}
            read.schema = self._schema(schema) if schema else None
            yield read

    def _chain(self, node: ast.expr) -> list[ast.Call] | None:
        """Return the calls between `spark.read` and the reader, the last one first, or None for something else."""
        steps: list[ast.Call] = []
        while True:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                steps.append(node)
                node = node.func.value
            elif isinstance(node, ast.Name) and len(self._values.get(node.id, [])) == 1:
                node = self._values[node.id][0]
            else:
                return steps if isinstance(node, ast.Attribute) and node.attr == "read" else None

    def _schema(self, node: ast.expr) -> pa.Schema | None:
        try:
            return schema_of(node, self._follow)
        except SchemaError as error:
            raise SchemaError(f"{self._file}:{node.lineno}: the schema {error}") from None

    def _follow(self, node: ast.expr) -> ast.expr:
        """Return what a name stands for if it is assigned once."""
        for _ in range(10):
            if not isinstance(node, ast.Name) or len(self._values.get(node.id, [])) != 1:
                break
            node = self._values[node.id][0]
        return node

    def _options(self, node: ast.expr, depth: int = 5) -> set[str]:
        """Return the options of the script whose value an expression contains: `args["input_path"]`."""
        found: set[str] = set()
        for part in ast.walk(node):
            if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Constant):
                found.add(_text(part.slice))
            elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr == "get":
                found.add(_text(part.args[0]) if part.args else "")
            elif isinstance(part, ast.Name) and depth:
                for value in self._values.get(part.id, []):
                    found |= self._options(value, depth - 1)
                found |= self._options_of_parameter(part, depth - 1)
        return found

    def _options_of_parameter(self, name: ast.Name, depth: int) -> set[str]:
        """Return the options that the callers give a function for its parameter, if `name` is one."""
        found: set[str] = set()
        for function in self._functions.values():
            names = [argument.arg for argument in function.args.args]
            if name.id not in names or not any(part is name for part in ast.walk(function)):
                continue
            for call in ast.walk(self._tree):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == function.name:
                    given = dict(zip(names, call.args, strict=False))
                    given |= {keyword.arg or "": keyword.value for keyword in call.keywords}
                    if name.id in given:
                        found |= self._options(given[name.id], depth)
        return found


def _text(node: ast.expr | None) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _settings(node: ast.expr | None) -> dict[str, str]:
    if not isinstance(node, ast.Dict):
        return {}
    return {_text(name): _text(value) for name, value in zip(node.keys, node.values, strict=True)}
