"""Reads a JSON Schema as a form needs it: what may stand at a place, beside what stands there already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator

Schema: TypeAlias = Mapping[str, Any]
Names: TypeAlias = Mapping[str, Sequence[str]]
_KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
BEGINNINGS = {"condition": "field", "step": "notify"}
"""The word that a new block of several begins with, where nobody has chosen one."""
_DEFINITION = re.compile(r"#/\$defs/(\w+)")
_TOLD = ("title", "description", "examples")


class Shapes:
    """The schema of one kind of file."""

    def __init__(self, schema: Schema) -> None:
        self.whole = schema

    def opened(self, schema: Schema) -> dict[str, Any]:
        """A schema without references; what is said beside a reference goes before what it says itself.

        `shape` keeps the name of the definition that it is.
        """
        found = dict(schema)
        while True:
            parts = found.get("allOf", [])
            if "$ref" in found:
                reference = found.pop("$ref")
                name = _DEFINITION.fullmatch(reference)
                found = {**self._at(reference), **({"shape": name[1]} if name else {}), **found}
            elif len(parts) == 1 and "$ref" in parts[0]:
                found.pop("allOf")
                found["$ref"] = parts[0]["$ref"]
            else:
                return found

    def _at(self, reference: str) -> Schema:
        found: Any = self.whole
        for part in reference.removeprefix("#/").split("/"):
            found = found[int(part)] if isinstance(found, list) else found[part]
        assert isinstance(found, Mapping)
        return found

    def ways(self, schema: Schema) -> list[dict[str, Any]]:
        """The ways in which a value may be written, each opened, titled like the key it stands under."""
        schema = self.opened(schema)
        parts = schema.get("anyOf", [])
        if not parts or "properties" in schema:  # there `anyOf` says which keys are needed
            return [schema]
        told = {key: schema[key] for key in (*_TOLD, "shape") if key in schema}
        return [{**told, **one} for part in parts for one in self.ways(part)]

    def way_of(self, schema: Schema, value: Any) -> dict[str, Any] | None:
        """The way in which a value is written; None where none allows it."""
        fitting = [one for one in self.ways(schema) if _may_be(one, value)]
        if len(fitting) < 2:
            return next(iter(fitting), None)
        return next((one for one in fitting if self._is_valid(one, value)), fitting[0])

    def keys(self, schema: Schema, value: Mapping[str, Any]) -> tuple[dict[str, Schema], set[str]]:
        """The keys that may stand in a block beside what stands there, and those that must."""
        found, needed = dict(schema.get("properties", {})), set(schema.get("required", ()))
        for rule in self._rules(schema, value):
            for key, one in rule.get("properties", {}).items():
                if one is False:
                    found.pop(key, None)
                elif key in found:
                    found[key] = {**_told_of(self.opened(found[key])), **one}
            needed |= set(rule.get("required", ()))
        return found, needed

    def _rules(self, schema: Schema, value: Mapping[str, Any]) -> Iterator[Schema]:
        for rule in schema.get("allOf", ()):
            if "if" not in rule:
                continue
            chosen = rule.get("then" if _holds(rule["if"], value) else "else", {})
            yield chosen
            yield from self._rules(chosen, value)

    def _is_valid(self, schema: Schema, value: Any) -> bool:
        return bool(self._validator.evolve(schema=schema).is_valid(value))

    @cached_property
    def _validator(self) -> Any:
        return Draft202012Validator(self.whole)

    # --- what to begin with ---------------------------------------------------------------------

    def default(self, schema: Schema, names: Names) -> Any:
        """A value to begin with: small, and right where schema and names can tell.

        `names` has by shape (`field`, `relation`) the names that fit the place.
        """
        way = self.ways(schema)[0]
        shape = str(way.get("shape"))
        if shape in BEGINNINGS:
            return self.begun(way, BEGINNINGS[shape], names)
        if shape in names:
            return next(iter(names[shape]), "")
        if "const" in way:
            return way["const"]
        if way.get("enum"):
            return _plain(way["enum"][0])
        kind = _kind(way)
        if kind == "object":
            return self._block(way, names)
        if kind == "array":
            return [self.default(way.get("items", {}), names)] if way.get("minItems") else []
        if way.get("examples"):
            return _plain(way["examples"][0])
        return {"integer": way.get("minimum", 1), "number": 1, "boolean": True}.get(kind, "")

    def begun(self, way: Schema, word: str, names: Names) -> dict[str, Any]:
        """A block that begins with a word, and what must stand beside it."""
        keys, _ = self.keys(way, {word: None})
        found = {word: self.default(keys[word], names)}
        if way.get("shape") == "condition" and word == "field":
            return {**found, "is_empty": False}  # the one comparison that every field has
        more, needed = self.keys(way, found)
        return found | {key: self.default(more[key], names) for key in more if key in needed - {word}}

    def _block(self, way: Schema, names: Names) -> dict[str, Any]:
        keys, needed = self.keys(way, {})
        found = {key: self.default(keys[key], names) for key in keys if key in needed}
        fields = names.get("field", ())
        return {fields[0]: ""} if not found and way.get("minProperties") and fields else found

    def like(self, way: Schema, entry: Mapping[str, Any], names: Names) -> dict[str, Any]:
        """A block with the keys of another, each with what it begins with; a condition is its own."""
        known, rest = way.get("properties", {}), way.get("additionalProperties") or {}
        schemas = {key: known.get(key, rest) for key in entry}
        return {
            key: self.default(schema, names) or self._like_inside(schema, entry[key], names)
            for key, schema in schemas.items()
            if self.opened(schema).get("shape") != "condition"
        }

    def _like_inside(self, schema: Schema, value: Any, names: Names) -> Any:
        return self.like(self.ways(schema)[0], value, names) if isinstance(value, Mapping) else ""


def _plain(value: Any) -> Any:
    """Without the name that the engine has for it."""
    return str(value) if isinstance(value, str) else value


def _told_of(schema: Schema) -> dict[str, Any]:
    return {key: schema[key] for key in _TOLD if key in schema}


def _kind(schema: Schema) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "")
    return kind if isinstance(kind, str) else str(next(iter(kind), ""))


def _may_be(schema: Schema, value: Any) -> bool:
    """Whether a value is of the kind that a way takes, whatever is in it."""
    kinds = schema.get("type")
    if kinds is None:
        if "enum" in schema or "const" in schema:
            return not isinstance(value, dict | list)
        return isinstance(value, dict) if "properties" in schema else True
    allowed = {kinds} if isinstance(kinds, str) else set(kinds)
    kind = _KINDS.get(type(value), "string")
    return kind in allowed or (kind == "integer" and "number" in allowed)


def _holds(asked: Schema, value: Any) -> bool:
    """Whether a block is what a rule asks for; rules ask for keys, and for a few values of keys."""
    if "not" in asked and _holds(asked["not"], value):
        return False
    if "anyOf" in asked and not any(_holds(one, value) for one in asked["anyOf"]):
        return False
    if not isinstance(value, Mapping):
        return (
            "const" not in asked or asked["const"] == value if "enum" not in asked else value in asked["enum"]
        )
    if any(key not in value for key in asked.get("required", ())):
        return False
    return all(
        key not in value or _holds(one, value[key]) for key, one in asked.get("properties", {}).items()
    )
