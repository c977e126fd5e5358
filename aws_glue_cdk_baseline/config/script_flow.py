"""The flow of a script, from its syntax tree: constants, imports, functions, and the errors that it catches."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import cached_property

# The error of a missing option, and what catches it too. Older versions of Glue ended the script instead.
CAUGHT = frozenset({"GlueArgumentError", "Exception", "BaseException", "SystemExit"})
READER = "getResolvedOptions"


class Flow:
    """One script."""

    def __init__(self, tree: ast.Module) -> None:
        self._nodes = list(ast.walk(tree))
        self.functions = {
            node.name: node for node in self._nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        self.imported = {
            name.asname or name.name: name.name
            for node in self._nodes
            if isinstance(node, ast.ImportFrom)
            for name in node.names
        }

    @cached_property
    def assigned(self) -> set[str]:
        return {node.id for node in self._nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}

    def constant(self, name: str) -> ast.expr | None:
        """Return the value of a variable that is set once, to a list or tuple, and that nothing else can change."""
        return self._constants.get(name)

    @cached_property
    def _constants(self) -> dict[str, ast.expr]:
        read_only = {id(node) for use in self._nodes for node in _read_only(use)}
        names = [node for node in self._nodes if isinstance(node, ast.Name) and id(node) not in read_only]
        uses: dict[str, int] = {}
        for node in names:
            uses[node.id] = uses.get(node.id, 0) + 1
        return {
            target.id: node.value
            for node in self._nodes
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.List | ast.Tuple | ast.BinOp)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name) and uses.get(target.id) == 1
        }

    def texts(self, node: ast.expr) -> tuple[ast.Constant, ...] | None:
        """Return the elements of a literal list of texts, or of a variable that is one, else None."""
        if isinstance(node, ast.Name):
            node = self.constant(node.id) or node
        if not isinstance(node, ast.List | ast.Tuple | ast.Set):
            return None
        found = tuple(item for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str))
        return found if len(found) == len(node.elts) else None

    def goes_on_without(self, handlers: Sequence[ast.ExceptHandler]) -> bool:
        """Return true if the handler of the error of a missing option neither raises nor ends the script."""
        for handler in handlers:
            if handler.type is None or self._catches(handler.type):
                return not _ends(handler.body[-1])
        return False

    def suppresses(self, item: ast.withitem) -> bool:
        """Return true for `contextlib.suppress` of the error of a missing option."""
        call = item.context_expr
        return isinstance(call, ast.Call) and _last_name(call.func) == "suppress" and any(map(self._catches, call.args))

    def _catches(self, kind: ast.expr) -> bool:
        if isinstance(kind, ast.Name) and isinstance(found := self.constant(kind.id), ast.Tuple):
            kind = found
        if isinstance(kind, ast.Tuple):
            return any(map(self._catches, kind.elts))
        name = _last_name(kind)
        return self.imported.get(name, name) in CAUGHT


def leaves_early(node: ast.AST) -> bool:
    """Return true for an `if` without `else` that ends with `return`, `continue` or `break`."""
    return (
        isinstance(node, ast.If)
        and not node.orelse
        and isinstance(node.body[-1], ast.Return | ast.Continue | ast.Break)
    )


def is_main_guard(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test))


def _read_only(node: ast.AST) -> list[ast.expr | None]:
    """Return the parts of `node` that only read the variable which they are."""
    match node:
        case ast.Call(args=[_, options, *_]) if _last_name(node.func) == READER:
            return [options, *_terms(options)]
        case ast.Call(keywords=keywords) if _last_name(node.func) == READER:
            return [keyword.value for keyword in keywords]
        case ast.For(iter=iterated) | ast.comprehension(iter=iterated):
            return [iterated]
        case ast.Compare(comparators=comparators):
            return list(comparators)
        case ast.ExceptHandler(type=kind):
            return [kind]
    return []


def _terms(node: ast.expr) -> list[ast.expr]:
    return [node.left, node.right, *_terms(node.left), *_terms(node.right)] if isinstance(node, ast.BinOp) else []


def _ends(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return _last_name(statement.value.func) in ("exit", "_exit", "quit")
    return isinstance(statement, ast.Raise)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
