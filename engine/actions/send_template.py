"""`send_template`: a message by a template, over the first channel that reaches whom it is for.

It goes to the customer, or to each of the related records that fit, such as the contacts of a company.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar, Self

from engine.model.document import Mapping, Node, Scalar
from engine.model.effects import Message, Skipped, Written
from engine.model.entities import FieldType, Module
from engine.model.kinds import Drafting, Fanning, Schema
from engine.model.operands import Aggregate, Cases, Constant, FieldValue, Function, Gate, Operand
from engine.model.predicates import All, Among, Compare, Comparison, Leaf, Predicate
from engine.model.workflow import Step
from engine.shapes.channels import Way, read_ways
from engine.shapes.people import Recipient, Related, Who, read_people
from engine.shapes.reading import Reading, Template
from engine.shapes.schema import TEXT, block, one_or_many, ref
from engine.shapes.templates import (
    NO_VERSION,
    Fitting,
    find_template,
    has_form,
    note_unused_personal,
    read_versions,
    version_gates,
    with_personal,
)
from engine.shapes.texts import read_body, read_subject

UNREACHED = "W602"
NOBODY_REACHED = "W614"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a version says on a channel."""

    way: Way
    subject: Written
    body: Written


@dataclass(frozen=True, slots=True)
class Letters:
    """A version: for which recipients it is meant, and its letters in the order of `via`."""

    predicate: Predicate | None
    letters: tuple[Letter, ...]


@dataclass(frozen=True, slots=True)
class SendTemplate:
    """Send a message by a template: to the customer, or to every related record that fits."""

    name: ClassVar[str] = "send_template"
    siblings: ClassVar[tuple[str, ...]] = ("otherwise",)
    schema: ClassVar[Schema] = block(
        {"template": TEXT, "to": ref("people"), "via": one_or_many(ref("way")), "personal": TEXT},
        "template",
        "to",
        "via",
    )
    is_to_customers: ClassVar[bool] = True
    example: ClassVar[str] = "send_template: {template: 90 天唤醒, to: customer, via: email}"

    template: str
    versions: tuple[Letters, ...]
    otherwise: tuple[Step, ...]
    related: Related | None = None

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:
        """The versions of the template, each with its letters for the channels of `via`, in that order."""
        details = node.get(cls.name)
        assert isinstance(details, Mapping)
        name, to, via = details.get("template"), details.get("to"), details.get("via")
        if not isinstance(name, Scalar) or to is None or via is None:
            return None
        recipients = read_people(to, reading)
        otherwise = reading.read_steps(node.get("otherwise"), f"{path}/otherwise")
        if len(recipients) != 1 or recipients[0].who not in {Who.CUSTOMER, Who.RECORDS}:
            if recipients:
                reading.problems.error(to.span, "W247")
            return None
        related = recipients[0].related
        about = reading if related is None else reading.about(related.relation.module)
        ways = read_ways(via, about)
        template = find_template(name, reading)
        if template is None or ways is None:
            return None
        ways = _with_a_form(ways, template)
        has_all = [_may_go(template, way, name, reading) for way in ways]
        fitting = read_versions(template, path, about)
        if not all(has_all) or fitting is None:
            return None
        versions = _Letters(template, recipients[0], reading, details.get("personal")).read(fitting, ways)
        return None if versions is None else cls(name.text, versions, otherwise, related)

    def draft(self, path: str, drafting: Drafting) -> None:
        """For each version and channel a message, behind the questions whether both suit the recipient."""
        if self.related is None:
            self._to_customer(path, drafting)
        else:
            self._to_related(self.related, path, drafting)

    def _to_customer(self, path: str, drafting: Drafting) -> None:
        gates, nobody = version_gates([one.predicate for one in self.versions], path, drafting)
        start, sent, done = drafting.gate, list[Gate](), list[Gate]()
        missed = [] if nobody is None else [nobody]
        for number, (version, gate) in enumerate(zip(self.versions, gates, strict=True)):
            rest = gate
            place = path if len(self.versions) == 1 else f"{path}/versions/{number}"
            for letter in version.letters:
                answer = drafting.branch(
                    f"{place}/via/{letter.way.name}", letter.way.reaches(path, drafting.module)
                )
                sent.append(rest.and_branch(answer, answer=True))
                done.append(drafting.add(self._message(path, letter, sent[-1], drafting)))
                rest = rest.and_branch(answer, answer=False)
            drafting.add(Skipped(path, rest, UNREACHED))
            missed.append(rest)
        if nobody is not None:
            drafting.add(Skipped(path, nobody, NO_VERSION))
        is_plain = len(missed) == 1 and done == sent
        drafting.within(missed[0] if is_plain else _without(start, done), self.otherwise)

    def _message(self, path: str, letter: Letter, gate: Gate, drafting: Drafting) -> Message:
        address = drafting.value(FieldValue(letter.way.address, drafting.module))
        subject, body = drafting.text(letter.subject), drafting.text(letter.body)
        return Message(path, gate, letter.way.channel, self.template, address, subject, body)

    def _to_related(self, related: Related, path: str, drafting: Drafting) -> None:
        """Who of them gets what is asked of each; whether anybody does, of the matched record."""
        module = related.relation.module
        fan = drafting.fan(related.relation, related.where, self._which_letter(path, module))
        start, anybody = drafting.gate, drafting.branch(f"{path}/to", self._reaches_anybody(related, path))
        sent, nobody = (start.and_branch(anybody, answer=answer) for answer in (True, False))
        done = sent
        for number, version in enumerate(self.versions):
            for letter in version.letters:
                message = self._message_to(fan, path, letter, module)
                fanned = fan.who_get(_named(number, letter))
                done = drafting.add(replace(message, gate=sent, fanned=fanned))
        for reason in (UNREACHED, NO_VERSION):
            drafting.add(Skipped(path, start, reason, fan.who_get(reason)))
        drafting.add(Skipped(path, nobody, NOBODY_REACHED))
        drafting.within(nobody if done == sent else start.without(done), self.otherwise)

    def _message_to(self, fan: Fanning, path: str, letter: Letter, module: Module) -> Message:
        address = fan.value(FieldValue(letter.way.address, module))
        subject, body = fan.text(letter.subject), fan.text(letter.body)
        return Message(path, Gate(), letter.way.channel, self.template, address, subject, body)

    def _which_letter(self, path: str, module: Module) -> Operand:
        """The name of the letter for a related record, or the reason why there is none for it."""
        found: Operand = Constant(NO_VERSION, FieldType.TEXT)
        for number, version in reversed(tuple(enumerate(self.versions))):
            ways = tuple(
                (letter.way.reaches(path, module), Constant(_named(number, letter), FieldType.TEXT))
                for letter in version.letters
            )
            one: Operand = Constant(UNREACHED, FieldType.TEXT)
            if ways:
                one = Cases(ways, one, FieldType.TEXT)
            if version.predicate is not None:
                one = Cases(((version.predicate, one),), found, FieldType.TEXT)
            found = one
        return found

    def _reaches_anybody(self, related: Related, path: str) -> Predicate:
        letters = [
            Constant(_named(number, letter), FieldType.TEXT)
            for number, version in enumerate(self.versions)
            for letter in version.letters
        ]
        which = self._which_letter(path, related.relation.module)
        gets = Leaf(path, (Among(which, tuple(letters)),))
        where = gets if related.where is None else All(path, (related.where, gets))
        count = Aggregate(Function.COUNT, related.relation, FieldType.NUMBER, where=where)
        return Leaf(path, (Compare(count, Comparison.AT_LEAST, Constant(Decimal(1), FieldType.NUMBER)),))


