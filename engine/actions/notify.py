"""`notify`: tell a colleague something, on their Wakeline page or by a channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.colleagues import LookedUp
from engine.model.document import Mapping, Node, Scalar, Sequence, is_true
from engine.model.effects import Notice, Skipped, Written
from engine.model.entities import Field, Module
from engine.model.kinds import Drafting, Schema
from engine.model.operands import FieldValue, Operand
from engine.model.predicates import Empty, Leaf
from engine.model.trees import told_to
from engine.shapes.channels import find_channel
from engine.shapes.people import SOMEBODY, Recipient, read_people
from engine.shapes.reading import Reading
from engine.shapes.recipients import Told, everybody
from engine.shapes.schema import TEXT, YES_NO, block, one_or_many, ref
from engine.shapes.texts import read_text

PAGE = "inbox"
"""The kind of channel that reaches every colleague, without an address."""
NO_WAY = "W612"


@dataclass(frozen=True, slots=True)
class Way:
    """A channel for notices; `address` is the field of a colleague that it writes to, None for a page."""

    channel: str
    staff: Module | None = None
    address: Field | None = None

    def address_of(self, key: Operand) -> Operand | None:
        """Where a colleague is reached."""
        if self.staff is None or self.address is None:
            return None
        return LookedUp(key, FieldValue(self.address, self.staff), self.staff, self.address.type)


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell a colleague."""

    name: ClassVar[str] = "notify"
    siblings: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[Schema] = block(
        {"to": ref("people"), "text": TEXT, "via": one_or_many(TEXT), "urgent": YES_NO}, "to", "text"
    )
    example: ClassVar[str] = 'notify: {to: supervisor, text: "{{ 客户名称 }} 已 180 天未下单。"}'

    to: tuple[tuple[Recipient, Written], ...]
    urgent: bool
    ways: tuple[Way, ...]

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:  # noqa: ARG003 - same for all
        """Whom to tell, the text for each of them, and by which channels."""
        details = node.get(cls.name)
        assert isinstance(details, Mapping)
        to, text, urgent = details.get("to"), details.get("text"), details.get("urgent")
        ways = _read_ways(details.get("via"), reading)
        if to is None or not isinstance(text, Scalar) or ways is None:
            return None
        recipients = read_people(to, reading)
        if any(not one.is_colleague for one in recipients):
            kind = "records" if any(one.related is not None for one in recipients) else ""
            reading.problems.error(to.span, "W248", kind=kind)
            return None
        pairs = [(one, read_text(text, reading, one)) for one in recipients]
        found = tuple((one, written) for one, written in pairs if written is not None)
        is_urgent = is_true(urgent)
        return cls(found, is_urgent, ways) if found and len(found) == len(pairs) else None

    def draft(self, path: str, drafting: Drafting) -> None:
        """One notice to each of them, by the first way that reaches them."""
        texts = dict(self.to)
        for told in everybody(tuple(texts), path, drafting):
            self._tell(told, told_to(texts[told.recipient], SOMEBODY, told.key), drafting)

    def _tell(self, told: Told, written: Written, drafting: Drafting) -> None:
        path, gate = told.path, told.gate
        to, text = drafting.value(told.key), drafting.text(written)
        if not self.ways:
            drafting.add(Notice(path, gate, to, text, self.urgent))
            return
        for way in self.ways:
            where = way.address_of(told.key)
            if where is None:
                drafting.add(Notice(path, gate, to, text, self.urgent, way.channel))
                return
            place = f"{path}/via/{way.channel}"
            reached = drafting.branch(place, Leaf(place, (Empty(where, wanted=False),)))
            address, taken = drafting.value(where), gate.and_branch(reached, answer=True)
            drafting.add(Notice(path, taken, to, text, self.urgent, way.channel, address))
            gate = gate.and_branch(reached, answer=False)
        drafting.add(Skipped(path, gate, NO_WAY))


def _read_ways(node: Node | None, reading: Reading) -> tuple[Way, ...] | None:
    """The channels of `via` in their order; None with the mistake noted."""
    items = node.items if isinstance(node, Sequence) else () if node is None else (node,)
    found = [_read_way(one, reading) for one in items]
    ways = tuple(one for one in found if one is not None)
    return ways if len(ways) == len(found) else None


def _read_way(node: Node, reading: Reading) -> Way | None:
    if not isinstance(node, Scalar):
        return None
    channels, people = reading.settings.channels, reading.model.people
    known = [*dict.fromkeys((reading.settings.notices, *channels))]
    if find_channel(node, known, reading) is None:
        return None
    kind = channels[node.text].get("kind") if node.text in channels else None
    if people is None or kind is None or (isinstance(kind, Scalar) and kind.text == PAGE):
        return Way(node.text)
    staff = reading.model.modules[people.module]
    address = staff.contact(node.text) or staff.fields.get(people.email if node.text == "email" else "")
    if address is None:
        place = reading.place(staff.at)
        reading.problems.error(node.span, "W286", value=node.text, module=staff.labels.told, place=place)
        return None
    reading.uses.add(("field", f"{staff.key}.{address.key}"))
    return Way(node.text, staff, address)
