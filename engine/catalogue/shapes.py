"""The raw shapes of every file kind and shared definition, put together from the tables of words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.actions import ACTIONS
from engine.actions.reader import step_schema
from engine.compile import SCHEMA as WORKFLOW
from engine.conditions import CONDITIONS
from engine.conditions.aggregates import FUNCTIONS, OPTION_SCHEMAS
from engine.conditions.comparisons import AMOUNTS, DATES
from engine.conditions.comparisons import SCHEMAS as _PLAIN
from engine.conditions.reader import group_schemas, leaf_schema
from engine.conditions.step import FATES
from engine.files.calendar import SCHEMA as CALENDAR
from engine.files.channels import channel_shape
from engine.files.computed import CASES, RHYTHM
from engine.files.model import SCHEMA as MODEL
from engine.files.module import FIELD, MODULE
from engine.files.scores import EACH as POINTS_FOR_EACH
from engine.files.scores import FILE as SCORES
from engine.files.scores import POINTS
from engine.files.scores import SCHEMA as SCORE
from engine.files.segments import SCHEMA as SEGMENT
from engine.files.settings import SCHEMA as WORKSPACE
from engine.files.tables import OF_PEOPLE as PEOPLE_COLUMNS
from engine.files.tables import SCHEMA as TABLES
from engine.files.tables import TABLE
from engine.files.templates import FORM, PARTIAL, VERSION
from engine.files.templates import SCHEMA as TEMPLATE
from engine.model.entities import FieldType
from engine.model.kinds import Action, Condition
from engine.model.workflow import Once
from engine.shapes.schema import CELL, SHARED, block, listed, one_of_words, one_or_many, ref
from engine.triggers import TRIGGERS
from engine.triggers.reader import trigger_schema
from engine.triggers.when import GOES_WITH, When

Schema = Mapping[str, Any]

KINDS = (
    "workflow", "model", "tables", "segments", "scores", "template", "partial", "workspace", "calendar",
)  # fmt: skip
ONCE_WORDS = tuple(str(one) for one in Once if one not in {Once.LENGTH, Once.FIELD})
KEPT_AT = "keptAt"
"""Marks a block whose keys are suggested by its rules alone; where it lies in the schema."""
COMPARISONS: Mapping[str, Schema] = {
    key: shape
    for word in CONDITIONS.values()
    for key, shape in word.schema.items()
    if key not in {word.name, *word.options}
}
"""Every comparison that stands beside some subject."""
_DATED = {"time_since", "time_until"}
_OF_RECORDS = {"count_of", "share_of", "usual_gap_of", "expected_next_of"}
_OF_DATES = {"latest_of", "earliest_of"}
_OF_EITHER = {"smallest_of", "largest_of"}
ANYTHING: Schema = {"type": ["string", "number", "boolean", "array", "object"]}
"""Any value that is one. Spelt out, because an editor completes a key without a type clumsily."""


def file_shapes() -> dict[str, dict[str, Any]]:
    """The shape of each kind of file."""
    return {
        "workflow": dict(WORKFLOW),
        "model": _with_properties(MODEL, modules=_named(MODEL, "modules", ref("module"))),
        "tables": {**TABLES, "additionalProperties": _table()},
        "segments": {"type": "object", "additionalProperties": SEGMENT},
        "scores": {**SCORES, "additionalProperties": _score()},
        "template": _template(),
        "partial": dict(PARTIAL),
        "workspace": dict(WORKSPACE),
        "calendar": dict(CALENDAR),
    }


def shared_shapes() -> dict[str, Schema]:
    """The definitions that files refer to."""
    return {
        **SHARED,
        "channel": channel_shape(),
        "date_field": {"type": "string", "examples": ["最近下单日期"]},
        "relation": {"type": "string", "examples": ["跟进记录"]},
        "related_field": {"type": "string", "examples": ["订单.金额"]},
        "once_per": _once_per(),
        "trigger": one_or_many(chosen("#/$defs/trigger/anyOf/0", _triggers())),
        "condition": chosen("#/$defs/condition", {**_leaves(), **group_schemas()}),
        "step": chosen("#/$defs/step", {name: _step(word) for name, word in ACTIONS.items()}),
        "steps": {"type": "array", "items": ref("step"), "minItems": 1},
        "indicator": chosen("#/$defs/indicator", _indicators()),
        "point": chosen("#/$defs/point", {"if": POINTS, "for_each": POINTS_FOR_EACH}),
        "computed": chosen(
            "#/$defs/computed",
            {**{word: _aggregate(word) for word in FUNCTIONS}, **_rhythms(), "cases": CASES},
        ),
        "module": _with_properties(MODULE, fields=_named(MODULE, "fields", ref("model_field"))),
        "model_field": {**FIELD, "allOf": [_demand("choice", "options"), _demand("link", "to")]},
        "form": {**FORM, "anyOf": [{"required": ["text"]}, {"required": ["html"]}]},
    }


def _triggers() -> dict[str, dict[str, Any]]:
    """Festivals have names, nothing else of the calendar does; what goes with `when` depends on its word."""
    found: dict[str, dict[str, Any]] = {name: dict(trigger_schema(word)) for name, word in TRIGGERS.items()}
    festival = {"properties": {"every": {"const": "festival"}}}
    found["every"]["allOf"] = [
        {"if": festival, "then": {"required": ["names"]}, "else": {"properties": {"names": False}}}
    ]
    found["when"]["allOf"] = [_when_rule(word) for word in When.schema["when"]["enum"]]
    return found


def _when_rule(word: str) -> dict[str, Any]:
    """What may stand beside `when: changed` and its like."""
    properties = {key: False for key, of in GOES_WITH.items() if of != word}
    needed = {"required": ["field"]} if word == "changed" else {}
    asked = {"properties": {"when": {"const": word}}, "required": ["when"]}
    return {"if": asked, "then": {"properties": properties, **needed}}


def _leaves() -> dict[str, Schema]:
    return {name: _leaf(word) for name, word in CONDITIONS.items()}


def chosen(at: str, shapes: Mapping[str, Schema]) -> dict[str, Any]:
    """One block with the keys of all shapes; the word that is there says which keys go with it.

    Not `oneOf`: that would only say "fits none of them" (LIBRARIES section 3). `at` is where the block
    lies in the schema: editors suggest a key beside the word it goes with, and words where none is yet.
    """
    keys = list(dict.fromkeys(key for shape in shapes.values() for key in shape["properties"]))
    return {
        "type": "object",
        "properties": {key: _common(key, shapes) for key in keys},
        "additionalProperties": False,
        "minProperties": 1,
        KEPT_AT: at,
        "anyOf": [{"required": [word]} for word in shapes],
        "allOf": [_beginning(at, shapes), *(_rule(at, word, keys, shapes) for word in shapes)],
    }


def _beginning(at: str, shapes: Mapping[str, Schema]) -> dict[str, Any]:
    """Where no word is written yet, one of them comes next."""
    return {
        "if": {"not": {"anyOf": [_with(word) for word in shapes]}},
        "then": {"properties": {word: _shown(at, word) for word in shapes}},
    }


def _with(word: str) -> dict[str, Any]:
    """Asks whether the word is there; what is still being typed is no block, and has none."""
    return {"type": "object", "required": [word]}


def _shown(at: str, key: str) -> dict[str, Any]:
    return {"$ref": f"{at}/$defs/{key}"}


def _common(key: str, shapes: Mapping[str, Schema]) -> Schema:
    """What the key holds when that is the same beside every word, else anything but nothing."""
    found = [shape["properties"][key] for shape in shapes.values() if key in shape["properties"]]
    return found[0] if all(one == found[0] for one in found) else ANYTHING


def _rule(at: str, word: str, keys: list[str], shapes: Mapping[str, Schema]) -> dict[str, Any]:
    shape = shapes[word]
    properties: dict[str, Any] = {}
    for key in keys:
        own = shape["properties"].get(key)
        if own is None:
            properties[key] = False
        else:
            properties[key] = _shown(at, key) if own == _common(key, shapes) else own
    extra = {key: shape[key] for key in ("anyOf", "allOf", "minProperties") if key in shape}
    needed = {"required": shape["required"]} if shape["required"] != [word] else {}
    return {"if": _with(word), "then": {"properties": properties, **needed, **extra}}


def comparisons_of(word: type[Condition]) -> tuple[str, ...]:
    """The comparisons that may stand beside a subject; what is counted or added up is a number."""
    strange = {key for key in word.schema if key not in COMPARISONS}
    if word.name in FUNCTIONS:
        amounts, dates = word.name not in _OF_DATES, word.name in _OF_DATES | _OF_EITHER
        fitting = {"is", "is_not", "is_empty", *(AMOUNTS if amounts else ()), *(DATES if dates else ())}
        strange |= set(_PLAIN) - fitting
    return tuple(one for one in COMPARISONS if one in word.schema and one not in strange)


def _leaf(word: type[Condition]) -> dict[str, Any]:
    """A leaf is a subject and at least one comparison."""
    shape: dict[str, Any] = {**leaf_schema(word), "minProperties": 2}
    strange = set(COMPARISONS) - set(comparisons_of(word))
    kept = {key: value for key, value in shape["properties"].items() if key not in strange}
    return {**shape, "properties": {**kept, **_asked(word)}, "required": _required(word.name)}


def _required(word: str) -> list[str]:
    """A share is one of those that fit `where`."""
    return [word, "where"] if word == "share_of" else [word]


def _asked(word: type[Condition]) -> dict[str, Any]:
    """What stands under a subject, and what it is compared with, where that is more than the check asks."""
    if word.name in _DATED:
        return {word.name: ref("date_field")}
    if word.name in FUNCTIONS or word.name in _OF_RECORDS:
        return _related(word.name)
    if word.name == "band_of":
        return {word.name: {"type": "string", "examples": ["健康度"]}}
    fate = {"type": ["string", "number"], "examples": list(FATES)}
    return dict.fromkeys(("is", "is_not"), one_or_many(fate)) if word.name == "step" else {}


def _related(word: str) -> dict[str, Any]:
    return {word: ref("relation" if word in _OF_RECORDS else "related_field")}


def _step(word: type[Action]) -> dict[str, Any]:
    """An `if` without steps on either side does nothing."""
    shape: dict[str, Any] = dict(step_schema(word))
    if "else" in word.siblings:
        shape["anyOf"] = [{"required": [sibling]} for sibling in word.siblings]
    return shape


def _aggregate(word: str) -> dict[str, Any]:
    return block({**_related(word), **OPTION_SCHEMAS}, *_required(word))


def _rhythms() -> dict[str, Schema]:
    return {word: block({**_related(word), "where": ref("condition")}, word) for word in RHYTHM}


def _score() -> dict[str, Any]:
    dimension = SCORE["properties"]["dimensions"]["items"]
    dimensions = listed(_with_properties(dimension, indicators=listed(ref("indicator"))))
    return _with_properties(SCORE, dimensions=dimensions, points=listed(ref("point")))


def _indicators() -> dict[str, Schema]:
    """What a condition asks of a record, with what is worst and best instead of a comparison."""
    number = {"type": ["number", "string"]}
    ends = {"worst": number, "best": number, "weight": number}
    return {
        name: block(
            {**{key: word.schema[key] for key in (name, *word.options)}, **_asked(word), **ends}, name
        )
        for name, word in CONDITIONS.items()
        if name not in {"band_of", "step"}
    }


def _once_per() -> dict[str, Any]:
    spell = {
        "type": "string",
        "pattern": "^([0-9]|[一二两三四五六七八九十半])",
        "examples": ["90 days", "90 天"],
    }
    field = block({"field": ref("field")}, "field")
    return {"anyOf": [one_of_words(*ONCE_WORDS), spell, field, CELL]}


def _template() -> dict[str, Any]:
    """A mail has its text plain, laid out, or both; so has a message of a channel of the workspace's own."""
    form = ref("form")
    version = {**_with_properties(VERSION, email=form), "additionalProperties": form}
    return _with_properties(TEMPLATE, versions=listed(version), email=form)


def _table() -> dict[str, Any]:
    columns = _named(TABLE, "columns", one_of_words(*map(str, FieldType), *PEOPLE_COLUMNS))
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
