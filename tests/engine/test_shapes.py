"""What surely has the shape of a word has it by jsonschema too; the rest is put before jsonschema."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limited
from hypothesis import strategies as st

from engine import compile  # noqa: A004 - a stage has this name
from engine.actions.reader import step_schema
from engine.actions.table import ACTIONS
from engine.conditions.reader import leaf_schema
from engine.conditions.table import CONDITIONS
from engine.files import calendar, model, module, settings
from engine.shapes.schema import LITERAL, TEXT, WHOLE, block, listed, one_of_words, one_or_many, ref
from engine.shapes.shape import _validator_of
from engine.shapes.surely import surely_fits
from engine.triggers.reader import trigger_schema
from engine.triggers.table import TRIGGERS

WORDS = ("a", "b", "owner", "CN")
SCALARS = (None, True, False, 0, 1, 2, -1, 1.0, 2.5, "", "1", "cn", "\n", *WORDS)
values = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=8,
)
simple = st.sampled_from(
    [
        TEXT,
        LITERAL,
        WHOLE,
        {**WHOLE, "minimum": 1, "maximum": 2},
        {"minimum": 1},
        {"type": "null"},
        {"type": "object"},
        {"const": True},
        {"const": 1},
        {"enum": [1, "a", True, None]},
        {"minItems": 2},
        {"maxProperties": 1, "minProperties": 1},
        {"required": ["a"]},
        {"type": "string", "pattern": "^[A-Z]{2}$", "examples": ["CN"]},
        one_of_words(*WORDS),
        {},
    ]
)
schemas = st.recursive(
    simple,
    lambda inner: (
        inner.map(listed)
        | inner.map(one_or_many)
        | st.lists(inner, min_size=1, max_size=3).map(lambda found: {"anyOf": found})
        | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3).map(block)
        | st.tuples(inner, inner).map(lambda of: {"properties": {"a": of[0]}, "additionalProperties": of[1]})
        | inner.map(lambda other: {"additionalProperties": other})
    ),
    max_leaves=6,
)


def is_valid(value: Any, schema: Any) -> bool:
    return not list(_validator_of(schema).iter_errors(value))


@given(values, schemas)
def test_it_says_what_jsonschema_says(value: Any, schema: dict[str, Any]) -> None:
    assert surely_fits(value, schema) == is_valid(value, schema)


@pytest.mark.parametrize(
    "schema",
    [
        *map(step_schema, ACTIONS.values()),
        *map(leaf_schema, CONDITIONS.values()),
        *map(trigger_schema, TRIGGERS.values()),
        *(compile.SCHEMA, calendar.SCHEMA, model.SCHEMA, module.MODULE, module.FIELD, settings.SCHEMA),
    ],
)
@limited(max_examples=20)
@given(st.data())
def test_so_it_does_of_the_words(schema: dict[str, Any], data: st.DataObject) -> None:
    words = [str(word) for word in schema["properties"]]
    needed = st.fixed_dictionaries(dict.fromkeys(schema["required"], values))
    more = st.dictionaries(st.sampled_from([*words, "a"]), values, max_size=2)
    value = data.draw(needed) | data.draw(more)

    assert surely_fits(value, schema) == is_valid(value, schema)


@pytest.mark.parametrize(
    "value, schema, fits",
    [
        ("text", {"type": "string"}, True),
        (True, {"type": "number"}, False),
        (2.0, {"type": "integer"}, False),
        (1, {"enum": [True]}, False),
        ({"a": 1, "b": 2}, block({"a": TEXT}), False),
        ({}, block({"a": TEXT}, "a"), False),
        ([], listed(TEXT), False),
        ("lost", one_of_words("last", "latest"), False),
        ({"a": ["anything"]}, block({"a": ref("steps")}), True),
        ("text", {"type": "string", "format": "date"}, False),  # a rule that is not known here
    ],
)
def test_by_hand(value: Any, schema: dict[str, Any], fits: bool) -> None:
    assert surely_fits(value, schema) is fits
