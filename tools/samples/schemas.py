"""Read a schema: Spark's DDL, the types of the Data Catalog, or a StructType in a script. Spark does not run."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

import pyarrow as pa

PLAIN: dict[str, pa.DataType] = {
    **dict.fromkeys(("string", "str", "varchar", "char", "uniontype"), pa.string()),
    **dict.fromkeys(("int", "integer"), pa.int32()),
    **dict.fromkeys(("bigint", "long"), pa.int64()),
    **dict.fromkeys(("smallint", "short"), pa.int16()),
    **dict.fromkeys(("tinyint", "byte"), pa.int8()),
    **dict.fromkeys(("float", "real"), pa.float32()),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "binary": pa.binary(),
    "date": pa.date32(),
    **dict.fromkeys(("timestamp", "timestamp_ltz"), pa.timestamp("us", "UTC")),
    "timestamp_ntz": pa.timestamp("us"),
}
_TOKEN = re.compile(r"\s*(`(?:[^`]|``)+`|'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.)*\"|[\w.$-]+|[<>(),:])")
_NAMES = {name: name.removesuffix("Type").lower() for name in (
    "StringType", "IntegerType", "LongType", "ShortType", "ByteType", "FloatType", "DoubleType", "BooleanType",
    "BinaryType", "DateType", "TimestampType", "VarcharType", "CharType",
)} | {"TimestampNTZType": "timestamp_ntz"}  # fmt: skip


class SchemaError(Exception):
    """A schema cannot be read. The message is one line."""


def parse_ddl(text: str) -> pa.Schema:
    """Return a schema such as `id BIGINT NOT NULL, name STRING`. Raise SchemaError if it is none."""
    parser = _Ddl(text)
    fields = parser.fields(end="")
    if not fields:
        raise SchemaError("has no columns")
    return pa.schema(fields)


def parse_type(text: str) -> pa.DataType:
    """Return a type such as `array<struct<a:int>>`. Raise SchemaError if it is none."""
    parser = _Ddl(text)
    found = parser.type()
    parser.expect("")
    return found


class _Ddl:
    """Reads tokens from left to right. The token after the last one is empty."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        position = 0
        while position < len(text.rstrip()):
            found = _TOKEN.match(text, position)
            if not found:
                raise SchemaError(f"has {text[position:].strip()[:20]!r} where no name or type can begin")
            self._tokens.append(found[1])
            position = found.end()

    def peek(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def next(self) -> str:
        return self._tokens.pop(0) if self._tokens else ""

    def expect(self, wanted: str) -> str:
        found = self.next()
        if found != wanted:
            raise SchemaError(f"has {found or 'its end'!r} where {wanted or 'its end'!r} belongs")
        return found

    def fields(self, end: str) -> list[pa.Field]:
        found: list[pa.Field] = []
        while self.peek() not in (end, ""):
            name = self.next()
            name = name[1:-1].replace("``", "`") if name.startswith("`") else name
            if self.peek() == ":":
                self.next()
            kind, nullable = self.type(), True
            while self.peek().lower() in ("not", "comment", "default"):
                word = self.next().lower()
                self.next()  # NULL, or the text of the comment
                nullable = nullable and word != "not"
            found.append(pa.field(name, kind, nullable))
            if self.peek() != end:
                self.expect(",")
        return found

    def type(self) -> pa.DataType:
        word = self.next().lower()
        if word == "array":
            self.expect("<")
            item = self.type()
            self.expect(">")
            return pa.list_(pa.field("element", item))
        if word == "map":
            self.expect("<")
            key = self.type()
            self.expect(",")
            value = self.type()
            self.expect(">")
            return pa.map_(key, value)
        if word == "struct":
            self.expect("<")
            fields = self.fields(end=">")
            self.expect(">")
            return pa.struct(fields)
        numbers = self._numbers()
        if word in ("decimal", "dec", "numeric"):
            return pa.decimal128(numbers[0] if numbers else 10, numbers[1] if len(numbers) > 1 else 0)
        if word not in PLAIN:
            raise SchemaError(f"has an unknown type {word!r}")
        return PLAIN[word]

    def _numbers(self) -> list[int]:
        numbers: list[int] = []
        if self.peek() == "(":
            while self.next() != ")":
                number = self.next()
                if not number.isdigit():
                    raise SchemaError(f"has {number!r} where a number belongs")
                numbers.append(int(number))
        return numbers


def schema_of(node: ast.expr, follow: Callable[[ast.expr], ast.expr]) -> pa.Schema | None:
    """Return the schema that an expression makes, or None. `follow` returns what a name stands for."""
    node = follow(node)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return parse_ddl(node.value)
    kind = _type_of(node, follow)
    return pa.schema(list(kind)) if kind is not None and pa.types.is_struct(kind) else None


def _type_of(node: ast.expr, follow: Callable[[ast.expr], ast.expr]) -> pa.DataType | None:
    """Return the type that an expression such as `ArrayType(StringType())` makes, or None."""
    node = follow(node)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return parse_type(node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add":
        return _added(node, follow)
    name = _called(node)
    if not isinstance(node, ast.Call) or not name:
        return None
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    if name == "StructType":
        fields = follow(arguments[0]) if arguments else ast.List([])
        parts = [_field(part, follow) for part in getattr(fields, "elts", [])]
        return pa.struct([part for part in parts if part]) if all(parts) else None
    if name == "DecimalType":
        numbers = [part.value for part in arguments if isinstance(part, ast.Constant)]
        return pa.decimal128(*[*numbers, *(10, 0)[len(numbers) :]])
    if name in ("ArrayType", "MapType"):
        parts = [_type_of(part, follow) for part in arguments[: 1 if name == "ArrayType" else 2]]
        if not parts or any(part is None for part in parts):
            return None
        return pa.list_(pa.field("element", parts[0])) if name == "ArrayType" else pa.map_(*parts)
    return PLAIN.get(_NAMES.get(name, ""))


def _added(node: ast.Call, follow: Callable[[ast.expr], ast.expr]) -> pa.DataType | None:
    """Return the type of `StructType().add("id", LongType(), False).add(…)`."""
    assert isinstance(node.func, ast.Attribute)
    base, field = _type_of(node.func.value, follow), _field(node, follow)
    return pa.struct([*base, field]) if base is not None and field is not None else None


def _field(node: ast.expr, follow: Callable[[ast.expr], ast.expr]) -> pa.Field | None:
    node = follow(node)
    if not isinstance(node, ast.Call) or (_called(node) != "StructField" and getattr(node.func, "attr", "") != "add"):
        return None
    given = {**dict(zip(("name", "dataType", "nullable"), node.args, strict=False))}
    given |= {str(keyword.arg): keyword.value for keyword in node.keywords}
    given = {{"field": "name", "data_type": "dataType"}.get(name, name): value for name, value in given.items()}
    name, nullable = given.get("name"), given.get("nullable")
    kind = _type_of(given["dataType"], follow) if "dataType" in given else None
    if kind is None or not isinstance(name, ast.Constant):
        return None
    return pa.field(str(name.value), kind, not (isinstance(nullable, ast.Constant) and nullable.value is False))


def _called(node: ast.expr) -> str:
    """Return the name of what is called: `T.StringType()` and a bare `StringType` are StringType."""
    function = node.func if isinstance(node, ast.Call) else node
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
