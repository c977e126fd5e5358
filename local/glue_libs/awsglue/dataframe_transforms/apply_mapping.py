"""`ApplyMapping` of a DataFrame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyspark.sql import DataFrame

from awsglue import _fields
from awsglue._frames import Rows


class ApplyMapping:
    """Choose, rename and cast fields of a DataFrame."""

    @staticmethod
    def apply(frame: DataFrame, mappings: Sequence[tuple[str, ...]] | tuple[str, ...]) -> DataFrame:
        return _fields.apply_mapping(Rows(frame), _fields.mappings(mappings)).frame

    @classmethod
    def describeArgs(cls) -> list[dict[str, Any]]:
        arguments = {"frame": "DataFrame", "mappings": "list of (source, source type, target, target type)"}
        return [
            {"name": name, "type": kind, "description": kind, "optional": False, "defaultValue": None}
            for name, kind in arguments.items()
        ]

    @classmethod
    def describeTransform(cls) -> str:
        return cls.__doc__ or ""

    @classmethod
    def describeErrors(cls) -> list[dict[str, str]]:
        return []

    @classmethod
    def describeReturn(cls) -> dict[str, str]:
        return {"type": "DataFrame", "description": "the mapped fields"}
