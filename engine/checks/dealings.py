"""Orders and contacts: by `counts_as` of their module, else by name."""

from __future__ import annotations

from types import MappingProxyType

from engine.checks.nouns import nouns_in
from engine.model.entities import Field, Relation

KINDS = MappingProxyType(
    {
        "order": ("订单", "成交", "下单", "购买", "复购", "商机", "order", "purchase", "invoice", "deal"),
        "contact": ("跟进", "联系", "联络", "互动", "拜访", "回访", "contact", "follow", "visit", "activity"),
    }
)
"""How they are called, as parts of keys and labels."""

_LAST = ("最近", "上次", "最后", "last", "latest", "recent")
"""How the day of the last one is called; days of the first one, of the next, or of a birth, are not meant."""


def is_about(noun: object, kind: str) -> bool:
    """Whether a question, a relation or a module is about dealings of that kind."""
    return any(_is(one, kind) for one in nouns_in(noun))


def _is(one: Field | Relation, kind: str) -> bool:
    if isinstance(one, Relation) and one.module.counts_as:
        return one.module.counts_as == kind
    return any(word in name.lower() for name in _names(one) for word in KINDS[kind])


def is_of_the_last(field: Field) -> bool:
    """Whether a field holds the day of the last dealing, by its name."""
    return any(word in name.lower() for name in _names(field) for word in _LAST)


def _names(one: Field | Relation) -> tuple[str, ...]:
    if isinstance(one, Relation):
        return one.name, one.module.key, *one.module.labels.all()
    return one.key, *one.labels.all()
