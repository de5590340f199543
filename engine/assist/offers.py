"""What may be written at one place of a half-written file: keys, values, groups in braces, list entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.assist.about import About, Named, value_at
from engine.assist.facets import Facet, Places
from engine.assist.halfway import Halfway, Path
from engine.assist.names import keys_named, values_named
from engine.assist.snippets import Snippets, escaped, is_scalar, written
from engine.catalogue.titles import titles
from engine.conditions.comparisons import SCHEMAS as COMPARISONS
from engine.conditions.comparisons import comparisons_for

_NO_TITLE = " - "


@dataclass(frozen=True, slots=True)
class Offer:
    """A word that may be written; `insert` is what is written where that is more than the word."""

    label: str
    detail: str = ""
    info: str = ""
    insert: str = ""


class Offers:
    """The offers of one place."""

    def __init__(self, about: About, places: Places, half: Halfway, column: int) -> None:
        self._about = about
        self._places = places
        self._half = half
        self._data = about.data
        self._snippets = Snippets(places, column, in_braces=half.in_braces)
        self._dashed = Snippets(places, column + 2, in_braces=False)
        self._titles = titles(about.language)
        self._known_required: dict[Path, set[str]] = {}

    def all(self) -> Iterator[Offer]:
        """Everything that may be written there."""
        half = self._half
        if half.role == "key":
            yield from self._keys(half.path, self._snippets)
        elif half.role in {"value", "item"}:
            yield from self._values(half.path)
            yield from self._groups(half.path)
        elif half.role == "block":
            yield from self._block(half.path)

    def _block(self, path: Path) -> Iterator[Offer]:
        """A line of its own: keys, or entries of a list with their dashes."""
        if self._half.needs_dash:
            yield from self._entries(path)
            return
        yield from self._keys(path, self._snippets)
        yield from self._values(path)
        facets = self._places.at(self._data, path)
        if not self._half.is_listed and any("items" in one.schema for one in facets):
            yield from self._entries((*path, 0))

    def _entries(self, path: Path) -> Iterator[Offer]:
        for one in (*self._keys(path, self._dashed), *self._values(path)):
            yield replace(one, insert=f"- {one.insert or escaped(written(one.label))}")

    def _keys(self, path: Path, snippets: Snippets) -> Iterator[Offer]:
        here = value_at(self._data, path)
        present = set(here) if isinstance(here, dict) else set()
        named = keys_named(self._about, path)
        if named is not None:
            yield from (self._named_key(one) for one in named if one.name not in present)
            return
        found = self._fitting(self._places.keys(self._data, path), here)
        required, order = self._required(path), self._order(path)
        by_need = sorted(found, key=lambda key: (key not in required, order.get(key, len(order))))
        for key in by_need:
            if key not in present:
                needs = self._beside(path, key, here)
                yield self._key(
                    key, found[key], snippets.key(key, found[key], needs), is_required=key in required
                )

    def _required(self, path: Path) -> set[str]:
        if path not in self._known_required:
            self._known_required[path] = self._places.required(self._data, path)
        return self._known_required[path]

    def _order(self, path: Path) -> dict[str, int]:
        """The place of each key in the vocabulary."""
        facets = self._places.at(self._data, path)
        longest: Mapping[str, Any] = max(
            (one.schema.get("properties", {}) for one in facets), key=len, default={}
        )
        return {key: place for place, key in enumerate(longest)}

    def _fitting(self, keys: dict[str, list[Facet]], here: Any) -> dict[str, list[Facet]]:
        """Without the comparisons that do not fit the type of the field in question."""
        found = self._about.field(str(here["field"])) if isinstance(here, dict) and "field" in here else None
        if found is None or not any(word in keys for word in COMPARISONS):
            return keys
        fitting = comparisons_for(found[0].type)
        return {key: one for key, one in keys.items() if key not in COMPARISONS or key in fitting}

    def _beside(self, path: Path, key: str, here: Any) -> list[tuple[str, list[Facet]]]:
        """The keys that have to stand beside a new one, and do not yet."""
        before = here if isinstance(here, dict) else {}
        data = _with(self._data, path, {**before, key: {}})
        needed = self._places.required(data, path) - self._required(path) - {key, *before}
        if not needed and key != "if":
            return []
        keys = self._places.keys(data, path)
        if key == "if" and "then" in keys:
            needed.add("then")
        return [(one, keys[one]) for one in keys if one in needed]

    def _key(self, key: str, facets: Sequence[Facet], insert: str, *, is_required: bool) -> Offer:
        title, info = told_of(facets)
        if is_required:
            title += self._titles.phrase("required")
        if self._half.has_colon or self._half.quote:
            return Offer(key, title, info)
        return Offer(key, title, info, insert)

    def _named_key(self, one: Named) -> Offer:
        if self._half.has_colon or self._half.quote:
            return Offer(one.name, one.detail, one.info)
        return Offer(one.name, one.detail, one.info, f"{escaped(written(one.name))}: ")

    def _facets(self, path: Path) -> list[Facet]:
        """What the schema says; a field is compared with a value, other subjects with other things."""
        found = self._places.at(self._data, path)
        if path and path[-1] in COMPARISONS and "field" in self._about.at(path).block():
            found += self._places.flat(Facet(COMPARISONS[str(path[-1])]), None)
        return found

    def _values(self, path: Path) -> Iterator[Offer]:
        facets = [one for one in self._facets(path) if one.is_shown]
        named = values_named(self._about, path, {one.shape for one in facets})
        if named is not None:
            yield from (self._value(one.name, one.detail, one.info) for one in named)
            if not any("enum" in one.schema and one.shape not in _NAMES for one in facets):
                return
        for one in facets:
            if one.shape not in _NAMES or named is None:
                yield from self._listed(one, has_names=named is not None)

    def _listed(self, facet: Facet, *, has_names: bool) -> Iterator[Offer]:
        schema = facet.schema
        told = schema.get("enumDescriptions", ())
        for place, word in enumerate(schema.get("enum", ())):
            title, _, info = (told[place] if place < len(told) else "").partition(_NO_TITLE)
            yield self._value(_plain(word), title, info)
        if "const" in schema:
            yield self._value(_plain(schema["const"]))
        if schema.get("type") == "boolean":
            yield from (self._value(word) for word in ("true", "false"))
        if not has_names and "enum" not in schema:
            for one in schema.get("examples", ()):
                if not isinstance(one, dict | list):
                    yield self._value(_plain(one))

    def _value(self, word: str, detail: str = "", info: str = "") -> Offer:
        text = written(word)
        return Offer(word, detail, info, "" if self._half.quote or text == word else escaped(text))

    def _groups(self, path: Path) -> Iterator[Offer]:
        """What goes in braces behind a colon or in a list: a group with what it needs, or a key."""
        if self._half.quote:
            return
        named = keys_named(self._about, path)
        if named is not None:
            for name in named:
                insert = f"{{{escaped(written(name.name))}: ${{}}}}"
                yield Offer(name.name, name.detail, name.info, insert)
            return
        single = self._single(path)
        if single:
            yield single
            return
        facets = [one for one in self._facets(path) if one.schema.get("properties")]
        keys = self._keys_of(facets)
        needed = {key: [key] for key in keys} | {
            key: list(one.schema["required"]) for one in facets for key in one.schema.get("required", ())
        }
        is_bare = is_scalar(self._facets(path))
        for key, its in keys.items():
            together = [(other, keys[other]) for other in needed[key] if other in keys] or [(key, its)]
            if together[0][0] == key and not _is_option(key, facets):
                title, info = told_of(its)
                label = f"{{{', '.join(f'{other}: …' for other, _ in together)}}}" if is_bare else key
                yield Offer(label, title, info, self._snippets.group(together))

    def _keys_of(self, facets: Sequence[Facet]) -> dict[str, list[Facet]]:
        """The keys of some groups, each with what applies to its value."""
        found: dict[str, list[Facet]] = {}
        for one in facets:
            for key, value in one.schema["properties"].items():
                if isinstance(value, dict) and not value.get("doNotSuggest"):
                    found.setdefault(key, []).extend(self._places.flat(Facet(value), None))
        return found

    def _single(self, path: Path) -> Offer | None:
        """A group whose keys are needed together: `{subject: …, to: …}`."""
        facets = self._facets(path)
        needed = self._snippets.required(facets)
        if len(needed) < 2 or is_scalar(facets):
            return None
        title, info = told_of(facets)
        label = f"{{{', '.join(f'{key}: …' for key, _ in needed)}}}"
        return Offer(label, title, info, self._snippets.group(needed))


_NAMES = {"field", "date_field", "relation", "related_field"}
"""Shared shapes that are names of the model."""


def _is_option(key: str, facets: Sequence[Facet]) -> bool:
    """Whether a key only goes with others: `times` beside `field`."""
    homes = [one.schema for one in facets if key in one.schema["properties"]]
    return bool(homes) and all(one.get("required") and key not in one["required"] for one in homes)


def told_of(facets: Sequence[Facet]) -> tuple[str, str]:
    """Title and sentence, from the first facet that has them."""
    for one in facets:
        if "title" in one.schema:
            return str(one.schema["title"]), str(one.schema.get("description", ""))
    return "", ""


def _plain(word: object) -> str:
    return str(word).lower() if isinstance(word, bool) else str(word)


def _with(data: Any, path: Path, value: Any) -> Any:
    """The data with another value at a path."""
    if not path:
        return value
    part, rest = path[0], path[1:]
    if isinstance(part, int):
        items = list(data) if isinstance(data, list) else []
        items += [None] * (part + 1 - len(items))
        items[part] = _with(items[part], rest, value)
        return items
    inside = dict(data) if isinstance(data, dict) else {}
    return {**inside, part: _with(inside.get(part), rest, value)}
