"""The records that miss a single condition, with what that condition saw of them, in groups of the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa

from engine.model.predicates import Leaf, demanded_by, subject_of
from engine.model.values import Value, from_stored
from engine.records.answering import Answering, codes_of
from engine.records.dialect import fenced
from engine.records.scopes import TableScope
from engine.records.tables import Sql

_DIGITS = 39
Told: TypeAlias = tuple[bool | None, ...]
"""The answers of a record to all conditions, in file order."""


@dataclass(frozen=True, slots=True)
class Miss:
    """So many records miss a condition and saw the same: its subject, and what it is held against."""

    leaf: Leaf
    actual: Value
    cell: Value
    count: int


@dataclass(frozen=True)
class Nearness:
    """`wanted`: conditions, each with the answers of the records that miss it alone."""

    asked: Answering
    wanted: Mapping[Leaf, Sequence[Told]]

    def statement(self) -> sa.Select[Any]:
        """How many records saw the same, where only one condition is in their way.

        The answers are worked out first, behind a fence; values are fetched for the records that are left.
        """
        base, selection = self.asked.base, self.asked.selection
        codes = [one.label(f"c{n}") for n, one in enumerate(self.asked.codes(_DIGITS, with_bar=False))]
        coded = fenced(sa.select(base.own_key.label("id"), *codes).select_from(base.from_clause()))
        found = coded.subquery("coded")
        numbers = [found.c[one.name] for one in codes]
        own = TableScope.of(selection.tables, selection.workflow.module, "base")
        columns: list[Sql] = []
        for leaf, told in self.wanted.items():
            is_it = _is_among(numbers, told)
            other = demanded_by(leaf)
            for operand in (subject_of(leaf), other):
                value = sa.null() if operand is None else self.asked.lowering.operand(operand, own)
                columns.append(sa.case((is_it, value), else_=None).label(f"v{len(columns)}"))
        is_near = sa.or_(*(_is_among(numbers, told) for told in self.wanted.values()))
        joined = own.from_clause().join(found, found.c.id == own.own_key)
        counted: list[Any] = [sa.func.count(), *columns]
        return sa.select(*counted).select_from(joined).where(is_near).group_by(*columns)

    def told(self, row: Sequence[Any]) -> Iterator[Miss]:
        """What a row of the statement says; a condition whose subject is missing cannot be measured."""
        count, *values = row
        pairs = zip(*(iter(values),) * 2, strict=True)
        for leaf, (actual, cell) in zip(self.wanted, pairs, strict=True):
            if actual is not None:
                other, subject = demanded_by(leaf), subject_of(leaf)
                demanded = None if other is None else from_stored(other.type, cell)
                yield Miss(leaf, from_stored(subject.type, actual), demanded, count)


def _is_among(numbers: Sequence[Sql], told: Sequence[Told]) -> Sql:
    """Whether the answers of a record are some of those."""
    wanted = [codes_of(one, _DIGITS) for one in told]
    if len(numbers) == 1:
        return numbers[0].in_([one[0] for one in wanted])
    pairs = (zip(numbers, one, strict=True) for one in wanted)
    return sa.or_(*(sa.and_(*(number == code for number, code in one)) for one in pairs))
