"""What a JSON Schema says of one place of a half-written file: every part of it that applies there.

Words in the same group decide: beside `field: 客户层级` other parts apply than beside `count_of: 订单`. Only
the keywords that our own schemas use are known (engine.catalogue); a test walks all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
_KINDS: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
}


@dataclass(frozen=True, slots=True)
class Facet:
    """One schema without anything to resolve, and the name of the shared shape that it came from."""

    schema: Schema
    shape: str = ""
    is_shown: bool = True
    """False: it only says what fits, and is not to be offered."""


class Places:
    """The places of one kind of file."""

    def __init__(self, root: Schema) -> None:
        self._root = root

    def at(self, data: Any, path: tuple[str | int, ...]) -> list[Facet]:
        """All that applies to the value at a path of a file; the last part of it need not be there yet."""
        found = [Facet(self._root)]
        for part in path:
            flat = [inner for one in found for inner in self.flat(one, data)]
            found = [inner for one in flat for inner in _step(one, part)]
            data = _child(data, part)
        return list(_unique(inner for one in found for inner in self.flat(one, data)))

    def keys(self, data: Any, path: tuple[str | int, ...]) -> dict[str, list[Facet]]:
        """The keys that may stand in the group at a path, each with what applies to its value."""
        found: dict[str, list[Facet]] = {}
        refused: set[str] = set()
        for facet in self.at(data, path):
            for key, value in facet.schema.get("properties", {}).items():
                if value is False:
                    refused.add(key)
                elif value is not True and not value.get("doNotSuggest"):
                    found.setdefault(key, []).extend(self.flat(Facet(value), None))
        return {key: facets for key, facets in found.items() if key not in refused}

    def required(self, data: Any, path: tuple[str | int, ...]) -> set[str]:
        """The keys that must stand in the group at a path."""
        return {key for one in self.at(data, path) for key in one.schema.get("required", ())}

    def flat(self, facet: Facet, data: Any) -> Iterator[Facet]:
        """A facet with all that it refers to, and of its branches those that the data take."""
        schema = facet.schema
        if "$ref" in schema:
            name = str(schema["$ref"])
            inner = Facet(self._resolved(name), name.rpartition("/")[2], facet.is_shown)
            told = {key: value for key, value in schema.items() if key != "$ref"}
            if told:
                yield Facet(told, inner.shape, facet.is_shown)
            yield from self.flat(inner, data)
            return
        is_shown = facet.is_shown and not schema.get("doNotSuggest")
        yield Facet(schema, facet.shape, is_shown)
        for one in schema.get("allOf", ()):
            branch = one
            if "if" in one:
                branch = one.get("then" if self.fits(data, one["if"]) else "else", {})
            if branch:
                shown = is_shown or bool(schema.get("doNotSuggest"))
                yield from self.flat(Facet(branch, facet.shape, shown), data)
        for one in schema.get("anyOf", ()):
            if set(one) != {"required"} and _is_of_kind(data, one):
                yield from self.flat(Facet(one, facet.shape, is_shown), data)

    def _resolved(self, name: str) -> Schema:
        found: Any = self._root
        for part in name.removeprefix("#/").split("/"):
            found = found[int(part)] if isinstance(found, list) else found[part]
        assert isinstance(found, Mapping)
        return found

    def fits(self, data: Any, asked: Any) -> bool:
        """Whether data fit a question of `if`."""
        if asked is True or not asked:
            return True
        if not _is_of_type(data, asked.get("type")):
            return False
        if "const" in asked and data != asked["const"]:
            return False
        if "enum" in asked and data not in asked["enum"]:
            return False
        if "not" in asked and self.fits(data, asked["not"]):
            return False
        if "anyOf" in asked and not any(self.fits(data, one) for one in asked["anyOf"]):
            return False
        return self._fits_inside(data, asked)

    def _fits_inside(self, data: Any, asked: Schema) -> bool:
        if not isinstance(data, dict):
            return True
        if any(key not in data for key in asked.get("required", ())):
            return False
        inside = asked.get("properties", {})
        return all(self.fits(data[key], one) for key, one in inside.items() if key in data)


def _step(facet: Facet, part: str | int) -> Iterator[Facet]:
    schema = facet.schema
    if isinstance(part, int):
        inner = schema.get("items")
    else:
        inner = schema.get("properties", {}).get(part)
        if inner is None and part not in schema.get("properties", {}):
            inner = schema.get("additionalProperties")
    if isinstance(inner, Mapping):
        yield Facet(inner)


def _child(data: Any, part: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(str(part))
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return data[part]
    return None


def _is_of_kind(data: Any, schema: Schema) -> bool:
    """Whether a branch is for data like these: a group for a group; all where nothing is there yet."""
    if not isinstance(data, dict | list):
        return True
    kind = schema.get("type")
    if kind is None:
        return True
    return _is_of_type(data, kind)


def _is_of_type(data: Any, kind: Any) -> bool:
    if kind is None:
        return True
    kinds = kind if isinstance(kind, list) else [kind]
    return any(
        isinstance(data, _KINDS[one]) and (one == "boolean" or not isinstance(data, bool)) for one in kinds
    )


def _unique(facets: Iterator[Facet]) -> Iterator[Facet]:
    seen: set[tuple[int, str, bool]] = set()
    for one in facets:
        mark = (id(one.schema), one.shape, one.is_shown)
        if mark not in seen:
            seen.add(mark)
            yield one