def _named(version: int, letter: Letter) -> str:
    """What a letter is called among those of the step."""
    return f"{version}/{letter.way.name}"


def _without(gate: Gate, others: list[Gate]) -> Gate:
    for other in others:
        gate = gate.without(other)
    return gate


def _with_a_form(ways: tuple[Way, ...], template: Template) -> tuple[Way, ...]:
    """Who prefers a channel on which the template says nothing gets it by the next one."""
    said = {one.channel for one in template.forms}
    return tuple(one for one in ways if one.preferred is None or one.channel in said) or ways


def _may_go(template: Template, way: Way, name: Scalar, reading: Reading) -> bool:
    """Whether the template says something on the channel; a commercial one should wait for consent."""
    if not has_form(template, way.channel, name, reading):
        return False
    if template.kind == "commercial" and way.consent is None:
        facts = {"value": template.name, "field": way.address.labels.told}
        reading.problems.warning(name.span, "W575", place=reading.place(way.address.at), **facts)
    return True


class _Letters:
    """Reads the letters of each version."""

    def __init__(self, template: Template, to: Recipient, reading: Reading, personal: Node | None) -> None:
        self.to = to
        self.personal = personal
        self.reading = with_personal(personal, reading.with_partials(template.partials))

    def read(self, fitting: tuple[Fitting, ...], ways: tuple[Way, ...]) -> tuple[Letters, ...] | None:
        found: list[Letters] = []
        complete = True
        for one in fitting:
            forms = [(way, one.version.form(way.channel)) for way in ways]
            wanted = [(way, form) for way, form in forms if form is not None]
            letters: list[Letter] = []
            for way, form in wanted:
                subject = read_subject(form, self.reading, self.to)
                body = read_body(form, self.reading, self.to)
                if subject is not None and body is not None:
                    letters.append(Letter(way, subject, body))
            complete = complete and len(letters) == len(wanted)
            found.append(Letters(one.predicate, tuple(letters)))
        bodies = [letter.body for version in found for letter in version.letters]
        if not complete or note_unused_personal(self.personal, bodies, self.reading):
            return None
        return tuple(found)
