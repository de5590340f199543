"""What every condition of a workflow saw of one record: its answer, and the values behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from engine.model.operands import Measure, Operand, Rank, Series
from engine.model.predicates import EachUnit, Leaf, Trend, demanded_by, leaves, subject_of
from engine.model.values import Value, from_stored
from engine.model.workflow import Workflow
from engine.records.lower import Lowering
from engine.records.scopes import TableScope
from engine.records.series import unit_values
from engine.records.session import Session
from engine.records.tables import Sql

_COLUMNS = 4
"""A leaf has so many: see `_columns`."""
_AT_ONCE = 500
"""So many records are named in one statement."""


@dataclass(frozen=True, slots=True)
class LeafTrace:
    """What one leaf saw of one record: its answer, its subject's value, what a table or a field demands.

    Of a series the values of the units that were asked (the oldest first), of a rank how many are ranked.
    """

    leaf: Leaf
    answer: bool | None
    actual: Value
    cell: Value = None
    units: tuple[Value, ...] = ()
    ranked: int | None = None


def trace(session: Session, workflow: Workflow, record: str | int) -> list[LeafTrace]:
    """Every leaf of the conditions with what it saw; nothing for a workflow without conditions."""
    for _, values in seen_by(session, workflow, [record]):
        return traced(workflow, values)
    return []


def seen_by(
    session: Session, workflow: Workflow, records: Sequence[str | int]
) -> Iterator[tuple[str | int, tuple[Any, ...]]]:
    """The key of each record with all that the conditions saw of it, as it is kept: `traced` reads it."""
    asked = [] if workflow.condition is None else list(leaves(workflow.condition))
    base = TableScope.of(session.tables, workflow.module, "base")
    lowering = Lowering(session.tables, session.clock)
    columns = [one for leaf in asked for one in _columns(leaf, lowering, base)]
    statement = sa.select(base.own_key, *(one.label(f"t{n}") for n, one in enumerate(columns)))
    statement = statement.select_from(base.from_clause())
    for first in range(0, len(records), _AT_ONCE):
        some = base.own_key.in_(records[first : first + _AT_ONCE])
        for key, *values in session.connection.execute(statement.where(some)):
            yield key, tuple(values)


def traced(workflow: Workflow, values: Sequence[Any]) -> list[LeafTrace]:
    """What was seen of one record, leaf by leaf."""
    asked = [] if workflow.condition is None else leaves(workflow.condition)
    parts = zip(*(iter(values),) * _COLUMNS, strict=True)
    return [_traced(leaf, part) for leaf, part in zip(asked, parts, strict=True)]


def _columns(leaf: Leaf, lowering: Lowering, base: TableScope) -> list[Sql]:
    """The answer, the subject's value, the cell's, and what stands behind a series or a rank."""
    subject, other = subject_of(leaf), demanded_by(leaf)
    answer = sa.cast(lowering.leaf(leaf, base), sa.Integer)
    demanded = sa.null() if other is None else lowering.operand(other, base)
    return [answer, lowering.operand(subject, base), demanded, _behind(leaf, subject, lowering, base)]


def _behind(leaf: Leaf, subject: Operand, lowering: Lowering, base: TableScope) -> Sql:
    if isinstance(subject, Series):
        return unit_values(lowering, subject, base, _units(leaf))
    if isinstance(subject, Rank):
        return lowering.operand(replace(subject, measure=Measure.OUT_OF), base)
    return sa.null()


def _units(leaf: Leaf) -> int:
    """How many units the tests of a series look at."""
    wanted = [2]
    for test in leaf.tests:
        if isinstance(test, Trend):
            wanted.append(test.in_a_row + 1)
        elif isinstance(test, EachUnit):
            wanted.append(test.in_a_row)
    return max(wanted)


def _traced(leaf: Leaf, part: tuple[Any, ...]) -> LeafTrace:
    digit, raw, cell, behind = part
    subject, asked = subject_of(leaf), demanded_by(leaf)
    demanded = None if asked is None else from_stored(asked.type, cell)
    units: tuple[Value, ...] = ()
    if isinstance(subject, Series) and behind is not None:
        units = tuple(from_stored(subject.of.type, one) for one in json.loads(behind))
    ranked = int(from_stored(subject.type, behind) or 0) if isinstance(subject, Rank) and behind else None  # type: ignore[arg-type]  # a number
    answer = None if digit is None else bool(digit)
    return LeafTrace(leaf, answer, from_stored(subject.type, raw), demanded, units, ranked)
