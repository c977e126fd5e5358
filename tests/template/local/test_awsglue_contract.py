"""local/README.md lists each public name of the stand-in: as covered, or as one that raises with its name."""

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
from typing import Any

import awsglue
import awsgluedq
import awsglueml
import pytest
from awsglue.gluetypes import DataType
from awsglue.transforms.transform import GlueTransform

from aws_glue_cdk_baseline.config import PROJECT

README = (PROJECT / "local" / "README.md").read_text(encoding="utf-8")
TABLE = README.split("| of | covered | raises |")[1].split("\n\n")[0].splitlines()[2:]

USED_AS = {  # of a GlueContext; their modules are private, since two modules of Glue have each of them
    "awsglue._readers.DynamicFrameReader": "create_dynamic_frame",
    "awsglue._readers.DataFrameReader": "create_data_frame",
    "awsglue._writers.DynamicFrameWriter": "write_dynamic_frame",
    "awsglue._writers.DataFrameWriter": "write_data_frame",
}


def listed(column: int) -> list[str]:
    """Return the names of a column, each after the module or class of its row."""
    rows = [[re.findall(r"`([\w.]+)`", cell) for cell in row.split("|")] for row in TABLE]
    return [f"{row[1][0]}.{name}" for row in rows for name in row[column]]


def public() -> dict[str, Any]:
    """Return each public class, function and method of the stand-in by its path."""
    found: dict[str, Any] = {}
    for package in (awsglue, awsgluedq, awsglueml):
        names = [item.name for item in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
        for module in (importlib.import_module(name) for name in names if "._" not in name):
            path = re.sub(r"transforms\.\w+$", "transforms", module.__name__.removeprefix("awsglue."))
            for name, item in vars(module).items():
                if not name.startswith("_") and getattr(item, "__module__", "") == module.__name__:
                    found[f"{path}.{name}"] = item
    found |= {name: pkgutil.resolve_name(path) for path, name in USED_AS.items()}
    return {
        name: item
        for path, owner in found.items()
        for name, item in (methods(path, owner) if isinstance(owner, type) else {path: owner}).items()
        if callable(item)
    }


def methods(path: str, owner: type) -> dict[str, Any]:
    """Return the public methods of a class by their paths; the class itself if it is a transform or a type."""
    if issubclass(owner, GlueTransform | DataType | Exception):
        return {path: owner}
    own = {name: getattr(item, "__func__", item) for name, item in vars(owner).items() if not name.startswith("_")}
    return {f"{path}.{name}": item for name, item in own.items()} or {path: owner}


def raises(found: Any) -> bool:
    """Whether all that a function does is to raise: its body is `not_covered(…)`."""
    if isinstance(found, type):
        found = vars(found).get("__call__", vars(found).get("__init__", found))
    body = ast.parse(textwrap.dedent(inspect.getsource(found))).body[0].body  # type: ignore[attr-defined]
    steps = [step for step in body if not (isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant))]
    return [ast.unparse(step).partition("(")[0] for step in steps] == ["not_covered"]


NAMES = public()


@pytest.mark.parametrize("column", [2, 3], ids=["covered", "raises"])
def test_the_readme_lists_each_name_as_what_it_is(column: int) -> None:
    names, here = listed(column), {name for name, found in NAMES.items() if raises(found) == (column == 3)}
    assert sorted(here - set(names)) == [], "these belong into the column"
    assert sorted(set(names) - here) == [], "these do not"
    assert len(names) == len(here), "a name is there twice"


@pytest.mark.parametrize("name", [name for name, found in NAMES.items() if raises(found)])
def test_a_name_that_is_not_covered_raises_with_its_name(name: str) -> None:
    """Whatever its arguments are."""
    found = NAMES[name]
    function = vars(found)["__call__"] if isinstance(found, type) else found
    required = [
        item
        for item in inspect.signature(function).parameters.values()
        if item.default is item.empty and item.kind is item.POSITIONAL_OR_KEYWORD
    ]
    with pytest.raises(NotImplementedError, match=f"{name.rpartition('.')[2]} is not covered by the local awsglue"):
        function(*required)
