"""The dialect of the texts: from Jinja2's tree to ours; what is not named here is refused."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any, NoReturn

from jinja2 import nodes

from engine.text.errors import TextMistake
from engine.text.filters import FILTERS, Argument, TextFilter
from engine.text.places import Places
from engine.text.syntax import nearest_word, parse_source
from engine.text.tree import (
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
    Operand,
    Path,
    Piece,
    Test,
)
from engine.text.values import OPPOSITES, as_number, is_missing

LIMITS = {"if_depth": 2, "branches": 20, "filters": 10, "terms": 20}

# Jinja2's class -> the construct as messages name it, and the tokens that give it away.
_CONSTRUCTS: dict[str, tuple[str, tuple[str, ...]]] = {
    **dict.fromkeys(("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"), ("arithmetic", tuple("+-*/%"))),
    **dict.fromkeys(("Neg", "Pos"), ("arithmetic", tuple("+-"))),
    **dict.fromkeys(("Assign", "AssignBlock"), ("set", ("set",))),
    **dict.fromkeys(("Import", "FromImport"), ("import", ("import", "from"))),
    **dict.fromkeys(("And", "Or", "Not"), ("logic_in_output", ("and", "or", "not"))),
    **dict.fromkeys(("Compare", "Test"), ("logic_in_output", ("==", "!=", "<", ">", "<=", ">=", "in", "is"))),
    **dict.fromkeys(("List", "Tuple", "Dict", "Slice"), ("list", ("[", "(", "{", ","))),
    "Block": ("block", ("block",)),
    "Call": ("call", ("(",)),
    "CallBlock": ("call", ("call",)),
    "Concat": ("join", ("~",)),
    "CondExpr": ("nested_choice", ("if",)),
    "Const": ("constant_test", ()),
    "Extends": ("extends", ("extends",)),
    "Filter": ("nested_filter", ("|",)),
    "FilterBlock": ("filter_block", ("filter",)),
    "For": ("for", ("for",)),
    "Include": ("include", ("include",)),
    "Macro": ("macro", ("macro",)),
    "Scope": ("autoescape", ("autoescape",)),
    "ScopedEvalContextModifier": ("autoescape", ("autoescape",)),
    "With": ("with", ("with",)),
}
_ENDLESS = 10**30  # More digits than any amount has.
_FOREIGN_FILTERS = {"default": "or", "d": "or", "capitalize": "upper", "strip": "trim"}


def read_body(source: str) -> tuple[Body, dict[Path, tuple[int, int]]]:
    """The checked text, and where each path is first used."""
    places = Places(source)
    reader = _Reader(places)
    return reader.body(parse_source(source, places).body, depth=0), reader.positions


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


class _Reader:
    def __init__(self, places: Places) -> None:
        self.positions: dict[Path, tuple[int, int]] = {}
        self._places = places

    def body(self, statements: list[nodes.Node], depth: int) -> Body:
        pieces: list[Piece] = []
        for node in statements:
            if isinstance(node, nodes.Output):
                pieces.extend(map(self._output, node.nodes))
            elif isinstance(node, nodes.If):
                pieces.append(self._branch(node, depth + 1))
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

    def _filter(self, node: nodes.Filter) -> FilterUse:
        known = FILTERS.get(node.name)
        if known is None:
            nearest = _FOREIGN_FILTERS.get(node.name) or nearest_word(node.name, FILTERS)
            facts = {"name": node.name, "nearest": nearest, "known": ", ".join(FILTERS)}
            raise self._places.mistake("unknown_filter", facts, node.lineno, *node.name.split("."))
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
        if path not in self.positions:
            line, column, _ = self._places.of_token(node.lineno, path[0])
            self.positions[path] = line, column
        return Field(path)

    def _forbid_root(self, node: nodes.Getattr | nodes.Getitem) -> NoReturn:
        root: nodes.Expr = node
        while isinstance(root, (nodes.Getattr, nodes.Getitem)):
            root = root.node
        if isinstance(root, (nodes.Name, nodes.Const)):
            self._forbid(node, "subscript", "[", ".")
        self._forbid(root)

    def _bad_argument(self, node: nodes.Filter, known: TextFilter) -> TextMistake:
        facts = {"name": known.name, "usage": known.usage}
        return self._places.mistake("bad_argument", facts, node.lineno, known.name)

    def _limit(self, what: str, count: int, node: nodes.Node, *tokens: str) -> None:
        if count > LIMITS[what]:
            raise self._places.mistake(
                "too_much", {"what": what, "limit": str(LIMITS[what])}, node.lineno, *tokens
            )

    def _forbid(self, node: nodes.Node, construct: str = "", *tokens: str) -> NoReturn:
        usual, usual_tokens = _CONSTRUCTS.get(type(node).__name__, (type(node).__name__.lower(), ()))
        wanted = tokens if construct else usual_tokens
        line, column, found = self._places.of_token(node.lineno or 1, *wanted)
        raise TextMistake("forbidden", {"construct": construct or usual, "found": found}, line, column)
