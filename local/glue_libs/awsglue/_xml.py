"""XML: each element with the name `rowTag` is a record. Its types are those of its texts.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-xml-home.html. Glue writes no XML.
"""

from __future__ import annotations

import bz2
import functools
import gzip
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from pyspark.sql import DataFrame, DataFrameReader
from pyspark.sql import types as T

from awsglue import _binary, _s3
from awsglue._coverage import check_options, is_true

OPTIONS = (
    *("rowTag", "encoding", "excludeAttribute", "treatEmptyValuesAsNulls", "attributePrefix", "valueTag"),
    "ignoreSurroundingSpaces",
)
_LONG, _DOUBLE = re.compile(r"[+-]?\d{1,18}"), re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_CONVERT: Mapping[type[T.DataType], Callable[[str], Any]] = {
    T.LongType: int,
    T.DoubleType: float,
    T.BooleanType: lambda text: text.lower() == "true",
}


def read(reader: DataFrameReader, files: Mapping[str, str], options: Mapping[str, Any]) -> DataFrame:
    """Return the records of all files. Raise ValueError for a file that is no XML, with its line."""
    check_options("reading xml: format", options, OPTIONS)
    if not options.get("rowTag"):
        raise ValueError("format_options['rowTag'] is missing: the name of the elements that are records")
    rows = Rows(
        str(options["rowTag"]),
        encoding=options.get("encoding"),
        prefix="" if is_true(options.get("excludeAttribute", False)) else str(options.get("attributePrefix", "_")),
        value=str(options.get("valueTag", "_VALUE")),
        strips=is_true(options.get("ignoreSurroundingSpaces", False)),
    )
    found: T.DataType = T.StructType([])
    for uri, name in files.items():
        try:
            found = functools.reduce(rows.merged, map(rows.type_of, rows.elements(_s3.local(uri).read_bytes())), found)
        except ElementTree.ParseError as error:
            raise ValueError(f"{name}:{error.position[0]}: is not XML: {error}") from None
    schema = _without_nulls(found)
    assert isinstance(schema, T.StructType), "a struct merged with any type is a struct"
    return _binary.read(reader, [(schema, list(files))], functools.partial(rows.records, schema))


@dataclass(frozen=True)
class Rows:
    """Turns elements with the name `tag` into records: an attribute's name gets the `prefix`; none: they are left out.

    The text of an element with attributes or elements is the field `value`.
    """

    tag: str
    encoding: str | None = None
    prefix: str = "_"
    value: str = "_VALUE"
    strips: bool = False

    def elements(self, content: bytes) -> Iterator[ElementTree.Element]:
        """Yield the elements of a file that are records."""
        parser = ElementTree.XMLParser(encoding=self.encoding)
        outer: ElementTree.Element | None = None
        events = ElementTree.iterparse(io.BytesIO(_decompressed(content)), events=("start", "end"), parser=parser)
        for event, element in events:
            if event == "start" and outer is None and _name(element.tag) == self.tag:
                outer = element
            elif event == "end" and outer is not None and element is outer:
                yield outer
                outer.clear()
                outer = None

    def records(self, schema: T.StructType, content: bytes) -> Iterator[dict[str, Any]]:
        """Yield the records of a file."""
        for element in self.elements(content):
            found = self._converted(element, schema)
            yield found if isinstance(found, dict) else {self.value: found}

    def type_of(self, element: ElementTree.Element) -> T.DataType:
        """Return the type of one element."""
        fields: dict[str, T.DataType] = {name: _scalar(text) for name, text in self._attributes(element)}
        for name, children in _by_name(element).items():
            kind = functools.reduce(self.merged, map(self.type_of, children))
            fields[name] = T.ArrayType(kind) if len(children) > 1 else kind
        text = self._text(element)
        if not fields:
            return _scalar(text)
        if text.strip():
            fields[self.value] = _scalar(text)
        return T.StructType([T.StructField(name, kind) for name, kind in fields.items()])

    def merged(self, one: T.DataType, two: T.DataType) -> T.DataType:
        """Return the type of a field that has values of both types."""
        if one == two or isinstance(two, T.NullType):
            return one
        if isinstance(one, T.NullType):
            return two
        if isinstance(one, T.ArrayType) or isinstance(two, T.ArrayType):
            items = (kind.elementType if isinstance(kind, T.ArrayType) else kind for kind in (one, two))
            return T.ArrayType(self.merged(*items))
        if isinstance(one, T.StructType) or isinstance(two, T.StructType):
            fields: dict[str, T.DataType] = {}
            for kind in (one, two):
                struct = kind if isinstance(kind, T.StructType) else T.StructType([T.StructField(self.value, kind)])
                for field in struct:
                    fields[field.name] = self.merged(fields.get(field.name, T.NullType()), field.dataType)
            return T.StructType([T.StructField(name, kind) for name, kind in fields.items()])
        numbers = {type(one), type(two)} <= {T.LongType, T.DoubleType}
        return T.DoubleType() if numbers else T.StringType()

    def _converted(self, element: ElementTree.Element, kind: T.DataType) -> Any:
        if not isinstance(kind, T.StructType):
            return _value(self._text(element), kind)
        found: dict[str, Any] = {}
        for name, text in self._attributes(element):
            found[name] = _value(text, kind[name].dataType)
        for name, children in _by_name(element).items():
            inner = kind[name].dataType
            if isinstance(inner, T.ArrayType):
                found[name] = [self._converted(child, inner.elementType) for child in children]
            else:
                found[name] = self._converted(children[-1], inner)
        if self.value in kind.names and self.value not in found:
            found[self.value] = _value(self._text(element), kind[self.value].dataType)
        return found or None

    def _attributes(self, element: ElementTree.Element) -> list[tuple[str, str]]:
        return [(f"{self.prefix}{_name(name)}", text) for name, text in element.attrib.items()] if self.prefix else []

    def _text(self, element: ElementTree.Element) -> str:
        text = "".join([element.text or "", *(child.tail or "" for child in element)])
        return text.strip() if self.strips or len(element) else text


def _name(tag: str) -> str:
    """Return a name without its namespace."""
    return tag.rpartition("}")[2]


def _by_name(elements: Iterable[ElementTree.Element]) -> dict[str, list[ElementTree.Element]]:
    groups: dict[str, list[ElementTree.Element]] = {}
    for element in elements:
        groups.setdefault(_name(element.tag), []).append(element)
    return groups


def _scalar(text: str) -> T.DataType:
    plain = text.strip()
    if not plain:
        return T.NullType()
    if plain.lower() in ("true", "false"):
        return T.BooleanType()
    if _LONG.fullmatch(plain):
        return T.LongType()
    return T.DoubleType() if _DOUBLE.fullmatch(plain) else T.StringType()


def _value(text: str, kind: T.DataType) -> Any:
    """Convert a text. An empty one is null."""
    if not text.strip():
        return None
    convert = _CONVERT.get(type(kind))
    return convert(text.strip()) if convert else text


def _without_nulls(kind: T.DataType) -> T.DataType:
    """Return the type in which a field that has no value in any record is a string."""
    if isinstance(kind, T.StructType):
        return T.StructType([T.StructField(field.name, _without_nulls(field.dataType)) for field in kind])
    if isinstance(kind, T.ArrayType):
        return T.ArrayType(_without_nulls(kind.elementType))
    return T.StringType() if isinstance(kind, T.NullType) else kind


def _decompressed(content: bytes) -> bytes:
    if content[:2] == b"\x1f\x8b":
        return gzip.decompress(content)
    return bz2.decompress(content) if content[:3] == b"BZh" else content
