"""Builds the form of a file: every key with a control of its value's kind, in the order of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from editor.forms.elements import Block, Control, Element, Grid, Items, Offer, Path, Place, Stranger
from editor.forms.filling import Filling, Words, shown
from editor.forms.grids import grid_of, with_grid
from editor.forms.notes import Notes
from editor.forms.shapes import Schema, Shapes
from engine import Document, Node, Scalar, plain_value
from engine import Mapping as Keys
from engine import Sequence as Listed

_MOST_SAID = 5


def form_of(document: Document, schema: Schema, words: Words) -> Block | None:
    """The form of a whole file; None where there is nothing to be read."""
    if document.root is None:
        return None
    builder = _Builder(Shapes(schema), Notes(document.text), words)
    return builder.block(document.root, dict(schema), ())


def palettes(schema: Schema, words: Words) -> dict[str, tuple[Offer, ...]]:
    """What a list of steps or of conditions may be given: the same for all of them, so it is said once.

    The operations have no path: the list says where it wants them.
    """
    builder = _Builder(Shapes(schema), Notes(""), words)
    known = [shape for shape in SHARED if shape in schema.get("$defs", {})]
    return {shape: tuple(builder.new_items({"$ref": f"#/$defs/{shape}"}, ())) for shape in known}


SHARED = ("step", "condition")
"""The shapes of which many lists are made."""


class _Builder:
    def __init__(self, shapes: Shapes, notes: Notes, words: Words) -> None:
        self.shapes = shapes
        self.notes = notes
        self.words = words
        self.filling = Filling(words)

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
            own = self.words.key_called(at) or key.text  # else a name that its author has chosen
            told = {} if key.text in keys else {"title": own}
            titled = {"title": key.text, **self.shapes.opened(known), **told}
            one = self.element(value, titled, at)
            one = one if isinstance(one, Stranger) else replace(one, remove=remove)
            notes = () if is_head else self.notes.about(value, key.span.line)
            rows.append(replace(one, place=replace(one.place, line=key.span.line, notes=notes)))
        return Block(
            self._place(node, path),
            _title(way, path),
            way.get("description", "") or self.words.about(path),
            with_grid(rows, self._empty),
            tuple(self._offers(keys, way, node, path)),
            self._instead(schema, way, path),
            said=self.words.said(path),
            number=self.words.number(path),
            is_step=way.get("shape") == "step",
        )

    def _offers(self, keys: dict[str, Schema], way: Schema, node: Keys, path: Path) -> Iterator[Offer]:
        """What may be added beside what is there; in a block of any keys, what it knows by name."""
        rest = way.get("additionalProperties")
        if isinstance(rest, dict):
            there = {self.words.key_called((*path, key)) for key in node.keys()}
            known = [key for key in self.words.keys(path) if key not in there]
            keys = {key: {"title": key, **self.shapes.opened(keys.get(key, rest))} for key in known}
        for key, schema in keys.items():
            if key not in node and not schema.get("doNotSuggest"):  # what fits no field of this kind, say
                told = self.shapes.opened(schema)
                edit = {"kind": "set", "path": [*path, key], "value": self._begun(schema, (*path, key))}
                yield Offer(told.get("title", key), edit, told.get("description", ""))

    def _begun(self, schema: Schema, path: Path) -> Any:
        """What a value begins with."""
        return self.filling.begin(path, self.shapes.default(schema, self.words.names(path).of))

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
        return found if "properties" in self.shapes.ways(inner)[0] else grid_of(found, self._empty) or found

    def _more(self, node: Listed, schema: Schema, path: Path) -> Iterator[Offer]:
        """What may be added to a list; where an entry may be anything, another like the last one."""
        last, way = plain_value(node.items[-1]) if node.items else None, self.shapes.ways(schema)[0]
        value = last if "properties" not in way else None
        if isinstance(last, dict) and way.get("minProperties") and not value:
            value = self.shapes.like(
                way, last, self.words.names(path).of
            )  # any key will do, so it takes those that the others have
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
            found = replace(found, said=_called(found) or f"{found.label} {int(path[-1]) + 1}".strip())
        place = int(path[-1])
        moves = [("up", place - 1)] if place else []
        moves += [("down", place + 1)] if place + 1 < count else []
        beside = {"kind": "insert", "path": [*path[:-1], place + 1], "of": list(path)}
        return replace(
            found,
            remove=remove,
            copy=Offer(self.words.say("form.copy"), beside) if found.is_step else None,
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
                edit = {"kind": "insert", "path": list(path), "value": self._begun(way, path)}
                yield Offer(_named(way, self.words.say("form.entry")), edit, way.get("description", ""))
            for word in words:
                keys, _ = self.shapes.keys(way, {word: None})
                told = self.shapes.opened(keys[word])
                value = self.shapes.begun(way, word, self.words.names(path).of)
                edit = {"kind": "insert", "path": list(path), "value": value}
                yield Offer(told.get("title", word), edit, told.get("description", ""))

    # --- single values --------------------------------------------------------------------------

    def _chips(self, node: Listed, way: Schema, path: Path) -> Control | None:
        found = Control(self._place(node, path), "chips", _title(way, path), way.get("description", ""), [])
        inner = self.shapes.ways(way.get("items", {}))[0]
        return self.filling.chips(found, inner, plain_value(node))

    def _control(self, node: Scalar, way: Schema, path: Path, schema: Schema) -> Control:
        place, value = self._place(node, path), plain_value(node)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        instead = self._instead(schema, way, path, value)
        text = "" if value is None else node.text
        label, help_ = _title(way, path), way.get("description", "")
        found = Control(place, "text", label, help_, text, instead=instead, is_number=is_number)
        return self.filling.control(found, way, value)

    def _empty(self, place: Place) -> Control:
        """What may be written where nothing is yet."""
        return self.filling.control(Control(place, "text", str(place.path[-1]), "", ""), {}, None)

    # --- all of them ----------------------------------------------------------------------------

    def _instead(
        self, schema: Schema | None, way: Schema, path: Path, value: Any = None
    ) -> tuple[Offer, ...]:
        """The other ways in which the same may be written; one value becomes a list of it."""
        if schema is None:
            return ()
        others = [one for one in self.shapes.ways(schema) if _shape_of(one) != _shape_of(way)]
        is_held = value is not None
        return tuple(
            Offer(
                _way_title(one, self.words.say),
                {
                    "kind": "set",
                    "path": list(path),
                    "value": [value] if is_held and one.get("type") == "array" else self._begun(one, path),
                },
            )
            for one in others
        )

    def _unset(self, path: Path) -> Offer:
        return Offer(self.words.say("form.remove"), {"kind": "unset", "path": list(path)})

    def _place(self, node: Node, path: Path) -> Place:
        first, last = self.notes.lines_of(node)
        return Place(path, first, last, self.notes.about(node, first))


def _is_group(node: Node) -> bool:
    """Whether it is conditions put together: these are read one by one."""
    return isinstance(node, Keys) and any(key in node for key in ("all", "any", "none"))


def _called(block: Block) -> str:
    """What an entry of a list is called; else the first things it says."""
    values = [one for one in block.rows if isinstance(one, Control)]
    named = next((one.value for one in values if one.place.path[-1] == "name"), "")
    said = [shown(one) for one in values[:_MOST_SAID]]
    return str(named) or " · ".join(filter(None, said)) or (block.rows[0].label if block.rows else "")


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
