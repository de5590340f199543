"""Colleagues as values: who is present, what their record says, who is drawn from several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.model.entities import FieldType, Module, People

if TYPE_CHECKING:
    from engine.model.operands import Gate, Operand


@dataclass(frozen=True, slots=True)
class Present:
    """The first colleague who is present, from `start` up the line; `skip` leaves out the first so many.

    Where some are left out, `start` is not found again further up: a ring of superiors leads to nobody.
    """

    start: Operand
    people: People
    skip: int = 0
    type: FieldType = FieldType.LINK


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A field of the record of `module` whose key the operand holds."""

    key: Operand
    field: Operand
    module: Module
    type: FieldType


@dataclass(frozen=True, slots=True)
class Drawn:
    """One of a pool of colleagues, drawn for each record once all are selected; `first` goes before.

    By load: who has the fewest open tasks, counting those drawn before; else in turn, in the pool's order.
    """

    number: int
    pool: tuple[str | int, ...]
    by_load: bool
    first: Operand | None = None
    gate: Gate | None = None
    type: FieldType = FieldType.LINK
