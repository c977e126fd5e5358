"""Read the imports of a Python file: what it names, on which line, and what is known only when it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

# Calls that load a module, or the files of a package, by the name in their first argument.
LOADERS = frozenset({"import_module", "__import__"})
READERS = frozenset({"files", "get_data"})  # importlib.resources.files, pkgutil.get_data
# What Spark itself imports for these.
USED_BY_SPARK = {
    **dict.fromkeys(("toPandas", "applyInPandas", "mapInPandas", "pandas_udf"), ("pandas", "pyarrow")),
    "pyspark.pandas": ("pandas", "pyarrow", "numpy"),
    "pyspark.ml": ("numpy",),
    "pyspark.mllib": ("numpy",),
}
# Nodes of an expression that mean an import.
IN_EXPRESSIONS = (*LOADERS, *(f"{name}(" for name in READERS), *(name for name in USED_BY_SPARK if "." not in name))
MISSING = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


@dataclass(frozen=True)
class Import:
    """A module that a file imports, by its whole name: `from . import c` in the package `a` imports `a.c`.

    `names` are what `from module import …` takes of it, modules or not. `optional`: the file also works without it,
    since a `try` handles its absence, or a type checker alone reads it. A `reader` only reads the files of a package.
    """

    module: str
    line: int
    names: tuple[str, ...] = ()
    optional: bool = False
    reader: bool = False

    @property
    def top(self) -> str:
        """The first part of the name, by which Python finds the package."""
        return self.module.partition(".")[0]


@dataclass(frozen=True)
class FileImports:
    """The imports of a file. `dynamic` are the lines that import a module whose name is not written there.

    `exported` is what a package offers to `from package import *`, as far as it is a literal list.
    """

    imports: tuple[Import, ...]
    dynamic: tuple[int, ...] = ()
    exported: tuple[str, ...] = ()


@lru_cache(maxsize=1)  # the options and the imports of a script are read one after the other
def parse_source(source: bytes, name: str) -> ast.Module:
    """Return the syntax tree of a file's content."""
    return ast.parse(source, filename=name)


def read_imports(file: Path, package: tuple[str, ...] = ()) -> FileImports:
    """Return the imports of a file, in whose `package` (`("a", "b")`) relative names are resolved.

    Raise SyntaxError, with `lineno`, for a file that Python cannot parse.
    """
    try:
        source = file.read_bytes()
        tree = parse_source(source, file.name)
        finder = _Finder(package, any(word.encode() in source for word in IN_EXPRESSIONS))
        finder.visit(tree)
    except (ValueError, RecursionError, MemoryError) as error:  # NUL bytes, or an expression with thousands of terms
        raise SyntaxError(str(error) or "too complex", (file.name, 1, 1, None)) from None
    return FileImports(tuple(finder.imports), tuple(finder.dynamic), tuple(_exported(tree)))


class _Finder(ast.NodeVisitor):
    def __init__(self, package: tuple[str, ...], expressions: bool) -> None:
        self.imports: list[Import] = []
        self.dynamic: list[int] = []
        self._package, self._expressions = package, expressions
        self._optional = 0

    def visit(self, node: ast.AST) -> None:
        if self._expressions or not isinstance(node, ast.expr):  # most files have imports in statements alone
            super().visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for item in node.names:
            self._add(item.name, node.lineno)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = self._absolute(node.level, node.module or "")
        if module:
            self._add(module, node.lineno, tuple(item.name for item in node.names))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        self._add_of_spark(node.attr, node.lineno)

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        handled = {name for handler in node.handlers for name in _names(handler.type)}
        optional = bool(handled & MISSING)
        self._optional += optional
        for statement in node.body:
            self.visit(statement)
        self._optional -= optional
        for part in (*node.handlers, *node.orelse, *node.finalbody):
            self.visit(part)

    visit_TryStar = visit_Try

    def visit_If(self, node: ast.If) -> None:
        typing_only = "TYPE_CHECKING" in _names(node.test)
        self._optional += typing_only
        for statement in node.body:
            self.visit(statement)
        self._optional -= typing_only
        self.visit(node.test)
        for statement in node.orelse:
            self.visit(statement)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in LOADERS | READERS or not node.args:
            return
        given, reader = node.args[0], name in READERS
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            level = len(given.value) - len(given.value.lstrip("."))
            module = self._absolute(level, given.value[level:])
            if module and all(part.isidentifier() for part in module.split(".")):
                self._add(module, node.lineno, reader=reader)
        elif not reader:
            self.dynamic.append(node.lineno)

    def _add(self, module: str, line: int, names: tuple[str, ...] = (), *, reader: bool = False) -> None:
        self.imports.append(Import(module, line, names, self._optional > 0, reader))
        first, second = [*module.split("."), ""][:2]
        for name in (
            (f"{first}.{second}", *(f"{module}.{name}" for name in names), *names) if first == "pyspark" else ()
        ):
            self._add_of_spark(name, line)

    def _add_of_spark(self, name: str, line: int) -> None:
        for module in USED_BY_SPARK.get(name, ()):
            self.imports.append(Import(module, line, optional=True))

    def _absolute(self, level: int, module: str) -> str:
        """Return the whole name of a module, or an empty text if a relative name leads out of the package."""
        if not level:
            return module
        kept = len(self._package) - level + 1
        return ".".join([*self._package[:kept], *([module] if module else [])]) if kept > 0 else ""


def _names(node: ast.AST | None) -> Iterator[str]:
    """Yield the names in an expression. A bare `except:` handles every exception."""
    if node is None:
        yield "BaseException"
        return
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr


def _exported(tree: ast.Module) -> Iterator[str]:
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        named_all = any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)
        if named_all and isinstance(statement, ast.Assign) and isinstance(statement.value, ast.List | ast.Tuple):
            for element in statement.value.elts:
                if isinstance(element, ast.Constant) and isinstance(element.value, str):
                    yield element.value
