"""Whether a value surely has the shape of a word: the few rules of JSON Schema that words are described with.

Most of what people write is right, and jsonschema takes 80 ms to load and longer than this for every value.
It stays the judge: what is not surely right here is put before it, and only it says what is wrong
(tests/engine/test_shapes.py holds the two together).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any

_KINDS: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (NoneType,),
}


def surely_fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether the value has the schema's shape; False, too, where a rule is not known here.

    References to shared shapes are left open, as in `fits`.
    """
    if "$ref" in schema:
        return True
    for word, bound in schema.items():
        rule = _RULES.get(word)
        if rule is None or not rule(value, bound, schema):
            return False
    return True


def _is_of(value: Any, kinds: str | list[str]) -> bool:
    """`true` is no number, and no text is anything else: the type itself decides."""
    wanted = [kinds] if isinstance(kinds, str) else kinds
    return any(type(value) in _KINDS.get(kind, ()) for kind in wanted)


def _is_same(value: Any, wanted: Any) -> bool:
    return isinstance(value, bool) is isinstance(wanted, bool) and bool(value == wanted)


def _have_shapes(value: Any, shapes: Mapping[str, Any]) -> bool:
    return not isinstance(value, dict) or all(
        surely_fits(value[key], one) for key, one in shapes.items() if key in value
    )


def _others_have_shape(value: Any, shape: Any, named: Mapping[str, Any]) -> bool:
    """Keys beside those that are named; a mapping of any keys names none."""
    others = [one for key, one in value.items() if key not in named] if isinstance(value, dict) else []
    if isinstance(shape, bool):
        return shape or not others
    return all(surely_fits(one, shape) for one in others)


_Rule = Callable[[Any, Any, Mapping[str, Any]], bool]
_RULES: Mapping[str, _Rule] = {
    "type": lambda value, kinds, _: _is_of(value, kinds),
    "enum": lambda value, words, _: any(_is_same(value, one) for one in words),
    "const": lambda value, wanted, _: _is_same(value, wanted),
    "anyOf": lambda value, shapes, _: any(surely_fits(value, one) for one in shapes),
    "properties": lambda value, shapes, _: _have_shapes(value, shapes),
    "required": lambda value, keys, _: not isinstance(value, dict) or all(key in value for key in keys),
    "additionalProperties": lambda value, shape, schema: _others_have_shape(
        value, shape, schema.get("properties", {})
    ),
    "minProperties": lambda value, least, _: not isinstance(value, dict) or len(value) >= least,
    "maxProperties": lambda value, most, _: not isinstance(value, dict) or len(value) <= most,
    "items": lambda value, shape, _: (
        not isinstance(value, list) or all(surely_fits(one, shape) for one in value)
    ),
    "minItems": lambda value, least, _: not isinstance(value, list) or len(value) >= least,
    "minimum": lambda value, least, _: not _is_of(value, "number") or value >= least,
    "maximum": lambda value, most, _: not _is_of(value, "number") or value <= most,
    "pattern": lambda value, form, _: not isinstance(value, str) or re.search(form, value) is not None,
    "examples": lambda _value, _shown, _: True,
}
