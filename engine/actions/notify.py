"""`notify`: tell a colleague something, on their Wakeline page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.document import Mapping, Scalar
from engine.model.effects import Notice, Written
from engine.model.kinds import Drafting, Schema
from engine.shapes.people import Recipient, Who, read_people
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, YES_NO, block, ref
from engine.shapes.texts import read_text


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell a colleague."""

    name: ClassVar[str] = "notify"
    siblings: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[Schema] = block({"to": ref("people"), "text": TEXT, "urgent": YES_NO}, "to", "text")
    example: ClassVar[str] = 'notify: {to: supervisor, text: "{{ 客户名称 }} 已 180 天未下单。"}'

    to: tuple[tuple[Recipient, Written], ...]
    urgent: bool

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:  # noqa: ARG003 - same for all
        """Whom to tell, and the text for each of them."""
        details = node.get(cls.name)
        assert isinstance(details, Mapping)
        to, text, urgent = details.get("to"), details.get("text"), details.get("urgent")
        if to is None or not isinstance(text, Scalar):
            return None
        recipients = read_people(to, reading)
        if any(one.who is Who.CUSTOMER for one in recipients):
            reading.problems.error(to.span, "W248")
            return None
        pairs = [(one, read_text(text, reading, one)) for one in recipients]
        found = tuple((one, written) for one, written in pairs if written is not None)
        is_urgent = isinstance(urgent, Scalar) and urgent.text.lower() == "true"
        return cls(found, is_urgent) if found and len(found) == len(pairs) else None

    def draft(self, path: str, drafting: Drafting) -> None:
        """One notice to each of them."""
        for number, (recipient, written) in enumerate(self.to):
            assert recipient.key is not None
            place = path if len(self.to) == 1 else f"{path}/to/{number}"
            to = drafting.value(recipient.key)
            drafting.add(Notice(place, drafting.gate, to, drafting.text(written), self.urgent))
