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
_FIELD_VALUE = block({"field": {"type": "string"}, "times": {"type": ["number", "string"]}}, "field")

PEOPLE_FORMS: Mapping[str, dict[str, Any]] = {
    "role": block({"role": TEXT}, "role"),
    "person": block({"person": TEXT}, "person"),
    "field": block({"field": ref("field")}, "field"),
    "table": CELL,
    "records": block({"records": TEXT, "where": ref("condition")}, "records"),
}
"""PEOPLE that take more than a word."""
_MOMENT: Mapping[str, Any] = {
    "type": "string",
    "examples": ["today", "in 3 days", "start of year", "2026-03-31"],
}

PREFERRED = block({"field": ref("field")}, "field")
"""The channel that a record prefers, by the field that names it."""

SHARED: Mapping[str, Mapping[str, Any]] = {
    "field": {"type": "string", "examples": ["客户层级", "负责人.区域"]},
    "length": {"anyOf": [{"type": "string", "examples": ["90 days", "90 天"]}, CELL, _FIELD_VALUE]},
    "period": {
        "anyOf": [
            {"type": "string", "examples": ["last 90 days", "近 90 天", "this month"]},
            CELL,
            _FIELD_VALUE,
        ]
    },
    "moment": _MOMENT,
    "day": {"anyOf": [_MOMENT, _FIELD_VALUE, CELL]},
    "since": {"anyOf": [_MOMENT, block({"step": {"type": "string", "examples": ["首触"]}}, "step")]},
    "value": {"anyOf": [LITERAL, _FIELD_VALUE, CELL]},
    "values": {"anyOf": [LITERAL, listed(LITERAL), _FIELD_VALUE, CELL]},
    "person": {
        "anyOf": [
            {"type": "string", "enum": ["owner", "supervisor", "customer"]},
            *PEOPLE_FORMS.values(),
        ]
    },
    "people": one_or_many(ref("person")),
    "way": {"anyOf": [TEXT, PREFERRED]},
}

FIRST = block({"highest": ref("field"), "lowest": ref("field")}) | {"minProperties": 1, "maxProperties": 1}
"""Which records come first: those with the highest or the lowest value of a field."""
