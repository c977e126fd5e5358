"""Find what ANSI SQL may refuse, which Spark 4 turns on: casts, indexes, dates and divisions that gave null before.

Source: https://spark.apache.org/docs/4.1.1/sql-ref-ansi-compliance.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tools.upgrade_check.source_file import SourceFile

OFF = "spark.sql.ansi.enabled"
NEVER_REFUSED = ("string", "varchar", "char", "binary", "variant")  # targets of a cast that take every value
TYPE_CLASSES = {
    **{"ByteType": "tinyint", "ShortType": "smallint", "IntegerType": "int", "LongType": "bigint"},
    **{"FloatType": "float", "DoubleType": "double", "DecimalType": "decimal", "BooleanType": "boolean"},
    **{"DateType": "date", "TimestampType": "timestamp", "TimestampNTZType": "timestamp_ntz"},
}
SQL_CALLS = frozenset({"sql", "expr", "selectExpr", "filter", "where", "having"})
STATEMENT = re.compile(r"\s*(select|with|insert|merge|create|update|delete)\b.*\s", re.IGNORECASE | re.DOTALL)
# Functions, and what returns null for them on both versions. A `try_` before the name is another function.
DATES = {
    "to_date": "to_timestamp",
    "to_timestamp": "to_timestamp",
    "unix_timestamp": "to_timestamp",
    "to_unix_timestamp": "to_timestamp",
}
OTHERS = {
    "element_at": "an index beyond the end was null; write try_element_at",
    "to_number": "a text that is no number; write try_to_number",
    "to_binary": "a text that cannot be decoded; write try_to_binary",
    "make_date": "a date that does not exist; write try_to_timestamp of a text",
    "make_timestamp": "a time that does not exist; write try_to_timestamp of a text",
    "next_day": "a day of the week that does not exist; check it first",
    "elt": "an index beyond the end; check it first",
    "conv": "a number that is too large; check it first",
    "parse_url": "a text that is no URL; check it first",
}
IN_SQL = re.compile(rf"(?<![\w.])({'|'.join([*DATES, *OTHERS])})\s*\(", re.IGNORECASE)
SIZE = re.compile(r"(?<![\w.])(size|cardinality)\s*\(", re.IGNORECASE)
CAST = re.compile(r"(?<![\w.])cast\s*\(", re.IGNORECASE)
AS_TYPE = re.compile(r"\bas\s+([a-z_]+)", re.IGNORECASE)
DOUBLE_COLON = re.compile(r"::\s*([a-z_]+)", re.IGNORECASE)
INDEX = re.compile(r"[\w)\]]\s*\[\s*-?\d+\s*\]")
DIVISION = re.compile(r"(?<![/*<:])(?:/(?![/*>])|%)\s*(?!nullif\b)[a-z_(]", re.IGNORECASE)
QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|--[^\n]*")
SIZE_OF_NULL = "the size of a null is null with ANSI SQL, and was -1; where -1 is compared, write coalesce(size(x), -1)"


def is_switched_off(file: SourceFile) -> bool:
    """Return true if a script turns ANSI SQL off: it sets OFF to false, as a text or by a call."""
    for node in file.nodes:
        if isinstance(node, ast.Call | ast.Tuple | ast.Dict):
            texts = [str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant)]
            if OFF in texts and "false" in (text.lower() for text in texts):
                return True
    return any(re.search(rf"{re.escape(OFF)}\s*=\s*false", str(text.value), re.IGNORECASE) for text in file.texts())


def may_be_refused(file: SourceFile) -> Iterator[tuple[int, str]]:
    """Yield (line, message) for each place of a file whose values ANSI SQL may refuse."""
    for node in file.nodes:
        if isinstance(node, ast.Call):
            yield from _call(file, node)
        elif isinstance(node, ast.Subscript) and _is_number(node.slice) and file.is_column(node.value):
            yield node.lineno, _index(ast.unparse(node))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Mod) and _divides(file, node):
            yield node.lineno, _division(ast.unparse(node))
    sql = _sql_texts(file)
    for text in file.texts():
        for index, message in _in_sql(str(text.value), id(text) in sql):
            yield file.line_in(text, index), message


def _call(file: SourceFile, node: ast.Call) -> Iterator[tuple[int, str]]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    line = node.func.end_lineno or node.lineno  # of the name: a chain of calls has several lines
    if name in ("cast", "astype") and len(node.args) == 1 and (kind := _type(node.args[0], name == "astype")):
        yield line, _cast(f'.{name}("{kind}")', kind)
    if name == "getItem" and node.args and _is_number(node.args[0]):
        yield line, _index(f".getItem({ast.unparse(node.args[0])})")
    function = file.spark_function(node)
    if function in DATES or function in OTHERS:
        yield line, _function(function)
    elif function == "size":
        yield line, SIZE_OF_NULL


def _type(node: ast.expr, classes_only: bool) -> str:
    """Return the type in a call of cast whose values may be refused. pandas has an `astype` too, of texts."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and not classes_only:
        return _refusable(node.value)
    function = node.func if isinstance(node, ast.Call) else node
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return TYPE_CLASSES.get(name, "")


