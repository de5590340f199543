"""Jinja2, hardened (LIBRARIES, section 5): nothing but our filters, no calls, no attributes, no operators.

The check in `dialect` already refuses all of that; this holds even if something slips through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, reduce
from typing import Any, NoReturn

from jinja2 import StrictUndefined, Template, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from engine.text.dialect import LOOP, is_personal, loop_rows, path_names
from engine.text.errors import MissingValue
from engine.text.filters import FILTERS, TextFilter
from engine.text.slots import Slot
from engine.text.syntax import LAYOUT
from engine.text.tree import PERSONAL, ParsedText, Path, of_loop
from engine.text.values import OPPOSITES, as_number, is_missing, show_constant
from tests.reference.sandboxed.cell import Cell


def compile_template(parsed: ParsedText, names: Mapping[Path, str], *, html: bool) -> Template:
    """A template of a checked text that finds the cell of each path under its name."""
    environment = _sandbox(html=html)
    tree = _Renamed(names, environment, parsed.partials).visit(environment.parse(parsed.source))
    tree.set_environment(environment)
    return environment.template_class.from_code(environment, environment.compile(tree), {})


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of every rendered text."""

    intercepted_binops = frozenset(ImmutableSandboxedEnvironment.default_binop_table)
    intercepted_unops = frozenset(ImmutableSandboxedEnvironment.default_unop_table)

    def __init__(self, *, html: bool) -> None:
        super().__init__(
            **LAYOUT, autoescape=html, undefined=StrictUndefined, finalize=_shown_or_missing, cache_size=0
        )
        self.globals.clear()
        self.filters = {name: _for_cells(entry) for name, entry in FILTERS.items()}
        self.tests = {"defined": _is_there}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return False

    def is_safe_callable(self, obj: Any) -> bool:
        return False

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if type(obj) is dict and argument in obj:
            return obj[argument]
        return self.unsafe_undefined(obj, str(argument))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> NoReturn:
        raise SecurityError(f"operator {operator} in a text")

    def call_unop(self, context: Any, operator: str, arg: Any) -> NoReturn:
        raise SecurityError(f"operator {operator} in a text")


@cache
def _sandbox(*, html: bool) -> Sandbox:
    return Sandbox(html=html)


def _shown(value: Any) -> str | None:
    return value.text() if isinstance(value, Cell) else show_constant(value)


def _shown_or_missing(value: Any) -> str:
    shown = _shown(value)
    if shown is None:
        raise MissingValue(value.path)
    return shown


def _is_there(value: Any) -> bool:
    return not isinstance(value, Cell) or value.is_there


def _for_cells(entry: TextFilter) -> Callable[..., Any]:
    """A filter that looks into cells and hands on those with a missing value."""

    def on_missing(value: Any, default: Any) -> Any:
        return entry.function(_shown(value), default)

    def on_text(value: Any, *arguments: Any) -> Any:
        shown = _shown(value)
        return value if shown is None else entry.function(shown, *arguments)

    def on_value(value: Any, *arguments: Any) -> Any:
        plain = value.value() if isinstance(value, Cell) else as_number(value)
        if not is_missing(plain):
            return entry.function(plain, *arguments)
        return value.emptied() if isinstance(value, Cell) else value

    def on_rows(rows: Any, *arguments: Any) -> Any:
        return _numbered(entry.function(rows, *arguments))

    return {"missing": on_missing, "text": on_text, "value": on_value, "rows": on_rows}[entry.acts_on]


def _numbered(rows: Any) -> list[dict[str, Cell]]:
    """Rows that know their number, and which is the first and the last."""
    return [
        {
            **row,
            "index": Cell(of_loop("index"), _NUMBER, number),
            "first": Cell(of_loop("first"), _NUMBER, number == 1),
            "last": Cell(of_loop("last"), _NUMBER, number == len(rows)),
        }
        for number, row in enumerate(rows, 1)
    ]


_NUMBER = Slot(0, str)
_ITEM = "item"


