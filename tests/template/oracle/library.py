"""Look at the `awsglue` on the Python path: Glue's own, or the stand-in. A process that runs this imports only one.

It reads a request from standard input, as JSON, and prints the answer as JSON:
{"pretend": "4.1.1", "ask": "interface"}, {"ask": "options", "cases": […]} or {"ask": "values", "expressions": […]}.
"""

import contextlib
import importlib
import inspect
import io
import json
import pkgutil
import sys
import types
from collections.abc import Callable
from typing import Any

PROGRAMS = ("awsglue.glue_shell", "awsglue.scripts")  # to import one is to run it, with AWS's jars
KINDS = {"classmethod": classmethod, "staticmethod": staticmethod, "property": property}


def pretend(version: str) -> None:
    """Give pyspark another version, and its modules the names that they have in Spark 4."""
    pyspark: Any = importlib.import_module("pyspark")
    pyspark.__version__ = version
    for new, old in {"core.rdd": "rdd", "core.context": "context", "sql.classic.column": "sql.column"}.items():
        parent = new.rpartition(".")[0]
        sys.modules.setdefault(f"pyspark.{parent}", types.ModuleType(f"pyspark.{parent}"))
        sys.modules[f"pyspark.{new}"] = importlib.import_module(f"pyspark.{old}")


def interface() -> dict[str, Any]:
    """Return what each public name of each public module is, by its path; a method by the path of its class."""
    found: dict[str, Any] = {}
    package = importlib.import_module("awsglue")
    for name in ["awsglue", *(item.name for item in pkgutil.walk_packages(package.__path__, "awsglue."))]:
        if "._" in name:
            continue
        found[name] = {"is": "module"}
        if name.startswith(PROGRAMS):
            continue
        module = importlib.import_module(name)
        for item, value in vars(module).items():
            if not item.startswith("_") and not inspect.ismodule(value):
                found |= described(name, item, value)
    return found


def described(module: str, name: str, value: Any) -> dict[str, Any]:
    """Return what a name of a module is; nothing for one of another library, such as pyspark's DataFrame."""
    path, home = f"{module}.{name}", getattr(value, "__module__", "")
    if not callable(value):
        return {} if home else {path: {"is": "value", "value": shown(value)}}
    if home == "builtins" and value.__name__ != name:
        return {path: {"is": "value", "value": value.__name__}}
    if not home.startswith("awsglue"):
        return {}
    if home != module and not home.startswith("awsglue._"):
        return {path: {"is": "imported"}}
    if not isinstance(value, type):
        return {path: {"is": "function", "takes": parameters(value)}}
    found: dict[str, Any] = {path: {"is": "class", "takes": parameters(value)}}
    for member in dir(value):
        owner = next((base for base in value.__mro__ if member in vars(base)), object)
        if owner.__module__.startswith("awsglue") and (not member.startswith("_") or member == "__call__"):
            static, bound = inspect.getattr_static(value, member), getattr(value, member)
            kind = next((word for word, of in KINDS.items() if isinstance(static, of)), "method")
            method = (
                {"is": kind, "takes": parameters(bound)} if callable(bound) else {"is": "value", "value": shown(bound)}
            )
            found[f"{path}.{member}"] = method
    return found


def parameters(value: Callable[..., Any]) -> list[list[str]] | None:
    """Return kind, name and default of each parameter; None where Python cannot say."""
    try:
        found = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return None
    return [
        [item.kind.name, item.name, *([] if item.default is item.empty else [repr(item.default)])] for item in found
    ]


def shown(value: Any) -> str:
    """Write a value; of a set the members in order, of classes the names."""
    if isinstance(value, set | frozenset | list | tuple):
        return " ".join(sorted(getattr(item, "__name__", repr(item)) for item in value))
    return "" if isinstance(value, dict) else repr(value)


def resolved(case: dict[str, Any]) -> dict[str, Any]:
    """Call getResolvedOptions and return the result, or the exception with its message, and what is printed."""
    utils = importlib.import_module("awsglue.utils")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            answer = {"is": utils.getResolvedOptions(case["typed"], case["options"], **case.get("more", {}))}
        except (Exception, SystemExit) as error:
            answer = {"raises": type(error).__name__, "message": str(error)}
    return {**answer, "printed": printed.getvalue()}


def value_of(expression: str) -> str:
    """Return what an expression over the names of `awsglue.gluetypes` and `awsglue.transforms` gives."""
    names = {
        **vars(importlib.import_module("awsglue.gluetypes")),
        **vars(importlib.import_module("awsglue.transforms")),
    }
    try:
        return repr(eval(expression, names))
    except Exception as error:
        return f"raises {type(error).__name__}"


def main() -> None:
    request = json.load(sys.stdin)
    if request.get("pretend"):
        pretend(request["pretend"])
    answers: dict[str, Callable[[], Any]] = {
        "interface": interface,
        "options": lambda: [resolved(case) for case in request["cases"]],
        "values": lambda: {expression: value_of(expression) for expression in request["expressions"]},
    }
    print(json.dumps(answers[request["ask"]]()))


if __name__ == "__main__":
    main()
