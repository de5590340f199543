"""`send_template`: a message to the customer, by a template, over the first channel that reaches them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Node, Scalar, Sequence
from engine.model.effects import Message, Skipped, Written
from engine.model.entities import Field, FieldType
from engine.model.kinds import Drafting, Schema
from engine.model.predicates import All, Compare, Comparison, Constant, Empty, FieldValue, Leaf, Predicate
from engine.model.workflow import Step
from engine.shapes.people import Recipient, Who, read_people
from engine.shapes.reading import ChannelText, Reading
from engine.shapes.schema import TEXT, block, one_or_many, ref
from engine.shapes.templates import find_template
from engine.shapes.texts import read_source


@dataclass(frozen=True, slots=True)
class Form:
    """One way to reach the customer: the field with the address, the field with the consent, the texts."""

    channel: str
    address: Field
    consent: Field | None
    subject: Written
    body: Written


@dataclass(frozen=True, slots=True)
class SendTemplate:
    """Send the customer a message by a template."""

    name: ClassVar[str] = "send_template"
    siblings: ClassVar[tuple[str, ...]] = ("otherwise",)
    schema: ClassVar[Schema] = block(
        {"template": TEXT, "to": ref("people"), "via": one_or_many(TEXT)}, "template", "to", "via"
    )
    example: ClassVar[str] = "send_template: {template: 90 天唤醒, to: customer, via: email}"

    template: str
    forms: tuple[Form, ...]
    otherwise: tuple[Step, ...]

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:
        """The template's forms for the channels of `via`, in that order."""
        details = node.get(cls.name)
        assert isinstance(details, Mapping)
        name, to, via = details.get("template"), details.get("to"), details.get("via")
        if not isinstance(name, Scalar) or to is None or via is None:
            return None
        recipients = read_people(to, reading)
        otherwise = reading.read_steps(node.get("otherwise"), f"{path}/otherwise")
        if len(recipients) != 1 or recipients[0].who is not Who.CUSTOMER:
            if recipients:
                reading.problems.error(to.span, "W247")
            return None
        channels = via.items if isinstance(via, Sequence) else (via,)
        found = [_read_form(channel, name, recipients[0], reading) for channel in channels]
        forms = tuple(form for form in found if form is not None)
        return cls(name.text, forms, otherwise) if len(forms) == len(found) else None

    def draft(self, path: str, drafting: Drafting) -> None:
        """For each channel a message behind the question whether it reaches the customer."""
        gate = drafting.gate
        for form in self.forms:
            number = drafting.branch(f"{path}/via/{form.channel}", _reaches(form, path, drafting))
            address = drafting.value(FieldValue(form.address, drafting.module))
            subject, body = drafting.text(form.subject), drafting.text(form.body)
            taken = gate.and_branch(number, answer=True)
            drafting.add(Message(path, taken, form.channel, self.template, address, subject, body))
            gate = gate.and_branch(number, answer=False)
        drafting.add(Skipped(path, gate, "W602"))
        drafting.within(gate, self.otherwise)


def _reaches(form: Form, path: str, drafting: Drafting) -> Predicate:
    """An address is known and, where the model asks for consent, it was given."""
    address = Leaf(path, (Empty(FieldValue(form.address, drafting.module), wanted=False),))
    if form.consent is None:
        return address
    agreed = Compare(
        FieldValue(form.consent, drafting.module), Comparison.IS, Constant(value=True, type=FieldType.YES_NO)
    )
    return All(path, (address, Leaf(path, (agreed,), if_missing=False)))


def _read_form(channel: Node, name: Scalar, to: Recipient, reading: Reading) -> Form | None:
    if not isinstance(channel, Scalar):
        return None
    if channel.text not in reading.settings.channels:
        known = list(reading.settings.channels)
        near = nearest(channel.text, known)
        reading.problems.error(channel.span, "W285", value=channel.text, nearest=near, known="、".join(known))
        return None
    address = reading.module.contact(channel.text)
    if address is None:
        module = reading.module
        reading.problems.error(
            channel.span,
            "W286",
            value=channel.text,
            module=module.labels.told,
            place=reading.place(module.at),
        )
        return None
    text = find_template(name, channel.text, reading)
    if text is None:
        return None
    return _form_of(address, text, to, reading)


def _form_of(address: Field, text: ChannelText, to: Recipient, reading: Reading) -> Form | None:
    subject = read_source(text.subject, text.subject_at, reading, to)
    body = read_source(text.body, text.body_at, reading, to, html=text.html)
    for field in (address.key, address.consent):
        reading.uses.add(("field", f"{reading.module.key}.{field}"))
    consent = reading.module.fields.get(address.consent)
    return None if subject is None or body is None else Form(text.channel, address, consent, subject, body)