def _refusable(kind: str) -> str:
    kind = kind.strip().lower()
    return "" if kind.startswith(NEVER_REFUSED) or not re.match(r"[a-z]", kind) else kind


def _sql_texts(file: SourceFile) -> set[int]:
    """Return the ids of the texts that are SQL: what is given to a function of SQL, and whole statements."""
    found = {id(text) for text in file.texts() if STATEMENT.match(str(text.value))}
    for node in file.nodes:
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in SQL_CALLS:
                found |= {id(part) for argument in node.args for part in ast.walk(argument)}
    return found


def _in_sql(text: str, is_sql: bool) -> Iterator[tuple[int, str]]:
    """Yield (index, message). In a text that may be anything, only what looks like nothing but SQL: a cast."""
    code = QUOTED.sub(lambda found: "x" * len(found[0]), text)
    for found in CAST.finditer(code):
        kind = _type_of_cast(code, found.end())
        if kind and _refusable(kind):
            yield found.start(), _cast(f"cast(… as {kind})", kind)
    if not is_sql:
        return
    for found in DOUBLE_COLON.finditer(code):
        if _refusable(found[1]):
            yield found.start(), _cast(f"::{found[1]}", found[1])
    for found in INDEX.finditer(code):
        yield found.start(), _index(text[found.start() + 1 : found.end()].strip())
    for found in IN_SQL.finditer(code):
        yield found.start(), _function(found[1].lower())
    for found in SIZE.finditer(code):
        yield found.start(), SIZE_OF_NULL
    for found in DIVISION.finditer(code):
        yield found.start(), _division("a division in SQL")


def _type_of_cast(code: str, start: int) -> str:
    """Return the type of the cast whose `(` ends at `start`: what follows its own `as`."""
    depth, index = 1, start
    while index < len(code) and depth:
        if depth == 1 and (found := AS_TYPE.match(code, index)):
            return found[1]
        depth += {"(": 1, ")": -1}.get(code[index], 0)
        index += 1
    return ""


def _is_number(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant) and isinstance(inner.value, int) and not isinstance(inner.value, bool)


def _divides(file: SourceFile, node: ast.BinOp) -> bool:
    right = node.right
    if isinstance(right, ast.Call) and file.spark_function(right) == "lit" and right.args:
        right = right.args[0]
    by_number = isinstance(right, ast.Constant) and bool(right.value)
    return not by_number and (file.is_column(node.left) or file.is_column(node.right))


def _cast(what: str, kind: str) -> str:
    return (
        f"{what} may raise: a value that does not fit ended as null or was cut; where that is meant, write"
        f' F.expr("try_cast(x as {kind})")'
    )


def _index(what: str) -> str:
    return f"{what} may raise: an index beyond the end of an array was null; where that is meant, write get(x, n)"


def _function(name: str) -> str:
    if name in DATES:
        return (
            f"{name} may raise: a text that does not fit was null, and spark.sql.legacy.timeParserPolicy has another"
            f" default; where null is meant, write try_{DATES[name]}"
        )
    return f"{name} may raise: {OTHERS[name]}"


def _division(what: str) -> str:
    return (
        f"{what} may raise: a division by 0 was null; where that is meant, write try_divide, or nullif(x, 0) below it"
    )
