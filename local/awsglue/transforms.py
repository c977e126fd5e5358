"""`awsglue.transforms`: the class forms of a DynamicFrame's methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from awsglue._coverage import not_covered
from awsglue.dynamicframe import DynamicFrame


class Join:
    """`Join.apply(frame1, frame2, keys1, keys2)`."""

    @classmethod
    def apply(
        cls, frame1: DynamicFrame, frame2: DynamicFrame, keys1: Sequence[str], keys2: Sequence[str], **kwargs: Any
    ) -> DynamicFrame:
        return frame1.join(keys1, keys2, frame2)


class DropFields:
    """`DropFields.apply(frame, paths)`."""

    @classmethod
    def apply(cls, frame: DynamicFrame, paths: Sequence[str], **kwargs: Any) -> DynamicFrame:
        return frame.drop_fields(paths)


class RenameField:
    """`RenameField.apply(frame, old_name, new_name)`."""

    @classmethod
    def apply(cls, frame: DynamicFrame, old_name: str, new_name: str, **kwargs: Any) -> DynamicFrame:
        return frame.rename_field(old_name, new_name)


class SelectFields:
    """`SelectFields.apply(frame, paths)`."""

    @classmethod
    def apply(cls, frame: DynamicFrame, paths: Sequence[str], **kwargs: Any) -> DynamicFrame:
        return frame.select_fields(paths)


def __getattr__(name: str) -> NoReturn:
    if name.startswith("__"):
        raise AttributeError(name)
    not_covered(f"awsglue.transforms.{name}")
