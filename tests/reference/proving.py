"""Tables written by hand: what must come out stands beside each record, and both sides are held to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

import pytest

from engine.model.entities import FieldType, Module, Relation
from engine.model.moments import Clock
from engine.model.operands import Cell, Constant, FieldValue, Operand
from engine.model.predicates import Compare, Comparison, Empty, HasTags, Leaf, Test
from engine.model.values import to_stored
from tests.reference.asking import (
    MODELS,
    asked,
    demanded,
    filled,
    said,
    short,
    values_asked,
    values_said,
    yes_in,
)
from tests.reference.comparing import KEY
from tests.reference.evaluator import Answer, World
from tests.reference.generator import Case
from tests.reference.models import FIELDS
from tests.reference.worlds import CLOCKS

NIGHT = CLOCKS[0]
TODAY, SECOND, DAY = NIGHT.today, timedelta(seconds=1), timedelta(days=1)
MIDNIGHT = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=NIGHT.zone).astimezone(UTC)

Values: TypeAlias = Mapping[str, Any]
"""What a record holds; under the name of a relation, the rows that point to it."""
Line: TypeAlias = tuple[Test, Sequence[tuple[Values, Answer]]]
Worth: TypeAlias = tuple[Operand, Sequence[tuple[Values, Any]]]

BOTH = pytest.mark.parametrize(
    "module", [one.modules["customers"] for one in MODELS.values()], ids=["own", "company"]
)
BOTH_STAFF = pytest.mark.parametrize(
    "module", [one.modules["staff"] for one in MODELS.values()], ids=["own", "company"]
)


def field_of(module: Module, name: str) -> FieldValue:
    return FieldValue(module.fields[name], module)


def relation_of(module: Module, name: str) -> Relation:
    found = MODELS[bool(module.table)].relation(module, name)
    assert found is not None
    return found


def equals(operand: Operand, value: Any, comparison: Comparison = Comparison.IS) -> Leaf:
    """A condition with one comparison."""
    return Leaf("", (Compare(operand, comparison, Constant(value, operand.type)),))


def numbers(*texts: str | int) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, texts))


def cell_by_goal(module: Module, kind: FieldType, value: Any) -> Cell:
    """A table by goal and vip: a row with a value, one with `none`."""
    by = (field_of(module, "goal"), field_of(module, "vip"))
    return Cell("表.列", by, (((Decimal(1), True), value), ((Decimal(2), True), None)), kind)


# --- worlds -------------------------------------------------------------------------------------------------


def row_of(key: int, values: Values, module: Module) -> dict[str, Any]:
    row = {KEY: str(key), **dict.fromkeys(module.fields), **values}
    return {**row, "no": Decimal(key)} if "no" in row else row


def world_of(module: Module, described: Sequence[Values], others: Mapping[str, Sequence[Values]]) -> World:
    """Records 1, 2, 3 … of the module, and what points to them; `others` are records of other modules."""
    model = MODELS[bool(module.table)]
    world: dict[str, list[dict[str, Any]]] = {key: [] for key in FIELDS}
    for key, rows in others.items():
        world[key] = [row_of(number, row, model.modules[key]) for number, row in enumerate(rows, 1)]
    for number, values in enumerate(described, 1):
        own = {name: value for name, value in values.items() if name in module.fields}
        world[module.key].append(row_of(number, own, module))
        for name in values.keys() - own.keys():
            relation = relation_of(module, name)
            there = world[relation.module.key]
            for row in values[name]:
                pointing = {relation.link.key: str(number), **row}
                there.append(row_of(len(there) + 1, pointing, relation.module))
    return world


# --- proofs -------------------------------------------------------------------------------------------------


def prove(
    module: Module,
    lines: Sequence[Line],
    *,
    both: bool = True,
    others: Mapping[str, Sequence[Values]] | None = None,
    clock: Clock = NIGHT,
) -> None:
    """Both the SQL and the reference say what is written, and `if_missing` settles what is unknown."""
    settled = (None, True, False)
    for test, rows in lines:
        world = world_of(module, [values for values, _ in rows], others or {})
        leaves = tuple(Leaf("conditions", (test,), one) for one in settled)
        case = Case(bool(module.table), clock.zone.key, clock, 0, world, module.key, leaves)
        wanted = {
            str(key): [one if answer is None else answer for one in settled]
            for key, (_, answer) in enumerate(rows, 1)
        }
        assert said(case) == wanted, short(test)
        with filled(case) as place:
            assert asked(case, place) == wanted, short(test)
            assert demanded(case, place) == yes_in(wanted), short(test)
        unknown = set() if isinstance(test, Empty | HasTags) else {None}
        assert not both or {answer for _, answer in rows} == {True, False} | unknown, (
            "both outcomes, and unknown where it can be"
        )


def prove_values(
    module: Module,
    lines: Sequence[Worth],
    *,
    others: Mapping[str, Sequence[Values]] | None = None,
    clock: Clock = NIGHT,
) -> None:
    """Both the SQL and the reference find the values that are written."""
    for operand, rows in lines:
        world = world_of(module, [values for values, _ in rows], others or {})
        case = Case(bool(module.table), clock.zone.key, clock, 0, world, module.key, (operand,))
        wanted = {str(key): [to_stored(value)] for key, (_, value) in enumerate(rows, 1)}
        assert values_said(case) == wanted, short(operand)
        with filled(case) as place:
            assert values_asked(case, place) == wanted, short(operand)
