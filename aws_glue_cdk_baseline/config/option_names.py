"""Find the names of the options that a script reads, and whether it always reads them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from aws_glue_cdk_baseline.config.option_finder import OptionFinder, Place, Use, is_dashes


@dataclass(frozen=True)
class Option:
    """An option that is read at a line of the script; conditional if the script goes on without it."""

    name: str
    line: int
    conditional: bool


@dataclass
class Found:
    """The options that a script reads. `calls` has those of each call, or none if some are not known.

    `abbreviates`: a call asks for abbreviated names with `allow_abbrev=True`. `needs_glue_6` is the line of the first
    call that has this parameter, unless the script goes on without that call.
    """

    options: list[Option] = field(default_factory=list)
    calls: list[list[Option]] = field(default_factory=list)
    complete: bool = True
    abbreviates: bool = False
    needs_glue_6: int | None = None


def find_options(tree: ast.Module) -> Found:
    """Return the options that a script reads, as far as its source says them."""
    finder = OptionFinder(tree)
    finder.visit(tree)
    return _Resolver(finder).found()


class _Resolver:
    """Finds the names of the options that are read, and whether the script always reads them."""

    def __init__(self, finder: OptionFinder) -> None:
        self._finder, self._flow = finder, finder.flow
        self._reached = self._reached_functions()

    def found(self) -> Found:
        finder = self._finder
        found = Found(complete=finder.complete, abbreviates=finder.abbreviates, needs_glue_6=finder.needs_glue_6)
        for place, call in finder.reads:
            options = self._call(place, call)
            for option, _ in options or ():
                if option:
                    found.options.append(option)
            if options is None or any(option is None for option, _ in options):
                found.complete = False
                found.calls.append([])
                continue
            together: dict[int, list[Option]] = {}
            for option, number in options:
                assert option is not None
                together.setdefault(number, []).append(option)
            found.calls += together.values() or [[]]
        for place, text in finder.texts if found.calls else ():
            if (spelt := self._texts(text, place)) is None:
                found.complete = False
            for option in spelt or ():
                found.options.append(replace(option, name=option.name.removeprefix("--"), conditional=True))
        return found

    def _reached_functions(self) -> set[str | None]:
        """Return the functions that the script calls without a condition, and those that it never calls itself."""
        reached: set[str | None] = {None, *(name for name in self._flow.functions if not self._other_uses(name))}
        while new := {
            name
            for name in self._flow.functions
            if name not in reached
            for use in self._other_uses(name)
            if not use.place.conditional and use.place.function in reached
        }:
            reached |= new
        return reached

    def _other_uses(self, function: str) -> list[Use]:
        return [use for use in self._finder.uses.get(function, []) if use.place.function != function]

    def _is_conditional(self, place: Place) -> bool:
        return place.conditional or place.function not in self._reached

    def _call(self, place: Place, call: ast.Call) -> list[tuple[Option | None, int]] | None:
        """Return the options of a call, each with the number of the call: one in a loop or a helper is several.

        None stands for an option that is not known, or for all of them.
        """
        argument = next((keyword.value for keyword in call.keywords if keyword.arg == "options"), None)
        elements = self._elements(call.args[1] if len(call.args) > 1 else argument)
        if elements is None:
            return None
        options: list[tuple[Option | None, int]] = []
        for element, conditional in elements:
            spelt: Sequence[Option | None] = self._texts(element, place) or [None]
            several = not isinstance(element, ast.Constant)
            for number, option in enumerate(spelt):
                option = option and replace(option, conditional=option.conditional or conditional)
                options.append((option, number if several else 0))
        return options

    def _elements(self, argument: ast.expr | None) -> list[tuple[ast.expr, bool]] | None:
        """Return the elements of a list of options, each with true if it is in the list only under a condition.

        An element that is no text stands for elements that are not known.
        """
        match argument:
            case ast.Name(id=name) if constant := self._flow.constant(name):
                return self._elements(constant)
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return [(element, False) for element in elements]
            case ast.ListComp(
                elt=ast.Name(id=name), generators=[ast.comprehension(target=ast.Name(id=variable)) as loop]
            ):
                texts = self._flow.texts(loop.iter) if name == variable else None
                return None if texts is None else [(text, bool(loop.ifs)) for text in texts]
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                parts = [self._elements(left), self._elements(right)]
                unknown = [(ast.Constant(None), False)]
                return [element for part in parts for element in (unknown if part is None else part)]
        return None

    def _texts(self, text: ast.expr, place: Place) -> list[Option] | None:
        """Return the values of an expression, or None if they are known only at run time."""
        match text:
            case ast.Constant(value=str(value)):
                return [Option(value, text.lineno, self._is_conditional(place))]
            case ast.Name(id=name):
                loops = dict(place.loops)
                if name in loops:
                    return self._constants(loops[name], place)
                return self._argument(name, place)
            # An option with its dashes, such as f"--{name}". Of other texts that are put together, nothing is known.
            case (
                ast.JoinedStr(values=[dashes, ast.FormattedValue(value=inner)])
                | ast.BinOp(left=dashes, right=inner)
                | ast.Call(func=ast.Attribute(attr="format", value=dashes), args=[inner])
            ) if is_dashes(dashes):
                return self._texts(inner, place)
        return None

    def _constants(self, values: Iterable[ast.Constant] | None, place: Place) -> list[Option] | None:
        if values is None:
            return None
        return [Option(str(value.value), value.lineno, self._is_conditional(place)) for value in values]

    def _argument(self, name: str, place: Place) -> list[Option] | None:
        """Return what the script's own calls of the function at `place` give to its parameter `name`."""
        function = self._flow.functions.get(place.function or "")
        uses = self._finder.uses.get(place.function or "", [])
        if function is None or name in self._flow.assigned or not uses:
            return None
        names = [argument.arg for argument in [*function.args.posonlyargs, *function.args.args]]
        values: list[Option] = []
        for use in uses:
            if name not in names or use.call is None:
                return None
            index = names.index(name) - isinstance(use.call.func, ast.Attribute)
            given = dict(enumerate(use.call.args)).get(index) or {k.arg: k.value for k in use.call.keywords}.get(name)
            spelt = None if given is None else self._texts(given, use.place)
            if spelt is None or use.place.function == place.function:
                return None
            values += [replace(option, conditional=option.conditional or place.conditional) for option in spelt]
        return values
