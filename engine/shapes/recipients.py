"""Whom a step reaches when it is drafted: one colleague for each record, or everybody of a role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.model.entities import FieldType
from engine.model.kinds import Drafting
from engine.model.operands import Constant, Gate, Operand, Pick
from engine.model.predicates import AnyOf, Compare, Comparison, Leaf, Predicate
from engine.shapes.people import Recipient, Role

NOBODY = Constant(None, FieldType.LINK)


def one_colleague(recipient: Recipient, path: str, drafting: Drafting) -> Operand:
    """The colleague's key for each record: of a role the one with the least to do."""
    rest = recipient.fallback or NOBODY
    found: list[tuple[Gate, Operand]] = []
    for gate, role in asked_roles(recipient, path, drafting):
        pool = drafting.members(role.members)
        one = drafting.drawn(pool, gate, by_load=True, first=None) if pool else rest
        if role.where is None:
            return one
        found.append((gate, one))
    if not recipient.roles:
        assert recipient.key is not None
        return recipient.key
    for gate, one in reversed(found):
        rest = Pick(gate, one, rest, FieldType.LINK)
    return rest


@dataclass(frozen=True, slots=True)
class Told:
    """One colleague who is told something: by which step, for which records."""

    path: str
    gate: Gate
    key: Operand
    recipient: Recipient


def everybody(recipients: tuple[Recipient, ...], path: str, drafting: Drafting) -> Iterator[Told]:
    """Everybody who is told, nobody twice about the same record."""
    earlier: list[Operand] = []
    for number, one in enumerate(recipients):
        place = path if len(recipients) == 1 and not one.roles else f"{path}/to/{number}"
        for told in _each(one, place, drafting):
            if told.key in earlier:
                continue
            gate = _not_yet(told, tuple(earlier), drafting)
            if told.gate is drafting.gate:
                earlier.append(told.key)
            yield Told(told.path, gate, told.key, one)


def _each(recipient: Recipient, path: str, drafting: Drafting) -> Iterator[Told]:
    if not recipient.roles:
        assert recipient.key is not None
        yield Told(path, drafting.gate, recipient.key, recipient)
        return
    rest: Gate | None = drafting.gate
    for gate, role in asked_roles(recipient, path, drafting):
        members = drafting.members(role.members)
        for key in members:
            yield Told(f"{path}/{key}", gate, Constant(key, FieldType.LINK), recipient)
        if members:
            rest = None if role.where is None or rest is None else rest.without(gate)
    if rest is not None:
        yield Told(path, rest, recipient.fallback or NOBODY, recipient)


def asked_roles(recipient: Recipient, path: str, drafting: Drafting) -> Iterator[tuple[Gate, Role]]:
    """Each role with the gate of the records that it is asked for: the first that fits counts."""
    gate = drafting.gate
    for number, role in enumerate(recipient.roles):
        if role.where is None:
            yield gate, role
            return
        answer = drafting.branch(f"{path}/role/{number}", role.where)
        yield gate.and_branch(answer, answer=True), role
        gate = gate.and_branch(answer, answer=False)


def _not_yet(told: Told, earlier: tuple[Operand, ...], drafting: Drafting) -> Gate:
    """The records about which this colleague has not been told by the same step."""
    asked: list[Predicate] = [
        Leaf(told.path, (Compare(told.key, Comparison.IS, one),), if_missing=False)
        for one in earlier
        if not (isinstance(one, Constant) and isinstance(told.key, Constant))
    ]
    if not asked:
        return told.gate
    number = drafting.branch(f"{told.path}/again", AnyOf(told.path, tuple(asked)))
    return told.gate.and_branch(number, answer=False)
