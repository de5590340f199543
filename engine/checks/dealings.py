"""Orders and contacts by name: no model says which module is which."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from engine.checks.nouns import nouns_in
from engine.model.entities import Relation

KINDS = MappingProxyType(
    {
        "order": ("订单", "成交", "下单", "购买", "复购", "商机", "order", "purchase", "invoice", "deal"),
        "contact": ("跟进", "联系", "联络", "互动", "拜访", "回访", "contact", "follow", "visit", "activity"),
    }
)
"""How they are called, as parts of keys and labels."""


def is_about(noun: object, kind: str) -> bool:
    """Whether a question, a relation or a module is about dealings of that kind."""
    return any(word in name.lower() for name in names_in(noun) for word in KINDS[kind])


def names_in(noun: object) -> Iterator[str]:
    """Keys and labels of the fields and relations in a question."""
    for one in nouns_in(noun):
        if isinstance(one, Relation):
            yield from (one.name, one.module.key, *one.module.labels.all())
        else:
            yield from (one.key, *one.labels.all())
