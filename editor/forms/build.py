"""Builds the form of a file: every key with a control of its value's kind, in the order of the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from editor.forms.elements import (
    Block,
    Choice,
    Control,
    Element,
    Grid,
    Items,
    Offer,
    Path,
    Place,
    Stranger,
    offers_to_set,
)
from editor.forms.grids import grid_of, with_grid
from editor.forms.lengths import split_length
from editor.forms.notes import Notes
from editor.forms.shapes import Schema, Shapes
from engine import Document, Node, Scalar, plain_value
from engine import Mapping as Keys
from engine import Sequence as Listed

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_LONG = 60
WITH_FIELDS = frozenset({"subject", "text", "question", "personal"})
"""The words of actions under which a text may say what the record holds (LANGUAGE, section 4)."""
_BODIES = {"text", "html"}
"""What is called so has lines, sooner or later."""
_MOST_CHIPS = 24
MOST_NAMES = 60
"""Of more names no control has a list of its own: hundreds of such lists are slow to send and to read."""
_MOST_SAID = 5


@dataclass(frozen=True)
class Words:
    """What a form says beside the vocabulary: `said` is a step or a condition in words, by its path."""

    said: Callable[[Path], str]
    number: Callable[[Path], str]
    names: Mapping[str, Sequence[str]]
    say: Callable[..., str]
    about: Callable[[Path], str] = lambda _: ""
    """What a whole block says, where the vocabulary has no help on it."""
    names_in: Callable[[str], Mapping[str, Sequence[str]]] = lambda _: {}
    """The names that fit inside one block of a file that has several, by its key."""
    usual: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    """What is usually written under a key that takes more than that."""
    called: Mapping[str, str] = field(default_factory=dict)
    """What people call a word of the files."""


def form_of(document: Document, schema: Schema, words: Words) -> Block | None:
    """The form of a whole file; None where there is nothing to be read."""
    if document.root is None:
        return None
    builder = _Builder(Shapes(schema, words.names), Notes(document.text), words)
    return builder.block(document.root, dict(schema), ())


def palettes(schema: Schema, words: Words) -> dict[str, tuple[Offer, ...]]:
    """What a list of steps or of conditions may be given: the same for all of them, so it is said once.

    The operations have no path: the list says where it wants them.
    """
    builder = _Builder(Shapes(schema, words.names), Notes(""), words)
    known = [shape for shape in SHARED if shape in schema.get("$defs", {})]
    return {shape: tuple(builder.new_items({"$ref": f"#/$defs/{shape}"}, ())) for shape in known}


SHARED = ("step", "condition")
"""The shapes of which many lists are made."""


class _Builder:
    def __init__(self, shapes: Shapes, notes: Notes, words: Words) -> None:
        self.shapes = shapes
        self.notes = notes
        self.words = words

    def element(self, node: Node, schema: Schema, path: Path) -> Element:
        """Whatever stands at a path, by the way in which it is written."""
        way = self.shapes.way_of(schema, plain_value(node))
        if way is None:
            return Stranger(self._place(node, path), _title(schema, path), self.notes.text_of(node))
        if isinstance(node, Keys):
            return self.block(node, way, path, schema)
        if isinstance(node, Listed):
            return self._chips(node, way, path) or self._items(node, way, path, schema)
        return self._control(node, way, path, schema)

    # --- blocks ---------------------------------------------------------------------------------

    def block(self, node: Keys, way: Schema, path: Path, schema: Schema | None = None) -> Block:
        """Keys and values."""
        keys, needed = self.shapes.keys(way, plain_value(node))
        begun = [one for one in _beginnings(way) if one in node]
        needed = needed | set(begun if len(begun) == 1 else ())  # without its first word it is nothing
        rest = way.get("additionalProperties", None if "properties" in way else {})
        rows = list[Element]()
        for key, value in node.entries:
            known = keys.get(key.text) or (rest if isinstance(rest, dict) else None)
            at = (*path, key.text)
            if known is None:
                rows.append(Stranger(self._place(value, at), key.text, self.notes.text_of(value)))
                continue
            remove = None if key.text in needed else self._unset(at)
            is_head = not path and not rows  # what stands above the first key is said of the file
            told = {} if key.text in keys else {"title": key.text}  # a name that its author has chosen
            titled = {"title": key.text, **self.shapes.opened(known), **told}
            one = self._inside(at).element(value, titled, at)
            one = one if isinstance(one, Stranger) else replace(one, remove=remove)
            notes = () if is_head else self.notes.about(value, key.span.line)
            rows.append(replace(one, place=replace(one.place, line=key.span.line, notes=notes)))
        return Block(
            self._place(node, path),
            _title(way, path),
            way.get("description", "") or self.words.about(path),
            with_grid(rows),
            tuple(self._offers(keys, way, node, path)),
            self._instead(schema, way, path),
            said=self.words.said(path),
            number=self.words.number(path),
            is_step=way.get("shape") == "step",
        )

    def _offers(self, keys: dict[str, Schema], way: Schema, node: Keys, path: Path) -> Iterator[Offer]:
        """What may be added beside what is there."""
        fields = self.words.names.get("field", ())
        for key, schema in keys.items():
            is_field = isinstance(way.get("additionalProperties"), dict)
            if key not in node and not (is_field and fields and key not in fields):
                told = self.shapes.opened(schema)
                value = self.shapes.default(schema)
                edit = {"kind": "set", "path": [*path, key], "value": value}
                yield Offer(told.get("title", key), edit, told.get("description", ""))

    def _inside(self, path: Path) -> _Builder:
        """What builds a block of a file: with the names that fit in there."""
        names = self.words.names_in(str(path[0])) if len(path) == 1 else {}
        if not names:
            return self
        return _Builder(Shapes(self.shapes.whole, names), self.notes, replace(self.words, names=names))

    # --- lists ----------------------------------------------------------------------------------

    def _items(self, node: Listed, way: Schema, path: Path, schema: Schema) -> Items | Grid:
        inner, last = way.get("items", {}), len(node.items)
        shape = str(self.shapes.opened(inner).get("shape", ""))
        items = tuple(self._item(one, inner, (*path, number), last) for number, one in enumerate(node.items))
        found = Items(
            self._place(node, path),
            _title(way, path),
            way.get("description", ""),
            items,
            () if shape in SHARED else tuple(self._more(node, inner, (*path, last))),
            self._instead(schema, way, path),
            shape=shape if shape in SHARED else "",
        )
        return found if "properties" in self.shapes.ways(inner)[0] else grid_of(found) or found

    def _more(self, node: Listed, schema: Schema, path: Path) -> Iterator[Offer]:
        """What may be added to a list; where an entry may be anything, another like the last one."""
        last, way = plain_value(node.items[-1]) if node.items else None, self.shapes.ways(schema)[0]
        value = last if "properties" not in way else None
        if isinstance(last, dict) and way.get("minProperties") and not value:
            value = self.shapes.like(way, last)  # any key will do, so it takes those that the others have
        if isinstance(value, dict):
            yield Offer(self.words.say("form.entry"), {"kind": "insert", "path": list(path), "value": value})
        else:
            yield from self.new_items(schema, path)

    def _item(self, node: Node, schema: Schema, path: Path, count: int) -> Element:
        found = self.element(node, schema, path)
        if isinstance(found, Stranger):
            return found
        remove = Offer(self.words.say("form.remove"), {"kind": "remove", "path": list(path)})
        if not isinstance(found, Block):
            return replace(found, remove=remove)
        if not found.said and not _is_group(node):
            found = replace(found, said=_called(node) or f"{found.label} {int(path[-1]) + 1}".strip())
        place = int(path[-1])
        moves = [("up", place - 1)] if place else []
        moves += [("down", place + 1)] if place + 1 < count else []
        return replace(
            found,
            remove=remove,
            moves=tuple(
                (way, Offer(self.words.say(f"form.{way}"), {"kind": "move", "path": list(path), "to": to}))
                for way, to in moves
            ),
        )

    def new_items(self, schema: Schema, path: Path) -> Iterator[Offer]:
        """A button for each word that an entry may begin with; one button where there are none."""
        for way in self.shapes.ways(schema):
            words = _beginnings(way)
            if not words:
                edit = {"kind": "insert", "path": list(path), "value": self.shapes.default(way)}
                yield Offer(_named(way, self.words.say("form.entry")), edit, way.get("description", ""))
            for word in words:
                keys, _ = self.shapes.keys(way, {word: None})
                told = self.shapes.opened(keys[word])
                value = self.shapes.begun(way, word)
                edit = {"kind": "insert", "path": list(path), "value": value}
                yield Offer(told.get("title", word), edit, told.get("description", ""))

    # --- single values --------------------------------------------------------------------------

    def _chips(self, node: Listed, way: Schema, path: Path) -> Control | None:
        """A list of a few known words: each is ticked or not; an unknown one is kept, and said to be so."""
        inner = self.shapes.ways(way.get("items", {}))[0]
        known = inner.get("enum") or inner.get("examples") or []
        values = plain_value(node)
        if (
            not known
            or len(known) > _MOST_CHIPS
            or any(isinstance(one, dict | list) for one in (*known, *values))
        ):
            return None
        choices = [*self._choices(inner, known, values)]
        told = {choice.value for choice in choices}
        choices += [Choice(one, str(one), is_unknown=True) for one in values if one not in told]
        place = self._place(node, path)
        return Control(place, "chips", _title(way, path), way.get("description", ""), values, tuple(choices))

    def _control(self, node: Scalar, way: Schema, path: Path, schema: Schema) -> Control:
        place, value, kinds = self._place(node, path), plain_value(node), _kinds(way)
        label, help_ = _title(way, path), way.get("description", "")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        instead = self._instead(schema, way, path)
        text = "" if value is None else node.text
        found = Control(place, "text", label, help_, text, instead=instead, is_number=is_number)
        found = replace(found, takes_fields=bool(path) and path[-1] in WITH_FIELDS)
        if "const" in way or kinds == {"boolean"}:
            return replace(found, kind="check", value=value is True)
        shape = str(way.get("shape"))
        names = self.words.names.get(shape, ())
        if len(names) > MOST_NAMES:
            return replace(found, names=shape, instead=())
        if names:
            named = [Choice(one, one) for one in names]
            more = [] if node.text in names else [Choice(node.text, node.text, is_unknown=True)]
            return replace(found, kind="select", choices=(*named, *more), instead=())
        if way.get("enum"):
            return self._select(found, way, value)
        usual = self.words.usual.get(str(path[-1])) if path else None
        if usual:
            return _chosen_of(found, usual, path)
        if kinds and kinds <= {"integer", "number"}:
            return replace(found, kind="number")
        takes_lengths = way.get("shape") in {"length", "once_per"} or not kinds
        length = split_length(node.text) if takes_lengths and not node.quoted else None
        if length is not None:
            return replace(found, kind="unit", value=length[0], unit=length[1])
        is_time = _TIME.fullmatch(str(next(iter(way.get("examples", [""])), "")))
        if is_time and _TIME.fullmatch(text):
            return replace(found, kind="time")
        if "\n" in node.text or len(node.text) > _LONG or (path and path[-1] in _BODIES):
            return replace(found, kind="long")
        return self._suggested(found, tuple(dict.fromkeys(map(str, way.get("examples", ())))))

    def _suggested(self, found: Control, known: tuple[str, ...]) -> Control:
        """A text that is one of a few known ones is chosen from them; the last choice is to write another."""
        if found.value not in known or not 1 < len(known) <= _MOST_CHIPS:
            return replace(found, suggestions=known)
        choices = [Choice(one, self.words.called.get(one, one)) for one in known]
        other = Choice("", self.words.say("form.write_another"))
        return replace(found, kind="select", choices=(*choices, other))

    def _select(self, found: Control, way: Schema, value: Any) -> Control:
        choices = [*self._choices(way, way["enum"], [value])]
        if value is None:
            choices.insert(0, Choice(None, ""))
        elif value not in way["enum"]:
            choices.append(Choice(value, str(value), is_unknown=True))
        return replace(found, kind="select", choices=tuple(choices), value=value)

    @staticmethod
    def _choices(way: Schema, known: Sequence[Any], held: Sequence[Any]) -> Iterator[Choice]:
        """Each value once: an option such as `1` may be a text or a number, and stays what the file has."""
        told = way.get("enumDescriptions") or [""] * len(known)
        written = {str(one): one for one in held}
        seen = set[str]()
        for value, text in zip(known, told, strict=False):
            if str(value) not in seen:
                seen.add(str(value))
                label, _, help_ = text.partition(" - ")
                yield Choice(written.get(str(value), value), label or str(value), help_)

    # --- all of them ----------------------------------------------------------------------------

    def _instead(self, schema: Schema | None, way: Schema, path: Path) -> tuple[Offer, ...]:
        """The other ways in which the same may be written."""
        if schema is None:
            return ()
        others = [one for one in self.shapes.ways(schema) if _shape_of(one) != _shape_of(way)]
        return tuple(
            Offer(
                _way_title(one, self.words.say),
                {"kind": "set", "path": list(path), "value": self.shapes.default(one)},
            )
            for one in others
        )

    def _unset(self, path: Path) -> Offer:
        return Offer(self.words.say("form.remove"), {"kind": "unset", "path": list(path)})

    def _place(self, node: Node, path: Path) -> Place:
        first, last = self.notes.lines_of(node)
        return Place(path, first, last, self.notes.about(node, first))


def _chosen_of(found: Control, usual: Sequence[Choice], path: Path) -> Control:
    """One of what is usual; a length among it is a number with its unit, and goes back to the others."""
    length = split_length(found.value)
    if length is not None:
        others = [(one.label, one.help, one.value) for one in usual if split_length(one.value) is None]
        back = (*offers_to_set(path, others), *found.instead)
        return replace(found, kind="unit", value=length[0], unit=length[1], instead=back)
    more = [] if any(one.value == found.value for one in usual) else [Choice(found.value, found.value)]
    return replace(found, kind="select", choices=(*usual, *more))


def _is_group(node: Node) -> bool:
    """Whether it is conditions put together: these are read one by one."""
    return isinstance(node, Keys) and any(key in node for key in ("all", "any", "none"))


def _called(node: Node) -> str:
    """What an entry of a list is called; else the first things it says."""
    assert isinstance(node, Keys)
    named = node.get("name")
    if isinstance(named, Scalar):
        return named.text
    said = [value.text for _, value in node.entries if isinstance(value, Scalar)]
    return " · ".join(said[:_MOST_SAID]) or next(iter(node.keys()), "")


def _kinds(way: Schema) -> set[str]:
    kinds = way.get("type", ())
    return {kinds} if isinstance(kinds, str) else set(kinds)


def _title(schema: Schema, path: Path) -> str:
    return str(schema.get("title") or (path[-1] if path and isinstance(path[-1], str) else ""))


def _named(way: Schema, otherwise: str) -> str:
    return str(way.get("title") or otherwise)


def _beginnings(way: Schema) -> list[str]:
    """The words of which one begins a block; none where it has no such words."""
    asked = [one["required"] for one in way.get("anyOf", []) if set(one) == {"required"}]
    return [one[0] for one in asked if len(one) == 1] if "properties" in way else []


def _shape_of(way: Schema) -> tuple[Any, ...]:
    return (
        str(way.get("type")),
        tuple(way.get("properties", ())),
        str(way.get("enum", "")),
        str(way.get("items")),
    )


def _way_title(way: Schema, say: Callable[..., str]) -> str:
    """A block of one key by that key; all else by its kind."""
    properties, needed = way.get("properties", {}), way.get("required", ())
    if properties and needed:
        return str(properties[next(iter(needed))].get("title", next(iter(needed))))
    kind = way.get("type", "string")
    kind = kind if isinstance(kind, str) else next(iter(kind), "string")
    return say(f"form.as_{'object' if properties else kind}")
