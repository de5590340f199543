"""The dialect of the texts: from Jinja2's tree to ours; what is not named here is refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from jinja2 import nodes

from engine.text.errors import TextMistake
from engine.text.filters import FILTERS, Argument
from engine.text.places import Places
from engine.text.references import PathUse
from engine.text.refusing import Refusing
from engine.text.syntax import nearest_word, parse_source
from engine.text.tree import (
    PERSONAL,
    AllOf,
    AnyOf,
    Body,
    Branch,
    Case,
    Chain,
    Choice,
    Compare,
    Constant,
    Defined,
    Field,
    FilterUse,
    Has,
    Loop,
    Operand,
    Path,
    Piece,
    Test,
    is_of_loop,
    list_of,
    of_loop,
)
from engine.text.values import OPPOSITES, USUAL_ROWS, as_number, is_missing

LOOP = "loop"
LOOP_WORDS = ("index", "first", "last")

_ENDLESS = 10**30  # More digits than any amount has.
_FOREIGN_FILTERS = {"default": "or", "d": "or", "capitalize": "upper", "strip": "trim"}


def read_body(source: str, partials: Mapping[str, str]) -> Reader:
    """A reader that has checked the text: what it found, the use of each path, the partials it took in."""
    reader = Reader(source, partials)
    reader.read()
    return reader


def path_names(node: nodes.Node) -> Path | None:
    """The names of `a`, `a.b` and `a["b"]`; None for anything else."""
    names: list[str] = []
    while isinstance(node, (nodes.Getattr, nodes.Getitem)):
        if isinstance(node, nodes.Getattr):
            names.append(node.attr)
        elif isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            names.append(unicodedata.normalize("NFC", node.arg.value))
        else:
            return None
        node = node.node
    return (node.name, *reversed(names)) if isinstance(node, nodes.Name) else None


def is_personal(node: nodes.Node) -> bool:
    """Whether it is the place for the text that a step gives."""
    return isinstance(node, nodes.Name) and node.name == "personal"


def loop_rows(node: nodes.For) -> tuple[Path, int] | None:
    """The list that a `for` goes over and how many rows at most; None where it is not written so."""
    over, at_most = node.iter, USUAL_ROWS
    if isinstance(over, nodes.Filter) and over.name == "newest" and over.node is not None:
        (most,) = over.args
        over, at_most = over.node, most.as_const()
    return (list_of(over.name), at_most) if isinstance(over, nodes.Name) else None


class Reader(Refusing):
    """Reads one text; a partial is read by a reader of its own, into the same uses."""

    def __init__(
        self, source: str, partials: Mapping[str, str], within: tuple[Reader, str] | None = None
    ) -> None:
        super().__init__(Places(source))
        self.found: Body = ()
        self.uses: dict[Path, PathUse] = within[0].uses if within else {}
        self.included: dict[str, str] = {}
        self._inner: dict[str, Reader] = {}
        self._source = source
        self._partials = partials
        self._partial = within[1] if within else ""
        self._row: tuple[str, Path] | None = None
        self.loops = 0
        self._size = len(source)

    def read(self) -> None:
        """Raises TextMistake."""
        self.found = self.body(parse_source(self._source, self._places).body, depth=0)

    def body(self, statements: list[nodes.Node], depth: int) -> Body:
        pieces: list[Piece] = []
        for node in statements:
            if isinstance(node, nodes.Output):
                for one in node.nodes:
                    pieces.extend(self._personal(one) if is_personal(one) else (self._output(one),))
            elif isinstance(node, nodes.If):
                pieces.append(self._branch(node, depth + 1))
            elif isinstance(node, nodes.For):
                pieces.append(self._loop(node, depth))
            elif isinstance(node, nodes.Include):
                pieces.extend(self._include(node))
            else:
                self._forbid(node)
        return tuple(pieces)

    def _branch(self, node: nodes.If, depth: int) -> Branch:
        self._limit("if_depth", depth, node, "if")
        self._limit("branches", len(node.elif_) + 1, node, "elif")
        cases = tuple(
            Case(self._test(case.test, wanted=True, depth=0), self.body(case.body, depth))
            for case in (node, *node.elif_)
        )
        return Branch(cases, self.body(node.else_, depth))

    def _loop(self, node: nodes.For, depth: int) -> Loop:
        if self._row is not None:
            self._forbid(
                node, "nested_for", node.target.name if isinstance(node.target, nodes.Name) else "for"
            )
        if node.test is not None:
            self._forbid(node, "for_with_if", "if")
        if node.recursive or not isinstance(node.target, nodes.Name):
            self._forbid(node, "for", "for")
        name = node.target.name
        if name.startswith("_") or name == LOOP:
            self._forbid(node, "private_name" if name != LOOP else "loop_name", name)
        self.loops += 1
        self._limit("loops", self.loops, node, "for")
        rows, at_most = self._rows(node)
        use = self._use(rows, node, rows[:1])
        use.at_most = max(use.at_most, at_most)
        self._row = name, rows
        body = self.body(node.body, depth)
        self._row = None
        return Loop(rows, at_most, body, self.body(node.else_, depth))

    def _rows(self, node: nodes.For) -> tuple[Path, int]:
        """The list and how many rows of it; only `newest` may stand behind its name."""
        if isinstance(node.iter, nodes.Filter):
            self._filter(node.iter, acts_on_rows=True)
        found = loop_rows(node)
        if found is None:
            self._forbid(node.iter, "for_over", "in")
        if found[0][0].startswith("_"):
            self._forbid(node.iter, "private_name", found[0][0])
        return found

    def _include(self, node: nodes.Include) -> Body:
        name = node.template.value if isinstance(node.template, nodes.Const) else None
        if not isinstance(name, str) or node.ignore_missing or not node.with_context:
            named = node.template.name if isinstance(node.template, nodes.Name) else "include"
            self._forbid(node, "include", named)
        if self._partial:
            self._forbid(node, "include_in_partial", "include")
        if name not in self._partials or name == PERSONAL:
            known = [one for one in self._partials if one != PERSONAL]
            facts = {"name": name, "nearest": nearest_word(name, known, 0.5), "known": ", ".join(known)}
            raise self._places.mistake("unknown_partial", facts, node.lineno, name)
        return self._taken_in(name, node)

    def _personal(self, node: nodes.Node) -> Body:
        if self._partial:
            self._forbid(node, "personal_in_partial", "personal")
        return self._taken_in(PERSONAL, node) if PERSONAL in self._partials else ()

    def _taken_in(self, name: str, node: nodes.Node) -> Body:
        """The pieces of a partial, as if they stood here."""
        source = self._partials[name]
        self._size += len(source)
        self._limit("characters", self._size, node, "include", "personal")
        if name not in self._inner:
            self.included[name] = source
            self._inner[name] = Reader(source, {}, within=(self, name))
            try:
                self._inner[name].read()
            except TextMistake as mistake:
                mistake.partial = name
                raise
        inner = self._inner[name]
        self.loops += inner.loops
        self._limit("loops", self.loops, node, "include", "personal")
        if self._row is not None and inner.loops:
            self._forbid(node, "nested_for", "include", "personal")
        return inner.found

    def _output(self, node: nodes.Expr) -> Piece:
        if isinstance(node, nodes.TemplateData):
            return node.data
        if not isinstance(node, nodes.CondExpr):
            return self._chain(node)
        if node.expr2 is None:
            self._forbid(node, "choice_without_else", "if")
        test = self._test(node.test, wanted=True, depth=0)
        return Choice(test, self._chain(node.expr1), self._chain(node.expr2))

    def _chain(self, node: nodes.Expr) -> Chain:
        uses: list[nodes.Filter] = []
        while isinstance(node, nodes.Filter) and node.node is not None:
            uses.insert(0, node)
            self._limit("filters", len(uses), node, "|")
            node = node.node
        base = self._shown(node)
        filters = tuple(map(self._filter, uses))
        if uses and FILTERS[uses[0].name].acts_on == "value" and isinstance(base, Field):
            self._use(base.path, node, base.path).rounded = True
        for use, read in zip(uses[1:], filters[1:], strict=True):
            if FILTERS[read.name].acts_on == "value":
                self._forbid(use, f"{read.name}_not_first", read.name)
        if (
            isinstance(base, Constant)
            and isinstance(base.value, str)
            and any(FILTERS[use.name].acts_on == "value" for use in filters)
        ):
            raise self._bad_argument(uses[0], FILTERS[uses[0].name])
        return Chain(base, filters)

    def _filter(self, node: nodes.Filter, *, acts_on_rows: bool = False) -> FilterUse:
        known = FILTERS.get(node.name)
        if known is None:
            nearest = _FOREIGN_FILTERS.get(node.name) or nearest_word(node.name, FILTERS)
            facts = {"name": node.name, "nearest": nearest, "known": ", ".join(FILTERS)}
            raise self._places.mistake("unknown_filter", facts, node.lineno, *node.name.split("."))
        if (known.acts_on == "rows") != acts_on_rows:
            self._forbid(node, "for_over" if acts_on_rows else "newest_outside_for", node.name)
        required = sum(argument.required for argument in known.arguments)
        if node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise self._bad_argument(node, known)
        if not required <= len(node.args) <= len(known.arguments):
            raise self._bad_argument(node, known)
        pairs = zip(node.args, known.arguments, strict=False)
        return FilterUse(node.name, tuple(self._argument(arg, wanted, node) for arg, wanted in pairs))

    def _argument(self, node: nodes.Expr, wanted: Argument, use: nodes.Filter) -> Operand:
        operand = self._shown(node)
        if wanted.kind == "operand":
            return operand
        value = operand.value if isinstance(operand, Constant) else None
        if isinstance(value, str) and wanted.kind == "text":
            measure = len(value)
        elif isinstance(value, int) and wanted.kind == "whole":
            measure = value
        else:
            measure = -1
        if not wanted.least <= measure <= wanted.most:
            raise self._bad_argument(use, FILTERS[use.name])
        return operand

    def _shown(self, node: nodes.Expr) -> Operand:
        operand = self._operand(node)
        if isinstance(operand, Constant) and isinstance(operand.value, bool):
            self._forbid(node, "yes_no_output", "true", "false", "True", "False")
        if isinstance(operand, Field) and is_of_loop(operand.path) and operand.path[1] != LOOP_WORDS[0]:
            self._forbid(node, "yes_no_output", LOOP)
        return operand

    def _test(self, node: nodes.Node, *, wanted: bool, depth: int) -> Test:
        self._limit("terms", depth, node, "and", "or", "not")
        if isinstance(node, nodes.Not):
            return self._test(node.node, wanted=not wanted, depth=depth + 1)
        if isinstance(node, (nodes.And, nodes.Or)):
            sides = (node.left, node.right)
            tests = tuple(self._test(side, wanted=wanted, depth=depth + 1) for side in sides)
            return AllOf(tests) if isinstance(node, nodes.And) == wanted else AnyOf(tests)
        if isinstance(node, nodes.Compare):
            return self._comparison(node, wanted=wanted)
        if isinstance(node, nodes.Test):
            if node.name != "defined":
                self._forbid(node, "test", node.name)
            return Defined(self._field(node.node).path, wanted)
        if isinstance(node, nodes.Const):
            self._forbid(node)
        return Has(self._field(node).path, wanted)

    def _comparison(self, node: nodes.Compare, *, wanted: bool) -> Test:
        if len(node.ops) != 1:
            self._forbid(node, "chained_comparison", "<", "<=", ">", ">=", "==", "!=")
        comparison, right = node.ops[0].op, node.ops[0].expr
        comparison = comparison if wanted else OPPOSITES[comparison]
        if comparison in ("in", "notin"):
            return self._membership(node.expr, right, comparison)
        sides = (self._operand(node.expr), self._operand(right))
        return self._compared(comparison, sides, node)

    def _membership(self, left: nodes.Expr, right: nodes.Expr, comparison: str) -> Test:
        if not isinstance(right, (nodes.List, nodes.Tuple)) or not right.items:
            self._forbid(right, "in_without_list", "in")
        self._limit("terms", len(right.items), right, "in")
        operand = self._field(left)
        single = "eq" if comparison == "in" else "ne"
        tests = tuple(self._compared(single, (operand, self._operand(item)), item) for item in right.items)
        return AnyOf(tests) if comparison == "in" else AllOf(tests)

    def _compared(self, comparison: str, sides: tuple[Operand, Operand], node: nodes.Expr) -> Compare:
        constants = [side.value for side in sides if isinstance(side, Constant)]
        if len(constants) == len(sides):
            self._forbid(node, "constant_test")
        if any(map(is_missing, constants)):
            self._forbid(node, "compare_with_blank")
        for side in sides:
            if isinstance(side, Field) and not is_of_loop(side.path):
                self._use(side.path, node, side.path).compared += constants
        return Compare(comparison, *sides)

    def _operand(self, node: nodes.Expr) -> Operand:
        sign = -1 if isinstance(node, nodes.Neg) else 1
        inner = node.node if isinstance(node, nodes.Neg) else node
        if not isinstance(inner, nodes.Const):
            return self._field(node)
        value = as_number(inner.value)
        if sign == -1:
            if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
                self._forbid(node)
            value = -value
        return self._constant(value, node)

    def _constant(self, value: Any, node: nodes.Expr) -> Constant:
        if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
            self._forbid(node, "half_character")
        if isinstance(value, (int, Decimal)):
            if not -_ENDLESS < value < _ENDLESS:
                self._forbid(node, "endless_number")
        elif not isinstance(value, str):
            self._forbid(node, "none", "none", "None")
        return Constant(value)

    def _field(self, node: nodes.Node) -> Field:
        path = path_names(node)
        if path is None:
            if isinstance(node, (nodes.Getattr, nodes.Getitem)):
                self._forbid_root(node)
            self._forbid(node)
        for name in path:
            if name.startswith("_"):
                self._forbid(node, "private_name", name)
            if not name.strip():
                self._forbid(node, "subscript", "[")
        if path == ("personal",):
            self._forbid(node, "personal", "personal")
        if self._row is None or path[0] not in {LOOP, self._row[0]}:
            self._use(path, node, path)
            return Field(path)
        return self._of_row(path, node)

    def _of_row(self, path: Path, node: nodes.Node) -> Field:
        """A value of the row that a `for` is at, or what it knows of its rows."""
        assert self._row is not None
        name, rows = self._row
        if path[0] == name and len(path) > 1:
            full = (*rows, *path[1:])
            self._use(full, node, path)
            return Field(full)
        if path[0] == name:
            line, column = self._places.of_path(node.lineno, (name,))
            raise TextMistake("forbidden", {"construct": "whole_row", "found": name}, line, column)
        if path[1:] not in {(word,) for word in LOOP_WORDS}:
            self._forbid(node, "loop_word", *path[1:], LOOP)
        return Field(of_loop(path[1]))

    def _use(self, path: Path, node: nodes.Node, written: Path) -> PathUse:
        if path not in self.uses:
            line, column = self._places.of_path(node.lineno, written)
            self.uses[path] = PathUse(line, column, ".".join(written), self._partial)
        return self.uses[path]
