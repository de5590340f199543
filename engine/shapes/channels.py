"""`via`: the channels of a message in their order, by name or as each record prefers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Node, Scalar, Sequence
from engine.model.entities import Field, FieldType, Module
from engine.model.operands import Constant, FieldValue, Operand
from engine.model.predicates import All, Compare, Comparison, Empty, Leaf, Predicate
from engine.shapes.fields import field_named, read_field
from engine.shapes.reading import Reading
from engine.shapes.schema import PREFERRED
from engine.shapes.shape import fits, note_kind, note_unknown_key


@dataclass(frozen=True, slots=True)
class Way:
    """A channel to the recipient: the field with the address, the field with the consent.

    `name` tells it from the other ways of its step. `preferred` asks whether the recipient prefers it; None
    where the file names the channel itself.
    """

    channel: str
    address: Field
    consent: Field | None
    name: str
    preferred: Compare | None = None

    def reaches(self, path: str, module: Module) -> Predicate:
        """An address is known, the recipient prefers it, and has agreed where the model asks for that."""
        asked: list[Predicate] = [Leaf(path, (Empty(FieldValue(self.address, module), wanted=False),))]
        if self.preferred is not None:
            asked.append(Leaf(path, (self.preferred,), if_missing=False))
        if self.consent is not None:
            yes = Constant(value=True, type=FieldType.YES_NO)
            agreed = Compare(FieldValue(self.consent, module), Comparison.IS, yes)
            asked.append(Leaf(path, (agreed,), if_missing=False))
        return asked[0] if len(asked) == 1 else All(path, tuple(asked))


def read_ways(via: Node, reading: Reading) -> tuple[Way, ...] | None:
    """The ways of `via` to a record of the present module, in order; None with the mistakes noted."""
    items = via.items if isinstance(via, Sequence) else (via,)
    found = [
        _preferred(node, number, reading) if isinstance(node, Mapping) else _named(node, reading)
        for number, node in enumerate(items)
    ]
    return tuple(way for ways in found for way in ways) if all(found) else None


def find_channel(node: Scalar, known: Iterable[str], reading: Reading) -> str | None:
    """The channel of that name, or None with the mistake noted."""
    names = list(known)
    if node.text in names:
        return node.text
    near = nearest(node.text, names)
    reading.problems.error(node.span, "W285", value=node.text, nearest=near, known="、".join(names))
    return None


def _named(node: Node, reading: Reading) -> list[Way]:
    if not isinstance(node, Scalar):
        note_kind(node, "via", "string", reading.problems)
        return []
    channel, module = find_channel(node, reading.settings.channels, reading), reading.module
    if channel is None:
        return []
    address = module.contact(channel)
    if address is None:
        facts = {"module": module.labels.told, "place": reading.place(module.at)}
        reading.problems.error(node.span, "W286", value=channel, **facts)
        return []
    return [_used(Way(channel, address, _consent(address, module), channel), reading)]


def _preferred(node: Mapping, number: int, reading: Reading) -> list[Way]:
    """A way for each option that is a channel; whoever prefers another goes on to the next of `via`."""
    written = node.get("field")
    if node.entries and written is None:
        note_unknown_key(node.entries[0][0], ["field"], reading.problems)
        return []
    if not fits(node, PREFERRED, reading.problems):
        return []
    if not isinstance(written, Scalar):
        note_kind(written or node, "field", "string", reading.problems)
        return []
    operand = read_field(written, reading)
    if operand is None:
        return []
    found: list[Way] = []
    if operand.type is FieldType.CHOICE:
        field = field_named(written.text, reading)
        for channel in reading.settings.channels:
            option, address = field.option(channel), reading.module.contact(channel)
            if option is not None and address is not None:
                consent, preferred = _consent(address, reading.module), _is(operand, option)
                way = Way(channel, address, consent, f"{number}/{channel}", preferred)
                found.append(_used(way, reading))
    if not found:
        kind = "" if operand.type is FieldType.CHOICE else "type"
        facts = {"field": written.text, "known": "、".join(reading.settings.channels), "type": operand.type}
        reading.problems.error(written.span, "W218", kind=kind, **facts)
    return found


def _is(operand: Operand, option: str) -> Compare:
    return Compare(operand, Comparison.IS, Constant(option, FieldType.CHOICE))


def _consent(address: Field, module: Module) -> Field | None:
    return module.fields.get(address.consent)


def _used(way: Way, reading: Reading) -> Way:
    for field in (way.address, way.consent):
        if field is not None:
            reading.uses.add(("field", f"{reading.module.key}.{field.key}"))
    return way
