"""`GlueTransform`, the base of the transforms."""

from __future__ import annotations

import inspect
from typing import Any


class GlueTransform:
    """Base of the transforms. A transform defines `__call__`; `apply` makes an object of the class and calls it."""

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        transform: Any = cls()
        return transform(*args, **kwargs)

    @classmethod
    def name(cls) -> str:
        return cls.__name__

    @classmethod
    def describeArgs(cls) -> list[dict[str, Any]]:
        """Return name, type, description, optional and defaultValue of each argument."""
        return [
            {
                "name": item.name,
                "type": item.annotation,
                "description": str(item),
                "optional": item.default is not item.empty or item.kind is item.VAR_KEYWORD,
                "defaultValue": None if item.default in (item.empty, None) else str(item.default),
            }
            for item in list(cls._signature().parameters.values())[1:]
        ]

    @classmethod
    def describeReturn(cls) -> dict[str, str]:
        returned = cls._signature().return_annotation
        return {"type": returned, "description": f"the {returned} that {cls.name()} makes"}

    @classmethod
    def describeTransform(cls) -> str:
        return cls.__doc__ or ""

    @classmethod
    def describeErrors(cls) -> list[dict[str, str]]:
        return []

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """Return all descriptions in one."""
        return {
            "transform": {
                "name": cls.name(),
                "args": cls.describeArgs(),
                "returns": cls.describeReturn(),
                "description": cls.describeTransform(),
                "raises": cls.describeErrors(),
                "location": "internal",
            }
        }

    @classmethod
    def _signature(cls) -> inspect.Signature:
        if "__call__" not in vars(cls):
            raise NotImplementedError(f"the transform {cls.name()} has no __call__")
        return inspect.signature(vars(cls)["__call__"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *sorted(vars(self).items())))

    def __repr__(self) -> str:
        return f"<Transform: {self.name()}>"
