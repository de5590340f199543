"""`assign`: give the record to another owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.document import Mapping, Scalar
from engine.model.effects import Skipped
from engine.model.entities import Field, FieldType
from engine.model.kinds import Drafting, Schema
from engine.model.operands import FieldValue, First, Gate, Operand, Pick
from engine.model.predicates import Empty, Leaf
from engine.model.unknown import may_be_missing
from engine.shapes.people import Recipient, fallback_of, owner_of, read_people
from engine.shapes.reading import Reading
from engine.shapes.recipients import NOBODY, asked_roles
from engine.shapes.schema import block, listed, one_of_words, ref

TO_NOBODY = "W610"
PICKS = ("least_loaded", "in_turn")


@dataclass(frozen=True, slots=True)
class Assign:
    """Give the record to the first of some colleagues who is there."""

    name: ClassVar[str] = "assign"
    siblings: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[Schema] = block(
        {"first_of": listed(ref("person")), "pick": one_of_words(*PICKS)}, "first_of"
    )
    example: ClassVar[str] = "assign: {first_of: [owner, supervisor], pick: in_turn}"

    owner: Field
    first_of: tuple[Recipient, ...]
    by_load: bool
    fallback: Operand | None

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:  # noqa: ARG003 - same for all
        """The colleagues in order, and how one of several is picked."""
        details = node.get(cls.name)
        assert isinstance(details, Mapping)
        written, pick = details.get("first_of"), details.get("pick")
        if written is None:
            return None
        owner = owner_of(reading, written.span)
        recipients = read_people(written, reading)
        if any(not one.is_colleague for one in recipients):
            reading.problems.error(written.span, "W540", word=cls.name)
            return None
        by_load = not (isinstance(pick, Scalar) and pick.text == "in_turn")
        if owner is None or not recipients:
            return None
        return cls(owner.field, recipients, by_load, fallback_of(reading))

    def draft(self, path: str, drafting: Drafting) -> None:
        """An update of the owner; where nobody is there, the record stays with whom it is."""
        owner = FieldValue(self.owner, drafting.module)
        somebody = self._somebody(path, drafting)
        if may_be_missing(somebody):
            place = f"{path}/assign"
            number = drafting.branch(place, Leaf(place, (Empty(somebody, wanted=True),)))
            drafting.add(Skipped(place, drafting.gate.and_branch(number, answer=True), TO_NOBODY))
        drafting.set(path, [(self.owner, First((somebody, owner), FieldType.LINK))])

    def _somebody(self, path: str, drafting: Drafting) -> Operand:
        """The first who is there: each by himself, of a role the one who is drawn."""
        found: Operand = NOBODY
        for number, one in enumerate(self.first_of):
            if one.roles:
                found = self._of_role(one, found, f"{path}/first_of/{number}", drafting)
            else:
                assert one.alone is not None
                found = _first(found, one.alone)
        return found if self.fallback is None else _first(found, self.fallback)

    def _of_role(self, role: Recipient, before: Operand, path: str, drafting: Drafting) -> Operand:
        """One of the members, for the records that nobody before in the list takes."""
        found: list[tuple[Gate, Operand]] = []
        for gate, one in asked_roles(role, path, drafting):
            pool = drafting.members(one.members)
            if pool:
                first = None if before == NOBODY else before
                found.append((gate, drafting.drawn(pool, gate, by_load=self.by_load, first=first)))
        for gate, drawn in reversed(found):
            before = drawn if gate == drafting.gate else Pick(gate, drawn, before, FieldType.LINK)
        return before


def _first(one: Operand, other: Operand) -> Operand:
    return other if one == NOBODY else First((one, other), FieldType.LINK)
