"""The records that miss a single condition, with what that condition saw of them, in groups of the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, TypeAlias

import sqlalchemy as sa

from engine.model.operands import Operand, RecordKey
from engine.model.predicates import Leaf, demanded_by, leaves, subject_of
from engine.model.values import Value, from_stored
from engine.records.answering import Answering, codes_of
from engine.records.atoms import atoms_of, can_wait
from engine.records.dialect import fenced
from engine.records.scopes import ColumnScope
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

        Values of related records are worked out last, for the records that are left.
        """
        module, atoms = self.asked.selection.workflow.module, self._fetched
        found = self._left()
        known: dict[Operand, Sql] = {RecordKey(module): found.c.id}
        known |= {atom: found.c[f"a{number}"] for number, atom in enumerate(atoms)}
        scope = ColumnScope(known, found.c.id, joins={})
        numbers = [one for one in found.c if one.name.startswith("c")]
        columns: list[Sql] = []
        for told, *operands in zip(self.wanted.values(), *[iter(self._operands)] * 2, strict=True):
            is_it = self._is_among(numbers, told)
            for operand in operands:
                value = sa.null() if operand is None else self.asked.lowering.operand(operand, scope)
                columns.append(sa.case((is_it, value), else_=None).label(f"v{len(columns)}"))
        is_near = sa.or_(*(self._is_among(numbers, told) for told in self.wanted.values()))
        counted: list[Any] = [sa.func.count(), *columns]
        return sa.select(*counted).select_from(scope.beside(found)).where(is_near).group_by(*columns)

    def _left(self) -> sa.Subquery:
        """The records that answer what all the wanted ones answer, with what tells these apart.

        Most others are left at the first answer that differs. What tells the rest apart is worked out once
        for each, behind a fence.
        """
        asked, base = self.asked, self.asked.base
        codes = [one.label(f"c{n}") for n, one in enumerate(asked.codes_among(self._doubtful, _DIGITS))]
        fetched = [asked.lowering.operand(atom, base).label(f"a{n}") for n, atom in enumerate(self._fetched)]
        tests = self._alike()  # before the table is asked for, which is joined to what they need
        chosen = sa.select(base.own_key.label("id"), *codes, *fetched)
        chosen = chosen.select_from(base.from_clause()).where(*tests)
        return (fenced(chosen) if self._doubtful else chosen).subquery("coded")

    @property
    def _fetched(self) -> list[Operand]:
        """What the records that are left are asked for at once."""
        return [one for one in dict.fromkeys(atoms_of(self._operands)) if not can_wait(one)]

    @property
    def _operands(self) -> tuple[Operand | None, ...]:
        """Of each condition what it asks about, and what that is held against."""
        return tuple(one for leaf in self.wanted for one in (subject_of(leaf), demanded_by(leaf)))

    def told(self, row: Sequence[Any]) -> Iterator[Miss]:
        """What a row of the statement says; a condition whose subject is missing cannot be measured."""
        count, *values = row
        pairs = zip(*(iter(values),) * 2, strict=True)
        for leaf, (actual, cell) in zip(self.wanted, pairs, strict=True):
            if actual is not None:
                other, subject = demanded_by(leaf), subject_of(leaf)
                demanded = None if other is None else from_stored(other.type, cell)
                yield Miss(leaf, from_stored(subject.type, actual), demanded, count)

    # --- what they answer ---------------------------------------------------------------------

    @cached_property
    def _answers(self) -> list[set[bool | None]]:
        """For each condition, in file order, what the wanted records answer."""
        return [set(some) for some in zip(*chain.from_iterable(self.wanted.values()), strict=True)]

    @cached_property
    def _doubtful(self) -> list[int]:
        """The conditions that some of them answer in one way, and some in another."""
        return [number for number, some in enumerate(self._answers) if len(some) > 1]

    def _alike(self) -> list[Sql]:
        """What all of them answer, what is yes before what is not."""
        lowering, base = self.asked.lowering, self.asked.base
        condition = self.asked.selection.workflow.condition
        assert condition is not None
        yes: list[Sql] = []
        others: list[Sql] = []
        for leaf, some in zip(leaves(condition), self._answers, strict=True):
            if some == {True}:
                yes.append(lowering.demand(leaf, base))
            elif some == {False}:
                others.append(sa.not_(lowering.leaf(leaf, base)))
            elif some == {None}:
                others.append(sa.cast(lowering.leaf(leaf, base), sa.Integer).is_(None))
        return [*yes, *others]

    def _is_among(self, numbers: Sequence[Sql], told: Sequence[Told]) -> Sql:
        """Whether the answers of a record that is left are some of those."""
        wanted = [codes_of([one[number] for number in self._doubtful], _DIGITS) for one in told]
        if len(numbers) == 1:
            return numbers[0].in_([one[0] for one in wanted])
        pairs = (zip(numbers, one, strict=True) for one in wanted)
        return sa.or_(*(sa.and_(*(number == code for number, code in one)) for one in pairs))
