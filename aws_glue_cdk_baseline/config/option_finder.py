"""Find the places in a script where it reads options: calls of `getResolvedOptions`, and uses of `sys.argv`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from aws_glue_cdk_baseline.config.script_flow import Flow, is_main_guard, leaves_early

READER = "getResolvedOptions"
OPTION = re.compile(r"--([A-Za-z][\w-]*)")
DYNAMIC = re.compile(r"--(\{\w*\}|%s|%\(\w+\)s)?")
# These functions take no option from the `sys.argv` that they get.
HARMLESS = frozenset({"print", "len", "str", "repr", "info", "debug", "warning", "parse_args", "parse_known_args"})


@dataclass(frozen=True)
class Place:
    """A place in the script: the function around it, whether it is reached, and the values of loop variables."""

    function: str | None = None
    conditional: bool = False
    loops: tuple[tuple[str, tuple[ast.Constant, ...] | None], ...] = ()


@dataclass(frozen=True)
class Use:
    """A place where a function is used; `call` is None if it is not called there."""

    place: Place
    call: ast.Call | None


class OptionFinder(ast.NodeVisitor):
    """Collects the places where options are read, and where functions are used."""

    def __init__(self, tree: ast.Module) -> None:
        self.flow = Flow(tree)
        self.readers = {READER, *(new for new, old in self.flow.imported.items() if old == READER)}
        self.reads: list[tuple[Place, ast.Call]] = []
        self.texts: list[tuple[Place, ast.expr]] = []  # such as "--input_path", "--" + name
        self.uses: dict[str, list[Use]] = {}
        self.complete = True
        self.abbreviates = False
        self.needs_glue_6: int | None = None
        self._place = Place()
        self._parents: list[ast.AST] = []

    @contextmanager
    def _at(self, *, conditional: bool = False, **values: object) -> Iterator[None]:
        before = self._place
        self._place = replace(before, conditional=before.conditional or conditional, **values)  # type: ignore[arg-type]
        yield
        self._place = before

    def visit(self, node: ast.AST) -> None:
        self._parents.append(node)
        super().visit(node)
        self._parents.pop()

    def generic_visit(self, node: ast.AST) -> None:
        for _, value in ast.iter_fields(node):
            if isinstance(value, list):
                self._block(value)
            elif isinstance(value, ast.AST):
                self.visit(value)

    def _block(self, nodes: list[ast.AST], *, conditional: bool = False) -> None:
        """Visit nodes. What comes after `if …: return` is conditional."""
        for node in nodes:
            if isinstance(node, ast.AST):
                with self._at(conditional=conditional):
                    self.visit(node)
                conditional = conditional or leaves_early(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        before, self._place = self._place, Place(node.name)  # conditional is where it is called
        self.generic_visit(node)
        self._place = before

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        conditional = not is_main_guard(node.test)
        self._block(node.body, conditional=conditional)  # type: ignore[arg-type]
        self._block(node.orelse, conditional=conditional)  # type: ignore[arg-type]

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        self._block([node.body, node.orelse], conditional=True)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        self._block(list(node.values[1:]), conditional=True)

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        self._block(list(node.cases), conditional=True)

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        caught = self.flow.goes_on_without(node.handlers)
        self._block(node.body, conditional=caught)  # type: ignore[arg-type]
        self._block(node.handlers, conditional=True)  # type: ignore[arg-type]
        self._block(node.orelse, conditional=caught)  # type: ignore[arg-type]
        self._block(node.finalbody)  # type: ignore[arg-type]

    visit_TryStar = visit_Try

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        self._block(list(node.items))
        self._block(node.body, conditional=any(map(self.flow.suppresses, node.items)))  # type: ignore[arg-type]

    visit_AsyncWith = visit_With

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        with self._at(loops=self._with_loop(node.target, node.iter)):
            self._block(node.body)  # type: ignore[arg-type]
        self._block(node.orelse)  # type: ignore[arg-type]

    visit_AsyncFor = visit_For

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        before = self._place
        for loop in node.generators:
            self.visit(loop.iter)
            self._place = replace(self._place, loops=self._with_loop(loop.target, loop.iter))
            self._block(list(loop.ifs))
            self._place = replace(self._place, conditional=self._place.conditional or bool(loop.ifs))
        for result in [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]:
            self.visit(result)
        self._place = before

    visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_ListComp

    def _with_loop(self, target: ast.expr, over: ast.expr) -> tuple[tuple[str, tuple[ast.Constant, ...] | None], ...]:
        new = [(name.id, None) for name in ast.walk(target) if isinstance(name, ast.Name)]
        values = self.flow.texts(over)
        if isinstance(target, ast.Name) and values is not None:
            return (*self._place.loops, (target.id, values))
        return (*self._place.loops, *new)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func)
        self.generic_visit(node)
        if name in self.readers:
            self.reads.append((self._place, node))
            self._note_abbreviations(node)
        elif name == "format" and isinstance(node.func, ast.Attribute) and is_dashes(node.func.value):
            self.texts.append((self._place, node))

    def _note_abbreviations(self, call: ast.Call) -> None:
        """Note a call with `allow_abbrev`, which is a parameter of getResolvedOptions from Glue 6.0 on."""
        given = {keyword.arg: keyword.value for keyword in call.keywords}.get("allow_abbrev")
        given = call.args[2] if given is None and len(call.args) > 2 else given
        self.abbreviates |= isinstance(given, ast.Constant) and given.value is True
        tried = any(isinstance(parent, ast.Try | ast.If) for parent in self._parents)
        if given is not None and not tried and self.needs_glue_6 is None:
            self.needs_glue_6 = call.lineno

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._used(node, node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        self._used(node, node.attr)

    def _used(self, node: ast.expr, name: str) -> None:
        parent = self._parents[-2] if len(self._parents) > 1 else node
        called = isinstance(parent, ast.Call) and parent.func is node
        if name in self.readers and not called:
            self.complete = False  # whoever gets the function reads what we do not see
        if name == "argv" and not self._is_plain_use_of_argv(node):
            self.complete = False
        self.uses.setdefault(name, []).append(Use(self._place, parent if called else None))  # type: ignore[arg-type]

    def _is_plain_use_of_argv(self, node: ast.expr) -> bool:
        """Return true if no option can be read at this use of `sys.argv` but those that the source spells."""
        parent = self._parents[-2] if len(self._parents) > 1 else node
        match parent:
            case ast.Call():
                name = _name(parent.func)
                return self._takes_no_option(name)
            case ast.keyword():
                return True
            case ast.Subscript(slice=part):
                outer = self._parents[-3]
                parsed = isinstance(outer, ast.Call) and self._takes_no_option(_name(outer.func))
                return not isinstance(part, ast.Slice) or parsed or isinstance(outer, ast.Compare)
            case ast.Attribute(attr=attribute):
                return attribute in ("index", "argv", "count")
            case ast.Compare() | ast.FormattedValue() | ast.BoolOp() | ast.If() | ast.IfExp() | ast.Assign():
                return not isinstance(parent, ast.Assign) or node in parent.targets
        return False

    def _takes_no_option(self, function: str | None) -> bool:
        return function in self.readers | HARMLESS or function in self.flow.functions

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and OPTION.fullmatch(node.value):
            self.texts.append((self._place, node))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.generic_visit(node)
        if node.values and is_dashes(node.values[0]):
            self.texts.append((self._place, node))

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.generic_visit(node)
        if isinstance(node.op, ast.Add | ast.Mod) and is_dashes(node.left):
            self.texts.append((self._place, node))


def _name(function: ast.expr) -> str | None:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)


def is_dashes(text: ast.AST) -> bool:
    """Return true for the beginning of an option whose name follows: "--", "--{}" or "--%s"."""
    return isinstance(text, ast.Constant) and isinstance(text.value, str) and bool(DYNAMIC.fullmatch(text.value))
