"""A Python file that is read: its tree, its imports of Spark's functions, and the texts in it with their lines."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

FUNCTIONS = "pyspark.sql.functions"


class SourceFile:
    """A script or a shared module. `name` is its path in messages. Raise SyntaxError if Python cannot parse it."""

    def __init__(self, name: str, file: Path) -> None:
        self.name, self.file = name, file
        source = file.read_bytes()
        self.tree = ast.parse(source, filename=name)
        self._lines = source.decode("utf-8", "replace").splitlines()

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @cached_property
    def docstrings(self) -> set[int]:
        """The ids of the texts that are statements of their own."""
        return {id(node.value) for node in self.nodes if isinstance(node, ast.Expr)}

    def texts(self) -> Iterator[ast.Constant]:
        """Yield the texts of the code, without docstrings. Of an f-string these are its parts."""
        for node in self.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in self.docstrings:
                yield node

    def line_in(self, text: ast.Constant, index: int) -> int:
        """Return the line of a character of a text that may have several lines."""
        before = str(text.value)[:index]
        word = next(iter(str(text.value)[index : index + 20].split()), "")
        last = text.end_lineno or text.lineno
        start = min(text.lineno + before.count("\n"), last)
        # Texts that stand side by side are one: the line of the word is the first one that has it.
        for number in range(start, last + 1):
            if word and word in self._lines[number - 1]:
                return number
        return start

    @cached_property
    def _functions(self) -> tuple[set[str], dict[str, str], bool]:
        """The names of the module of Spark's functions, its functions by their names here, and `import *`."""
        modules, functions, everything = set[str](), dict[str, str](), False
        for node in self.nodes:
            if isinstance(node, ast.Import):
                modules |= {item.asname or item.name for item in node.names if item.name == FUNCTIONS}
            elif isinstance(node, ast.ImportFrom) and node.module == "pyspark.sql":
                modules |= {item.asname or item.name for item in node.names if item.name == "functions"}
            elif isinstance(node, ast.ImportFrom) and node.module == FUNCTIONS:
                everything = everything or any(item.name == "*" for item in node.names)
                functions |= {item.asname or item.name: item.name for item in node.names if item.name != "*"}
        return modules, functions, everything

    def spark_function(self, node: ast.AST) -> str:
        """Return the name of the Spark function that `node` calls, such as `to_date`, or an empty text."""
        if not isinstance(node, ast.Call):
            return ""
        modules, functions, everything = self._functions
        if isinstance(node.func, ast.Attribute):
            return node.func.attr if ast.unparse(node.func.value) in modules else ""
        if isinstance(node.func, ast.Name):
            return functions.get(node.func.id, node.func.id if everything else "")
        return ""

    def is_column(self, node: ast.AST) -> bool:
        """Return true if an expression is made with Spark's functions, as far as it says so itself."""
        if self.spark_function(node) not in ("", "udf", "broadcast", "print", "len", "str", "int"):
            return True
        match node:
            case ast.Call(func=ast.Attribute(value=inner)) | ast.Subscript(value=inner):
                return self.is_column(inner)
            case ast.BinOp(left=left, right=right):
                return self.is_column(left) or self.is_column(right)
            case ast.UnaryOp(operand=inner):
                return self.is_column(inner)
        return False
