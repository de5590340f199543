"""What the records of a module answer to a condition, for who asks beforehand or why (not)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from engine.model.predicates import Leaf, leaves, whole_answer
from engine.records.dialect import fenced
from engine.records.lower import Lowering
from engine.records.scopes import Scope, TableScope
from engine.records.selection import Selection
from engine.records.tables import Sql

_NO, _YES, _UNKNOWN = range(3)
_ANSWERS = {_NO: False, _YES: True, _UNKNOWN: None}
_DIGITS = 39
"""So many of three each go into a whole number of the database."""


@dataclass(frozen=True, slots=True)
class Answers:
    """How many records gave the same answers: None is unknown. `leaves` are in file order.

    `bar` is the first bar in the way of those that say yes, numbered from 1; else 0.
    """

    whole: bool | None
    leaves: tuple[bool | None, ...]
    count: int
    bar: int = 0


@dataclass(frozen=True)
class Answering:
    """The answers to the condition of a selection's workflow, asked of the records as they are."""

    selection: Selection

    def each(self) -> sa.Select[Any]:
        """Every record of the module: its key, the answer of the whole condition, the first bar that stands
        in the way (numbered from 1, else 0), and the answer of each leaf.
        """
        condition, selection = self.selection.workflow.condition, self.selection
        digits = [answer.label(f"l{number}") for number, answer in enumerate(self._leaves)]
        columns = (self._base.own_key.label("id"), self._first_bar.label("bar"), *digits)
        answered = sa.select(*columns).select_from(self._base.from_clause()).subquery("answered")
        found = [answered.c[digit.name] for digit in digits]
        whole: Sql = sa.literal(1)
        if condition is not None:
            known = _Answered(selection.tables, selection.clock, digits=iter(found))
            whole = sa.cast(known.predicate(condition, self._base), sa.Integer)
        return sa.select(answered.c.id, whole.label("whole"), answered.c.bar, *found)

    def one(self, row: Sequence[Any]) -> Answers:
        """What a row of `each` says."""
        _, whole, bar, *digits = row
        return Answers(_answer(whole), tuple(map(_answer, digits)), 1, bar)

    # --- all records, counted -----------------------------------------------------------------

    def alike(self) -> sa.Select[Any]:
        """How many records give the same answers; at most 3 to the number of leaves groups.

        The answers of a record are the digits of one number, so that numbers are put in order and not rows.
        """
        codes = [self._code(self._leaves[first : first + _DIGITS]) for first in self._firsts]
        if self.selection.workflow.bars:
            codes.append(self._first_bar)
        told = [code.label(f"c{number}") for number, code in enumerate(codes)]
        coded = fenced(sa.select(*told).select_from(self._base.from_clause())).subquery("coded")
        return sa.select(sa.func.count(), *coded.c).group_by(*coded.c)

    def told(self, row: Sequence[Any]) -> Answers:
        """What a row of `alike` says."""
        count, *codes = row
        bar = codes.pop() if self.selection.workflow.bars else 0
        parts = zip(codes, self._firsts, strict=True)
        answers = tuple(answer for code, first in parts for answer in self._read(code, first))
        condition = self.selection.workflow.condition
        return Answers(True if condition is None else whole_answer(condition, answers), answers, count, bar)

    @property
    def _firsts(self) -> range:
        """The first leaf of each number; there is one at least, or nothing would be counted."""
        return range(0, max(len(self._leaves), 1), _DIGITS)

    @staticmethod
    def _code(answers: Sequence[Sql]) -> Sql:
        code: Sql = sa.cast(sa.literal(0), sa.BigInteger)
        for answer in reversed(answers):
            code = code * len(_ANSWERS) + sa.func.coalesce(answer, _UNKNOWN)
        return code

    def _read(self, code: int, first: int) -> Iterator[bool | None]:
        for _ in self._leaves[first : first + _DIGITS]:
            code, digit = divmod(code, len(_ANSWERS))
            yield _ANSWERS[digit]

    # --- what keeps them away -----------------------------------------------------------------

    def barred(self) -> sa.Select[Any]:
        """Each bar that stands first in the way of records that say yes, and of how many.

        Only the barred records are grouped: the database leaves out the others while it scans.
        """
        base, workflow, lowering = self._base, self.selection.workflow, self._lowering
        tests = [] if workflow.condition is None else [lowering.predicate(workflow.condition, base)]
        tests.append(sa.or_(*(lowering.is_yes(bar.predicate, base) for bar in workflow.bars)))
        first = sa.select(self._first_bar.label("bar")).select_from(base.from_clause()).where(*tests)
        barred = first.subquery("barred")
        return sa.select(barred.c.bar, sa.func.count()).group_by(barred.c.bar)

    # --- parts --------------------------------------------------------------------------------

    @cached_property
    def _base(self) -> TableScope:
        return TableScope.of(self.selection.tables, self.selection.workflow.module, "base")

    @cached_property
    def _lowering(self) -> Lowering:
        """Nothing is worked out for all records at once: often only one is asked."""
        return replace(self.selection.lowering, over_all=False)

    @cached_property
    def _leaves(self) -> Sequence[Sql]:
        condition = self.selection.workflow.condition
        asked = [] if condition is None else leaves(condition)
        return [sa.cast(self._lowering.leaf(leaf, self._base), sa.Integer) for leaf in asked]

    @property
    def _first_bar(self) -> Sql:
        """The first bar that stands in the way, numbered from 1; else 0."""
        bars = [
            (self._lowering.is_yes(bar.predicate, self._base), number)
            for number, bar in enumerate(self.selection.workflow.bars, start=1)
        ]
        return sa.case(*bars, else_=0) if bars else sa.literal(0)


def _answer(digit: Any) -> bool | None:
    return None if digit is None else bool(digit)


@dataclass(frozen=True)
class _Answered(Lowering):
    """Puts a condition together from the answers of its leaves, in file order."""

    digits: Iterator[Sql] = field(default_factory=lambda: iter(()))

    def leaf(self, leaf: Leaf, scope: Scope) -> Sql:  # noqa: ARG002 - it has been answered
        """The next digit."""
        return next(self.digits) == 1
