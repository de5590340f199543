"""Pieces of JSON Schema that words are described with; nested parts are references into `$defs`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def ref(name: str) -> dict[str, str]:
    """A reference to a shared shape: condition, steps, value, length, period, moment, people, field."""
    return {"$ref": f"#/$defs/{name}"}


TEXT: Mapping[str, Any] = {"type": ["string", "number"]}
LITERAL: Mapping[str, Any] = {"type": ["string", "number", "boolean"]}
WHOLE: Mapping[str, Any] = {"type": "integer", "minimum": 0}
YES_NO: Mapping[str, Any] = {"type": "boolean"}


def block(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    """A mapping with exactly these keys allowed, some of them required."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def one_of_words(*words: str) -> dict[str, Any]:
    """One of a few words."""
    return {"type": "string", "enum": list(words)}


def listed(item: Mapping[str, Any]) -> dict[str, Any]:
    """A list with at least one entry."""
    return {"type": "array", "items": dict(item), "minItems": 1}


def one_or_many(item: Mapping[str, Any]) -> dict[str, Any]:
    """One entry, or a list of them."""
    return {"anyOf": [dict(item), listed(item)]}


CELL = block({"table": {"type": "string", "examples": ["沉默门槛.首触"]}}, "table")
_FIELD_VALUE = block({"field": {"type": "string"}}, "field")

SHARED: Mapping[str, Mapping[str, Any]] = {
    "field": {"type": "string", "examples": ["客户层级", "负责人.区域"]},
    "length": {"anyOf": [{"type": "string", "examples": ["90 days", "90 天"]}, CELL]},
    "period": {"anyOf": [{"type": "string", "examples": ["last 90 days", "近 90 天", "this month"]}, CELL]},
    "moment": {"type": "string", "examples": ["today", "in 3 days", "start of year", "2026-03-31"]},
    "value": {"anyOf": [LITERAL, _FIELD_VALUE, CELL]},
    "values": {"anyOf": [LITERAL, listed(LITERAL), _FIELD_VALUE, CELL]},
    "person": {
        "anyOf": [
            {"type": "string", "enum": ["owner", "supervisor", "customer"]},
            block({"person": TEXT}, "person"),
        ]
    },
    "people": one_or_many(ref("person")),
}
