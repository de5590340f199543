"""What is written when somebody takes an offer: a key with what it needs, in the shape that fits its place.

`${}` and `${owner}` are places to fill in, as CodeMirror's `snippet` understands them. It indents further
lines like the first, so these are counted from the first character that is not blank in the line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from engine.assist.facets import Facet, Places
from engine.misread import PROSE

_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^,\[\]{}#:\n]*(?<!\s)|-?\d[\d.,]*(?: %)?")
_CLOCK = re.compile(r"\d\d:\d\d")
_NOT_A_NAME = {"true", "false", "null", "yes", "no", "on", "off", "~"}
_WHOLE: Mapping[str, str] = {"trigger": '{every: ${day}, at: "${01:00}"}', "given": "{${}}"}
"""What stands behind a key that may hold many things: what is written most often."""
_USUAL: Mapping[str, str] = {
    **dict.fromkeys(PROSE, '"${}"'),
    "every": '${day}, at: "${01:00}"',
    "schedule": '"${0 1 * * *}"',
    "when": "${created}",
    "via": "${email}",
    "today": "${2026-03-31}",
}
"""A place for the value of a key, where that says more than an empty one."""


def written(name: str) -> str:
    """A name or value as it has to stand in a file, with quotes where YAML would misread it."""
    if _PLAIN.fullmatch(name) and not _CLOCK.fullmatch(name) and name.casefold() not in _NOT_A_NAME:
        return name
    return json.dumps(name, ensure_ascii=False)


def escaped(text: str) -> str:
    """A text in which nothing is a place to fill in."""
    return re.sub(r"([$#])\{", r"\1\\{", text)


class Snippets:
    """Writes keys for one place: `pad` is how much further than its line they begin."""

    def __init__(self, places: Places, pad: int, *, in_braces: bool) -> None:
        self._places = places
        self._pad = " " * pad
        self._in_braces = in_braces

    def key(
        self, key: str, facets: Sequence[Facet], needs: Iterable[tuple[str, Sequence[Facet]]] = ()
    ) -> str:
        """A key with its colon and what is usual behind it; `needs` are keys that have to stand beside it."""
        beside = list(needs)
        value = self._value(key, facets) or ("${}" if beside else "")
        text = _joined(escaped(written(key)), value)
        for other, its in beside:
            between = ", " if self._in_braces else f"\n{self._pad}"
            lines = "" if self._in_braces else self._value(other, its)
            text += between + _joined(other, lines or self._place(other, its))
        return text

    def group(self, keys: Iterable[tuple[str, Sequence[Facet]]]) -> str:
        """Some keys in braces, each with a place for its value."""
        known = dict(keys)
        places = {key: self._place(key, its) for key, its in known.items()}
        if "template" in places and "to" in places:
            places["to"] = "${customer}"
        return f"{{{', '.join(f'{escaped(written(key))}: {place}' for key, place in places.items())}}}"

    def required(self, facets: Sequence[Facet]) -> list[tuple[str, list[Facet]]]:
        """The keys that a group cannot do without, in their order."""
        for one in facets:
            inside = one.schema.get("properties", {})
            needed = set(one.schema.get("required", ()))
            if inside and needed and one.is_shown:
                flat = {
                    key: list(self._places.flat(Facet(inside[key]), None)) for key in inside if key in needed
                }
                return list(flat.items())
        return []

    def _value(self, key: str, facets: Sequence[Facet]) -> str:
        """What is written behind a key; nothing where somebody has to choose first."""
        shapes = {one.shape for one in facets}
        if key in _WHOLE:
            return _WHOLE[key]
        if "condition" in shapes:
            return f"\n{self._pad}  all:\n{self._pad}    - {{${{}}}}" if self._may_part(key) else "{${}}"
        items = _items(facets)
        if is_scalar(facets) or (not items and not _has_group(facets)):
            return '"${}"' if key in PROSE else ""
        if items is not None and not _has_group(facets):
            return self._listed(items)
        needed = self.required(facets)
        if needed:
            return self.group(needed)
        return "{${}}" if self._in_braces else f"\n{self._pad}  ${{}}"

    def _may_part(self, key: str) -> bool:
        return key == "conditions" and not self._in_braces

    def _listed(self, items: Mapping[str, object]) -> str:
        inner = list(self._places.flat(Facet(items), None))
        group = _has_group(inner) and not is_scalar(inner)
        if self._in_braces:
            return "[{${}}]" if group else "[${}]"
        if any(one.shape == "condition" for one in inner):
            return f"\n{self._pad}  - {{${{}}}}"
        return f"\n{self._pad}  - ${{}}" if group else "[${}]"

    def _place(self, key: str, facets: Sequence[Facet]) -> str:
        """A place to fill in, with what is usual in it."""
        if key in _USUAL:
            return _USUAL[key]
        shapes = {one.shape for one in facets}
        if "condition" in shapes:
            return "{${}}"
        if shapes & {"person", "people"}:
            return "${owner}"
        if shapes & {"length"}:
            return "${7 days}"
        if _has_group(facets) and not is_scalar(facets):
            needed = self.required(facets)
            return self.group(needed) if needed else "{${}}"
        items = _items(facets)
        if items is not None and not is_scalar(facets):
            return "[{${}}]" if _has_group(list(self._places.flat(Facet(items), None))) else "[${}]"
        return "${}"


def _joined(key: str, value: str) -> str:
    return f"{key}:{value}" if value.startswith("\n") else f"{key}: {value}"


def is_scalar(facets: Iterable[Facet]) -> bool:
    """Whether a plain word may stand there."""
    plain = {"string", "number", "integer", "boolean"}
    return any(_kinds(one) & plain or {"enum", "const"} & one.schema.keys() for one in facets)


def _kinds(facet: Facet) -> set[str]:
    kind = facet.schema.get("type", ())
    return {kind} if isinstance(kind, str) else set(kind)


def _has_group(facets: Iterable[Facet]) -> bool:
    return any("object" in _kinds(one) or "properties" in one.schema for one in facets)


def _items(facets: Iterable[Facet]) -> Mapping[str, object] | None:
    found = (one.schema["items"] for one in facets if isinstance(one.schema.get("items"), Mapping))
    return next(found, None)
