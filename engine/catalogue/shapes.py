"""The raw shapes of every file kind and shared definition, put together from the tables of words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.actions import ACTIONS
from engine.actions.reader import step_schema
from engine.compile import SCHEMA as WORKFLOW
from engine.conditions import CONDITIONS
from engine.conditions.aggregates import FUNCTIONS, OPTIONS, CountOf
from engine.conditions.comparisons import SCHEMAS as COMPARISONS
from engine.conditions.comparisons import comparisons_for
from engine.conditions.reader import group_schemas, leaf_schema
from engine.files.computed import CASES
from engine.files.model import FIELD, MODULE
from engine.files.model import SCHEMA as MODEL
from engine.files.settings import SCHEMA as WORKSPACE
from engine.files.tables import SCHEMA as TABLES
from engine.files.tables import TABLE
from engine.files.templates import FORM, VERSION
from engine.files.templates import SCHEMA as TEMPLATE
from engine.model.entities import FieldType
from engine.model.kinds import Action, Condition
from engine.model.workflow import Once
from engine.shapes.schema import SHARED, block, listed, one_of_words, one_or_many, ref
from engine.triggers import TRIGGERS
from engine.triggers.reader import trigger_schema

Schema = Mapping[str, Any]

KINDS = ("workflow", "model", "tables", "template", "workspace")
ONCE_WORDS = tuple(str(one) for one in Once if one not in {Once.LENGTH, Once.FIELD})
ANYTHING: Schema = {"type": ["string", "number", "boolean", "array", "object"]}
"""Any value that is one. Spelt out, because an editor completes a key without a type clumsily."""


def file_shapes() -> dict[str, dict[str, Any]]:
    """The shape of each kind of file."""
    return {
        "workflow": dict(WORKFLOW),
        "model": _with_properties(MODEL, modules=_named(MODEL, "modules", ref("module"))),
        "tables": {**TABLES, "additionalProperties": _table()},
        "template": _with_properties(
            TEMPLATE, versions=listed({**VERSION, "additionalProperties": ref("form")})
        ),
        "workspace": dict(WORKSPACE),
    }


def shared_shapes() -> dict[str, Schema]:
    """The definitions that files refer to."""
    return {
        **SHARED,
        "relation": {"type": "string", "examples": ["跟进记录"]},
        "related_field": {"type": "string", "examples": ["订单.金额"]},
        "once_per": _once_per(),
        "trigger": one_or_many(chosen({name: trigger_schema(word) for name, word in TRIGGERS.items()})),
        "condition": chosen({**{name: _leaf(word) for name, word in CONDITIONS.items()}, **group_schemas()}),
        "step": chosen({name: _step(word) for name, word in ACTIONS.items()}),
        "steps": {"type": "array", "items": ref("step"), "minItems": 1},
        "computed": chosen({**{word: _aggregate(word) for word in FUNCTIONS}, "cases": CASES}),
        "module": _with_properties(MODULE, fields=_named(MODULE, "fields", ref("model_field"))),
        "model_field": {**FIELD, "allOf": [_demand("choice", "options"), _demand("link", "to")]},
        "form": {**FORM, "anyOf": [{"required": ["text"]}, {"required": ["html"]}]},
    }


def chosen(shapes: Mapping[str, Schema]) -> dict[str, Any]:
    """One block with the keys of all shapes; the word that is there says which keys go with it.

    Not `oneOf`: that would only say "fits none of them" (LIBRARIES section 3).
    """
    keys = list(dict.fromkeys(key for shape in shapes.values() for key in shape["properties"]))
    return {
        "type": "object",
        "properties": {key: _common(key, shapes) for key in keys},
        "additionalProperties": False,
        "minProperties": 1,
        "anyOf": [{"required": [word]} for word in shapes],
        "allOf": [_rule(word, shape, keys, shapes) for word, shape in shapes.items()],
    }


def _common(key: str, shapes: Mapping[str, Schema]) -> Schema:
    """What the key holds when that is the same beside every word, else anything but nothing."""
    found = [shape["properties"][key] for shape in shapes.values() if key in shape["properties"]]
    return found[0] if all(one == found[0] for one in found) else ANYTHING


def _rule(word: str, shape: Schema, keys: list[str], shapes: Mapping[str, Schema]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for key in keys:
        own = shape["properties"].get(key)
        if own is None:
            properties[key] = False
        elif own != _common(key, shapes):
            properties[key] = own
    extra = {key: shape[key] for key in ("anyOf", "minProperties") if key in shape}
    needed = {"required": shape["required"]} if shape["required"] != [word] else {}
    return {"if": {"required": [word]}, "then": {"properties": properties, **needed, **extra}}


def comparisons_of(word: type[Condition]) -> tuple[str, ...]:
    """The comparisons that may stand beside a subject; a count and a sum are numbers."""
    fitting = comparisons_for(FieldType.NUMBER) if word.name in FUNCTIONS else tuple(COMPARISONS)
    return tuple(one for one in COMPARISONS if one in fitting and one in word.schema)


def _leaf(word: type[Condition]) -> dict[str, Any]:
    """A leaf is a subject and at least one comparison."""
    shape: dict[str, Any] = {**leaf_schema(word), "minProperties": 2}
    if word.name not in FUNCTIONS:
        return shape
    strange = set(COMPARISONS) - set(comparisons_of(word))
    kept = {key: value for key, value in shape["properties"].items() if key not in strange}
    return {**shape, "properties": {**kept, **_related(word.name)}}


def _related(word: str) -> dict[str, Any]:
    return {word: ref("relation" if word == CountOf.name else "related_field")}


def _step(word: type[Action]) -> dict[str, Any]:
    """An `if` without steps on either side does nothing."""
    shape: dict[str, Any] = dict(step_schema(word))
    if "else" in word.siblings:
        shape["anyOf"] = [{"required": [sibling]} for sibling in word.siblings]
    return shape


def _aggregate(word: str) -> dict[str, Any]:
    return block({**_related(word), **{option: CountOf.schema[option] for option in OPTIONS}}, word)


def _once_per() -> dict[str, Any]:
    spell = {"type": "string", "pattern": "^[0-9]", "examples": ["90 days", "90 天"]}
    return {"anyOf": [one_of_words(*ONCE_WORDS), spell, block({"field": ref("field")}, "field")]}


def _table() -> dict[str, Any]:
    columns = _named(TABLE, "columns", one_of_words(*map(str, FieldType)))
    return _with_properties(TABLE, columns=columns)


def _named(shape: Schema, key: str, entry: Schema) -> dict[str, Any]:
    """A block of names that people choose, each with an entry."""
    return {**shape["properties"][key], "additionalProperties": dict(entry)}


def _with_properties(shape: Schema, **properties: Any) -> dict[str, Any]:
    return {**shape, "properties": {**shape["properties"], **properties}}


def _demand(kind: str, key: str) -> dict[str, Any]:
    """A field of that type needs that key."""
    return {
        "if": {"properties": {"type": {"const": kind}}, "required": ["type"]},
        "then": {"required": [key]},
    }
