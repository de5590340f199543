"""Comparisons read back in words: “至少为 3”, “已满 90 天”, “下降至少 5 %”."""

from __future__ import annotations

from engine.model.document import Mapping, Node, Sequence
from engine.model.entities import Field, Module
from engine.report.phrases.values import Values
from engine.report.phrases.wording import inside, text_of

COMPARISONS = (
    "is", "is_not", "is_empty", "at_least", "more_than", "at_most", "less_than", "on_or_after", "after",
    "on_or_before", "before", "contains", "starts_with", "ends_with", "has", "has_all", "has_none",
    "falls_by", "rises_by", "top", "bottom",
)  # fmt: skip
_ANSWERS = {"是", "否", "yes", "no"}
_NEGATED = {"is_not", "has_none"}


def bounds_of(
    node: Mapping, module: Module, values: Values, *, family: str = "bound", field: Field | None = None
) -> str:
    """The comparison of a leaf, or its two bounds, in the forms of a family; `field` is asked about."""
    found = [
        _bound(key.text, value, module, values=values, family=family, field=field)
        for key, value in node.entries
        if key.text in COMPARISONS
    ]
    while len(found) > 1:
        found = [values.words.say("phrase.both", one=found[0], other=found[1]), *found[2:]]
    return "".join(found)


def _bound(word: str, node: Node, module: Module, *, values: Values, family: str, field: Field | None) -> str:
    say = values.words.say
    if word == "is_empty":
        return say(f"phrase.bound.is_empty_{'false' if text_of(node).lower() == 'false' else 'true'}")
    told = values.value(node, module, field, "and" if word in {"has_all", *_NEGATED} else "or")
    if word in {"top", "bottom"} and told.isdecimal():
        told = say("phrase.bound.place", count=told)
    own = "" if family == "bound" else values.words.say_or(f"phrase.{family}.{word}", "", value=told)
    form = _form(word, node) if family == "bound" else ""
    return own or say(f"phrase.bound.{word}{form}", value=told)


def _form(word: str, node: Node) -> str:
    """Which form of a comparison fits what it is compared with."""
    if word in _NEGATED and isinstance(node, Sequence) and len(node.items) > 1:
        return "_many"
    if word not in {"is", "is_not"}:
        return ""
    if inside(node, "field") is not None and inside(node, "times") is None:
        return "_field"
    return "_answer" if text_of(node) in _ANSWERS else ""
