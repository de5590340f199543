"""How the dialect says no: the construct as messages name it, at the token that gives it away."""

from __future__ import annotations

from typing import NoReturn

from jinja2 import nodes

from engine.text.errors import TextMistake
from engine.text.filters import TextFilter
from engine.text.places import Places
from engine.text.values import OUTPUT_LIMIT

LIMITS = {"if_depth": 2, "branches": 20, "filters": 10, "terms": 20, "loops": 5, "characters": OUTPUT_LIMIT}

# Jinja2's class -> the construct as messages name it, and the tokens that give it away.
_CONSTRUCTS: dict[str, tuple[str, tuple[str, ...]]] = {
    **dict.fromkeys(("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"), ("arithmetic", tuple("+-*/%"))),
    **dict.fromkeys(("Neg", "Pos"), ("arithmetic", tuple("+-"))),
    **dict.fromkeys(("Assign", "AssignBlock"), ("set", ("set",))),
    **dict.fromkeys(("Import", "FromImport"), ("import", ("import", "from"))),
    **dict.fromkeys(("And", "Or", "Not"), ("logic_in_output", ("and", "or", "not"))),
    **dict.fromkeys(("Compare", "Test"), ("logic_in_output", ("==", "!=", "<", ">", "<=", ">=", "in", "is"))),
    **dict.fromkeys(("List", "Tuple", "Dict"), ("list", ("[", "(", "{", ","))),
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
    "Slice": ("for_over", ("[",)),
    "Include": ("include", ("include",)),
    "Macro": ("macro", ("macro",)),
    "Scope": ("autoescape", ("autoescape",)),
    "ScopedEvalContextModifier": ("autoescape", ("autoescape",)),
    "With": ("with", ("with",)),
}


class Refusing:
    """A reader of Jinja2's tree that refuses what the dialect does not have."""

    def __init__(self, places: Places) -> None:
        """`places`: where the tokens of the source stand."""
        self._places = places

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
