"""A list of the records that fit a condition, in an order, with some of their values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.model.entities import Module
from engine.model.operands import Operand
from engine.model.predicates import Predicate
from engine.model.values import Value, from_stored
from engine.records.lower import Lowering
from engine.records.scopes import TableScope
from engine.records.session import Session


@dataclass(frozen=True, slots=True)
class Asked:
    """What is listed: who fits, which values are shown, and who comes first (missing last, ties by key)."""

    module: Module
    predicate: Predicate
    columns: Sequence[Operand]
    first: Operand | None = None
    highest_first: bool = True


def count_answers(session: Session, asked: Asked) -> tuple[int, int]:
    """How many records fit, and of how many that cannot be told."""
    base, lowering = _base(session, asked.module), Lowering(session.tables, session.clock)
    answer = sa.cast(lowering.predicate(asked.predicate, base), sa.Integer)
    answers = sa.select(answer.label("answer")).select_from(base.from_clause()).subquery("answers")
    fit = sa.func.coalesce(sa.func.sum(answers.c.answer), 0)
    unknown = sa.func.count() - sa.func.count(answers.c.answer)
    found = session.connection.execute(sa.select(fit, unknown).select_from(answers)).one()
    return int(found[0]), int(found[1])


def list_records(
    session: Session, asked: Asked, limit: int | None
) -> Iterator[tuple[str | int, list[Value]]]:
    """Key and values of each record that fits, in order."""
    base, lowering = _base(session, asked.module), Lowering(session.tables, session.clock)
    columns = [lowering.operand(one, base).label(f"v{number}") for number, one in enumerate(asked.columns)]
    order: list[Any] = [base.own_key]
    if asked.first is not None:
        first = lowering.operand(asked.first, base)
        order.insert(0, (first.desc() if asked.highest_first else first.asc()).nulls_last())
    test = lowering.predicate(asked.predicate, base)
    statement = sa.select(base.own_key.label("id"), *columns).select_from(base.from_clause()).where(test)
    kinds = [one.type for one in asked.columns]
    for key, *values in session.connection.execute(statement.order_by(*order).limit(limit)):
        yield key, [from_stored(kind, raw) for kind, raw in zip(kinds, values, strict=True)]


def _base(session: Session, module: Module) -> TableScope:
    return TableScope.of(session.tables, module, "base")