class _Renamed(NodeTransformer):
    """Paths become single names, partials their text; `not` moves inwards, so that a comparison on nothing
    fails either way.
    """

    def __init__(self, names: Mapping[Path, str], environment: Sandbox, partials: Mapping[str, str]) -> None:
        self._names = names
        self._environment = environment
        self._partials = partials
        self._row: tuple[str, Path] | None = None

    def visit_Output(self, node: nodes.Output) -> list[nodes.Node]:  # noqa: N802 - Jinja2's names
        found: list[nodes.Node] = []
        for one in node.nodes:
            if is_personal(one):
                found += self._included(PERSONAL) if PERSONAL in self._partials else []
            else:
                found.append(nodes.Output([self._visited(one)], lineno=node.lineno))
        return found

    def visit_Include(self, node: nodes.Include) -> list[nodes.Node]:  # noqa: N802 - Jinja2's names
        if not isinstance(node.template, nodes.Const):
            raise SecurityError("a computed include in a text")
        return self._included(node.template.value)

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - Jinja2's names
        found = loop_rows(node)
        if found is None or not isinstance(node.target, nodes.Name) or self._row is not None:
            raise SecurityError("for over something else in a text")
        rows, at_most = found
        self._row = node.target.name, rows
        body = self._all(node.body)
        self._row = None
        listed = nodes.Name(self._names[rows], "load", lineno=node.lineno)
        newest = nodes.Filter(listed, "newest", [nodes.Const(at_most)], [], None, None, lineno=node.lineno)
        recursive = False
        target = nodes.Name(_ITEM, "store", lineno=node.lineno)
        return nodes.For(target, newest, body, self._all(node.else_), None, recursive, lineno=node.lineno)

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802 - Jinja2 looks it up by this name
        return self._renamed(node)

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:  # noqa: N802 - Jinja2's names
        return self._renamed(node)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802 - Jinja2's names
        return self._renamed(node)

    def visit_Neg(self, node: nodes.Neg) -> nodes.Node:  # noqa: N802 - Jinja2's names
        number = node.node
        if not isinstance(number, nodes.Const):
            raise SecurityError("arithmetic in a text")
        return nodes.Const(-number.value, lineno=node.lineno)

    def visit_Not(self, node: nodes.Not) -> nodes.Node:  # noqa: N802 - Jinja2's names
        inner = node.node
        if isinstance(inner, nodes.Not):
            return self._visited(inner.node)
        if isinstance(inner, (nodes.And, nodes.Or)):
            turned = nodes.Or if isinstance(inner, nodes.And) else nodes.And
            sides = (
                self.visit_Not(nodes.Not(side, lineno=side.lineno)) for side in (inner.left, inner.right)
            )
            return turned(*sides, lineno=node.lineno)
        if isinstance(inner, nodes.Compare):
            (operand,) = inner.ops
            operand.op = OPPOSITES[operand.op]
            return self._visited(inner)
        return self.generic_visit(node)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802 - Jinja2's names
        (operand,) = node.ops
        if operand.op not in ("in", "notin"):
            return self.generic_visit(node)
        single, joined = ("eq", nodes.Or) if operand.op == "in" else ("ne", nodes.And)
        items = operand.expr.iter_child_nodes()  # One by one: `not in` would hold for a missing value.
        tests = (
            nodes.Compare(node.expr, [nodes.Operand(single, item)], lineno=node.lineno) for item in items
        )
        return reduce(lambda left, right: joined(left, right, lineno=node.lineno), map(self._visited, tests))

    def _included(self, name: str) -> list[nodes.Node]:
        inner = _Renamed(self._names, self._environment, {})
        return inner._all(self._environment.parse(self._partials[name]).body)

    def _all(self, statements: list[nodes.Node]) -> list[nodes.Node]:
        visited = [self.visit(one) for one in statements]
        return [one for found in visited for one in (found if isinstance(found, list) else [found])]

    def _visited(self, node: nodes.Node) -> nodes.Node:
        visited: nodes.Node = self.visit(node)
        return visited

    def _renamed(self, node: nodes.Expr) -> nodes.Node:
        path = path_names(node)
        if path is None:
            raise SecurityError("subscript in a text")
        if self._row is None or path[0] not in {LOOP, self._row[0]}:
            return nodes.Name(self._names[path], "load", lineno=node.lineno)
        name, rows = self._row
        word = self._names[*rows, *path[1:]] if path[0] == name else path[1]
        item = nodes.Name(_ITEM, "load", lineno=node.lineno)
        return nodes.Getitem(item, nodes.Const(word), "load", lineno=node.lineno)
