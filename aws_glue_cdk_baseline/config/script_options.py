"""Find the options that a job script reads from its command line. The source is parsed, and not run."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

# Glue passes these itself: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
SUPPLIED_BY_GLUE = frozenset({"JOB_NAME", "JOB_ID", "JOB_RUN_ID", "WORKFLOW_NAME", "WORKFLOW_RUN_ID"})


@dataclass(frozen=True)
class ScriptOptions:
    """The options that a script reads with `getResolvedOptions`, each with its line.

    An option that is read only under an `if` is optional.
    """

    required: dict[str, int]
    optional: dict[str, int]

    @property
    def lines(self) -> dict[str, int]:
        return {**self.optional, **self.required}


def read_script_options(script: Path) -> ScriptOptions | None:
    """Return the options of `script`, or None if they are not a literal list: then they are known only at run time.

    Raise SyntaxError (with `lineno`) for a script that Python cannot parse.
    """
    source = script.read_bytes()
    try:
        tree = ast.parse(source, filename=script.name)
        finder = _Finder(tree)
        finder.visit(tree)
    except (ValueError, RecursionError, MemoryError) as error:  # NUL bytes, or an expression with thousands of terms
        raise SyntaxError(str(error) or "too complex", (script.name, 1, 1, None)) from None
    if not finder.calls or not finder.all_literal:
        return None
    return ScriptOptions(finder.required, finder.optional)


class _Finder(ast.NodeVisitor):
    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.calls = 0
        self.all_literal = True
        self.required: dict[str, int] = {}
        self.optional: dict[str, int] = {}
        self._conditions = 0

    def visit_If(self, node: ast.If | ast.IfExp) -> None:
        if isinstance(node, ast.If) and _is_main_guard(node.test):
            self.generic_visit(node)
            return
        self.visit(node.test)
        self._conditions += 1
        for child in [*_as_list(node.body), *_as_list(node.orelse)]:
            self.visit(child)
        self._conditions -= 1

    visit_IfExp = visit_If

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        if not _is_reader(node):
            return
        self.calls += 1
        argument = _options_argument(node)
        if isinstance(argument, ast.Name):
            argument = _constants(self.tree).get(argument.id)
        if not isinstance(argument, ast.List | ast.Tuple) or not all(map(_is_text, argument.elts)):
            self.all_literal = False
            return
        found = self.optional if self._conditions else self.required
        for element in argument.elts:
            found.setdefault(ast.literal_eval(element), element.lineno)


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Return the variables that are set once, to a list or tuple, and used only as argument of `getResolvedOptions`."""
    nodes = list(ast.walk(tree))
    used_as_options = {id(_options_argument(node)) for node in nodes if isinstance(node, ast.Call) and _is_reader(node)}
    uses = [node for node in nodes if isinstance(node, ast.Name) and id(node) not in used_as_options]
    return {
        target.id: node.value
        for node in nodes
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.List | ast.Tuple)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and sum(use.id == target.id for use in uses) == 1
    }


def _options_argument(call: ast.Call) -> ast.expr | None:
    if len(call.args) > 1:
        return call.args[1]
    return next((keyword.value for keyword in call.keywords if keyword.arg == "options"), None)


def _is_reader(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
    return name == "getResolvedOptions"


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_main_guard(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test))


def _as_list(body: ast.expr | list[ast.stmt]) -> list[ast.AST]:
    return list(body) if isinstance(body, list) else [body]
